#!/usr/bin/env python3
"""Tiles an image to a larger one: make_image.py IN.tif OUT.tif [--tiles 2]

Every second tile is mirrored, so objects at the seams stay whole."""

import argparse

import numpy as np
import tifffile


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("image")
    parser.add_argument("output")
    parser.add_argument("--tiles", type=int, default=2)
    args = parser.parse_args()
    image = tifffile.imread(args.image)
    if image.ndim != 2:
        raise SystemExit(f"{args.image} has the shape {image.shape}; one 2D plane is needed")
    rows = [np.concatenate([image[:, :: -1 if x % 2 else 1] for x in range(args.tiles)], axis=1)]
    rows = [rows[0][:: -1 if y % 2 else 1] for y in range(args.tiles)]
    tifffile.imwrite(args.output, np.ascontiguousarray(np.concatenate(rows)))
    height, width = (args.tiles * extent for extent in image.shape)
    print(f"{args.output}: {height}x{width} {image.dtype}")


if __name__ == "__main__":
    main()
