-- cli/commands/help.lua: help on the program, a command, the ceilings, the exit statuses.

local help = require "help"

local M = {
  name = "help",
  summary = "help on a command, on limits, or on exit-codes",
  usage = "[COMMAND | limits | exit-codes]",
  most = 1,
  options = {},
}

---@param _ table
---@param words string[]
---@param program { names: string[], command: fun(name: string): table }
---@return integer status
function M.run(_, words, program)
  local word = words[1]
  if not word then
    io.stdout:write(help.overview(program.names, program.command))
  elseif word == "limits" then
    io.stdout:write(help.limits())
  elseif word == "exit-codes" then
    io.stdout:write(help.exit_text())
  else
    for _, name in ipairs(program.names) do
      if name == word then
        io.stdout:write(help.command(program.command(name)))
        return 0
      end
    end
    error { message = ("there is no help on '%s'"):format(word), hint = "`cfgrun help` lists the commands", exit = 2 }
  end
  return 0
end

return M
