#!/usr/bin/env bash
# The main job on real images, from nothing: set up, build, threshold, train StarDist on one half
# of an image, predict the other half, judge it, and draw the window. Everything goes to demo/.
# A second run builds what changed and reuses the images and the trained model.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
  cat <<EOF
usage: bash tools/demo.sh [--fresh] [--no-window] [--picture]

  --fresh      train again, even if demo/model is complete
  --no-window  do not open the window at the end
  --picture    also put the window's picture where the README shows it
EOF
}

fresh=no
window=yes
picture=no
for argument in "$@"; do
  case $argument in
    --fresh) fresh=yes ;;
    --no-window) window=no ;;
    --picture) picture=yes ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done

demo=$ROOT/demo
karyoscope() { "$ROOT/build/release/bin/karyoscope" "$@"; }
title() { printf '\n== %s\n' "$*"; }

# The images lie in the stardist wheel; once their checksums hold they are not fetched again.
fetch_images() {
  mkdir -p "$demo/input"
  if (cd "$demo/input" && sha256sum --check --status "$ROOT/tools/demo/images.sha256" 2>/dev/null)
  then
    echo "there already: $demo/input"
    return
  fi
  local work
  work=$(mktemp -d)
  # shellcheck disable=SC2064  # the folder of now
  trap "rm -rf '$work'" EXIT
  fetch_wheels "$ROOT/tools/demo/wheel.txt" "$work"
  unzip -q -o -j "$work"/*.whl 'stardist/data/images/*.tif' -d "$demo/input"
  (cd "$demo/input" && sha256sum --check --quiet "$ROOT/tools/demo/images.sha256") ||
    die "the images in the stardist wheel are not the expected ones" "Run the demo again."
}

# Left half to learn from, as four strips; right half to be judged on.
cut_halves() {
  local strip kind
  mkdir -p "$demo"/{train,test}/{images,masks}
  for kind in image mask; do
    local source=$demo/input/img2d.tif
    [[ $kind == image ]] || source=$demo/input/mask2d.tif
    for strip in 0 1 2 3; do
      karyoscope convert "$source" "$demo/train/${kind}s/strip_$strip.tif" \
        --crop "0:1,$((strip * 128)):$((strip * 128 + 128)),0:256"
    done
    karyoscope convert "$source" "$demo/test/${kind}s/right_half.tif" --crop 0:1,0:512,256:512
  done
}

# A model is reused when the last complete training had the same settings and data.
train() {
  local settings=(--dims 2 --patch "128,128" --epochs 40 --steps 25 --batch 4 --val 0.25
    --seed 1)
  local recipe
  recipe="${settings[*]} $(cat "$demo"/train/*/*.tif | sha256sum)"
  if [[ $fresh == no && -e $demo/model/weights_best.h5 && -e $demo/model/thresholds.json &&
    $(cat "$demo/.trained" 2>/dev/null) == "$recipe" ]]; then
    echo "reused: $demo/model (train again with: bash tools/demo.sh --fresh)"
    return
  fi
  rm -rf "$demo/model" "$demo/.trained"
  karyoscope train stardist --data "$demo/train" --model "$demo/model" "${settings[@]}"
  karyoscope thresholds --model "$demo/model" --data "$demo/train"
  printf '%s' "$recipe" >"$demo/.trained"
}

started=$SECONDS
bash "$ROOT/tools/setup.sh"
cd "$ROOT"
say "building into build/release"
configure_release >/dev/null
cmake --build --preset release -j "$(build_jobs)" --target karyoscope karyoscope_worker
mkdir -p "$demo"

title "Two real images of nuclei, and their truth masks"
fetch_images
karyoscope info "$demo"/input/*.tif

title "Threshold (Huang) and count"
karyoscope threshold "$demo/input/img2d.tif" "$demo/masks.tif" --method huang --dark-background \
  --watershed --fill-holes --min-size 20 --rois "$demo/RoiSet.zip"
karyoscope threshold "$demo/input/img3d.tif" "$demo/masks3d.tif" --method huang --dark-background \
  --stack-histogram --watershed --min-size 20

title "Train StarDist on the left half"
cut_halves
train

title "Predict the right half"
rm -rf "$demo/prediction"
karyoscope predict --model "$demo/model" --input "$demo/test/images" \
  --output "$demo/prediction" --rois

title "Judge the prediction against the truth"
rm -rf "$demo/evaluation"
karyoscope evaluate labels --truth "$demo/test/masks" --pred "$demo/prediction" \
  --images "$demo/test/images" --output "$demo/evaluation"
cp "$demo/evaluation/metrics.csv" "$demo/metrics.csv"
cp "$demo/evaluation/overlays/right_half.png" "$demo/overlay.png"

title "Draw the window on the 3D stack"
karyoscope screenshot "$demo/input/img3d.tif" --labels "$demo/input/mask3d.tif" --view quad --window \
  --size 1600x1000 --output "$demo/four_planes.png"
[[ $picture == no ]] || cp "$demo/four_planes.png" "$ROOT/docs/images/first_light.png"

title "Done in $(((SECONDS - started + 59) / 60)) minutes; everything is in demo/"
cat <<EOF
  masks.tif          nuclei by Huang's threshold      RoiSet.zip    the same for ImageJ
  masks3d.tif        the same in the 3D stack
  model/             the trained StarDist model       prediction/   what it found in the right half
  metrics.csv        the scores                       overlay.png   what was found, missed, invented
  four_planes.png    the window on the 3D stack       input/        the images and their truth
EOF

if [[ $window == yes && -n ${DISPLAY:-}${WAYLAND_DISPLAY:-} ]]; then
  say "opening the window"
  setsid -f "$ROOT/build/release/bin/karyoscope" "$demo/input/img3d.tif" \
    "$demo/input/mask3d.tif" </dev/null >/dev/null 2>&1
fi
