-- cli/commands/query.lua: values that a JSONPath selects.

local core = require "core"
local json = require "json"
local loading = require "loading"
local ok = require("problem").check
local reading = require "reading"

local M = {
  name = "query",
  group = "read",
  summary = "print what a JSONPath selects",
  usage = "FILE JSONPATH",
  text = "Prints one JSON array of the values (RFC 9535). Exits 1 when nothing is selected. FILE may be - for standard input. "
    .. "Of a large YAML or JSON file only the part is read that JSONPATH leads to by the names and indexes it begins with, and "
    .. "what is wrong elsewhere is not found; `--document 1` reads everything.",
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

--- All that a document has. Raises for a query that is none.
local function everything(file, query, options)
  local nodes, problem = reading.one(file, options):root():select(query, { limits = options.limits })
  if nodes then
    return nodes
  elseif problem.code == "syntax" then -- show the query itself with the place
    problem.excerpt, problem.line = query, 1
    problem.message = "the query is not understood: " .. problem.message
  end
  error(problem, 0)
end

--- What is printed of nodes, each a text; nil and why not.
---@return string[]?, table?
local function texts_of(nodes, options)
  local out = {}
  for i, node in ipairs(nodes) do
    if options.paths then
      out[i] = json.encode(node:normalized(), true)
    elseif options.pointers then
      out[i] = json.encode(node:path(), true)
    else
      local text, problem = node:text { format = "json", compact = true }
      if not text then
        return nil, problem
      end
      out[i] = text
    end
  end
  return out
end

--- The same of a large file, without reading all of it, if that can be. What goes wrong is told by reading everything.
local function alone(file, query, options)
  local nodes = file ~= "-" and not options.document
    and core.select(file, query, { format = options.from, limits = options.limits })
  return nodes and texts_of(nodes, options)
end

---@param options table
---@param words string[]
---@return integer status
function M.run(options, words)
  local file, query = words[1], words[2]
  local out = alone(file, query, options) or ok(texts_of(everything(file, query, options), options))
  if options.lines then
    io.stdout:write(table.concat(out, "\n"), #out > 0 and "\n" or "")
  else
    io.stdout:write("[", table.concat(out, ","), "]\n")
  end
  return #out > 0 and 0 or 1
end

return M
