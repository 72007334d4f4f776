-- cli/commands/profile.lua: a command or a load again and again, and what of it is the rule and what is chance.
--
-- A command runs in processes of its own, started as a shell does, so that the figures are those of the whole program; a
-- process that is measured from outside records nothing. What its phases took is asked of further runs, in turn with those.
-- A load runs in this process, one behind the other: so memory that is used again shows.

local args = require "args"
local core = require "core"
local json = require "json"
local ok = require("problem").check
local profiling = require "profiling"
local terminal = require "terminal"

local M = {
  name = "profile",
  group = "automate",
  summary = "repeat a command or a load, and tell how long it takes",
  usage = "FILE | COMMAND [WORD...]",
  text = "Runs a command of cfgrun again and again, each time in a process of its own, without input and with its output thrown "
    .. "away, and shows best, median and quartiles of time and memory, and the phases of it: cold (with --no-cache) and warm "
    .. "(after one run that does not count). With FILE, reads it again and again in this process. Where the time of one run "
    .. "went tells --profile, which every command takes.",
  least = 1,
  own_words = true,
  options = {
    { "runs", short = "n", value = "N", help = "how many times (default: 10)" },
    { "format", short = "f", value = "FORMAT", choices = { "text", "json" }, help = "text or json" },
    { "no-cache", help = "cold runs only" },
  },
  examples = {
    { "cfgrun profile -n 20 check .", "twenty checks, cold and warm" },
    { "cfgrun profile stack.yaml", "reading a file" },
    { "cfgrun profile -f json get stack.yaml /name", "for a script that watches figures" },
  },
}

-- Figures in the order in which they are shown: { key, title, divisor, digits }.
local OF_RUNS = { { "wall", "wall ms", 1e6, 2 }, { "user", "user ms", 1e6, 2 }, { "system", "system ms", 1e6, 2 },
  { "peak", "peak memory MiB", 0x1p20, 2 }, { "faults", "page faults", 1, 0 }, { "major_faults", "… from disk", 1, 0 },
  { "blocks", "blocks, new", 1, 0 }, { "reused", "blocks, reused", 1, 0 }, { "lua_allocations", "Lua allocations", 1, 0 } }
local OF_LOADS = { { "wall", "wall ms", 1e6, 3 }, { "faults", "page faults", 1, 0 }, { "blocks", "blocks, new", 1, 0 },
  { "reused", "blocks, reused", 1, 0 }, { "heap", "heap left KiB", 0x1p10, 1 }, { "resident", "resident MiB", 0x1p20, 2 } }

local NOTES = {
  runs = "Blocks are the large ones of documents, asked of the system or used again; Lua\n"
    .. "allocations those of the program's own Lua state, not of the rules'. These and\n"
    .. "the phases are of recorded runs, all else of runs measured from outside.\n",
  loads = "Blocks are the large ones of documents, asked of the system or used again. Heap\n"
    .. "left is what malloc holds more than before, when the load was given back. The\n"
    .. "first load counts, too: see the worst. Figures that are always 0 are not shown.\n",
}

