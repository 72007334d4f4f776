-- cli/commands/completion.lua: a script that teaches a shell the words of cfgrun.

local M = {
  name = "completion",
  group = "program",
  summary = "print a completion script for bash, zsh or fish",
  usage = "bash|zsh|fish",
  text = "The script knows commands, options and their values; for rules, packs and places in a file it asks cfgrun while "
    .. "you type. docs/shell.md says where each shell looks for it.",
  least = 1,
  most = 1,
  options = {},
  examples = {
    { "source <(cfgrun completion bash)", "in ~/.bashrc" },
    { "cfgrun completion zsh > ~/.zfunc/_cfgrun", "a folder that is in $fpath" },
    { "cfgrun completion fish > ~/.config/fish/completions/cfgrun.fish", "fish finds it there" },
  },
}

local SHELLS = { "bash", "zsh", "fish" }

---@param _ table
---@param words string[]
---@param program { names: string[], command: fun(name: string): table }
---@return integer status
function M.run(_, words, program)
  for _, shell in ipairs(SHELLS) do
    if shell == words[1] then
      io.stdout:write(require("completion/" .. shell).render(require("completion/model").of(program)))
      return 0
    end
  end
  local near = require("args").nearest(words[1], SHELLS)
  error { message = ("there is no script for '%s'"):format(words[1]), exit = 2,
    hint = near and ("did you mean '%s'?"):format(near) or "there are scripts for bash, zsh and fish" }
end

return M
