-- cli/commands/help.lua: help on the program, a command, a topic; and the same as manual pages.

local help = require "help"
local ok = require("problem").check

local M = {
  name = "help",
  group = "program",
  summary = "help on a command or a topic",
  usage = "[COMMAND | TOPIC]",
  text = "Topics are limits, exit-codes, environment, formats and reports. With --man, what `man` shows: of the program, or of "
    .. "COMMAND.",
  most = 1,
  options = {
    { "man", help = "as a manual page in roff" },
    { "output", short = "o", value = "FOLDER", help = "with --man: write all pages into this folder" },
  },
  examples = {
    { "cfgrun help check", "a command" },
    { "cfgrun help environment", "which variables count" },
    { "cfgrun help --man check | man -l -", "read it as a manual page" },
    { "cfgrun help --man -o /usr/local/share/man/man1", "for `man cfgrun`" },
  },
}

---@param word string
---@param program { names: string[], command: fun(name: string): table }
---@return table? description
local function find(word, program)
  for _, name in ipairs(program.names) do
    if name == word then
      return program.command(name)
    end
  end
end

local function unknown(word, program)
  local names = {}
  for _, topic in ipairs(help.topics) do
    names[#names + 1] = topic.name
  end
  table.move(program.names, 1, #program.names, #names + 1, names)
  local near = require("args").nearest(word, names)
  error({ message = ("there is no help on '%s'"):format(word), exit = 2,
    hint = near and ("did you mean 'cfgrun help %s'?"):format(near) or "`cfgrun help` lists commands and topics" }, 0)
end

local function manual(options, word, program)
  local man = require "man"
  if options.output then
    local core = require "core"
    ok(core.files.make_folder(options.output))
    for _, page in ipairs(man.all(program)) do
      ok(core.files.replace(options.output .. "/" .. page.name, page.text))
    end
    return 0
  end
  local description = word and (find(word, program) or unknown(word, program))
  io.stdout:write(description and man.command(description, program) or man.program(program))
  return 0
end

---@param options table
---@param words string[]
---@param program { names: string[], command: fun(name: string): table }
---@return integer status
function M.run(options, words, program)
  local word = words[1]
  if options.output and not options.man then
    error { message = "--output goes with --man", exit = 2 }
  elseif options.man then
    return manual(options, word, program)
  elseif not word then
    io.stdout:write(help.overview(program.names, program.command))
    return 0
  end
  for _, topic in ipairs(help.topics) do
    if topic.name == word then
      io.stdout:write(topic.text())
      return 0
    end
  end
  io.stdout:write(help.command(find(word, program) or unknown(word, program)))
  return 0
end

return M
