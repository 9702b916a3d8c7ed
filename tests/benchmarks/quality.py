#!/usr/bin/env python3
"""Trains Karyoscope and the Python packages with the same budget and seeds, judges both alike.

StarDist 2D on nuclei2d, CARE 2D and Noise2Void 2D on care2d_nuclei_synthetic_noise, default networks; the same
numbers of epochs, steps, patches. `karyoscope evaluate` judges the results of both. One CSV row a training: kind,
program, seed, scores, seconds of the training. Python needs stardist 0.9.2, csbdeep 0.8.2, n2v 0.3.3 (--no-deps)
and TensorFlow with TF_USE_LEGACY_KERAS=1.

  quality.py KARYOSCOPE DATA OUT.csv --kinds stardist care n2v --seeds 1 2 3 [--python PYTHON] [--threads 1]
"""

import argparse
import csv
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

BUDGET = {
    "stardist": dict(epochs=12, steps=50, patch=128, batch=4),
    "care": dict(epochs=10, steps=40, patch=64, batch=16),
    "n2v": dict(epochs=10, steps=40, patch=64, batch=32),
}


def folders(kind, data):
    if kind == "stardist":
        return data / "nuclei2d/train", data / "nuclei2d/test/images", data / "nuclei2d/test/masks"
    care = data / "restoration/care2d_nuclei_synthetic_noise"
    return care / "train", care / "test/low", care / "test/high"


