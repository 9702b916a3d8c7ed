#!/usr/bin/env python3
"""Predicts one image with Python StarDist and times it; one JSON object on stdout.

    stardist_predict.py MODEL_DIR IMAGE [--repeat 7] [--output LABELS.tif] [--tiles 1,1]

Timed warm: percentile normalization and predict_instances. --repeat 0 predicts once and reports no
warm time: the whole process then is what a script does, and is timed from outside (see
compare_with_python.py).
"""

import argparse
import json
import os
import pathlib
import resource
import statistics
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("image")
    parser.add_argument("--repeat", type=int, default=7)
    parser.add_argument("--output")
    parser.add_argument("--tiles", type=lambda text: tuple(map(int, text.split(","))))
    parser.add_argument("--threads", type=int, default=0, help="0: all cores")
    args = parser.parse_args()

    import numpy as np
    import tensorflow as tf
    import tifffile
    from csbdeep.utils import normalize
    from stardist.models import StarDist2D, StarDist3D

    if args.threads:
        tf.config.threading.set_intra_op_parallelism_threads(args.threads)
    folder = args.model.resolve()
    n_dim = json.loads((folder / "config.json").read_text())["n_dim"]
    report, sys.stdout = sys.stdout, sys.stderr  # StarDist prints on stdout
    stardist = {2: StarDist2D, 3: StarDist3D}[n_dim]
    model = stardist(None, name=folder.name, basedir=str(folder.parent))
    image = tifffile.imread(args.image)

    def predict():
        normalized = normalize(image, 1, 99.8, axis=tuple(range(n_dim)))
        return model.predict_instances(normalized, n_tiles=args.tiles, show_tile_progress=False)[0]

    start = time.perf_counter()
    labels = predict()
    first_ms = 1000 * (time.perf_counter() - start)
    times = []
    for _ in range(args.repeat):
        start = time.perf_counter()
        labels = predict()
        times.append(1000 * (time.perf_counter() - start))
    if args.output:
        tifffile.imwrite(args.output, labels.astype(np.uint16), compression="zlib")
    sys.stdout = report
    print(json.dumps({
        "name": "predict/stardist",
        "program": "Python StarDist",
        "image": args.image,
        "shape": list(image.shape),
        "first_ms": first_ms,
        "median_ms": statistics.median(times) if times else None,
        "min_ms": min(times, default=None),
        "max_ms": max(times, default=None),
        "objects": int(labels.max()),
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "tensorflow": tf.__version__,
    }))


if __name__ == "__main__":
    main()
