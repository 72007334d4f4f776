-- cli/commands/cache.lua: what is kept from earlier runs: how it does, whether it is sound, and that it begin anew.

local core = require "core"
local size = require("amount").bytes
local inputs = require "inputs"
local json = require "json"
local problems = require "problem"
local projects = require "project"

local ok = problems.check

local M = {
  name = "cache",
  group = "program",
  summary = "look at, check, fill or empty the cache",
  usage = "stats | verify | clear | path | warm FILE...",
  text = "Files that were read once are kept as they lay in memory, so that the next run need not parse them. "
    .. "`stats` tells how much that is and how often it helped, `verify` looks at every byte and removes what is damaged "
    .. "(then the status is 1), `warm` reads files and folders so that they are there, `clear` removes everything, `path` "
    .. "prints the folder. CFGRUN_CACHE names another folder, or is `off`; CFGRUN_CACHE_SIZE says how large it may be (256 MiB).",
  least = 1,
  options = {
    { "format", short = "f", value = "FORMAT", choices = { "text", "json" }, help = "how to tell it: text, json" },
  },
  examples = {
    { "cfgrun cache stats", "size, records, hit rate" },
    { "cfgrun cache warm config/", "read everything once, for example when an image is built" },
    { "cfgrun cache stats -f json", "for a machine: hits, misses, bytes" },
  },
}

---@param n integer
---@param word string
---@return string
local function count(n, word)
  return ("%d %s%s"):format(n, word, n == 1 and "" or "s")
end

--- "4 days ago"; for what is still to come, as clocks are set back, "just now".
local function ago(time)
  local seconds = math.max(core.now() - time, 0)
  for _, unit in ipairs { { 86400, "day" }, { 3600, "hour" }, { 60, "minute" } } do
    if seconds >= unit[1] then
      return count(seconds // unit[1], unit[2]) .. " ago"
    end
  end
  return "just now"
end

---@return number? rate from 0 to 1
local function rate(hits, misses)
  return hits + misses > 0 and hits / (hits + misses) or nil
end

local function rated(hits, misses)
  local r = rate(hits, misses)
  return r and ("%.1f %% of %d"):format(math.floor(r * 1000) / 10, hits + misses) or "nothing was asked"
end

local function tell(options, fields, lines)
  if options.format == "json" then
    io.stdout:write(json.encode(fields), "\n")
  else
    io.stdout:write(table.concat(lines, "\n"), "\n")
  end
end

-- By the letters that records begin with (engine/load).
local KINDS = { cfrdocs = "documents", cfrsect = "sections", cfroutl = "outlines", cfstamp = "stamps" }

--- The kinds by names that people know; what has none is "others".
local function kinds_of(kinds)
  local out = {}
  for letters, kind in pairs(kinds) do
    local sum = out[KINDS[letters] or "others"] or { records = 0, bytes = 0 }
    out[KINDS[letters] or "others"] = { records = sum.records + kind.records, bytes = sum.bytes + kind.bytes }
  end
  return out
end

local RUN = {}

function RUN.stats(options)
  local s = ok(core.cache.stats())
  s.kinds = kinds_of(s.kinds)
  s.rate, s.day_rate = rate(s.hits, s.misses), rate(s.day_hits, s.day_misses)
  local lines = { ("folder    %s"):format(s.path) }
  if s.there then
    lines[#lines + 1] = ("size      %s of %s, in use %s"):format(size(s.file), size(s.bound), size(s.used))
    lines[#lines + 1] = ("records   %d, %s"):format(s.records, size(s.bytes))
    for _, name in ipairs { "documents", "sections", "outlines", "stamps", "others" } do
      if s.kinds[name] then
        lines[#lines + 1] = ("          %-10s %d, %s"):format(name, s.kinds[name].records, size(s.kinds[name].bytes))
      end
    end
    if s.records > 0 then
      lines[#lines + 1] = ("used      the latest %s, the one not used for longest %s"):format(ago(s.newest), ago(s.oldest))
    end
  else
    lines[#lines + 1] = ("size      nothing is kept yet; at most %s"):format(size(s.bound))
  end
  if s.since > 0 then
    lines[#lines + 1] = ("found     %s during the last day"):format(rated(s.day_hits, s.day_misses))
    lines[#lines + 1] = ("          %s since counting began, %s"):format(rated(s.hits, s.misses), ago(s.since))
    lines[#lines + 1] = ("writing   %s kept, %d dropped"):format(count(s.kept, "record"), s.dropped)
  end
  tell(options, s, lines)
  return 0
end

function RUN.verify(options)
  local v = ok(core.cache.verify())
  local lines = { ("%s in order, %s"):format(count(v.records, "record"), size(v.bytes)) }
  if v.moved then
    lines = { ("%s: the file of records was damaged (%s) and is moved away; the cache begins anew"):format(v.path, v.why) }
  elseif v.removed > 0 then
    lines[2] = ("%s damaged and removed"):format(count(v.removed, "record"))
  end
  tell(options, v, lines)
  return (v.moved or v.removed > 0) and 1 or 0
end

--- Reads them as every command does; what cannot be read is told, and the others are read all the same.
function RUN.warm(options, words)
  ok(core.cache.stats()) -- a cache that cannot be used is told here, as it is what was asked for
  for _, word in ipairs(words) do
    if word == "-" then
      error { message = "cache warm: standard input is nothing to be found again", hint = "give files, folders or globs", exit = 2 }
    end
  end
  local files, troubles = inputs.expand(words, projects.none(), { go_on = true })
  local read = 0
  for _, file in ipairs(files) do
    local documents, problem = core.read(file.path, { limits = options.limits })
    if documents then
      read = read + 1
    else
      troubles[#troubles + 1] = problem
    end
  end
  for _, problem in ipairs(troubles) do
    problems.show(problem)
  end
  local stats = core.load_stats()
  tell(options, { files = read, failed = #troubles, bytes = stats.bytes, parsed = stats.parsed, kept = stats.kept,
    hits = stats.hits }, {
    ("%s read, %s: %s parsed, %s kept, %s found there"):format(count(read, "file"), size(stats.bytes), size(stats.parsed),
      size(stats.kept), count(stats.hits, "record")) })
  return #troubles > 0 and 2 or 0
end

function RUN.clear(options)
  local path, bytes = ok(core.cache.path()), ok(core.cache.clear())
  tell(options, { path = path, bytes = bytes }, { ("%s: %s removed"):format(path, size(bytes)) })
  return 0
end

function RUN.path(options)
  local path = ok(core.cache.path())
  tell(options, { path = path }, { path })
  return 0
end

---@param options table
---@param words string[]
---@return integer status
function M.run(options, words)
  local what = table.remove(words, 1)
  local names = {}
  for name in pairs(RUN) do
    names[#names + 1] = name
  end
  table.sort(names)
  if not RUN[what] then
    local near = require("args").nearest(what, names)
    error { message = ("cache: there is no '%s'"):format(what), exit = 2,
      hint = near and ("did you mean 'cfgrun cache %s'?"):format(near) or "it is one of " .. table.concat(names, ", ") }
  end
  if what ~= "warm" and #words > 0 then
    error { message = ("cache %s: '%s' is one word too many"):format(what, words[1]), exit = 2 }
  end
  return RUN[what](options, words)
end

return M
