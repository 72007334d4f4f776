-- cli/commands/version.lua: which cfgrun this is.

local core = require "core"

local M = {
  name = "version",
  group = "program",
  summary = "print the version",
  usage = "",
  most = 0,
  options = { { "json", help = "as JSON" } },
  examples = { { "cfgrun version", "one line" }, { "cfgrun version --json", "for a program" } },
}

---@param options table
---@return integer status
function M.run(options)
  if options.json then
    io.stdout:write(require("json").encode({ name = "cfgrun", version = core.version, lua = _VERSION }, true), "\n")
  else
    io.stdout:write("cfgrun ", core.version, "\n")
  end
  return 0
end

return M
