-- stdlib/completion/bash.lua: the completion script for bash, 4.0 or later; it needs nothing of bash-completion.
--
-- Tables of the commands come first, made from the descriptions, then one function that never changes. Bash breaks words
-- at ':' and '=', which are ordinary letters for us (pack:yaml, --format=json): the function joins them again, and takes
-- off what stands before them from the answers, since bash has only the rest in its hands.

local model = require "completion/model"

local M = {}

local FUNCTION = [==[

# Words of a kind that begin with $2; then come the words of the line.
_cfgrun_of_kind() {
  local kind=$1 cur=$2
  shift 2
  case $kind in
    none) ;;
    =*) compgen -W "${kind#=}" -- "$cur" ;;
    file) compgen -f -- "$cur" ;;
    folder) compgen -d -- "$cur" ;;
    *)
      cfgrun complete "$kind" -- "$@" 2>/dev/null | cut -f1
      [[ $kind != policy ]] || compgen -f -- "$cur"
      ;;
  esac
}

_cfgrun() {
  local line=${COMP_LINE:0:COMP_POINT} breaks='' blanks word cur head='' prefix='' kinds='' i n=0 plain='' words=() list
  COMPREPLY=()
  for ((i = 0; i <= COMP_CWORD; i++)); do
    blanks=${line%%[![:blank:]]*} line=${line#"${line%%[![:blank:]]*}"} word=${COMP_WORDS[i]}
    ((i < COMP_CWORD)) || word=$line
    line=${line#"$word"}
    if ((i > 0)) && [[ -z $blanks && -n $word ]]; then words[${#words[@]}-1]+=$word; else words+=("$word"); fi
  done
  cur=${words[${#words[@]}-1]}
  [[ $COMP_WORDBREAKS == *:* ]] && breaks+=:
  [[ $COMP_WORDBREAKS == *=* ]] && breaks+==
  [[ -n $breaks ]] && prefix=${cur%"${cur##*[$breaks]}"}
  if ((${#words[@]} == 2)); then
    COMPREPLY=($(compgen -W "$_cfgrun_commands --help --version" -- "$cur"))
    return
  fi
  local command=${words[1]}
  # What the words before the last leave open: the value of an option, or which word of the command it is.
  for ((i = 2; i < ${#words[@]} - 1; i++)); do
    word=${words[i]}
    if [[ -n $plain || $word != -?* ]]; then ((n++))
    elif [[ $word == -- ]]; then plain=yes
    elif [[ -n ${_cfgrun_values["$command $word"]+set} ]]; then
      if ((i + 2 < ${#words[@]})) && ((++i < ${#words[@]} - 1)); then continue; fi
      kinds=${_cfgrun_values["$command $word"]:-none}
    fi
  done
  if [[ -z $kinds && -z $plain && $cur == --*=* ]]; then
    word=${cur%%=*} head=${cur%%=*}= cur=${cur#*=}
    kinds=${_cfgrun_values["$command $word"]:-${_cfgrun_values["$command $head"]:-none}}
    words[${#words[@]}-1]=$cur
  elif [[ -z $kinds && -z $plain && $cur == -* ]]; then
    COMPREPLY=($(compgen -W "${_cfgrun_options[$command]}" -- "$cur"))
    [[ ${COMPREPLY[*]} == *= ]] && compopt -o nospace 2>/dev/null
    return
  elif [[ -z $kinds ]]; then
    kinds=${_cfgrun_words["$command $n"]-${_cfgrun_words["$command *"]-}}
  fi
  IFS='|' read -ra list <<<"$kinds"
  for kinds in "${list[@]}"; do
    while IFS= read -r word; do
      word=$head$word
      COMPREPLY+=("${word#"$prefix"}")
    done < <(_cfgrun_of_kind "$kinds" "$cur" "${words[@]:1}")
    case $kinds in
      file | folder | policy) compopt -o filenames 2>/dev/null ;;
      limit) compopt -o nospace 2>/dev/null ;;
    esac
  done
}

complete -F _cfgrun cfgrun
]==]

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

--- Rows of the table _cfgrun_values: "check --format" and "check -f" to the kind of what follows. An option whose value
--- may be left out takes it behind '=' only.
local function add_values(rows, command)
  for _, option in ipairs(command.options) do
    local kind = model.word(require("words").of_option(option))
    if option.value and option.optional then
      rows[#rows + 1] = ("[%s]=%s"):format(quote(("%s --%s="):format(command.name, option[1])), quote(kind))
    elseif option.value then
      rows[#rows + 1] = ("[%s]=%s"):format(quote(("%s --%s"):format(command.name, option[1])), quote(kind))
      if option.short then
        rows[#rows + 1] = ("[%s]=%s"):format(quote(("%s -%s"):format(command.name, option.short)), quote(kind))
      end
    end
  end
end

---@param commands Command[]
---@return string
function M.render(commands)
  local names, options, values, words = {}, {}, {}, {}
  for i, command in ipairs(commands) do
    names[i] = command.name
    local list = {}
    for _, option in ipairs(command.options) do
      list[#list + 1] = "--" .. option[1] .. (option.optional and " --" .. option[1] .. "=" or "")
      list[#list + 1] = option.short and "-" .. option.short
    end
    options[i] = ("  [%s]=%s"):format(command.name, quote(table.concat(list, " ")))
    add_values(values, command)
    for n, position in ipairs(command.positions) do
      local kinds = quote(table.concat(model.position_words(position), "|"))
      words[#words + 1] = ("  [%s]=%s"):format(quote(("%s %d"):format(command.name, n - 1)), kinds)
      if position.many then
        words[#words + 1] = ("  [%s]=%s"):format(quote(command.name .. " *"), kinds)
      end
    end
  end
  return "# bash completion for cfgrun; made by `cfgrun completion bash`.\n\n"
    .. "_cfgrun_commands=" .. quote(table.concat(names, " ")) .. "\n"
    .. "declare -gA _cfgrun_options=(\n" .. table.concat(options, "\n") .. "\n)\n"
    .. "declare -gA _cfgrun_values=(\n  " .. table.concat(values, "\n  ") .. "\n)\n"
    .. "declare -gA _cfgrun_words=(\n" .. table.concat(words, "\n") .. "\n)\n" .. FUNCTION
end

return M
