-- stdlib/profiling.lua: where the time of a command went (--profile): a trace in a file, tables on standard error.
--
-- The rows are those of engine/trace.h: sums by phase and detail. Times of several threads are added. A phase's own time is
-- what no other phase within it took, so the own times of all phases together are the time of all threads, each once.

local amount = require "amount"
local core = require "core"
local terminal = require "terminal"

local M = {}

local DEFAULT = "cfgrun-profile.json"
local SHOWN = 10
local WIDTH = 80

-- Phases whose detail is a file, and those whose detail is a rule.
local FILES = { read = "reading", hash = "reading", verify = "reading", scan = "reading", parse = "reading",
  format = "reading", check = "checking" }
local RULES = { select = true, rule = true }

---@type { file: string, line: string, command: string, begin: integer }?
local asked

-- Commands that take values as words of their own, behind a file.
local WRITES = { set = true, insert = true }

--- The words of a command for others to read: without the values in them, which may be secrets.
---@param argv string[]
local function shown(argv)
  local list, file = {}, false
  for i, word in ipairs(argv) do
    if i > 1 and WRITES[argv[1]] then
      if file then
        list[i] = "…"
        break
      end
      file = word:sub(1, 1) ~= "-"
    end
    local name = word:match "^%-%-set=[^=]*=" or word:match "^%-%-env=[^=]*=" -- other options are kept whole
    list[i] = name and name .. "…" or word:sub(1, 2) ~= "--" and word:gsub("^([^=]*=).+", "%1…") or word
  end
  return table.concat(list, " ")
end

--- Somebody wants to know.
---@param file string|true
---@param argv string[]
function M.begin(file, argv)
  asked = { file = file == true and DEFAULT or file, line = shown(argv), command = argv[1],
    begin = core.profile.now() }
end

--- Is a profile wanted of this run?
function M.wanted()
  return asked ~= nil
end

--- Nanoseconds as milliseconds, for a column that says so.
---@param ns number
---@return string
function M.ms(ns)
  return ("%.2f"):format(ns / 1e6)
end

--- A figure with a word for thousands: 12.3k, 4.56M.
---@param n number
---@return string
function M.short(n)
  if n < 10000 then
    return ("%.0f"):format(n)
  end
  for _, step in ipairs { { 1e12, "T" }, { 1e9, "G" }, { 1e6, "M" }, { 1e3, "k" } } do
    if n >= step[1] then
      local value = n / step[1]
      return ((value < 10 and "%.2f%s" or value < 100 and "%.1f%s" or "%.0f%s"):format(value, step[2]))
    end
  end
end

--- How much of something in how much time: "112.0 MiB/s", "3.10k nodes/s".
local function throughput(many, unit, ns)
  if not unit or many == 0 or ns == 0 then
    return ""
  elseif unit == "bytes" then
    return amount.rate(many, ns)
  end
  return ("%s %s/s"):format(M.short(many / (ns / 1e9)), unit)
end

