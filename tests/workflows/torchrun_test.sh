#!/usr/bin/env bash
# Trainings by several processes that PyTorch's torchrun starts: two of one machine, and two agents
# that find each other as two machines do. Their loss history is that of one process with the
# doubled batch. Then one of two is killed, and the training is resumed. Skipped (77) without
# torchrun, which KARYOSCOPE_TORCHRUN names where it is not on the path, or without the shared data.
set -euo pipefail
karyoscope=$1 source=$2
torchrun=$(command -v "${KARYOSCOPE_TORCHRUN:-torchrun}") || { echo "skipped: no torchrun"; exit 77; }
nuclei=${KARYOSCOPE_SHARED:-$source/../shared}/data/nuclei2d/train
[[ -d $nuclei/images ]] || { echo "skipped: no $nuclei"; exit 77; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/data/images" "$work/data/masks"
find "$nuclei/images" -type f -printf '%f\n' | sort | awk 'NR <= 24' | while read -r name; do
  cp "$nuclei/images/$name" "$work/data/images/"
  cp "$nuclei/masks/$name" "$work/data/masks/"
done
train=("$karyoscope" train stardist --data "$work/data" --steps 4 --patch 64,64 --filters 8
  --features 16 --rays 8 --unet-depth 2 --seed 3 --device cpu --precision float32 --quiet)
run() { "$@" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }; }

# same NAME: the training losses of that model are those of one process, within 2e-4 of their size.
same() {
  paste -d, <(cut -d, -f2 "$work/one/history.csv") <(cut -d, -f2 "$work/$1/history.csv") |
    awk -F, -v name="$1" 'NR > 1 { size = $1 < 0 ? -$1 : $1; off = $1 > $2 ? $1 - $2 : $2 - $1
      print name ": " $1 " " $2; if (off > 2e-4 * size) bad = 1; rows++ }
      END { exit bad || rows != 2 }' || { echo "the losses of $1 are others"; exit 1; }
}

run "${train[@]}" --model "$work/one" --epochs 2 --batch 4 --threads 1
run "$torchrun" --no-python --standalone --nproc-per-node 2 \
  "${train[@]}" --model "$work/two" --epochs 2 --batch 2
same two

port=$((20000 + RANDOM % 10000))
agent=("$torchrun" --no-python --nnodes 2 --nproc-per-node 1 --rdzv-backend c10d
  --rdzv-endpoint "localhost:$port" --rdzv-id "$port" "${train[@]}" --epochs 2 --batch 2)
"${agent[@]}" --model "$work/machines" >"$work/agent" 2>&1 & other=$!
run "${agent[@]}" --model "$work/machines"
wait "$other" || { cat "$work/agent"; exit 1; }
same machines

# One of two is killed once there is a checkpoint: torchrun ends with an error, and one goes on.
"$torchrun" --no-python --standalone --nproc-per-node 2 \
  "${train[@]}" --model "$work/lost" --epochs 2000 --batch 2 >"$work/log" 2>&1 & agents=$!
for _ in $(seq 300); do
  [[ -e $work/lost/checkpoint.safetensors ]] && break
  sleep 0.2
done
victim=$(for pid in $(pgrep -P "$agents"); do
  tr '\0' '\n' <"/proc/$pid/environ" | grep -qx RANK=1 && echo "$pid"; done)
kill -9 $victim
if wait "$agents"; then echo "torchrun did not notice a lost process"; exit 1; fi
before=$(($(wc -l <"$work/lost/history.csv") - 1))
run "${train[@]}" --model "$work/lost" --epochs $((before + 2)) --batch 4 --resume
[[ $(wc -l <"$work/lost/history.csv") -eq $((before + 3)) ]] || {
  echo "not resumed: $before epochs before"; cat "$work/lost/history.csv"; exit 1; }
