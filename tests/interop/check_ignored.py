#!/usr/bin/env python3
"""Targets and loss of a mask with ignored parts: Python StarDist's against ours.

    check_ignored.py GOLDEN_DIR MASK.tif OURS_DIR [--tolerance 1e-5]

GOLDEN_DIR  config.json, weights_best.h5, train_step.npz whose first image is used
MASK.tif    labels of that image as int32, -1 where ignored
OURS_DIR    prob.f32, dist.f32, mask.f32: Karyoscope's targets, float32 in C order;
            loss.json: {"prob": ..., "dist": ...} of the network's output for them

Distances have to be equal, probabilities and losses within the tolerance. Python's distance loss
keeps its regulariser in ignored parts, which is taken off before the comparison.
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
    parser.add_argument("mask", type=pathlib.Path)
    parser.add_argument("ours", type=pathlib.Path)
    parser.add_argument("--tolerance", type=float, default=1e-5)
    args = parser.parse_args()
    try:
        import numpy as np
        import tifffile
        from stardist.models import StarDist2D
        from stardist.models.model2d import StarDistData2D
    except ImportError as error:
        print(f"skipped: {error}")
        return 77

    report, sys.stdout = sys.stdout, sys.stderr  # StarDist prints on stdout
    labels = tifffile.imread(args.mask)
    image = np.load(args.golden / "train_step.npz")["X"][:1]
    with tempfile.TemporaryDirectory() as work:
        folder = pathlib.Path(work) / "model"
        folder.mkdir()
        for name in ("config.json", "weights_best.h5"):
            shutil.copy(args.golden / name, folder / name)
        model = StarDist2D(None, name="model", basedir=work)
        config = model.config
        data = StarDistData2D([image[0]], [labels], batch_size=1, n_rays=config.n_rays, length=1,
                              n_classes=None, patch_size=labels.shape, grid=config.grid)
        _, (prob, dist_mask) = data[0]
        model.prepare_for_training()
        losses = model.keras_model.test_on_batch(image, [prob, dist_mask], return_dict=True)
        _, predicted = model.keras_model.predict_on_batch(image)
    sys.stdout = report

    ignored = prob[..., 0] < 0
    kept = config.train_background_reg * np.abs(predicted[ignored]).sum() / predicted.size
    loss = json.loads((args.ours / "loss.json").read_text())

    def ours(name, like):
        return np.fromfile(args.ours / (name + ".f32"), np.float32).reshape(like.shape)

    dist, mask = dist_mask[..., :-1], dist_mask[..., -1:]
    found = {
        "ignored": int(ignored.sum()),
        "dist_apart": float(np.abs(ours("dist", dist) - dist).max()),
        "prob_apart": float(np.abs(ours("prob", prob) - prob).max()),
        "mask_apart": float(np.abs(ours("mask", mask) - mask).max()),
        "prob_loss": [float(losses["prob_loss"]), loss["prob"]],
        "dist_loss": [float(losses["dist_loss"]), loss["dist"] + float(kept)],
        "regulariser_kept": float(kept),
    }
    near = all(abs(a / b - 1) <= args.tolerance for a, b in (found["prob_loss"], found["dist_loss"]))
    holds = (found["ignored"] > 0 and found["dist_apart"] == 0 and near
             and max(found["prob_apart"], found["mask_apart"]) <= args.tolerance)
    print(json.dumps({**found, "holds": holds}, indent=1))
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
