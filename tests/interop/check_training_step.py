#!/usr/bin/env python3
"""Trains a golden StarDist 2D model for a few steps in Python and compares weights with ours.

    check_training_step.py GOLDEN_DIR OURS_AFTER_1.h5 OURS_AFTER_2.h5 ... [--tolerance 1e-4]

GOLDEN_DIR  config.json, weights_best.h5 to start from, train_step.npz with the batch
OURS...     Karyoscope's weights after each step of Adam (rate 3e-4) on that batch

Every weight has to be within the tolerance after every step.
Exit status 0 when it holds, 1 when not, 77 when StarDist is not installed.
"""

import argparse
import json
import os
import pathlib
import shutil
import sys
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("golden", type=pathlib.Path)
    parser.add_argument("ours", type=pathlib.Path, nargs="+")
    parser.add_argument("--tolerance", type=float, default=1e-4)
    args = parser.parse_args()
    try:
        import numpy as np
        from stardist.models import StarDist2D
    except ImportError as error:
        print(f"skipped: {error}")
        return 77

    def opened(folder):
        return StarDist2D(None, name=folder.name, basedir=str(folder.parent))

    report, sys.stdout = sys.stdout, sys.stderr  # StarDist prints on stdout
    steps = []
    with tempfile.TemporaryDirectory() as work:
        folder = pathlib.Path(work) / "model"
        folder.mkdir()
        for name in ("config.json", "weights_best.h5"):
            shutil.copy(args.golden / name, folder / name)
        model, ours = opened(folder), opened(folder)
        start = [np.array(w) for w in model.keras_model.get_weights()]
        model.config.train_learning_rate = 3e-4
        model.prepare_for_training()
        batch = np.load(args.golden / "train_step.npz")
        for path in args.ours:
            model.keras_model.train_on_batch(batch["X"], [batch["y_prob"], batch["y_dist_mask"]])
            ours.keras_model.load_weights(str(path))
            pairs = list(zip(model.keras_model.get_weights(), ours.keras_model.get_weights()))
            apart = np.concatenate([np.abs(a - b).ravel() for a, b in pairs])
            moved = np.concatenate([np.abs(a - s).ravel() for (a, _), s in zip(pairs, start)])
            steps.append({"weights": int(apart.size), "largest": float(apart.max()),
                          "mean": float(apart.mean()), "mean_moved": float(moved.mean())})
    sys.stdout = report
    holds = all(step["largest"] <= args.tolerance for step in steps)
    print(json.dumps({"golden": args.golden.name, "steps": steps, "holds": holds}, indent=1))
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
