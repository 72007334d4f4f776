-- cli/commands/get.lua: one value out of a file.

local core = require "core"
local loading = require "loading"
local ok = require("problem").check
local reading = require "reading"

local M = {
  name = "get",
  group = "read",
  summary = "print the value at a place",
  usage = "FILE POINTER",
  text = "POINTER is a JSON Pointer: /agents/0/model. A scalar is printed as it is, a collection as YAML. "
    .. "FILE may be - for standard input. Of a large YAML or JSON file only the part is read that POINTER leads to, and "
    .. "what is wrong elsewhere is not found; `--document 1` reads everything.",
  least = 2,
  most = 2,
  options = {
    { "format", short = "f", value = "FORMAT", choices = table.move(core.formats(), 1, #core.formats(), 2, { "canonical" }),
      help = "how to write it; with it, scalars are written as that format has them" },
    reading.options[1],
    reading.options[2],
    loading.option,
  },
  examples = {
    { "cfgrun get deploy.yaml /spec/replicas", "a number" },
    { "cfgrun get deploy.yaml /spec/template -f json", "a part, as JSON" },
  },
}

local SCALARS = { string = true, other = true }

--- What is printed of a node; nil and why not.
---@return string?, table?
local function text_of(node, options)
  if not options.format and SCALARS[node:kind()] then
    return node:value() .. "\n"
  elseif not options.format and node:kind() == "null" then
    return "null\n"
  end
  local text, problem = node:text { format = options.format or "yaml" }
  return text and (text:find "\n$" and text or text .. "\n"), problem
end

--- The node of a large file, without reading all of it, if that can be. What goes wrong is told by reading everything.
local function alone(file, pointer, options)
  if file == "-" or options.document or pointer == "" then
    return nil
  end
  local node = core.section(file, pointer, { format = options.from, limits = options.limits })
  return node and text_of(node, options)
end

---@param options table
---@param words string[]
---@return integer status
function M.run(options, words)
  local file, pointer = words[1], words[2]
  reading.check_pointer(pointer, "`cfgrun query` takes queries")
  local text = alone(file, pointer, options)
  if not text then
    local name = file == "-" and "<stdin>" or file
    text = ok(text_of(reading.at(reading.one(file, options), pointer, name), options))
  end
  io.stdout:write(text)
  return 0
end

return M
