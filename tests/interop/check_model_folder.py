#!/usr/bin/env python3
"""Opens a model folder with Python StarDist and compares its labels with ours.

    check_model_folder.py MODEL_DIR IMAGE LABELS [--no-normalize] [--pmin 1] [--pmax 99.8]
                          [--tolerance 0] [--json]

MODEL_DIR  a folder written by Karyoscope (or by Python: then the check is one of prediction alone)
IMAGE      what was predicted, TIFF or .npy; normalized by percentiles unless --no-normalize
LABELS     Karyoscope's labels of that image, TIFF or .npy

Exit status 0 when the label images are equal up to the numbering of objects and a share of
--tolerance of the pixels, 1 when they differ, 2 when something cannot be read. 77 when StarDist is
not installed, which test runners take as "skipped".
"""

import argparse
import json
import os
import pathlib
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def read_array(path):
    import numpy as np

    if str(path).endswith(".npy"):
        return np.load(path, allow_pickle=False)
    import tifffile

    return tifffile.imread(path)


def compare(expected, found):
    """Counts pixels that differ once every object has the number of its best partner."""
    import numpy as np

    if expected.shape != found.shape:
        raise SystemExit(f"labels have the shape {found.shape}, Python's have {expected.shape}")
    pairs, counts = np.unique(
        np.stack([expected.ravel(), found.ravel()]).astype(np.int64), axis=1, return_counts=True)
    partner = {}
    for (true, ours), count in sorted(zip(pairs.T.tolist(), counts.tolist()), key=lambda p: p[1]):
        partner[ours] = true if ours != 0 else 0  # the largest overlap comes last and stays
    renumbered = np.vectorize(partner.get, otypes=[np.int64])(found)
    # Two of our objects with one partner are a split, not an agreement.
    taken = [true for ours, true in partner.items() if ours != 0 and true != 0]
    return {
        "objects_python": int(len(np.unique(expected[expected != 0]))),
        "objects_ours": int(len(np.unique(found[found != 0]))),
        "same_numbers": bool(np.array_equal(expected, found)),
        "pixels": int(expected.size),
        "pixels_different": int(np.count_nonzero(renumbered != expected)),
        "objects_split": len(taken) - len(set(taken)),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("image", type=pathlib.Path)
    parser.add_argument("labels", type=pathlib.Path)
    parser.add_argument("--no-normalize", action="store_true")
    parser.add_argument("--pmin", type=float, default=1)
    parser.add_argument("--pmax", type=float, default=99.8)
    parser.add_argument("--tolerance", type=float, default=0, help="share of pixels, 0..1")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    try:
        import numpy as np
        from csbdeep.utils import normalize
        from stardist.models import StarDist2D, StarDist3D
    except ImportError as error:
        print(f"skipped: {error}")
        return 77
    try:
        config = json.loads((args.model / "config.json").read_text())
        image, labels = read_array(args.image), read_array(args.labels)
    except (OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2

    stardist = {2: StarDist2D, 3: StarDist3D}[config["n_dim"]]
    folder = args.model.resolve()
    with open(os.devnull, "w") as quiet:
        stdout, sys.stdout = sys.stdout, quiet
        model = stardist(None, name=folder.name, basedir=str(folder.parent))
        sys.stdout = stdout
    if not args.no_normalize:
        axes = tuple(range(config["n_dim"]))
        image = normalize(image, args.pmin, args.pmax, axis=axes)
    expected, _ = model.predict_instances(image.astype(np.float32), show_tile_progress=False)

    report = compare(expected, labels)
    report["model"] = str(args.model)
    allowed = args.tolerance * report["pixels"]
    report["equal"] = report["pixels_different"] <= allowed and report["objects_split"] == 0
    print(json.dumps(report) if args.json else "\n".join(f"{k}: {v}" for k, v in report.items()))
    return 0 if report["equal"] else 1


if __name__ == "__main__":
    sys.exit(main())
