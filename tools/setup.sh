#!/usr/bin/env bash
# Installs what Karyoscope needs to build and run: Debian packages by apt, LibTorch by pip into a
# cache that every checkout of the user shares. Run it as often as you like.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
  cat <<EOF
usage: bash tools/setup.sh [--cuda] [--no-gui]

  --cuda     also the CUDA libraries that LibTorch uses on an NVIDIA GPU (about 5 GB)
  --no-gui   leave Qt and VTK out (cluster build: cmake --preset cluster)

environment:
  KARYOSCOPE_CACHE     where LibTorch goes; default ~/.cache/karyoscope
  KARYOSCOPE_LIBTORCH  a LibTorch >= 2.11 of your own (the folder that holds lib and include)
EOF
}

readonly oldest_torch=2.11
cuda=no
gui=yes
for argument in "$@"; do
  case $argument in
    --cuda) cuda=yes ;;
    --no-gui) gui=no ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done

# ---- Debian packages ----------------------------------------------------------------------------

# The lines of packages.txt that this run needs, one package (with its other names) a line.
wanted_packages() {
  sed 's/#.*//' "$ROOT/tools/packages.txt" | while read -r part names; do
    [[ -n $names && ! ($part == gui && $gui == no) ]] && echo "$names"
  done || true
}

