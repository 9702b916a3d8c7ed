#!/usr/bin/env bash
# A build without the window where only libtiff and HDF5 are installed: it configures, and with
# KARYOSCOPE_LEAN_BUILD=1 it compiles, runs, and says what it was made without. Headers come from
# Debian's pool; without a network the test is skipped (77).
set -euo pipefail
cmake=$1 source=$2 libtorch=$3

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

hidden=()
for package in PkgConfig EXPAT PNG JPEG nlohmann_json ITK Eigen3 SQLite3 CLI11 GTest benchmark; do
  hidden+=("-DCMAKE_DISABLE_FIND_PACKAGE_$package=ON")
done
configure() {
  "$cmake" -S "$source" -B "$work/$1" -G Ninja -DCMAKE_BUILD_TYPE=Release -DKARYOSCOPE_GUI="$2" \
    -DKARYOSCOPE_LIBTORCH="$libtorch" "${hidden[@]}" -DLEMON_LIBRARY=OFF -DBLOSC_LIBRARY=OFF \
    >"$work/$1.log" 2>&1
}

# The window's build stops at the first package that is missing.
if configure window ON; then
  echo "a build with the window does without packages"
  exit 1
fi
grep -q 'pkg-config is missing (' "$work/window.log" || { tail "$work/window.log"; exit 1; }

configure lean OFF || {
  if grep -qE 'status_code: [1-9]' "$work/lean.log"; then
    echo "skipped: no connection to Debian's pool"
    exit 77
  fi
  tail -n 40 "$work/lean.log"
  exit 1
}
for package in libexpat1-dev libpng-dev libjpeg-dev libinsighttoolkit5-dev liblemon-dev libzip-dev \
  libzstd-dev libblosc-dev libsqlite3-dev libyaml-dev; do
  grep -q "$package is missing: this build does not " "$work/lean.log" || {
    echo "nothing is said of $package"
    exit 1
  }
done
[[ ${KARYOSCOPE_LEAN_BUILD:-} == 1 ]] || exit 0

nice "$cmake" --build "$work/lean" --target karyoscope karyoscope-worker -- -j "$(nproc)" \
  >"$work/build.log" 2>&1 || {
  tail -n 40 "$work/build.log"
  exit 1
}
bin=$work/lean/bin
if ldd "$bin/karyoscope-worker" | grep -E 'ITK|libzip|libpng|sqlite|yaml|expat|blosc|emon'; then
  echo "the lean build is linked to what it should be without"
  exit 1
fi
data=$work/data
mkdir "$data"
python3 - "$data" <<'PYTHON'
# Four spots of 9 pixels across, their labels, and the same picture as OME-TIFF and as PNG.
import struct, sys, zlib
from pathlib import Path

folder, size = Path(sys.argv[1]), 96
spots = [(24, 24), (24, 70), (70, 30), (66, 72)]
# The others are moved: images that were trained on are refused for a report.
inside = lambda y, x: next((i + 1 for i, (cy, cx) in enumerate(spots)
                            if (y - cy) ** 2 + (x - cx) ** 2 <= 81), 0)
labels = bytes(inside(y, x) for y in range(size) for x in range(size))
image = bytes(200 if label else 20 + i % 7 for i, label in enumerate(labels))


def tiff(pixels, description=b""):
    tags = [(256, 4, 1, size), (257, 4, 1, size), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1),
            (273, 4, 1, 8), (277, 3, 1, 1), (278, 4, 1, size), (279, 4, 1, len(pixels))]
    text = description + b"\0"
    if description:
        tags.append((270, 2, len(text), 8 + len(pixels)))
    at = 8 + len(pixels) + (len(text) + 1) // 2 * 2
    directory = struct.pack("<H", len(tags)) + b"".join(
        struct.pack("<HHII", *tag) for tag in sorted(tags)) + b"\0" * 4
    return struct.pack("<2sHI", b"II", 42, at) + pixels + text.ljust(at - 8 - len(pixels), b"\0") + directory


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


(folder / "spots.tif").write_bytes(tiff(image))
(folder / "spots_labels.tif").write_bytes(tiff(labels))
for name, pixels in ("other", image), ("other_labels", labels):
    (folder / f"{name}.tif").write_bytes(tiff(pixels[-5 * size:] + pixels[:-5 * size]))
(folder / "spots.ome.tif").write_bytes(tiff(image, b'<?xml version="1.0"?><OME></OME>'))
rows = b"".join(b"\0" + image[y * size:(y + 1) * size] for y in range(size))
(folder / "spots.png").write_bytes(
    b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", size, size, 8, 0, 0, 0, 0)) +
    chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
PYTHON
# says OUT WORD...: the command fails and says OUT.
says() {
  local expected=$1 out
  shift
  if out=$("$bin/karyoscope" "$@" 2>&1); then
    echo "$* did not fail"
    exit 1
  fi
  [[ $out == *"$expected"* ]] || { echo "$* said: $out"; exit 1; }
}
"$bin/karyoscope" info "$data/spots.tif" >/dev/null
says 'does not read PNG: it was made without libpng-dev' info "$data/spots.png"
says 'does not read OME-TIFF: it was made without libexpat1-dev' info "$data/spots.ome.tif"
says 'made without libzip-dev' rois "$data/spots_labels.tif" "$work/rois.zip"

# From pictures to a report, with nothing else installed.
mkdir -p "$work/set/images" "$work/set/masks"
for name in a b; do
  cp "$data/spots.tif" "$work/set/images/$name.tif"
  cp "$data/spots_labels.tif" "$work/set/masks/$name.tif"
done
run() { "$bin/karyoscope" "$@" --quiet >"$work/run.log" 2>&1 || { cat "$work/run.log"; exit 1; }; }
run train stardist --data "$work/set" --model "$work/model" --epochs 1 --steps 1 --batch 1 \
  --patch 64,64 --filters 8 --features 8 --rays 8 --unet-depth 1 --device cpu
mkdir -p "$work/test/images" "$work/test/masks"
cp "$data/other.tif" "$work/test/images/c.tif"
cp "$data/other_labels.tif" "$work/test/masks/c.tif"
run predict --model "$work/model" --input "$work/test/images" --output "$work/out" --device cpu
run evaluate labels --truth "$work/test/masks" --images "$work/test/images" --pred "$work/out" --output "$work/judged"
run report --model "$work/model" --evaluation "$work/judged" --output "$work/report.html"
[[ -s $work/report.html ]]
