# Completion of karyoscope for bash. Commands, options and choices are read off --help, once a
# shell, so they are always those of the installed program.

declare -gA _karyoscope_help=()

# The help text of a command ("" for the top level; "evaluate labels" for a nested one).
_karyoscope_help_of() {
  local key=${1:-top}
  if [[ -z ${_karyoscope_help[$key]+set} ]]; then
    # shellcheck disable=SC2086  # the words of a nested command are meant to split
    _karyoscope_help[$key]=$("${COMP_WORDS[0]}" $1 --help 2>/dev/null)
  fi
  REPLY=${_karyoscope_help[$key]}
}

_karyoscope() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  local command="" word commands options choices
  COMPREPLY=()

  # The command is the longest row of words that the help above it lists.
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $word == -* ]] && continue
    _karyoscope_help_of "$command"
    commands=$(sed -n '/^Subcommands:/,$s/^  \([a-z][a-z-]*\).*/\1/p' <<<"$REPLY")
    grep -qxF -- "$word" <<<"$commands" || break
    command="${command:+$command }$word"
  done
  _karyoscope_help_of "$command"

  if [[ $previous == --* ]]; then
    choices=$(sed -n "s/^  \(-[a-z],\)\{0,1\}$previous [^{]*{\([^}]*\)}.*/\2/p" <<<"$REPLY")
    if [[ -n $choices ]]; then
      mapfile -t COMPREPLY < <(compgen -W "${choices//,/ }" -- "$current")
      return
    fi
  fi
  if [[ $current == -* ]]; then
    options=$(grep -oE '^  (-[a-z],)?--[a-z][a-z0-9-]*' <<<"$REPLY" | grep -oE -- '--.*')
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
    return
  fi
  commands=$(sed -n '/^Subcommands:/,$s/^  \([a-z][a-z-]*\).*/\1/p' <<<"$REPLY")
  if [[ -n $commands ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$current")
    [[ -n $command ]] && return
  fi
  compopt -o filenames 2>/dev/null
  mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$current")
}

complete -F _karyoscope karyoscope
