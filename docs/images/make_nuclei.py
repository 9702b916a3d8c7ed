#!/usr/bin/env python3
"""Makes images of nuclei with their masks, and noisy copies: make_nuclei.py OUT [--count 48]

OUT/images, OUT/masks: pairs for StarDist; OUT/low, OUT/high: pairs for CARE. The pictures in
docs/report.md are of models trained on these."""

import argparse
from pathlib import Path

import numpy as np
import tifffile

SIZE = 160


def blurred(image, sigma):
    reach = int(3 * sigma)
    kernel = np.exp(-(np.arange(-reach, reach + 1) ** 2) / (2 * sigma**2))
    kernel /= kernel.sum()
    for axis in (0, 1):
        image = np.apply_along_axis(np.convolve, axis, image, kernel, mode="same")
    return image


def field(random):
    """Ellipses that hardly overlap, brighter and darker, with some texture."""
    y, x = np.mgrid[:SIZE, :SIZE]
    labels = np.zeros((SIZE, SIZE), np.uint16)
    light = np.zeros((SIZE, SIZE))
    for _ in range(60):
        cy, cx = random.uniform(0, SIZE, 2)
        ry, rx = random.uniform(7, 13, 2)
        turn = random.uniform(0, np.pi)
        u = (y - cy) * np.cos(turn) + (x - cx) * np.sin(turn)
        v = (x - cx) * np.cos(turn) - (y - cy) * np.sin(turn)
        inside = (u / ry) ** 2 + (v / rx) ** 2 <= 1
        if inside.sum() < 40 or (labels[inside] > 0).mean() > 0.05:
            continue
        inside &= labels == 0
        labels[inside] = labels.max() + 1
        light[inside] = random.uniform(0.35, 1)
    texture = blurred(random.normal(0, 1, (SIZE, SIZE)), 2.5)
    clean = blurred(light * (1 + 1.2 * texture), 1.2)
    return labels, np.clip(clean, 0, None)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("output", type=Path)
    parser.add_argument("--count", type=int, default=48)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    random = np.random.default_rng(args.seed)
    for part in ("images", "masks", "low", "high"):
        (args.output / part).mkdir(parents=True, exist_ok=True)
    settings = dict(imagej=True, resolution=(1 / 0.32, 1 / 0.32), metadata={"unit": "um"})
    for number in range(args.count):
        labels, clean = field(random)
        usual = 100 + random.poisson(clean * 400) * 3 + random.normal(0, 12, clean.shape)
        dim = 100 + random.poisson(clean * 12) * 40 + random.normal(0, 18, clean.shape)
        for part, pixels in (("images", usual), ("masks", labels), ("low", dim),
                             ("high", 100 + 1200 * clean)):
            pixels = np.clip(np.round(pixels), 0, 65535).astype(np.uint16)
            tifffile.imwrite(args.output / part / f"field_{number:02}.tif", pixels, **settings)


if __name__ == "__main__":
    main()
