#!/usr/bin/env python3
"""Measures Karyoscope and the Python packages in turns on one machine; prints the ratios as JSON.

    compare_with_python.py --python PY --bin build/release/bin [--model MODEL_DIR --image IMAGE]
                           [--rounds 3] [--only REGEX] [--output FILE.json]

    train_step     one training step of StarDist, CARE and Noise2Void in 2D and 3D, the packages'
                   default networks: train_step_KIND_float32, and _default for our own precision
    predict_warm   percentile normalization and prediction of the 1024x1024 image, model in memory
    predict_whole  the whole process from start to labels on disk: time and peak memory

Programs take turns (A B A B ...), so that a machine that slows down slows both. A ratio is
Python's number through ours: above 1 we are faster or smaller. The image should be 1024x1024;
python/make_image.py makes one from a 512x512 image. Each command can be given whole, for a build
that names it otherwise: --ours-train-step "CMD", --ours-predict-warm "CMD", --ours-predict "CMD";
it has to print google-benchmark's JSON or {"median_ms": ..., "peak_rss_mb": ...}.
"""

import argparse
import json
import os
import pathlib
import platform
import re
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent


def run(command):
    """Runs to the end: (stdout, seconds, peak MB of that process, from the kernel)."""
    with tempfile.TemporaryFile() as out:
        start = time.perf_counter()
        child = subprocess.Popen(command, stdout=out, stderr=subprocess.PIPE)
        errors = child.stderr.read()
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read().decode(errors="replace")
    if child.returncode != 0:
        tail = errors.decode(errors="replace")[-800:]
        raise RuntimeError(f"{shlex.join(map(str, command))} ended with {child.returncode}: {tail}")
    return text, seconds, usage.ru_maxrss / 1024


def numbers_in(text, name):
    """median_ms and peak_rss_mb from a JSON object or from google-benchmark's report."""
    report = json.loads(text[text.index("{"):])
    if "benchmarks" not in report:
        return {key: report.get(key) for key in ("median_ms", "peak_rss_mb")}
    rows = [row for row in report["benchmarks"] if row["name"].startswith(name)]
    if not rows:
        raise RuntimeError(f"no benchmark named {name}")
    medians = [row for row in rows if row.get("aggregate_name") == "median"] or rows
    scale = {"ns": 1e-6, "us": 1e-3, "ms": 1.0, "s": 1e3}[medians[0].get("time_unit", "ns")]
    times = [row["real_time"] * scale for row in medians]
    return {"median_ms": statistics.median(times), "peak_rss_mb": medians[0].get("peak_rss_mb")}


def benchmark(args, name, override):
    if override:
        command = shlex.split(override)
    else:
        if args.model is not None:
            os.environ["KARYOSCOPE_BENCH_MODEL"] = str(args.model)
            os.environ["KARYOSCOPE_BENCH_IMAGE"] = str(args.image)
        command = [str(args.bin / "karyoscope_bench"), f"--benchmark_filter=^{name}(/|$)",
                   "--benchmark_format=json"]
    return lambda: measured_inside(command, name)


def measured_inside(command, name):
    text, _, peak = run(command)
    numbers = numbers_in(text, name)
    return {"ms": numbers["median_ms"], "peak_rss_mb": numbers["peak_rss_mb"] or peak}


def measured_outside(command, clear=None):
    if clear is not None:
        shutil.rmtree(clear, ignore_errors=True)
    _, seconds, peak = run(command)
    return {"ms": 1000 * seconds, "peak_rss_mb": peak}


def measurements(args, folder):
    """(name, ours, python) with functions that measure once."""
    script = lambda name, *more: [args.python, str(HERE / "python" / name), *map(str, more)]
    for kind in ("stardist2d", "stardist3d", "care2d", "care3d", "n2v2d", "n2v3d"):
        step = script("train_step.py", kind, "--steps", args.steps)
        for precision in ("float32", "default"):
            name = f"train_step/{kind}_{precision}"
            yield (f"train_step_{kind}_{precision}", benchmark(args, name, args.ours_train_step),
                   lambda step=step: measured_inside(step, ""))
    if args.model is None:
        return
    warm = script("stardist_predict.py", args.model, args.image, "--repeat", 7)
    yield ("predict_warm", benchmark(args, "predict/stardist2d_1024_warm", args.ours_predict_warm),
           lambda: measured_inside(warm, ""))
    ours = [str(args.bin / "karyoscope"), "predict", "--model", str(args.model), "--input",
            str(args.image), "--output", str(folder / "ours"), "--overwrite", "--quiet"]
    if args.ours_predict:
        ours = shlex.split(args.ours_predict)
    whole = script("stardist_predict.py", args.model, args.image, "--repeat", 0, "--output",
                   folder / "python.tif")
    yield ("predict_whole", lambda: measured_outside(ours, folder / "ours"),
           lambda: measured_outside(whole))


def compare(ours, python, rounds):
    rows = {"ours": [], "python": []}
    for _ in range(rounds):
        rows["ours"].append(ours())
        rows["python"].append(python())
    result = {}
    for key in ("ms", "peak_rss_mb"):
        values = {side: [row[key] for row in rows[side]] for side in rows}
        medians = {side: statistics.median(values[side]) for side in values}
        result[key] = {**medians, "ratio": medians["python"] / medians["ours"], "all": values}
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--python", default=os.environ.get("KARYOSCOPE_PYTHON", sys.executable))
    parser.add_argument("--bin", type=pathlib.Path, default=HERE.parents[1] / "build/release/bin")
    parser.add_argument("--model", type=pathlib.Path, help="for predict_...")
    parser.add_argument("--image", type=pathlib.Path, help="for predict_...")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--only", default="")
    parser.add_argument("--output", type=pathlib.Path)
    parser.add_argument("--ours-train-step")
    parser.add_argument("--ours-predict-warm")
    parser.add_argument("--ours-predict")
    args = parser.parse_args()

    report = {"machine": platform.processor() or platform.machine(), "cores": os.cpu_count(),
              "load_before": os.getloadavg()[0], "rounds": args.rounds}
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        for name, ours, python in measurements(args, pathlib.Path(folder)):
            if not re.search(args.only, name):
                continue
            try:
                report[name] = compare(ours, python, args.rounds)
            except (OSError, RuntimeError, ValueError, KeyError) as error:
                report[name] = {"error": str(error)}
                failed = True
            print(f"{name}: {json.dumps(report[name])[:200]}", file=sys.stderr)
    report["load_after"] = os.getloadavg()[0]
    text = json.dumps(report, indent=2)
    if args.output:
        args.output.write_text(text + "\n")
    print(text)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
