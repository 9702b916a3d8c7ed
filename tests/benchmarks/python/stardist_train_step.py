#!/usr/bin/env python3
"""Times one training step of Python StarDist 2D on the CPU; one JSON object on stdout.

The default network (32 rays, U-Net of depth 3 with 32 filters), grid 2x2, patches of 256x256, batch
of 4, Adam. Data are prepared once beforehand: what is timed is forward, backward and update, as
`train_step/...` of karyoscope_bench times it. --with-data times drawing the batch as well, as a
training run does it in one process.
"""

import argparse
import json
import os
import resource
import statistics
import sys
import tempfile
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def made_up_nuclei(count, size, seed):
    """Images with 40 bright discs each, and their labels."""
    import numpy as np

    random = np.random.default_rng(seed)
    rows, columns = np.mgrid[:size, :size]
    images, masks = [], []
    for _ in range(count):
        mask = np.zeros((size, size), np.uint16)
        for label in range(1, 41):
            y, x = random.uniform(0, size, 2)
            mask[(rows - y) ** 2 + (columns - x) ** 2 < random.uniform(6, 14) ** 2] = label
        images.append((0.8 * (mask > 0) + 0.1 * random.normal(size=mask.shape)).astype("float32"))
        masks.append(mask)
    return images, masks


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--warm-up", type=int, default=5)
    parser.add_argument("--patch", type=int, default=256)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--threads", type=int, default=0, help="0: all cores")
    parser.add_argument("--with-data", action="store_true")
    args = parser.parse_args()

    import numpy as np
    import tensorflow as tf
    from stardist.models import Config2D, StarDist2D
    from stardist.models.model2d import StarDistData2D

    if args.threads:
        tf.config.threading.set_intra_op_parallelism_threads(args.threads)
    report, sys.stdout = sys.stdout, sys.stderr  # StarDist prints on stdout
    np.random.seed(1)
    images, masks = made_up_nuclei(8, args.patch, 1)
    with tempfile.TemporaryDirectory() as folder:
        config = Config2D(n_rays=32, grid=(2, 2), train_patch_size=(args.patch, args.patch),
                          train_batch_size=args.batch, train_tensorboard=False)
        model = StarDist2D(config, name="bench", basedir=folder)
        model.prepare_for_training()
        data = StarDistData2D(images, masks, batch_size=args.batch, n_rays=config.n_rays,
                              length=args.steps + args.warm_up, patch_size=config.train_patch_size,
                              grid=config.grid, foreground_prob=config.train_foreground_only)
        prepared = None if args.with_data else data[0]
        times, loss = [], None
        for step in range(args.warm_up + args.steps):
            start = time.perf_counter()
            x, y = data[step] if prepared is None else prepared
            loss = model.keras_model.train_on_batch(x, y)
            if step >= args.warm_up:
                times.append(1000 * (time.perf_counter() - start))
    sys.stdout = report
    print(json.dumps({
        "name": "train_step/stardist2d",
        "program": "Python StarDist",
        "median_ms": statistics.median(times),
        "min_ms": min(times),
        "max_ms": max(times),
        "steps": len(times),
        "patch": args.patch,
        "batch": args.batch,
        "parameters": int(model.keras_model.count_params()),
        "loss": float(np.ravel(loss)[0]),
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "threads": args.threads or os.cpu_count(),
        "tensorflow": tf.__version__,
    }))


if __name__ == "__main__":
    main()