installed() { [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }
known() { [[ $(LC_ALL=C apt-cache policy "$1" 2>/dev/null) == *'Candidate: '[!\(]* ]]; }

missing_packages() {
  local names name
  while read -r names; do
    for name in ${names//|/ }; do installed "$name" && continue 2; done
    echo "$names"
  done < <(wanted_packages)
}

setup_packages() {
  if ! command -v apt-get dpkg-query >/dev/null; then
    say "this system has no apt; install by its own means what tools/packages.txt lists." \
      "CMake names what is still missing."
    return
  fi
  local missing
  mapfile -t missing < <(missing_packages)
  if ((${#missing[@]} == 0)); then
    say "all Debian packages are there"
    return
  fi
  local as_root=() names name chosen=()
  if ((EUID != 0)); then
    command -v sudo >/dev/null ||
      die "these packages are missing and this user may not install them: ${missing[*]%%|*}" \
        "As root: apt-get update && apt-get install ${missing[*]%%|*}"
    as_root=(sudo)
  fi
  as_root+=(env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600
    -o Acquire::Retries=3)
  "${as_root[@]}" update -qq ||
    die "apt-get update failed" "Check the connection and /etc/apt/sources.list; see above."
  for names in "${missing[@]}"; do
    for name in ${names//|/ }; do
      if known "$name"; then
        chosen+=("$name")
        continue 2
      fi
    done
    die "apt knows no package ${names//|/ or }" \
      "Put this system's name for it into tools/packages.txt (on Ubuntu, switch 'universe' on)."
  done
  say "installing by apt: ${chosen[*]}"
  "${as_root[@]}" install -y -qq --no-install-recommends "${chosen[@]}" >"$log" 2>&1 || {
    tail -n 20 "$log" >&2
    die "apt-get install failed (all of its output: $log)" \
      "Mend what apt says above, for example with: apt-get -f install"
  }
}

# ---- LibTorch -----------------------------------------------------------------------------------

# torch_version_in FOLDER: major.minor, or nothing where the folder holds no LibTorch.
torch_version_in() {
  [[ -e $1/lib/libtorch_cpu.so ]] || return 0
  awk '/#define TORCH_VERSION_MAJOR /{major = $3} /#define TORCH_VERSION_MINOR /{minor = $3}
    END {if (major != "") print major "." minor}' \
    "$1/include/torch/headeronly/version.h" 2>/dev/null || true
}

accept_own_libtorch() {
  local found
  found=$(torch_version_in "$KARYOSCOPE_LIBTORCH")
  [[ -n $found ]] ||
    die "KARYOSCOPE_LIBTORCH=$KARYOSCOPE_LIBTORCH holds no LibTorch (no lib/libtorch_cpu.so)" \
      "Name the folder that holds lib and include, or unset it to have $TORCH_VERSION fetched."
  [[ $(printf '%s\n' "$oldest_torch" "$found" | sort -V | head -n 1) == "$oldest_torch" ]] ||
    die "LibTorch in $KARYOSCOPE_LIBTORCH is $found; $oldest_torch or later is needed" \
      "Name a newer one, or unset KARYOSCOPE_LIBTORCH to have $TORCH_VERSION fetched."
  say "using LibTorch $found in $KARYOSCOPE_LIBTORCH"
}

stamp_of() { sed 's/#.*//' "$1" | sha256sum | cut -d' ' -f1; }

# extract WHEEL FOLDER PATTERN...: what matches; a pattern may match nothing (unzip's status 11).
extract() {
  local wheel=$1 folder=$2 status=0
  shift 2
  mkdir -p "$folder"
  unzip -q -o "$wheel" "$@" -d "$folder" 2>"$work/unzip.log" || status=$?
  ((status == 0 || status == 11)) || {
    cat "$work/unzip.log" >&2
    die "cannot unpack $(basename "$wheel")" "Check the free space in $CACHE (df -h)."
  }
}

# unpack_libtorch REQUIREMENTS FOLDER PATTERN...: the wheels' files that match, with licences.
unpack_libtorch() {
  local requirements=$1 folder=$2 wheel
  shift 2
  mkdir -p "$folder/wheels"
  fetch_wheels "$requirements" "$folder/wheels"
  for wheel in "$folder"/wheels/*.whl; do
    extract "$wheel" "$folder/tree" "$@"
    extract "$wheel" "$folder/tree/licenses" '*.dist-info/licenses/*' '*.dist-info/License*'
    rm "$wheel"
  done
}

# A folder is complete when its stamp equals the requirements: it is written last, before the
# rename that makes the folder visible.
setup_libtorch() {
  local target=$CACHE/libtorch-$TORCH_VERSION requirements=$ROOT/tools/libtorch/cpu.txt
  [[ $(uname -m) == x86_64 ]] ||
    die "LibTorch is pinned for x86_64, this is $(uname -m)" \
      "Set KARYOSCOPE_LIBTORCH to a LibTorch >= $oldest_torch for this machine."
  if [[ $(cat "$target/.complete" 2>/dev/null) == "$(stamp_of "$requirements")" ]]; then
    say "LibTorch $TORCH_VERSION is there ($target)"
  else
    say "fetching LibTorch $TORCH_VERSION into $target (550 MB over the net, 530 MB on disk)"
    unpack_libtorch "$requirements" "$work" \
      'torch/lib/libc10.so' 'torch/lib/libtorch_cpu.so' 'torch/lib/libgomp.so.1' \
      'torch/lib/libgfortran.so.5' 'torch/include/*' 'torch/share/*' \
      'nvidia/cu13/lib/*.so*' 'nvidia/cu13/include/*'
    [[ $(torch_version_in "$work/tree/torch") == "${TORCH_VERSION%.*}" ]] ||
      die "the torch wheel does not hold what it should" "Report this as a defect."
    stamp_of "$requirements" >"$work/tree/.complete"
    # Programs that run keep the old files open; a build meets the old folder or the new one.
    [[ ! -e $target ]] || mv -T "$target" "$work/replaced"
    mv -T "$work/tree" "$target"
  fi
  [[ $cuda == no ]] || setup_cuda "$target"
}

setup_cuda() {
  local target=$1 requirements=$ROOT/tools/libtorch/cuda.txt
  if [[ $(cat "$target/.complete-cuda" 2>/dev/null) == "$(stamp_of "$requirements")" ]]; then
    say "the CUDA libraries are there"
    return
  fi
  say "fetching the CUDA libraries for LibTorch into $target (2.5 GB over the net)"
  unpack_libtorch "$requirements" "$work/cuda" 'torch/lib/libtorch.so' 'torch/lib/libtorch_cuda*' \
    'torch/lib/libtorch_nvshmem.so' 'torch/lib/libc10_cuda.so' 'torch/lib/libcaffe2_nvrtc.so' \
    'nvidia/*/lib/*.so*'
  cp -a --link --remove-destination "$work/cuda/tree/." "$target/"
  stamp_of "$requirements" >"$work/stamp"
  mv "$work/stamp" "$target/.complete-cuda"
}

# ---- one run at a time --------------------------------------------------------------------------

mkdir -p "$CACHE" 2>/dev/null || true
[[ -w $CACHE ]] ||
  die "$CACHE cannot be written" "Set KARYOSCOPE_CACHE to a folder of yours."
exec 9>"$CACHE/.setup-lock"
flock --nonblock 9 || {
  say "waiting for another set-up of this user to end"
  flock 9
}
rm -rf "$CACHE"/.setup-work.*  # left by a run that was cut off
log=$CACHE/setup-apt.log
setup_packages
work=$(mktemp -d "$CACHE/.setup-work.XXXXXX")
trap 'rm -rf "$work"' EXIT
if [[ -n ${KARYOSCOPE_LIBTORCH:-} ]]; then
  accept_own_libtorch
else
  setup_libtorch
fi
say "set up; next: bash tools/test.sh (build and tests) or bash tools/demo.sh"
