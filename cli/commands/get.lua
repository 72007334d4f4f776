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
    .. "FILE may be - for standard input.",
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

---@param options table
---@param words string[]
---@return integer status
function M.run(options, words)
  reading.check_pointer(words[2], "`cfgrun query` takes queries")
  local node = reading.at(reading.one(words[1], options), words[2], words[1] == "-" and "<stdin>" or words[1])
  if not options.format and SCALARS[node:kind()] then
    io.stdout:write(node:value(), "\n")
  elseif not options.format and node:kind() == "null" then
    io.stdout:write "null\n"
  else
    local text = ok(node:text { format = options.format or "yaml" })
    io.stdout:write(text, text:find "\n$" and "" or "\n")
  end
  return 0
end

return M
