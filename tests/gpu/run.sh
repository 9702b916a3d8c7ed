#!/usr/bin/env bash
# What a GPU changes: the same answers as on the CPU, times of training steps and of prediction,
# and whether a StarDist 3D model trained here is of use. See README.md beside this file.
#   run.sh BIN DATA MODELS OUT [smoke | shapes | loaders | useful_2d]
# BIN holds karyoscope and karyoscope-worker; DATA and MODELS are laid out as shared/data and
# shared/models. Everything is written below OUT, numbers to OUT/results.txt.
set -uo pipefail
BIN=$1 DATA=$2 MODELS=$3 OUT=$4 PART=${5:-}
K=$BIN/karyoscope
mkdir -p "$OUT/work"
W=$OUT/work
R=$OUT/results.txt
say() { printf '%s\n' "$*" | tee -a "$R"; }
now() { date +%s.%N; }
since() { python3 -c "import time; print(f'{time.time() - $1:.2f}')"; }

say "$(nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader) · $(nproc) cores"

# Median ms of steps 11 on, of a short training with the usual settings.
step_ms() {  # LABEL DEVICE STEPS ARGUMENTS...
  local label=$1 device=$2 steps=$3
  shift 3
  rm -rf "$W/step"
  timeout 60 "$K" train "$@" --model "$W/step" --device "$device" --epochs 1 --steps "$steps" \
    --progress json 2>"$W/step.log" >/dev/null
  python3 - "$W/step.log" "$label" "$device" <<'P' | tee -a "$R"
import json, statistics, sys
ms, notes = [], []
for line in open(sys.argv[1]):
    try: event = json.loads(line)
    except ValueError:
        if line.startswith(("error", "fix")): notes.append(line.strip())
        continue
    if event.get("event") == "step" and event["step"] > 10: ms.append(event["ms"])
    if event.get("event") == "note": notes.append(event["text"])
median = f"{statistics.median(ms):.1f} ms, {len(ms)} steps" if ms else "no steps"
print(f"step {sys.argv[2]} {sys.argv[3]}: {median}", "|", " | ".join(n for n in notes if "evice" in n or "PU" in n or n.startswith("error"))[:200])
P
}

same_answers() {
  local device
  for device in cpu cuda; do
    local begun
    begun=$(now)
    "$K" predict --model "$MODELS/stardist2d/dsb2018_30x50" --input "$DATA/nuclei2d/test/images" \
      --output "$W/labels_$device" --device $device --precision float32 --quiet 2>>"$W/errors.log"
    say "predict nuclei2d/test, StarDist 2D, $device: $(since "$begun") s, rc $?"
  done
  say "labels of GPU against CPU: $("$K" evaluate labels --truth "$W/labels_cpu" \
    --pred "$W/labels_cuda" --output "$W/same" --iou 0.5:0.95:0.45 --json --quiet 2>>"$W/errors.log" | tr -d ' \n' | cut -c1-400)"
}

# Our own kernels against the CPU: the numbers (tests), the times, and the whole of predict.
shapes() {
  local tests=$BIN/../tests/models_cuda_tests device
  if [[ ! -x $tests || ! -e $BIN/karyoscope_cuda.so ]]; then
    say "shapes: not run, $tests or $BIN/karyoscope_cuda.so was not built"
    return
  fi
  "$tests" --gtest_filter='ShapesOnAGpu.*' >"$W/shapes.log" 2>&1
  say "shapes: rc $?, $(grep -c '^\[       OK' "$W/shapes.log") tests passed, $(grep -c '^\[  SKIPPED.*ms)' "$W/shapes.log") skipped"
  grep -E '^shapes:|Failure|launched on' "$W/shapes.log" | sort -u | tee -a "$R"
  local model=$MODELS/../golden/stardist3d
  [[ -d $model ]] || return
  for device in cpu cuda; do
    "$K" predict --model "$model" --input "$DATA/nuclei3d/test/images" --output "$W/shapes_$device" \
      --device $device 2>"$W/predict.log" >/dev/null ||
      say "shapes: predict on $device failed: $(tail -2 "$W/predict.log" | tr '\n' ' ')"
    say "shapes: $(grep -m1 StarDist "$W/predict.log")"
  done
  say "shapes: labels of GPU against CPU: $("$K" evaluate labels --truth "$W/shapes_cpu" \
    --pred "$W/shapes_cuda" --output "$W/shapes_same" --iou 0.5:0.95:0.45 --json --quiet 2>>"$W/errors.log" | tr -d ' \n' | cut -c1-400)"
}

