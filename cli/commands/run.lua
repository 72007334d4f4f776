-- cli/commands/run.lua: a script of yours over configuration: reports, exports, checks that are no rules.

local core = require "core"
local ok = require("problem").check
local script = require "script"

local M = {
  name = "run",
  group = "automate",
  summary = "run a Lua script over configuration",
  usage = "SCRIPT [ARGUMENT...]",
  text = "The script is trusted: it has Lua's standard library and require \"cfgrun\", which reads, queries and checks "
    .. "configuration (docs/scripts.md). Words behind SCRIPT are its own, as `...` and in `arg`. An integer it returns "
    .. "is the exit status (255 at most), false is 1. SCRIPT may be - for standard input.",
  least = 1,
  own_words = true,
  options = {
    { "trace", help = "with an error, show the calls that led to it" },
  },
  examples = {
    { "cfgrun run report.lua stack.yaml", "a report" },
    { "cfgrun run - < report.lua", "a script from a pipe" },
  },
}

---@param options table
---@param words string[]
---@return integer status
function M.run(options, words)
  local file = words[1]
  local text = file == "-" and ok(core.files.read_input {}) or ok(core.files.read(file))
  local folder = file:match "^(.*)/[^/]*$" or "."
  local environment = script.environment(folder == "" and "/" or folder)
  environment.arg = table.move(words, 1, #words, 0, {})
  local chunk, why = load((text:gsub("^#[^\n]*", "")), "@" .. file, "t", environment)
  if not chunk then
    error(script.problem(why), 0)
  end
  local done, result = xpcall(chunk, function(raised)
    local told = script.problem(raised, options.trace)
    return told
  end, table.unpack(words, 2))
  if not done then
    error(result, 0)
  end
  local status = type(result) == "number" and math.tointeger(result) or result == false and 1 or 0
  return status >= 0 and status <= 255 and status or 255 -- the system keeps 8 bits: 256 would be success
end

return M