--- The value below which a share of a sorted list lies; between two values in proportion.
local function quantile(sorted, share)
  local at = 1 + (#sorted - 1) * share
  local low = math.floor(at)
  local high = math.min(low + 1, #sorted)
  return sorted[low] + (sorted[high] - sorted[low]) * (at - low)
end

---@param list number[]
local function spread(list)
  local sorted = table.move(list, 1, #list, 1, {})
  table.sort(sorted)
  return { best = sorted[1], lower = quantile(sorted, 0.25), median = quantile(sorted, 0.5), upper = quantile(sorted, 0.75),
    worst = sorted[#sorted] }
end

-- A set is one way of running: { name, cache, samples = { {wall=, …} }, phases = { name = { spans, self[], total[] } } }.

local function add_phases(set, phases)
  set.recorded = set.recorded + 1
  for name, phase in pairs(phases) do
    local known = set.phases[name]
    if not known then
      known = { self = {}, total = {}, spans = {} }
      set.phases[name] = known
    end
    known.self[set.recorded], known.total[set.recorded] = phase.self, phase.total
    known.spans[set.recorded] = phase.spans
  end
end

local function add_sample(set, sample)
  for key, value in pairs(sample) do
    if math.type(value) then
      set.samples[key] = set.samples[key] or {}
      table.insert(set.samples[key], value)
    end
  end
end

local function sets_of(options)
  local sets = {}
  for _, set in ipairs { { name = "cold", cache = false }, { name = "warm", cache = true } } do
    if not (set.cache and options.no_cache) then
      set.samples, set.phases, set.recorded = {}, {}, 0
      sets[#sets + 1] = set
    end
  end
  return sets
end

-- --- commands ---

--- What a recorded process says of itself: the first line of its trace.
local function read_trace(file)
  local handle = io.open(file, "rb")
  local line = handle and handle:read "l"
  if handle then
    handle:close()
  end
  local documents = line and core.read("<profile>", { text = (line:gsub(",$", "")) .. "}", format = "json" })
  return documents and documents[1] and documents[1]:root():totable().otherData
end

local function child(words, set, record)
  local line = { words[1], not set.cache and "--no-cache" or nil }
  line[#line + 1] = record and "--profile=" .. record or nil
  table.move(words, 2, #words, #line + 1, line)
  local sample, why = core.profile.child(line)
  if not sample then
    error({ message = why, exit = 2 }, 0)
  elseif sample.status > 1 then
    error({ message = ("'cfgrun %s' ends with status %d"):format(terminal.clean(table.concat(line, " ")), sample.status),
      hint = "run it by itself to see why", exit = 2 }, 0)
  end
  return sample
end

local function no_trace(words)
  local own
  for _, word in ipairs(words) do
    own = own or word:find "^%-%-profile" and word
  end
  error({ message = "a run left no profile behind", exit = 2,
    hint = own and ("leave '%s' out: the runs are recorded anyway"):format(terminal.clean(own)) or nil }, 0)
end

local function run_commands(words, sets, runs, trace)
  if sets[2] then
    child(words, sets[2]) -- fills the cache
  end
  for _ = 1, runs do
    for _, set in ipairs(sets) do
      add_sample(set, child(words, set))
      child(words, set, trace)
      local notes = read_trace(trace) or no_trace(words)
      local phases = {}
      for name, phase in pairs(notes.phases) do
        phases[name] = { self = phase.self_ns, total = phase.total_ns, spans = phase.spans }
      end
      add_phases(set, phases)
      add_sample(set, { blocks = tonumber(notes.blocks), reused = tonumber(notes.reused),
        lua_allocations = tonumber(notes.lua_allocations) })
    end
  end
end

-- --- loads ---

local function load_once(file, options)
  local before, stats = core.profile.usage(), core.load_stats()
  local begin = core.profile.now()
  ok(core.read(file, { limits = options.limits }))
  local wall = core.profile.now() - begin
  local faults = core.profile.usage().faults - before.faults
  collectgarbage() -- gives the documents back
  local after, now = core.profile.usage(), core.load_stats()
  return { wall = wall, faults = faults, blocks = now.blocks - stats.blocks, reused = now.reused - stats.reused,
    heap = after.heap and after.heap - before.heap, resident = after.resident }, begin
end

--- All loads of one set, then those of the other: a loader keeps memory from one load for the next.
local function run_loads(file, sets, runs, options)
  for _, set in ipairs(sets) do
    core.loading { cache = set.cache }
    if set.cache then
      load_once(file, options) -- fills the cache
    end
    for _ = 1, runs do
      collectgarbage()
      local sample, begin = load_once(file, options)
      local phases = {}
      for _, phase in ipairs(profiling.phases((ok(core.profile.rows(begin))))) do
        phases[phase.name] = { self = phase.self, total = phase.total, spans = phase.spans }
      end
      add_sample(set, sample)
      add_phases(set, phases)
    end
  end
end

-- --- showing ---

--- Spreads by phase; a run in which a phase did not happen counts as nothing.
local function phases_of(set)
  local list = {}
  for name, known in pairs(set.phases) do
    for i = 1, set.recorded do
      known.self[i], known.total[i], known.spans[i] = known.self[i] or 0, known.total[i] or 0, known.spans[i] or 0
    end
    list[#list + 1] = { phase = name, spans = math.tointeger(spread(known.spans).median // 1), own_ns = spread(known.self),
      total_ns = spread(known.total) }
  end
  table.sort(list, function(a, b)
    if a.own_ns.median ~= b.own_ns.median then
      return a.own_ns.median > b.own_ns.median
    end
    return a.phase < b.phase
  end)
  return list
end

local function as_json(what, sets, figures, runs)
  local out = json.list {}
  for _, set in ipairs(sets) do
    local spreads = {}
    for _, figure in ipairs(figures) do
      local list = set.samples[figure[1]]
      spreads[figure[1] .. (figure[3] == 1e6 and figure[2]:find "ms$" and "_ns" or "")] = list and spread(list)
    end
    out[#out + 1] = { name = set.name, cache = set.cache, figures = spreads, phases = json.list(phases_of(set)) }
  end
  return json.encode { schema_version = 1, what = what.text, processes = what.processes, runs = runs, sets = out } .. "\n"
end

--- Is there anything but nothing in any set?
local function is_something(sets, key)
  for _, set in ipairs(sets) do
    for _, value in ipairs(set.samples[key] or {}) do
      if value ~= 0 then
        return true
      end
    end
  end
  return false
end

local function show_figures(write, paint, set, figures, sets)
  local title = set.cache and "warm, with a cache" or "cold, without a cache"
  write(paint(("%-22s %10s %10s %10s %10s %10s"):format(title, "best", "quartile", "median", "quartile", "worst"), "bold"), "\n")
  for _, figure in ipairs(figures) do
    local list = set.samples[figure[1]]
    if list and is_something(sets, figure[1]) then
      local s, cells = spread(list), {}
      for i, key in ipairs { "best", "lower", "median", "upper", "worst" } do
        cells[i] = ("%10s"):format((("%." .. figure[4] .. "f"):format(s[key] / figure[3])))
      end
      cells[3] = paint(cells[3], "cyan")
      write(("%-22s %s\n"):format(figure[2], table.concat(cells, " ")))
    end
  end
  write "\n"
end

local function show_phases(write, paint, sets)
  local order, by_set = {}, {}
  for i, set in ipairs(sets) do
    by_set[i] = {}
    for _, phase in ipairs(phases_of(set)) do
      if not (by_set[1][phase.phase] or by_set[i][phase.phase]) then
        order[#order + 1] = phase.phase
      end
      by_set[i][phase.phase] = phase
    end
  end
  local header = ("%-22s"):format "own ms, median"
  for _, set in ipairs(sets) do
    header = header .. (" %10s %10s"):format(set.name, "spans")
  end
  write(paint(header, "bold"), "\n")
  for _, name in ipairs(order) do
    local line = ("%-22s"):format(name)
    for i in ipairs(sets) do
      local phase = by_set[i][name]
      line = line .. (" %10s %10s"):format(phase and ("%.3f"):format(phase.own_ns.median / 1e6) or "-",
        phase and profiling.short(phase.spans) or "-")
    end
    write(line, "\n")
  end
end

local function as_text(what, sets, figures, runs)
  local paint, out = terminal.painter(1), {}
  local function write(...)
    for _, text in ipairs { ... } do
      out[#out + 1] = text
    end
  end
  write(paint(terminal.clean(what.text), "bold"), (": %d %s, %s\n\n"):format(runs, what.processes and "runs" or "loads",
    what.processes and "each in a process of its own" or "in this process"))
  for _, set in ipairs(sets) do
    show_figures(write, paint, set, figures, sets)
  end
  show_phases(write, paint, sets)
  write("\n", what.processes and NOTES.runs or NOTES.loads)
  return table.concat(out)
end

--- A command of this program, a file, or nothing that can be repeated.
local function check_words(words, program)
  for _, name in ipairs(program.names) do
    if name == words[1] then
      if name == M.name then
        error({ message = "a profile of profiles is not to be had", exit = 2 }, 0)
      end
      return true
    end
  end
  local there = core.files.kind(words[1])
  if there and words[2] then
    error({ message = ("'%s' is a file, and '%s' stands behind it"):format(words[1], words[2]), exit = 2,
      hint = ("options stand before it: cfgrun profile -n 20 %s; one file at a time"):format(words[1]) }, 0)
  elseif not there then
    local near = args.nearest(words[1], program.names)
    error({ message = ("'%s' is neither a command nor a file"):format(words[1]), exit = 2,
      hint = near and ("did you mean 'cfgrun profile %s'?"):format(near) or "give a file, or a command with its words" }, 0)
  end
  return false
end

---@param options table
---@param words string[]
---@param program { names: string[], command: function }
---@return integer status
function M.run(options, words, program)
  local runs = math.tointeger(tonumber(options.runs or "10"))
  if not runs or runs < 1 then
    error { message = ("profile: --runs cannot be '%s'"):format(options.runs), hint = "it is a number from 1", exit = 2 }
  elseif not core.profile.on() then
    error { message = "there is no memory to record a profile", exit = 2 }
  end
  local processes, sets = check_words(words, program), sets_of(options)
  local what = { processes = processes, text = processes and "cfgrun " .. table.concat(words, " ") or words[1] }
  if processes then
    local trace = os.tmpname()
    local done, problem = pcall(run_commands, words, sets, runs, trace)
    os.remove(trace)
    if not done then
      error(problem, 0)
    end
  else
    run_loads(words[1], sets, runs, options)
  end
  local render = options.format == "json" and as_json or as_text
  io.stdout:write(render(what, sets, processes and OF_RUNS or OF_LOADS, runs))
  return 0
end

return M