def run(words):
    done = subprocess.run([str(w) for w in words], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{words[0]} failed:\n{done.stderr[-2000:]}")
    return done.stdout


def train_ours(karyoscope, kind, data, model, output, seed, threads):
    budget = BUDGET[kind]
    train, images, _ = folders(kind, data)
    begin = time.time()
    run([karyoscope, "train", kind, "--data", train / "low" if kind == "n2v" else train, "--model", model,
         "--epochs", budget["epochs"], "--steps", budget["steps"], "--batch", budget["batch"],
         "--patch", f"{budget['patch']},{budget['patch']}", "--seed", seed, "--threads", threads])
    seconds = time.time() - begin
    run([karyoscope, "predict", "--model", model, "--input", images, "--output", output, "--threads", threads])
    return seconds


def read_all(folder):
    from tifffile import imread

    return {path.name: imread(path) for path in sorted(pathlib.Path(folder).glob("*.tif"))}


def stardist_in_python(train, images, output, seed, budget):
    import numpy as np
    from csbdeep.utils import normalize
    from stardist.models import Config2D, StarDist2D
    from tifffile import imwrite

    x, y = read_all(train / "images"), read_all(train / "masks")
    names = list(x)
    order = np.random.permutation(len(names))  # of the seed
    held = set(order[: max(1, round(0.1 * len(names)))])
    pick = lambda inside: [i for i in range(len(names)) if (i in held) == inside]
    of = lambda table, inside, f: [f(table[names[i]]) for i in pick(inside)]
    scaled = lambda image: normalize(image, 1, 99.8)
    same = lambda mask: mask.astype(np.int32)

    def augmented(image, mask):  # the example notebook's
        axes = tuple(np.random.permutation(2))
        image, mask = image.transpose(axes), mask.transpose(axes)
        for axis in range(2):
            if np.random.rand() > 0.5:
                image, mask = np.flip(image, axis), np.flip(mask, axis)
        image = image * np.random.uniform(0.6, 2) + np.random.uniform(-0.2, 0.2)
        return image + 0.02 * np.random.uniform(0, 1) * np.random.normal(0, 1, image.shape), mask

    size = budget["patch"]
    config = Config2D(n_rays=32, grid=(2, 2), train_patch_size=(size, size), train_batch_size=budget["batch"],
                      train_epochs=budget["epochs"], train_steps_per_epoch=budget["steps"],
                      train_tensorboard=False)
    with tempfile.TemporaryDirectory() as folder:
        model = StarDist2D(config, name="m", basedir=folder)
        begin = time.time()
        validation = (of(x, True, scaled), of(y, True, same))
        model.train(of(x, False, scaled), of(y, False, same), validation_data=validation, augmenter=augmented,
                    seed=seed)
        model.optimize_thresholds(*validation)
        seconds = time.time() - begin
        for name, image in read_all(images).items():
            labels, _ = model.predict_instances(scaled(image))
            imwrite(output / name, labels.astype(np.uint16))
    return seconds


def care_in_python(train, images, output, seed, budget):
    import numpy as np
    from csbdeep.data import RawData, create_patches
    from csbdeep.models import CARE, Config
    from tifffile import imwrite

    size, count = budget["patch"], 50
    with tempfile.TemporaryDirectory() as folder:
        begin = time.time()
        raw = RawData.from_folder(str(train), ["low"], "high", axes="YX")
        x, y, _ = create_patches(raw, (size, size), count, verbose=False)
        x, y = x[..., np.newaxis] if x.ndim == 3 else np.moveaxis(x, 1, -1), (
            y[..., np.newaxis] if y.ndim == 3 else np.moveaxis(y, 1, -1))
        held = max(1, round(0.1 * len(x)))
        config = Config("YX", 1, 1, train_epochs=budget["epochs"], train_steps_per_epoch=budget["steps"],
                        train_batch_size=budget["batch"], train_tensorboard=False)
        model = CARE(config, "m", basedir=folder)
        model.train(x[:-held], y[:-held], validation_data=(x[-held:], y[-held:]))
        seconds = time.time() - begin
        for name, image in read_all(images).items():
            imwrite(output / name, model.predict(image, "YX").astype(np.float32))
    return seconds


def n2v_in_python(train, images, output, seed, budget):
    import numpy as np

    np.product = np.prod  # n2v 0.3.3 knows no NumPy 2
    from n2v.internals.N2V_DataGenerator import N2V_DataGenerator
    from n2v.models import N2V, N2VConfig
    from tifffile import imwrite

    size = budget["patch"]
    with tempfile.TemporaryDirectory() as folder:
        begin = time.time()
        generator = N2V_DataGenerator()
        stacks = [image[np.newaxis, ..., np.newaxis].astype(np.float32)
                  for image in read_all(train / "low").values()]
        patches = generator.generate_patches_from_list(stacks, shape=(size, size))
        np.random.shuffle(patches)
        held = max(1, round(0.1 * len(patches)))
        config = N2VConfig(patches[held:], unet_kern_size=3, train_steps_per_epoch=budget["steps"],
                           train_epochs=budget["epochs"], train_loss="mse", batch_norm=True,
                           train_batch_size=budget["batch"], n2v_perc_pix=1.5, n2v_patch_shape=(size, size),
                           n2v_manipulator="uniform_withCP", n2v_neighborhood_radius=5)
        model = N2V(config, "m", basedir=folder)
        model.train(patches[held:], patches[:held])
        seconds = time.time() - begin
        for name, image in read_all(images).items():
            imwrite(output / name, model.predict(image.astype(np.float32), "YX").astype(np.float32))
    return seconds


def train_python(kind, data, output, seed, threads):
    """In a process of its own, which prints the seconds."""
    os.environ["TF_USE_LEGACY_KERAS"] = "1"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    report, sys.stdout = sys.stdout, sys.stderr  # the packages print on stdout
    import numpy as np
    import tensorflow as tf

    if threads:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    np.random.seed(seed)
    tf.random.set_seed(seed)
    train, images, _ = folders(kind, data)
    of_kind = {"stardist": stardist_in_python, "care": care_in_python, "n2v": n2v_in_python}
    print(json.dumps({"seconds": of_kind[kind](train, images, output, seed, BUDGET[kind])}), file=report)


def judge(karyoscope, kind, data, predicted, output):
    _, images, truth = folders(kind, data)
    if kind == "stardist":
        scores = json.loads(run([karyoscope, "evaluate", "labels", "--truth", truth, "--pred", predicted,
                                 "--output", output, "--iou", "0.5", "--json"]))
    else:
        scores = json.loads(run([karyoscope, "evaluate", "restoration", "--truth", truth, "--source", images,
                                 "--pred", predicted, "--output", output, "--no-maps", "--json"]))
    return scores


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("karyoscope", type=pathlib.Path)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--kinds", nargs="+", default=list(BUDGET), choices=list(BUDGET))
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    parser.add_argument("--programs", nargs="+", default=["karyoscope", "python"])
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--threads", type=int, default=0, help="0: all cores")
    parser.add_argument("--one", help=argparse.SUPPRESS)  # kind,seed: one training of Python's
    args = parser.parse_args()
    if args.one:
        kind, seed = args.one.split(",")
        return train_python(kind, args.data, args.out, int(seed), args.threads)
    for kind in args.kinds:
        for seed in args.seeds:
            for program in args.programs:
                with tempfile.TemporaryDirectory() as folder:
                    work = pathlib.Path(folder)
                    predicted = work / "predicted"
                    if program == "karyoscope":
                        seconds = train_ours(args.karyoscope, kind, args.data, work / "model", predicted, seed,
                                             args.threads)
                    else:
                        predicted.mkdir()
                        seconds = json.loads(run(
                            [args.python, __file__, args.karyoscope, args.data, predicted, "--one",
                             f"{kind},{seed}", "--threads", args.threads]).splitlines()[-1])["seconds"]
                    scores = judge(args.karyoscope, kind, args.data, predicted, work / "judged")
                    with open(args.out, "a", newline="") as table:
                        csv.writer(table).writerow([kind, program, seed, round(seconds, 1), json.dumps(scores)])


if __name__ == "__main__":
    main()