--- Rows by a key, summed up; in the order of `by`, the largest first.
---@param rows table[]
---@param key fun(row: table): string?
---@param add fun(sum: table, row: table)
---@param by string
---@return table[] sums, number total
local function sums(rows, key, add, by)
  local list, known, total = {}, {}, 0
  for _, row in ipairs(rows) do
    local name = key(row)
    local sum = name and known[name]
    if name and not sum then
      sum = setmetatable({ name = name }, { __index = function() return 0 end })
      known[name] = sum
      list[#list + 1] = sum
    end
    if sum then
      add(sum, row)
    end
  end
  for _, sum in ipairs(list) do
    total = total + sum[by]
  end
  table.sort(list, function(a, b)
    if a[by] ~= b[by] then
      return a[by] > b[by]
    end
    return a.name < b.name
  end)
  return list, total
end

---@param rows table[]
---@return table[] phases
function M.phases(rows)
  return (sums(rows, function(row)
    return row.spans > 0 and row.phase or nil
  end, function(sum, row)
    sum.spans, sum.total, sum.self = sum.spans + row.spans, sum.total + row.top, sum.self + row.self
    if row.unit then
      sum.unit, sum.amount = row.unit, sum.amount + row.amount
      sum.measured = sum.measured + row.total
    end
  end, "self"))
end

local function files_of(rows)
  return sums(rows, function(row)
    return FILES[row.phase] and row.detail ~= "" and row.detail or nil
  end, function(sum, row)
    local part = FILES[row.phase]
    sum[part], sum.total = sum[part] + row.outer, sum.total + row.outer
    if row.unit == "bytes" then
      sum.bytes = math.max(sum.bytes, row.amount // math.max(row.spans, 1))
    end
  end, "total")
end

local function rules_of(rows)
  return sums(rows, function(row)
    return RULES[row.phase] and row.detail or nil
  end, function(sum, row)
    sum[row.phase], sum.total = sum[row.phase] + row.total, sum.total + row.total
    if row.unit == "findings" then
      sum.findings = sum.findings + row.amount
    elseif row.phase == "rule" then
      sum.places = sum.places + row.amount
    end
  end, "total")
end

--- Text cut to a number of columns: of names the end tells more than the beginning.
local function cut(text, columns)
  text = terminal.clean(text)
  if core.display_width(text) > columns then
    local first = #text
    while first > 1 and core.display_width(text:sub(utf8.offset(text, 0, first - 1))) < columns do
      first = utf8.offset(text, 0, first - 1)
    end
    text = "…" .. text:sub(first)
  end
  return text .. (" "):rep(columns - core.display_width(text))
end

local EIGHTHS = { "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█" }

--- A bar for a share of the whole.
local function bar(share, columns)
  local eighths = math.floor(share * columns * 8 + 0.5)
  return ("█"):rep(eighths // 8) .. (EIGHTHS[eighths % 8] or "")
end

local function show_phases(write, paint, rows)
  local phases, all = M.phases(rows), 0
  for _, phase in ipairs(phases) do
    all = all + phase.self
  end
  write(paint(("%-10s %7s %10s %10s %7s %19s"):format("phase", "spans", "total ms", "own ms", "share", "throughput"), "bold"),
    "\n")
  for _, phase in ipairs(phases) do
    local share = all > 0 and phase.self / all or 0
    local line = ("%-10s %7s %10s %10s %5.1f %% %19s"):format(phase.name, M.short(phase.spans), M.ms(phase.total),
      M.ms(phase.self), share * 100, throughput(phase.amount, phase.unit ~= 0 and phase.unit, phase.measured))
    local drawn = bar(share, WIDTH - core.display_width(line) - 2)
    write((line .. (drawn ~= "" and "  " .. paint(drawn, "cyan") or "")):gsub(" +$", "") .. "\n")
  end
end

local function more(count, what)
  return count > SHOWN and ("… and %d more %s\n"):format(count - SHOWN, what) or ""
end

local function show_files(write, paint, rows)
  local files = files_of(rows)
  if #files == 0 then
    return
  end
  local name = WIDTH - 4 * 11
  write("\n", paint(("%s %10s %10s %10s %10s"):format(cut("file", name), "total ms", "reading", "checking", "size"), "bold"), "\n")
  for i = 1, math.min(#files, SHOWN) do
    local file = files[i]
    write(("%s %10s %10s %10s %10s\n"):format(cut(file.name, name), M.ms(file.total), file.reading > 0 and M.ms(file.reading) or "-",
      file.checking > 0 and M.ms(file.checking) or "-",
      file.bytes > 0 and amount.bytes(file.bytes) or "-"))
  end
  write(more(#files, "files"))
end

local function show_rules(write, paint, rows)
  local rules = rules_of(rows)
  if #rules == 0 then
    return
  end
  local name = WIDTH - 5 * 9
  write("\n", paint(("%s %8s %8s %8s %8s %8s"):format(cut("rule", name), "total ms", "select", "Lua", "places", "findings"),
    "bold"), "\n")
  for i = 1, math.min(#rules, SHOWN) do
    local rule = rules[i]
    local line = ("%s %8s %8s %8s %8s %8s"):format(cut(rule.name, name), M.ms(rule.total), M.ms(rule.select), M.ms(rule.rule),
      M.short(rule.places), rule.findings > 0 and M.short(rule.findings) or "")
    write((line:gsub(" +$", "")), "\n")
  end
  write(more(#rules, "rules"))
end

--- The tables, on standard error.
local function show(rows, totals, wall, peak)
  local paint = terminal.painter(2)
  local function write(...)
    io.stderr:write(...)
  end
  write("\n", paint("profile", "bold"), (" of cfgrun %s: %s ms on %d thread%s, %s of memory at most\n\n"):format(
    terminal.clean(asked.command), M.ms(wall), totals.threads, totals.threads == 1 and "" or "s", amount.bytes(peak)))
  show_phases(write, paint, rows)
  show_files(write, paint, rows)
  show_rules(write, paint, rows)
  write "\n"
  if totals.lost > 0 then
    write(("%d spans were too many to be kept: these figures lack them\n"):format(totals.lost))
  end
end

--- Writes the trace and shows the tables; the exit status that follows.
---@param status integer
---@return integer
function M.finish(status)
  local problem = require "problem"
  if not core.profile.on() then
    problem.show { message = "there was no memory to record a profile" }
    return math.max(status, 2)
  end
  core.profile.span("command", asked.command, asked.begin)
  io.stdout:flush()
  local wall, usage, notes = core.profile.now(), core.profile.usage(), { command = "cfgrun " .. asked.line,
    status = tostring(status) }
  for _, counts in ipairs { usage, core.load_stats() } do
    for name, value in pairs(counts) do
      notes[name] = math.type(value) and tostring(value) or nil
    end
  end
  local rows, totals = core.profile.rows()
  if not rows then
    problem.show(totals)
    return math.max(status, 2)
  elseif status ~= 130 then -- who interrupts does not want to read
    show(rows, totals, wall - totals.begin, usage.peak)
  end
  local written, why = core.profile.write(asked.file, notes)
  if not written then
    why.hint = why.hint or "give another place with --profile=FILE"
    why.message = "the profile is not written: " .. why.message
    problem.show(why)
    return math.max(status, 2)
  end
  io.stderr:write(("written to %s: ui.perfetto.dev shows it on a line of time\n"):format(terminal.clean(asked.file)))
  return status
end

return M
