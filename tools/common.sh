# shellcheck shell=bash disable=SC2034
# Shared by the scripts in this folder; sourced, not run.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CACHE=${KARYOSCOPE_CACHE:-${HOME:-/root}/.cache/karyoscope}
TORCH_VERSION=2.15.0  # the one of tools/libtorch/cpu.txt; cmake/dependencies.cmake looks for it too

say() { printf '%s\n' "karyoscope: $*"; }

# die WHAT FIX: the two lines every failure of this project ends with.
die() {
  printf 'error: %s\nfix: %s\n' "$1" "$2" >&2
  exit 1
}

# How many compilers at once: one a core, and 2 GiB of memory each (LibTorch's headers).
build_jobs() {
  local cores memory
  cores=$(nproc)
  memory=$(awk '/MemAvailable/ {print int($2 / 2097152)}' /proc/meminfo)
  ((memory >= 1)) || memory=1
  echo $((cores < memory ? cores : memory))
}

# Configures build/release. LibTorch's folder is named, since CMake would else keep the one it met
# first, whatever the environment says now.
configure_release() {
  cmake --preset release -S "$ROOT" \
    -DKARYOSCOPE_LIBTORCH="${KARYOSCOPE_LIBTORCH:-$CACHE/libtorch-$TORCH_VERSION/torch}"
}

# fetch_wheels REQUIREMENTS FOLDER: pinned wheels from PyPI, hashes checked. The tags are named
# because the wheels are opened, not installed: the Python that runs here does not matter.
fetch_wheels() {
  local tags=() minor quiet=()
  [[ -t 2 ]] || quiet=(--quiet)
  for minor in $(seq 28 -1 17); do tags+=(--platform "manylinux_2_${minor}_x86_64"); done
  tags+=(--platform manylinux2014_x86_64)
  python3 -m pip --version >/dev/null 2>&1 ||
    die "python3 has no pip, which fetches pinned files from PyPI" \
      "Install it (Debian: apt-get install python3-pip)."
  python3 -m pip download "${quiet[@]}" --disable-pip-version-check --no-cache-dir --no-deps \
    --only-binary=:all: --require-hashes --python-version 3.11 --implementation cp \
    --abi cp311 --abi none "${tags[@]}" --dest "$2" --requirement "$1" ||
    die "pip could not fetch what $1 lists" \
      "Check the connection to PyPI (pip's message is above) and run this again."
}
