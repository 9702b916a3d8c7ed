#!/usr/bin/env python3
"""scikit-image beside `karyoscope_bench --benchmark_filter=metrics/restoration`, in turn.

usage: restoration_metrics.py KARYOSCOPE_BENCH [ROUNDS]

Both bring the pair to one scale, make the SSIM and error maps and take the scores, of 2048 x 2048
and of 64 planes of 512 x 512, float32. Prints medians in ms and their ratio.
"""
import json
import statistics
import subprocess
import sys
import time

import numpy as np
from skimage.metrics import structural_similarity


def norm_minmse(truth, image):
    low, high = np.percentile(truth, (0.1, 99.9))
    truth = (truth - np.float32(low)) / (np.float32(high) - np.float32(low))
    image = image - np.mean(image)
    truth = truth - np.mean(truth)
    scale = np.cov(image.flatten(), truth.flatten())[0, 1] / np.var(image.flatten())
    return truth, (scale * image).astype(np.float32)


def judge(truth, image):
    truth, image = norm_minmse(truth, image)
    mean, ssim = structural_similarity(
        truth, image, data_range=1.0, full=True, gaussian_weights=True,
        use_sample_covariance=False, sigma=1.5)
    error = np.sqrt(np.square(truth - image))
    mse = np.mean(np.square(truth - image), dtype=np.float64)
    return mean, ssim, error, np.sqrt(np.mean(error)), -10 * np.log10(mse)


def picture(side, noise):
    y, x = np.mgrid[0:side, 0:side]
    values = 1000 + 400 * np.sin(0.05 * y) * np.cos(0.04 * x)
    return (values + noise * np.random.default_rng(1).normal(size=values.shape)).astype(np.float32)


def timed(depth, side):
    truth, image = picture(side, 0), picture(side, 50)
    start = time.perf_counter()
    for _ in range(depth):
        judge(truth, image)
    return 1000 * (time.perf_counter() - start)


def ours(program, name):
    out = subprocess.run([program, f"--benchmark_filter=metrics/restoration/{name}",
                          "--benchmark_format=json"], check=True, capture_output=True, text=True)
    return json.loads(out.stdout)["benchmarks"][0]["real_time"]


def main():
    program, rounds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 5
    for name, depth, side in (("2048", 1, 2048), ("64x512", 64, 512)):
        theirs, mine = [], []
        for _ in range(rounds):
            theirs.append(timed(depth, side))
            mine.append(ours(program, name))
        a, b = statistics.median(theirs), statistics.median(mine)
        print(f"{name}: scikit-image {a:.0f} ms, Karyoscope {b:.0f} ms, {a / b:.1f} times as fast")


main()
