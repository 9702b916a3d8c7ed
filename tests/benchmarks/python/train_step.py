#!/usr/bin/env python3
"""Times one training step of a Python package on the CPU; one JSON object on stdout.

    train_step.py stardist2d|stardist3d|care2d|care3d|n2v2d|n2v3d [--steps 20] [--with-data]

The package's default network, loss and optimizer; StarDist with grid 2 in the plane. The batch is
prepared beforehand: what is timed is forward, backward and update (train_on_batch), as
`train_step/...` of karyoscope_bench times it. --with-data (StarDist 2D) times drawing the batch as
well, as a training run does it in one process. Packages run with TF_USE_LEGACY_KERAS=1.
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
os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")

# What the batch of each kind is: samples, then extents.
BATCHES = {
    "stardist2d": (4, 256, 256),
    "stardist3d": (2, 48, 96, 96),
    "care2d": (16, 128, 128),
    "care3d": (16, 8, 80, 80),
    "n2v2d": (128, 64, 64),
    "n2v3d": (16, 32, 64, 64),
}


def made_up_nuclei(count, shape, seed):
    """Images with 40 bright balls each, and their labels."""
    import numpy as np

    random = np.random.default_rng(seed)
    lattice = np.indices(shape)
    images, masks = [], []
    for _ in range(count):
        mask = np.zeros(shape, np.uint16)
        for label in range(1, 41):
            centre = random.uniform(0, shape)
            square = sum((axis - at) ** 2 for axis, at in zip(lattice, centre))
            mask[square < random.uniform(6, 14) ** 2] = label
        images.append((0.8 * (mask > 0) + 0.1 * random.normal(size=shape)).astype("float32"))
        masks.append(mask)
    return images, masks


def stardist(shape, folder, steps):
    """The Keras model, and batch number i of a sequence of batches."""
    from stardist import models
    from stardist.models.model2d import StarDistData2D
    from stardist.models.model3d import StarDistData3D

    batch, *patch = shape
    common = dict(train_patch_size=tuple(patch), train_batch_size=batch, train_tensorboard=False)
    if len(patch) == 2:
        config = models.Config2D(n_rays=32, grid=(2, 2), **common)
        model, data = models.StarDist2D, StarDistData2D
        rays = dict(n_rays=config.n_rays)
    else:
        from stardist import Rays_GoldenSpiral

        config = models.Config3D(rays=Rays_GoldenSpiral(96), grid=(1, 2, 2), **common)
        model, data = models.StarDist3D, StarDistData3D
        rays = dict(rays=Rays_GoldenSpiral(96))
    model = model(config, name="bench", basedir=folder)
    model.prepare_for_training()
    images, masks = made_up_nuclei(8 if len(patch) == 2 else 2, patch, 1)
    return model.keras_model, data(images, masks, batch_size=batch, length=steps, grid=config.grid,
                                   patch_size=config.train_patch_size,
                                   foreground_prob=config.train_foreground_only, **rays)


def care(shape, folder):
    import numpy as np
    from csbdeep.models import CARE, Config

    axes = "YXC" if len(shape) == 3 else "ZYXC"
    model = CARE(Config(axes, train_batch_size=shape[0], train_tensorboard=False), "bench", folder)
    model.prepare_for_training()
    x, y = np.random.rand(2, *shape, 1).astype("float32")
    return model.keras_model, (x, y)


def n2v(shape, folder):
    import numpy as np

    np.product = np.prod  # n2v 0.3.3 was written for NumPy 1
    from n2v.models import N2V, N2VConfig

    x, y = np.random.rand(2, *shape, 1).astype("float32")
    model = N2V(N2VConfig(x, train_batch_size=shape[0], n2v_patch_shape=shape[1:],
                          train_tensorboard=False), "bench", folder)
    model.prepare_for_training()
    mask = (np.random.rand(*shape, 1) < 1 / 64).astype("float32")
    return model.keras_model, (x, np.concatenate([y * mask, mask], -1))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("kind", choices=BATCHES)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--warm-up", type=int, default=2)
    parser.add_argument("--threads", type=int, default=0, help="0: all cores")
    parser.add_argument("--with-data", action="store_true")
    args = parser.parse_args()
    if args.with_data and args.kind != "stardist2d":
        parser.error("--with-data is for stardist2d")

    import numpy as np
    import tensorflow as tf

    if args.threads:
        tf.config.threading.set_intra_op_parallelism_threads(args.threads)
    report, sys.stdout = sys.stdout, sys.stderr  # the packages print on stdout
    np.random.seed(1)
    shape = BATCHES[args.kind]
    with tempfile.TemporaryDirectory() as folder:
        if args.kind.startswith("stardist"):
            network, data = stardist(shape, folder, args.steps + args.warm_up)
            prepared = None if args.with_data else data[0]
        else:
            network, prepared = (care if args.kind.startswith("care") else n2v)(shape, folder)
        times, loss = [], None
        for step in range(args.warm_up + args.steps):
            start = time.perf_counter()
            x, y = data[step] if prepared is None else prepared
            loss = network.train_on_batch(x, y)
            if step >= args.warm_up:
                times.append(1000 * (time.perf_counter() - start))
    sys.stdout = report
    print(json.dumps({
        "name": f"train_step/{args.kind}",
        "median_ms": statistics.median(times),
        "min_ms": min(times),
        "max_ms": max(times),
        "steps": len(times),
        "batch": shape,
        "parameters": int(network.count_params()),
        "loss": float(np.ravel(loss)[0]),
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "threads": args.threads or os.cpu_count(),
        "tensorflow": tf.__version__,
    }))


if __name__ == "__main__":
    main()
