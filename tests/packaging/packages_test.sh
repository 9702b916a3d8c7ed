#!/usr/bin/env bash
# Every package that CMake can find missing is one that tools/setup.sh installs.
set -euo pipefail
source=$1

asked=$(find "$source" -path "$source/build" -prune -o \( -name CMakeLists.txt -o -name '*.cmake' \) \
  -print0 | xargs -0 sed -n 's/^ *\(need\|want\)("\([^"$]*\)".*/\2/p' | tr ',' '\n' | tr -d ' ' | sort -u)
installed=$(sed 's/#.*//' "$source/tools/packages.txt" | awk 'NF {print $2}' | tr '|' '\n')
[[ -n $asked ]] || { echo "no CMake file asks for a package"; exit 1; }
missing=$(grep -vxF -f <(echo "$installed") <(echo "$asked") || true)
[[ -z $missing ]] || { echo "not in tools/packages.txt: $missing"; exit 1; }
