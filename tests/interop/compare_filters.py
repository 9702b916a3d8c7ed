#!/usr/bin/env python3
"""Holds the filters to ImageJ's and scipy's: prints the largest difference of each.

    compare_filters.py --bin build/release/bin/karyoscope --image IMAGE.tif [--imagej ij.jar]

IMAGE is a 2D image of 8 or 16 bits. With --imagej (Debian: /usr/share/java/ij.jar), Subtract
Background is compared as well; that needs java and a display (xvfb-run). Needs numpy, scipy, tifffile.
"""

import argparse
import json
import pathlib
import subprocess
import tempfile

import numpy as np
import tifffile
from scipy import ndimage

IMAGEJ_MACRO = """parts = split(getArgument(), "|");
open(parts[0]);
run("Subtract Background...", parts[2]);
saveAs("Tiff", parts[1]);
run("Quit");
"""


class Programs:
    def __init__(self, args, folder):
        self.args, self.folder = args, folder

    def ours(self, image, command, **arguments):
        out = self.folder / "ours.tif"
        steps = [
            {"command": "file.open_files", "arguments": {"files": [str(image)], "as": "image"}},
            {"command": command, "arguments": arguments},
            {"command": "file.save_layer", "arguments": {"path": str(out)}},
        ]
        macro = self.folder / "macro.json"
        macro.write_text(json.dumps({"karyoscope_macro": 1, "steps": steps}))
        subprocess.run([self.args.bin, "run", str(macro)], check=True, capture_output=True)
        return tifffile.imread(out)

    def imagej(self, image, options):
        out = self.folder / "imagej.tif"
        macro = self.folder / "macro.ijm"
        macro.write_text(IMAGEJ_MACRO)
        command = ["java", "-jar", self.args.imagej, "-batch", str(macro)]
        subprocess.run(command + [f"{image}|{out}|{options}"], check=True, capture_output=True)
        return tifffile.imread(out)


def report(name, ours, reference):
    off = np.abs(ours.astype(np.float64) - reference.astype(np.float64))
    print(f"{name}: largest difference {off.max():g}, {np.mean(off > 0):.4%} of the pixels differ")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bin", required=True)
    parser.add_argument("--image", required=True)
    parser.add_argument("--imagej")
    args = parser.parse_args()
    image = tifffile.imread(args.image)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        programs = Programs(args, folder)
        stack = np.random.default_rng(0).random((20, 60, 70), dtype=np.float32) * 1000
        stack_path = folder / "stack.tif"
        tifffile.imwrite(stack_path, stack)
        report("gaussian, sigma 2.5, 3D, against scipy",
               programs.ours(stack_path, "filter.gaussian", sigma=2.5, **{"3d": True}),
               ndimage.gaussian_filter(stack, 2.5))
        report("median, radius 2, against scipy", programs.ours(stack_path, "filter.median", radius=2),
               np.stack([ndimage.median_filter(plane, 5, mode="nearest") for plane in stack]))
        if not args.imagej:
            return
        eight = (image / max(1, image.max()) * 255).astype(np.uint8)
        for pixels in (eight, image.astype(np.uint16)):
            path = folder / "image.tif"
            tifffile.imwrite(path, pixels)
            for radius in (8, 25, 50, 150):
                for options, arguments in (
                    ("", {}),
                    (" disable", {"smoothing": False}),
                    (" light", {"light_background": True}),
                ):
                    report(f"background, {pixels.dtype}, ball {radius}{options}, against ImageJ",
                           programs.ours(path, "filter.subtract_background", radius=radius,
                                         **arguments),
                           programs.imagej(path, f"rolling={radius}{options}"))


if __name__ == "__main__":
    main()
