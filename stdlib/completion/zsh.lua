-- stdlib/completion/zsh.lua: the completion script for zsh, in the words of its _arguments.

local model = require "completion/model"
local words = require "words"

local M = {}

local HEAD = [==[
#compdef cfgrun
# zsh completion for cfgrun; made by `cfgrun completion zsh`.

# Words of a kind, by asking cfgrun about the line so far.
_cfgrun_ask() {
  local -a line names shown
  local row last=${PREFIX}
  line=("${(@)_cfgrun_line[2,-2]}" "$last")
  while IFS= read -r row; do
    names+=("${row%%$'\t'*}")
    shown+=("${row/$'\t'/  -- }")
  done < <(cfgrun complete $1 -- "${line[@]}" 2>/dev/null)
  local -a more
  [[ $1 == limit ]] && more=(-S '')
  compadd "$more[@]" -l -d shown -a names
}
_cfgrun_policy() { _cfgrun_ask policy; _files }

_cfgrun() {
  local context state state_descr curcontext=$curcontext
  typeset -A opt_args
  local -a line _cfgrun_line
  _cfgrun_line=("${(@Q)words[1,CURRENT]}")
  _arguments -C '(- *)'{-h,--help}'[show help]' '(- *)'{-V,--version}'[print the version]' \
    '1: :->command' '*:: :->rest' && return
  case $state in
    command)
      local -a commands=(
]==]

local TAIL = [==[
      esac
      ;;
  esac
}

if [[ $funcstack[1] == _cfgrun ]]; then _cfgrun "$@"; else compdef _cfgrun cfgrun; fi
]==]

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

--- Text inside the brackets of a specification.
local function bracketed(text)
  return (text:gsub("[%[%]\\:]", "\\%0"))
end

--- The action of _arguments for some kinds.
---@param kinds (string|string[])[]
local function action(kinds)
  local list, plain = {}, {}
  for _, kind in ipairs(kinds) do
    local word = model.word(kind)
    if word:find "^=" then
      plain[#plain + 1] = word:sub(2)
    elseif word == "file" then
      list[#list + 1] = "_files"
    elseif word == "folder" then
      list[#list + 1] = "_files -/"
    elseif word == "policy" then
      list[#list + 1] = "_cfgrun_policy"
    elseif word ~= "" then
      list[#list + 1] = "_cfgrun_ask " .. word
    end
  end
  if #plain > 0 then
    list[#list + 1] = "compadd - " .. table.concat(plain, " ")
  end
  if #list == 0 then
    return ""
  elseif #list == 1 and #plain == 0 then
    return " " .. list[1] -- the blank keeps _arguments from adding words of its own
  end
  return "{ " .. table.concat(list, "; ") .. " }"
end

local function option_spec(option)
  local text = "[" .. bracketed(model.short(option)) .. "]"
  if option.value then
    local kind = words.of_option(option)
    text = text .. ":" .. bracketed(option.value) .. ":" .. action { kind }
  end
  local long = "--" .. option[1] .. (option.value and (option.optional and "=-" or "=") or "")
  local repeated = option.many and "*" or ""
  if option.short then
    local short = "-" .. option.short .. (option.value and "+" or "")
    local others = option.many and "" or ("(-%s --%s)"):format(option.short, option[1])
    return ("%s{%s,%s}%s"):format(others ~= "" and quote(others) or "\\*", short, long, quote(text))
  end
  return quote(repeated .. long .. (option.optional and text:gsub("%]:", "]::", 1) or text))
end

---@param commands Command[]
---@return string
function M.render(commands)
  local out = { HEAD }
  for _, command in ipairs(commands) do
    out[#out + 1] = ("        %s\n"):format(quote(command.name .. ":" .. bracketed(command.summary)))
  end
  out[#out + 1] = "      )\n      _describe command commands\n      ;;\n    rest)\n      case $words[1] in\n"
  for _, command in ipairs(commands) do
    local specs = {}
    for i, option in ipairs(command.options) do
      specs[i] = option_spec(option)
    end
    for n, position in ipairs(command.positions) do
      specs[#specs + 1] = quote(("%s: :%s"):format(position.many and "*" or tostring(n), action(position.kinds)))
    end
    out[#out + 1] = ("        %s)\n          _arguments -s -S %s\n          ;;\n"):format(command.name,
      table.concat(specs, " \\\n            "))
  end
  out[#out + 1] = TAIL
  return table.concat(out)
end

return M
