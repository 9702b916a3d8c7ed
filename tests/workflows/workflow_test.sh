#!/usr/bin/env bash
# Predicts, evaluates and reports a small folder by workflows/Snakefile, on this machine or over a
# Slurm that is started for it.
set -euo pipefail
where=$1 karyoscope=$2 source=$3

skip() { echo "skipped: $1"; exit 77; }

snakemake=${KARYOSCOPE_SNAKEMAKE:-snakemake}
command -v "$snakemake" >/dev/null || skip "no snakemake (pip install snakemake)"
shared=${KARYOSCOPE_SHARED:-}
model=$shared/models/stardist2d/dsb2018_30x50 data=$shared/data/nuclei2d/test
[[ -n $shared && -d $model && -d $data ]] || skip "KARYOSCOPE_SHARED has no model and images"

work=$(mktemp -d)
daemons=()
finish() {
  for pid in "${daemons[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT

# Munge and Slurm with keys, ports and folders of their own, so that one that runs already is left
# alone.
start_slurm() {
  local name
  name=$(hostname -s)
  for program in slurmctld slurmd munged sbatch; do
    command -v $program >/dev/null || PATH=$PATH:/usr/sbin command -v $program >/dev/null ||
      skip "no $program (apt-get install slurm-wlm munge)"
  done
  PATH=$PATH:/usr/sbin
  ((EUID == 0)) || skip "slurmd wants to be root"
  mkdir -p "$work/slurm/state" "$work/slurm/spool"
  dd if=/dev/urandom bs=128 count=1 of="$work/munge.key" 2>/dev/null
  chmod 600 "$work/munge.key"
  munged --foreground --force --socket="$work/munge" --key-file="$work/munge.key" \
    --pid-file="$work/munged.pid" --log-file="$work/munged.log" --seed-file="$work/munge.seed" \
    2>/dev/null &
  daemons+=($!)
  cat >"$work/slurm.conf" <<CONF
ClusterName=karyoscope
SlurmctldHost=$name
AuthType=auth/munge
AuthInfo=socket=$work/munge
ProctrackType=proctrack/linuxproc
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
SlurmctldPort=$((20000 + $$ % 10000))
SlurmdPort=$((30000 + $$ % 10000))
SlurmdSpoolDir=$work/slurm/spool
StateSaveLocation=$work/slurm/state
SlurmUser=root
SlurmdUser=root
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd.log
NodeName=$name NodeAddr=127.0.0.1 CPUs=$(nproc) RealMemory=4000 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES State=UP
CONF
  export SLURM_CONF=$work/slurm.conf
  # Snakemake drops Slurm's variables within a job, where srun would look for /etc/slurm.
  mkdir "$work/bin"
  printf '#!/bin/sh\nSLURM_CONF=%s exec %s "$@"\n' "$SLURM_CONF" "$(command -v srun)" \
    >"$work/bin/srun"
  chmod +x "$work/bin/srun"
  PATH=$work/bin:$PATH
  for _ in {1..50}; do [[ -S $work/munge ]] && break; sleep 0.1; done
  slurmctld -D -f "$SLURM_CONF" 2>/dev/null &
  daemons+=($!)
  slurmd -D -f "$SLURM_CONF" 2>/dev/null &
  daemons+=($!)
  for _ in {1..100}; do
    [[ $(sinfo -h -o %T 2>/dev/null) == idle ]] && return
    sleep 0.2
  done
  tail -n 20 "$work"/slurm*.log "$work/munged.log"
  skip "Slurm does not start here"
}

mkdir -p "$work/images" "$work/masks"
mapfile -t names < <(find "$data/images" -type f -printf '%f\n' | sort | head -n 5)
for name in "${names[@]}"; do
  cp "$data/images/$name" "$work/images/"
  cp "$data/masks/$name" "$work/masks/"
done
cp -r "$model" "$work/model"
cat >"$work/settings.yaml" <<SETTINGS
karyoscope: $karyoscope
model: $work/model
images: $work/images
truth: $work/masks
output: $work/results
shards: 3
threads: 1
memory_mb: 1000
minutes: 5
SETTINGS

run() {
  (cd "$work" && "$snakemake" -s "$source/workflows/Snakefile" --configfile settings.yaml "$@") \
    >"$work/log" 2>&1 || {
    tail -n 60 "$work/log"
    find "$work/.snakemake/slurm_logs" -name '*.log' -exec tail -n 60 {} + 2>/dev/null
    echo "the workflow failed"
    exit 1
  }
}

case $where in
  local) how=(--cores 2) ;;
  slurm)
    "$snakemake" --help 2>/dev/null | grep -q -- --slurm-status-command ||
      skip "no snakemake-executor-plugin-slurm"
    start_slurm
    how=(--profile "$source/workflows/profiles/slurm" --slurm-status-command squeue
      --slurm-init-seconds-before-status-checks 5 --latency-wait 5)
    ;;
esac
run "${how[@]}"

failed=0
expect() { [[ $2 == "$3" ]] || { echo "$1: expected $3, found $2"; failed=1; }; }
expect "predictions" "$(find "$work/results/predictions" -name '*.tif' | wc -l)" 5
expect "shards" "$(find "$work/results/shards" -name '*.json' | wc -l)" 3
for file in evaluation/metrics.json evaluation/metrics.csv report.html; do
  [[ -s $work/results/$file ]] || { echo "$file is missing"; failed=1; }
done
if [[ $where == slurm ]]; then
  done_by_slurm=$(scontrol show job | grep -c JobState=COMPLETED || true)
  expect "jobs that Slurm ran (3 shards, evaluation, report)" "$done_by_slurm" 5
fi

# One process alone finds the same, and a second run has nothing to do.
"$karyoscope" predict --model "$work/model" --input "$work/images" --output "$work/alone" \
  --threads 1 --quiet
for name in "${names[@]}"; do
  cmp "$work/alone/${name%.*}.tif" "$work/results/predictions/${name%.*}.tif" || failed=1
done
run "${how[@]}"
grep -q "Nothing to be done" "$work/log" || { tail "$work/log"; echo "ran again"; failed=1; }
exit $failed
