#!/usr/bin/env python3
"""Peak memory of trainings against patch, batch and filters, and the factors of models/train/memory_need.

    training_memory.py WORKER OUT.csv [--kinds stardist2,care3,...]    measures (a few minutes a kind)
    training_memory.py --fit OUT.csv                                   prints the factors

Each line is one run of `karyoscope-worker train` of a few steps on images made up here, whose peak
resident size the worker reports itself. Needs nothing but Python.
"""
import argparse
import csv
import json
import math
import os
import random
import struct
import subprocess
import sys
import tempfile

# dims, patch (z, y, x), batch, filters, depth
RUNS = {
    "stardist2": [(1, 64, 64, 4, 32, 3), (1, 128, 128, 4, 32, 3), (1, 256, 256, 2, 32, 3),
                  (1, 256, 256, 4, 32, 3), (1, 256, 256, 4, 16, 3), (1, 256, 256, 8, 32, 3),
                  (1, 256, 256, 4, 64, 3), (1, 256, 256, 4, 32, 2)],
    "stardist3": [(16, 48, 48, 1, 32, 2), (32, 96, 96, 1, 32, 2), (32, 96, 96, 2, 32, 2),
                  (32, 96, 96, 1, 16, 2), (32, 128, 128, 1, 32, 2), (32, 96, 96, 1, 32, 1)],
    "care2": [(1, 64, 64, 16, 32, 2), (1, 128, 128, 16, 32, 2), (1, 128, 128, 8, 32, 2),
              (1, 128, 128, 16, 16, 2), (1, 128, 128, 16, 64, 2), (1, 128, 128, 16, 32, 3)],
    "care3": [(8, 64, 64, 4, 32, 2), (8, 80, 80, 8, 32, 2), (8, 80, 80, 16, 32, 2),
              (8, 80, 80, 8, 16, 2), (16, 80, 80, 8, 32, 2)],
    "n2v2": [(1, 64, 64, 16, 32, 2), (1, 64, 64, 64, 32, 2), (1, 64, 64, 128, 32, 2),
             (1, 64, 64, 64, 64, 2), (1, 128, 128, 32, 32, 2), (1, 64, 64, 64, 32, 3)],
    "n2v3": [(16, 64, 64, 4, 32, 2), (16, 64, 64, 8, 32, 2), (16, 64, 64, 16, 32, 2),
             (16, 64, 64, 8, 16, 2), (32, 64, 64, 8, 32, 2)],
}


def write_tiff(path, planes, height, width):
    """uint16, one strip a page."""
    data = bytearray(b"II*\0" + struct.pack("<I", 0))
    last = 4
    for plane in planes:
        strip = len(data)
        data += struct.pack("<%dH" % (height * width), *plane)
        if len(data) % 2:
            data += b"\0"
        struct.pack_into("<I", data, last, len(data))
        tags = [(256, 4, width), (257, 4, height), (258, 3, 16), (259, 3, 1), (262, 3, 1),
                (273, 4, strip), (277, 3, 1), (278, 4, height), (279, 4, 2 * height * width)]
        data += struct.pack("<H", len(tags))
        for tag, kind, value in tags:
            data += struct.pack("<HHII", tag, kind, 1, value)
        last = len(data)
        data += struct.pack("<I", 0)
    with open(path, "wb") as file:
        file.write(data)