steps_of_all_kinds() {
  local n2d=$DATA/nuclei2d/train n3d=$DATA/nuclei3d/train
  local c2d=$DATA/restoration/care2d_nuclei_synthetic_noise c3d=$DATA/restoration/care3d_nuclei_synthetic_noise
  [[ -d $c2d/train ]] && c2d=$c2d/train
  local device steps
  for device in cuda cpu; do
    steps=60
    [[ $device == cpu ]] && steps=22
    step_ms "stardist 2D 256x256x4" $device $steps stardist --data "$n2d" --batch 4 --patch 256,256
    step_ms "stardist 3D 48x96x96x2" $device $steps stardist --data "$n3d" --dims 3 --batch 2 --patch 48,96,96 --grid 1,2,2
    [[ -d $c2d ]] && step_ms "care 2D 128x128x16" $device $steps care --data "$c2d" --batch 16 --patch 128,128
    [[ -d $c3d ]] && step_ms "care 3D 16x64x64x8" $device $steps care --data "$c3d" --dims 3 --batch 8 --patch 16,64,64
    [[ -d $DATA/restoration/n2v2d ]] && step_ms "n2v 2D 64x64x128" $device $steps n2v --data "$DATA/restoration/n2v2d" --batch 128 --patch 64,64
    [[ -d $DATA/restoration/n2v3d ]] && step_ms "n2v 3D 32x64x64x4" $device $steps n2v --data "$DATA/restoration/n2v3d" --dims 3 --batch 4 --patch 32,64,64
  done
}

# Training on the GPU for a while, thresholds tuned, judged on images it has not seen.
useful_3d() {  # SECONDS
  local model=$W/nuclei3d begun
  begun=$(now)
  timeout -s INT "$1" "$K" train stardist --data "$DATA/nuclei3d/train" --model "$model" --dims 3 \
    --patch 48,96,96 --batch 2 --grid 1,2,2 --epochs 400 --steps 50 --device cuda --progress json \
    2>"$OUT/train3d.log" >/dev/null
  say "StarDist 3D trained for $(since "$begun") s: $(wc -l <"$model/history.csv") epochs of 50 steps"
  cp "$model/history.csv" "$OUT/history3d.csv"
  "$K" thresholds --model "$model" --data "$DATA/nuclei3d/train" --device cuda --quiet 2>>"$W/errors.log" | tail -3 | tee -a "$R"
  local device
  for device in cuda cpu; do
    begun=$(now)
    "$K" predict --model "$model" --input "$DATA/nuclei3d/test/images" --output "$W/p3d_$device" \
      --device $device --quiet 2>>"$W/errors.log"
    say "predict nuclei3d/test (6 stacks) $device: $(since "$begun") s"
  done
  say "nuclei3d/test: $("$K" evaluate labels --truth "$DATA/nuclei3d/test/masks" --pred "$W/p3d_cuda" \
    --output "$W/e3d" --iou 0.3:0.7:0.2 --json --quiet 2>>"$W/errors.log" | tr -d ' \n' | cut -c1-1200)"
}

# Whether patches come as fast as the GPU takes them.
loaders() {
  local threads
  for threads in 1 2 4 8 14; do
    step_ms "stardist 2D 256x256x4, $threads loader threads" cuda 150 stardist --data "$DATA/nuclei2d/train" \
      --batch 4 --patch 256,256 --loader-threads $threads --prefetch 16
    step_ms "stardist 3D 48x96x96x2, $threads loader threads" cuda 100 stardist --data "$DATA/nuclei3d/train" \
      --dims 3 --batch 2 --patch 48,96,96 --grid 1,2,2 --loader-threads $threads --prefetch 16
  done
}

useful_2d() {  # SECONDS
  local model=$W/nuclei2d begun
  begun=$(now)
  timeout -s INT "$1" "$K" train stardist --data "$DATA/nuclei2d/train" --model "$model" \
    --device cuda --loader-threads 6 --epochs 400 --progress json 2>"$OUT/train2d.log" >/dev/null
  say "StarDist 2D trained for $(since "$begun") s: $(wc -l <"$model/history.csv") epochs of 100 steps"
  cp "$model/history.csv" "$OUT/history2d.csv"
  "$K" thresholds --model "$model" --data "$DATA/nuclei2d/train" --device cuda --quiet 2>>"$W/errors.log" | tail -1 | tee -a "$R"
  "$K" predict --model "$model" --input "$DATA/nuclei2d/test/images" --output "$W/p2d" --device cuda \
    --quiet 2>>"$W/errors.log"
  say "nuclei2d/test: $("$K" evaluate labels --truth "$DATA/nuclei2d/test/masks" --pred "$W/p2d" \
    --output "$W/e2d" --iou 0.5:0.9:0.2 --json --quiet 2>>"$W/errors.log" | tr -d ' \n' | cut -c1-1200)"
}

if [[ $PART == useful_2d ]]; then
  useful_2d "${TRAIN_SECONDS:-150}"
  rm -rf "$W"
  exit 0
fi
if [[ $PART == shapes ]]; then
  shapes
  rm -rf "$W"
  exit 0
fi
same_answers
shapes
if [[ $PART == loaders ]]; then
  loaders
  rm -rf "$W"
  exit 0
fi
if [[ $PART == smoke ]]; then
  step_ms "stardist 3D 48x96x96x2" cuda 40 stardist --data "$DATA/nuclei3d/train" --dims 3 --batch 2 --patch 48,96,96 --grid 1,2,2
else
  useful_3d "${TRAIN_SECONDS:-220}"
  steps_of_all_kinds
fi
[[ -s $W/errors.log ]] && { say "--- errors"; sort "$W/errors.log" | uniq -c | head -20 | tee -a "$R"; }
rm -rf "$W"
