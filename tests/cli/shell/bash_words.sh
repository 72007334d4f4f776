# Usage: bash bash_words.sh SCRIPT LINE
# What the completion script offers at the end of LINE: the line is broken up as readline does it, and the function called.
source "$1"
COMP_LINE=$2 COMP_POINT=${#2} COMP_WORDS=() COMP_CWORD=0
COMP_WORDBREAKS=$' \t\n"\'><=;|&(:'
rest=$2
while [[ -n $rest ]]; do
  rest=${rest#"${rest%%[![:blank:]]*}"}
  if [[ $rest =~ ^[=:]+ || $rest =~ ^[^[:blank:]=:]+ ]]; then
    COMP_WORDS+=("${BASH_REMATCH[0]}")
    rest=${rest#"${BASH_REMATCH[0]}"}
  fi
done
[[ $2 == *[[:blank:]] ]] && COMP_WORDS+=("")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
compopt() { :; }
_cfgrun
printf '%s\n' "${COMPREPLY[@]}"