def made_up(depth, height, width, seed):
    """Image and labels: bright discs or balls."""
    rng = random.Random(seed)
    image = [[rng.randrange(80, 120) for _ in range(height * width)] for _ in range(depth)]
    labels = [[0] * (height * width) for _ in range(depth)]
    for label in range(1, 1 + max(3, height * width // 3000)):
        radius = 6
        cz, cy, cx = (rng.randrange(n) for n in (depth, height, width))
        for z in range(max(0, cz - radius), min(depth, cz + radius + 1)):
            for y in range(max(0, cy - radius), min(height, cy + radius + 1)):
                for x in range(max(0, cx - radius), min(width, cx + radius + 1)):
                    if (z - cz) ** 2 + (y - cy) ** 2 + (x - cx) ** 2 <= radius ** 2:
                        labels[z][y * width + x] = label
                        image[z][y * width + x] += 500
    return image, labels


def make_data(folder, kind, size):
    depth, height, width = size
    names = {"stardist": ("images", "masks"), "care": ("low", "high"), "n2v": ("images",)}[kind]
    for name in names:
        os.makedirs(os.path.join(folder, name))
    for number in range(2):
        image, labels = made_up(depth, height, width, number)
        for name, planes in zip(names, (image, labels if kind == "stardist" else image)):
            write_tiff(os.path.join(folder, name, "%d.tif" % number), planes, height, width)


def measure(worker, out, kinds, precisions):
    rows = []
    for name in kinds:
        kind, dims = name[:-1], int(name[-1])
        for precision in precisions:
            for z, y, x, batch, filters, depth in RUNS[name]:
                with tempfile.TemporaryDirectory() as folder:
                    data = os.path.join(folder, "data")
                    make_data(data, kind, (z + (8 if dims == 3 else 0), y + 16, x + 16))
                    command = [worker, "train", kind, "--data", data, "--model",
                               os.path.join(folder, "model"), "--dims", str(dims), "--epochs", "1",
                               "--steps", "3", "--batch", str(batch), "--patch",
                               "%d,%d,%d" % (z, y, x) if dims == 3 else "%d,%d" % (y, x),
                               "--filters", str(filters), "--unet-depth", str(depth), "--val", "0.5",
                               "--precision", precision, "--json", "--quiet"]
                    if kind == "stardist":
                        command += ["--val-patches", "1"]
                    else:
                        command += ["--patches-per-image", str(2 * batch)]
                    done = subprocess.run(command, capture_output=True, text=True)
                    if done.returncode:
                        print(" ".join(command), done.stderr, file=sys.stderr)
                        continue
                    peak = json.loads(done.stdout)["peak_memory_bytes"]
                rows.append((name, precision, z, y, x, batch, filters, depth, peak))
                print(*rows[-1], flush=True)
    with open(out, "a", newline="") as file:
        csv.writer(file).writerows(rows)


def values_per_voxel(kind, dims, filters, depth):
    """As models/train/memory_need.h has it, of the usual settings."""
    shrink, values, scale = 2 ** dims, 0.0, 1.0
    if kind == "stardist":  # grid 1,2,2
        values, scale = 2 * filters, 0.25
    unet = sum(4 * filters * 2 ** n / shrink ** n for n in range(depth))
    unet += filters * (2 ** depth + 2 ** (depth - 1)) / shrink ** depth
    if kind == "stardist":
        unet += 128 + 1 + (96 if dims == 3 else 32)
    return values + unet * scale


def weight_count(kind, dims, filters, depth):
    taps = (5 if (kind, dims) == ("care", 2) else 3) ** dims
    width, weights = 1, 0

    def conv(out):
        nonlocal width, weights
        weights += taps * width * out
        width = out

    if kind == "stardist":
        conv(filters)
        conv(filters)
    for n in range(depth):
        conv(filters * 2 ** n)
        conv(filters * 2 ** n)
    conv(filters * 2 ** depth)
    conv(filters * 2 ** (depth - 1))
    for n in reversed(range(depth)):
        width += filters * 2 ** n
        conv(filters * 2 ** n)
        conv(filters * 2 ** max(0, n - 1))
    return weights


def fit(path):
    """Least squares of relative errors for base and a_value; a_weight of a few that fits best."""
    with open(path, newline="") as file:
        rows = list(csv.reader(file))
    for name, precision in sorted({(row[0], row[1]) for row in rows}):
        points = []
        for row in rows:
            if (row[0], row[1]) != (name, precision):
                continue
            z, y, x, batch, filters, depth, peak = map(int, row[2:])
            shape = (name[:-1], int(name[-1]), filters, depth)
            points.append((4 * values_per_voxel(*shape) * z * y * x * batch,
                           weight_count(*shape), peak))
        best = None
        for a_weight in (16, 24, 32, 40, 56, 72):
            sums = [0.0] * 5
            for value, weights, peak in points:
                share, rest = 1 / peak ** 2, peak - a_weight * weights
                for i, term in enumerate((1, value, value ** 2, rest, value * rest)):
                    sums[i] += share * term
            spread = sums[0] * sums[2] - sums[1] ** 2
            base = (sums[3] * sums[2] - sums[4] * sums[1]) / spread
            a_value = (sums[0] * sums[4] - sums[1] * sums[3]) / spread
            error = max(abs((base + a_value * value + a_weight * weights) / peak - 1)
                        for value, weights, peak in points)
            best = min(best or (math.inf,), (error, base / 2 ** 20, a_weight, a_value))
        print("%s %s: base %.0f MiB, %d bytes a weight, %.3f, %d runs within %.1f %%"
              % (name, precision, best[1], best[2], best[3], len(points), 100 * best[0]))


def main():
    if sys.argv[1:2] == ["--fit"]:
        return fit(sys.argv[2])
    parser = argparse.ArgumentParser()
    parser.add_argument("worker")
    parser.add_argument("out")
    parser.add_argument("--kinds", default=",".join(RUNS))
    parser.add_argument("--precisions", default="float32")
    options = parser.parse_args()
    measure(options.worker, options.out, options.kinds.split(","), options.precisions.split(","))


if __name__ == "__main__":
    main()
