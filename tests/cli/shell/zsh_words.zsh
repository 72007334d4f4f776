# Usage: zsh -f zsh_words.zsh SCRIPT LINE
# What zsh offers at the end of LINE: a second zsh on a pseudo-terminal lists the matches, between two marks. What is typed
# may be echoed: the marks are not in it as they are printed.
zmodload zsh/zpty
zpty inner 'TERM=dumb zsh -f -i'
zpty -w inner 'PROMPT= RPROMPT= ; unsetopt zle_bracketed_paste prompt_cr prompt_sp; stty -echo; bindkey -e'
zpty -w inner 'autoload -Uz compinit && compinit -u -D; zstyle ":completion:*" list-separator "" ; LISTMAX=0; COLUMNS=400'
zpty -w inner "source ${(q)1}"
# What would be added to the list is asked for with -O; calls that only fill arrays (-O, -A, -D) are not counted.
zpty -w inner 'all=()'
zpty -w inner 'compadd() { local -a found; (( $@[(I)-[OAD]*] )) || { builtin compadd -O found "$@"; all+=("$found[@]") }; builtin compadd "$@" }'
zpty -w inner 'dump() { _main_complete; print -r -- "<<""MATCHES"; print -rl -- "$all[@]"; print -r -- "MATCHES"">>"; compstate[insert]= compstate[list]= }'
zpty -w inner 'zle -C dump-them complete-word dump; bindkey "^X" dump-them; print REA""DY'
zpty -r inner out $'*READY\r*'
zpty -n -w inner "$2"$'\x18'
zpty -r -t inner out
zpty -r inner out $'*MATCHES>>*'
print -r -- "${${out##*<<MATCHES}%%MATCHES>>*}" | tr -d '\r' | grep -v '^$'
zpty -d inner
