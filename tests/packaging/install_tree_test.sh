#!/usr/bin/env bash
# Installs, moves the tree, and runs what is in it with nothing of the build in reach.
# shellcheck disable=SC2016  # $ORIGIN is the loader's word
set -euo pipefail
cmake=$1 build=$2

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$cmake" --install "$build" --prefix "$work/first place" >"$work/log" || {
  cat "$work/log"
  exit 1
}
mv "$work/first place" "$work/second"
tree=$work/second
unset LD_LIBRARY_PATH

"$tree/bin/karyoscope" --version
if [[ -e $tree/bin/karyoscope-worker ]]; then
  "$tree/bin/karyoscope-worker" --version
  "$tree/bin/karyoscope" train --help >/dev/null
fi
for program in "$tree"/bin/*; do
  if ldd "$program" | grep -E "not found|$build"; then
    echo "$program needs a library that is not in the tree or the system, or one of the build"
    exit 1
  fi
  if readelf -d "$program" | grep -E '(RPATH|RUNPATH)' | grep -vF '[$ORIGIN/'; then
    echo "$program has a run path that is not relative"
    exit 1
  fi
done
for file in share/man/man1/karyoscope.1 share/bash-completion/completions/karyoscope; do
  [[ -s $tree/$file ]] || { echo "$file is missing"; exit 1; }
done
