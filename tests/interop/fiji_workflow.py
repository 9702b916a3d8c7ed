#!/usr/bin/env python3
"""The Fiji routine for a folder of images, done by Karyoscope and by ImageJ itself, compared.

    python tests/interop/fiji_workflow.py --karyoscope build/release/bin/karyoscope \
        --images ../shared/data/nuclei2d/test/images [--method Huang] [--count 50]

For every image: automatic threshold, fill holes, watershed, Analyze Particles (>= 20 px), labels,
mask under the image's name, RoiSet.zip. Karyoscope replays a recorded session of named commands
(`karyoscope run`); ImageJ runs the same steps as a macro. Then ImageJ opens Karyoscope's RoiSets and
fills them. Prints how many masks and ROI sets are equal pixel for pixel, and the actions that a
person needs for an image in both programs. Needs ImageJ (Debian: imagej), xvfb-run, tifffile, numpy.
"""

import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

import numpy as np
import tifffile

IMAGEJ = "/usr/share/java/ij.jar"  # where Debian's package puts it

MACRO = """
setBatchMode(true);
setOption("BlackBackground", true);
names = split("{names}", ",");
for (i = 0; i < names.length; i++) {{
  open("{images}/" + names[i] + ".tif");
  if (bitDepth() == 24) run("8-bit");
  setAutoThreshold("{method} dark");
  run("Convert to Mask");
  run("Fill Holes");
  run("Watershed");
  run("Analyze Particles...", "size=20-Infinity pixel show=[Count Masks] clear");
  saveAs("Tiff", "{out}/" + names[i] + ".tif");
  close("*");
}}
"""

ROI_MACRO = """
setBatchMode(true);
names = split("{names}", ",");
for (i = 0; i < names.length; i++) {{
  open("{masks}/" + names[i] + ".tif");
  w = getWidth(); h = getHeight();
  close();
  newImage("filled", "16-bit black", w, h, 1);
  roiManager("reset");
  roiManager("open", "{masks}/" + names[i] + "_RoiSet.zip");
  n = roiManager("count");
  for (r = 0; r < n; r++) {{
    roiManager("select", r);
    label = Roi.getProperty("label");
    setColor(parseInt(label));
    fill();
  }}
  run("Select None");
  saveAs("Tiff", "{out}/" + names[i] + ".tif");
  close("*");
}}
"""


def imagej(text, folder, name):
    path = folder / name
    path.write_text(text)
    run = ["xvfb-run", "-a", "java", "-jar", IMAGEJ, "-batch", str(path)]
    outcome = subprocess.run(run, capture_output=True, text=True, timeout=1800)
    if outcome.returncode != 0:
        sys.exit(outcome.stdout + outcome.stderr)


def session(folder, names, method):
    steps = [{"command": "dataset.open", "arguments": {"path": str(folder)}}]
    make = {"method": method, "fill_holes": True, "split": "watershed", "min_size": 20}
    for number, _ in enumerate(names):
        steps.append({"command": "steps.make", "arguments": make})
        steps.append({"command": "dataset.save_rois", "arguments": {}})
        if number + 1 < len(names):
            steps.append({"command": "dataset.next", "arguments": {}})
    return {"karyoscope_macro": 1, "steps": steps}


def equal(a, b):
    return a.shape == b.shape and np.array_equal(a.astype(np.int64), b.astype(np.int64))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--karyoscope", required=True)
    parser.add_argument("--images", required=True, type=pathlib.Path)
    parser.add_argument("--method", default="Huang")
    parser.add_argument("--count", type=int, default=50)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        (folder / "data" / "images").mkdir(parents=True)
        files = sorted(args.images.glob("*.tif"))[: args.count]
        for file in files:
            shutil.copy(file, folder / "data" / "images")
        names = [file.stem for file in files]
        macro = folder / "session.json"
        macro.write_text(json.dumps(session(folder / "data", names, args.method)))
        subprocess.run([args.karyoscope, "run", str(macro)], check=True)
        masks = folder / "data" / "masks"

        for part in ("ij", "rois"):
            (folder / part).mkdir()
        joined = ",".join(names)
        imagej(MACRO.format(names=joined, images=folder / "data" / "images", out=folder / "ij",
                            method=args.method), folder, "steps.ijm")
        imagej(ROI_MACRO.format(names=joined, masks=masks, out=folder / "rois"), folder, "rois.ijm")
        same_masks = same_rois = objects = 0
        for name in names:
            ours = tifffile.imread(masks / f"{name}.tif")
            objects += int(ours.max())
            if equal(ours, tifffile.imread(folder / "ij" / f"{name}.tif")):
                same_masks += 1
            else:
                print("mask differs:", name)
            if equal(ours, tifffile.imread(folder / "rois" / f"{name}.tif")):
                same_rois += 1
            else:
                print("filled regions differ:", name)
        # Fiji, by hand: open, threshold dialog and method, apply, Fill Holes, Watershed, Analyze
        # Particles and its OK, fill to a label map (plug-in), save mask, save RoiSet, next: 11.
        # Karyoscope: Make objects, Save mask and RoiSet.zip, D: 3; the settings stay.
        print(json.dumps({"images": len(names), "objects": objects, "masks_equal": same_masks,
                          "roi_sets_equal": same_rois, "actions_an_image": {"Fiji": 11,
                                                                          "Karyoscope": 3}}))
        return 0 if same_masks == same_rois == len(names) else 1


if __name__ == "__main__":
    sys.exit(main())
