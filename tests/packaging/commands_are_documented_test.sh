#!/usr/bin/env bash
# Every command of --help stands in the man page and in the README's table, and no other does.
# shellcheck disable=SC2016,SC2034  # backquotes are the README's; the lists are read by name
set -euo pipefail
karyoscope=$1 source=$2

in_help=$("$karyoscope" --help | sed -n '/^Subcommands:/,$s/^  \([a-z][a-z-]*\).*/\1/p' | sort -u)
in_man=$(sed -n '/^\.SH COMMANDS/,/^\.SH COMMON/s/^\.B \([a-z-]*\) .*/\1/p' \
  "$source/docs/man/karyoscope.1" | sort -u)
in_readme=$(sed -n 's/^| `\([a-z-]*\)[ a-z]*` |.*/\1/p' "$source/README.md" | sort -u)

[[ -n $in_help ]] || { echo "--help lists no commands"; exit 1; }
failed=0
for document in man readme; do
  listed=in_$document
  difference=$(diff <(echo "$in_help") <(echo "${!listed}")) || {
    echo "$document differs from --help (<: only in --help, >: only in $document):"
    echo "$difference"
    failed=1
  }
done
exit $failed
