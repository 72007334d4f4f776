-- cli/commands/query.lua: values that a JSONPath selects.

local loading = require "loading"
local ok = require("problem").check
local reading = require "reading"

local M = {
  name = "query",
  group = "read",
  summary = "print what a JSONPath selects",
  usage = "FILE JSONPATH",
  text = "Prints one JSON array of the values (RFC 9535). Exits 1 when nothing is selected. FILE may be - for standard input.",
  least = 2,
  most = 2,
  options = {
    { "lines", short = "l", help = "one value a line" },
    { "paths", help = "their normalized paths instead of the values" },
    { "pointers", help = "their JSON Pointers instead of the values" },
    reading.options[1],
    reading.options[2],
    loading.option,
  },
  examples = {
    { "cfgrun query stack.yaml '$.agents[*].model'", "all models" },
    { "cfgrun query stack.yaml '$..[?@.port < 1024]' --paths", "where low ports stand" },
  },
}

---@param options table
---@param words string[]
---@return integer status
function M.run(options, words)
  local root = reading.one(words[1], options):root()
  local nodes, problem = root:select(words[2], { limits = options.limits })
  if not nodes then
    if problem.code == "syntax" then -- show the query itself with the place
      problem.excerpt, problem.line = words[2], 1
      problem.message = "the query is not understood: " .. problem.message
    end
    error(problem, 0)
  end
  local json = require "json"
  local out = {}
  for i, node in ipairs(nodes) do
    if options.paths then
      out[i] = json.encode(node:normalized(), true)
    elseif options.pointers then
      out[i] = json.encode(node:path(), true)
    else
      out[i] = ok(node:text { format = "json", compact = true })
    end
  end
  if options.lines then
    io.stdout:write(table.concat(out, "\n"), #out > 0 and "\n" or "")
  else
    io.stdout:write("[", table.concat(out, ","), "]\n")
  end
  return #out > 0 and 0 or 1
end

return M
