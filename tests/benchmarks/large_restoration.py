#!/usr/bin/env python3
"""Restores a stack that is larger than the memory it may take, and watches that memory.

    large_restoration.py build/release/bin/karyoscope WORK_FOLDER [--planes 1192] [--gib 6]

Makes a sparse BigTIFF of PLANES x 2896 x 2896 16-bit voxels (1192: 20 GB; every 100th plane is
noise), trains a very narrow Noise2Void network for one step, and runs `predict` with its data
segment limited to --gib. Needs NumPy, and disk for the result: twice the stack. Writes seconds,
resident MiB and MiB written every 5 s to WORK_FOLDER/memory.csv, and prints the peak.
"""

import argparse
import pathlib
import resource
import struct
import subprocess
import sys
import time

import numpy as np

SIDE = 2896


def make_stack(path, planes, side):
    """One strip a page; pages of zeros are holes of the file."""
    random, plane = np.random.default_rng(1), 2 * side * side
    with open(path, "wb") as file:
        file.write(struct.pack("<2sHHHQ", b"II", 43, 8, 0, 16))
        at = 16
        for z in range(planes):
            data = at + 8 + 9 * 20 + 8
            data += -data % 4096
            end = data + plane
            end += -end % 16
            tags = [(256, 4, side), (257, 4, side), (258, 3, 16), (259, 3, 1), (262, 3, 1),
                    (273, 16, data), (277, 3, 1), (278, 4, side), (279, 16, plane)]
            file.seek(at)
            file.write(struct.pack("<Q", len(tags)))
            for tag, kind, value in tags:
                file.write(struct.pack("<HHQQ", tag, kind, 1, value))
            file.write(struct.pack("<Q", end if z + 1 < planes else 0))
            if z % 100 == 0:
                file.seek(data)
                file.write(random.poisson(100, (side, side)).astype("<u2").tobytes())
            at = end
        file.truncate(at)


def resident_mib(process):
    """Of the process; 0 once it has ended."""
    try:
        status = pathlib.Path(f"/proc/{process}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines()
                    if line.startswith("VmRSS")) / 1024
    except (OSError, StopIteration):
        return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("karyoscope", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--planes", type=int, default=1192)
    parser.add_argument("--gib", type=float, default=6)
    args = parser.parse_args()
    images, out, stack = (args.folder / name for name in ("images", "out", "stack.tif"))
    images.mkdir(parents=True, exist_ok=True)
    make_stack(images / "small.tif", 1, 512)
    make_stack(stack, args.planes, SIDE)
    model = ["--model", args.folder / "model"]
    subprocess.run([args.karyoscope, "train", "n2v", "--data", images, *model, "--dims", "2",
                    "--epochs", "1", "--steps", "1", "--batch", "4", "--filters", "1", "--kernel",
                    "3", "--unet-depth", "1", "--patch", "64,64", "--quiet"], check=True)
    limit = int(args.gib * 2**30)
    child = subprocess.Popen(
        [args.karyoscope.with_name("karyoscope-worker"), "predict", *model, "--input", stack,
         "--output", out, "--overwrite", "--device", "cpu"],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (limit, limit)))
    start, peak = time.time(), 0
    with open(args.folder / "memory.csv", "w") as log:
        while child.poll() is None:
            now = resident_mib(child.pid)
            peak = max(peak, now)
            written = sum(file.stat().st_size for file in out.glob("*")) / 2**20
            print(f"{time.time() - start:.0f},{now:.0f},{written:.0f}", file=log, flush=True)
            time.sleep(5)
    print(f"{args.planes * SIDE * SIDE:.2e} voxels, {time.time() - start:.0f} s, "
          f"peak {peak:.0f} MiB, status {child.returncode}")
    return child.returncode


if __name__ == "__main__":
    sys.exit(main())
