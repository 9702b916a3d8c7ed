#!/usr/bin/env bash
# What Tab offers after some words, compared with what the program's help says.
set -euo pipefail
karyoscope=$1 source=$2
# shellcheck source=/dev/null
source "$source/packaging/completion.bash"

failed=0
# offers EXPECTED WORD...: EXPECTED is among the completions of the last word.
offers() {
  local expected=$1
  shift
  COMP_WORDS=("$karyoscope" "$@")
  COMP_CWORD=$#
  COMPREPLY=()
  _karyoscope || true  # compopt fails outside a real completion
  printf '%s\n' "${COMPREPLY[@]}" | grep -xF -- "$expected" >/dev/null && return
  echo "after '$*' $expected is not offered, but: ${COMPREPLY[*]}"
  failed=1
}

offers threshold thr
offers info inf
offers --json info --js
offers --dark-background threshold in.tif --dark
offers json info --progress ""
offers check dataset ch
offers labels evaluate lab
offers --truth evaluate labels --tr
offers "$source/README.md" info "$source/READ"
exit $failed
