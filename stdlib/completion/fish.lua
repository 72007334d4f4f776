-- stdlib/completion/fish.lua: the completion script for fish, 3.0 or later: a `complete` line for each option and word.
--
-- fish splits lines itself; a small function counts the words of the command, so that the first may be a file and the
-- second a place in it.

local model = require "completion/model"
local words = require "words"

local M = {}

local HEAD = [==[
# fish completion for cfgrun; made by `cfgrun completion fish`.

# Words of a kind, by asking cfgrun about the line so far.
function __cfgrun_ask
    set -l line (commandline -opc) (commandline -ct)
    # The value of --option=VALUE is a word of its own to cfgrun.
    set line[-1] (string replace -r -- '^--[^=]*=' '' $line[-1])
    cfgrun complete $argv[1] -- $line[2..-1] 2>/dev/null
end

function __cfgrun_in
    set -l line (commandline -opc)
    test (count $line) -ge 2; and test $line[2] = $argv[1]
end

# Is the command $argv[1], and is the word being typed its $argv[2]th (or a later one, with +)? The options that take a
# value in the word behind them follow.
function __cfgrun_word
    set -l line (commandline -opc)
    test (count $line) -ge 2; and test $line[2] = $argv[1]; or return 1
    set -l wanted $argv[2]
    set -l taking $argv[3..-1]
    set -l n 0
    set -l value 0
    for word in $line[3..-1]
        if test $value = 1
            set value 0
        else if contains -- $word $taking
            set value 1
        else if not string match -q -- '-?*' $word
            set n (math $n + 1)
        end
    end
    test $value = 0; or return 1
    if string match -q -- '*+' $wanted
        test $n -ge (string replace + '' $wanted)
    else
        test $n -eq $wanted
    end
end

complete -c cfgrun -f
complete -c cfgrun -n 'test (count (commandline -opc)) -eq 1' -l help -s h -d 'Show help'
complete -c cfgrun -n 'test (count (commandline -opc)) -eq 1' -l version -s V -d 'Print the version'
]==]

local function quote(text)
  return "'" .. text:gsub("\\", "\\\\"):gsub("'", "\\'") .. "'"
end

--- What `complete` has to offer for a kind, as arguments.
local function offer(kind)
  local word = model.word(kind)
  if word:find "^=" then
    return " -a " .. quote(word:sub(2))
  elseif word == "file" then
    return " -F"
  elseif word == "folder" then
    return " -a '(__fish_complete_directories)'"
  elseif word == "policy" then
    return " -F -a '(__cfgrun_ask policy)'"
  end
  return word ~= "" and (" -a '(__cfgrun_ask %s)'"):format(word) or ""
end

local function option_line(command, option)
  local line = ("complete -c cfgrun -n '__cfgrun_in %s' -l %s"):format(command.name, option[1])
  if option.short then
    line = line .. " -s " .. option.short
  end
  local offered = option.value and offer(words.of_option(option)) or ""
  if option.value and not option.optional then
    line = line .. " -r"
  end
  if option.value and not offered:find "^ %-F" then
    line = line .. " -f" -- no file
  end
  return line .. offered .. " -d " .. quote(model.short(option)) .. "\n"
end

---@param commands Command[]
---@return string
function M.render(commands)
  local out = { HEAD }
  for _, command in ipairs(commands) do
    out[#out + 1] = ("\ncomplete -c cfgrun -n 'test (count (commandline -opc)) -eq 1' -a %s -d %s\n"):format(command.name,
      quote(command.summary))
    local taking = {}
    for _, option in ipairs(command.options) do
      out[#out + 1] = option_line(command, option)
      if option.value and not option.optional then
        taking[#taking + 1] = "--" .. option[1]
        taking[#taking + 1] = option.short and "-" .. option.short
      end
    end
    for n, position in ipairs(command.positions) do
      for _, kind in ipairs(position.kinds) do
        if offer(kind) ~= "" then
          out[#out + 1] = ("complete -c cfgrun -n '__cfgrun_word %s %d%s %s'%s\n"):format(command.name, n - 1,
            position.many and "+" or "", table.concat(taking, " "), offer(kind))
        end
      end
    end
  end
  return table.concat(out)
end

return M
