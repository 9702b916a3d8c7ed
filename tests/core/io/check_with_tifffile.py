#!/usr/bin/env python3
"""Reads images written by Karyoscope with Python's tifffile and compares all they say.

    check_with_tifffile.py FOLDER

FOLDER holds expected.json, the images it names and, for each, NAME.raw: the voxels in the order of
`axes`, little-endian. Exit status 0 when everything agrees, 1 with one line a difference, 77 when
tifffile is not installed, which test runners take as "skipped".
"""

import json
import pathlib
import sys
import xml.etree.ElementTree as xml


def near(a, b):
    return a is not None and abs(a - b) <= 1e-6 * max(abs(a), abs(b))


def pixel_size(page, name):
    above, below = page.tags[name].value
    return below / above


def check_imagej(tif, expected, differs):
    import numpy as np

    differs("ImageJ's text", tif.is_imagej, True)
    facts = tif.imagej_metadata or {}
    if "spacing" in expected:
        z, y, x = expected["spacing"]
        if "Z" in expected["axes"]:
            differs("spacing", near(facts.get("spacing"), z), True)
        page = tif.pages[0]
        differs("y resolution", near(pixel_size(page, "YResolution"), y), True)
        differs("x resolution", near(pixel_size(page, "XResolution"), x), True)
        differs("unit", facts.get("unit"), expected["unit"].replace("um", "\\u00B5m"))
    if "frame_interval" in expected:
        differs("finterval", facts.get("finterval"), expected["frame_interval"])
    if "ranges" in expected:
        ranges = [end for pair in expected["ranges"] for end in pair]
        if "C" in expected["axes"]:
            differs("ranges", list(facts.get("Ranges", [])), ranges)
        differs("min and max", [facts.get("min"), facts.get("max")], ranges[:2])
    if "luts" in expected:
        found = [np.asarray(lut).tolist() for lut in facts.get("LUTs", [])]
        differs("look-up tables", found == expected["luts"], True)
    if "names" in expected:
        planes = len(facts["Labels"]) // len(expected["names"])
        differs("names", list(facts["Labels"]), expected["names"] * planes)


def check_ome(tif, expected, differs):
    differs("OME-XML", tif.is_ome, True)
    root = xml.fromstring(tif.ome_metadata)
    space = {"ome": "http://www.openmicroscopy.org/Schemas/OME/2016-06"}
    pixels = root.find(".//ome:Pixels", space)
    sizes = dict(zip(expected["axes"], expected["shape"]))
    for axis in "TCZYX":
        size = sizes.get(axis, 1) * (sizes.get("S", 1) if axis == "C" else 1)
        differs(f"Size{axis}", pixels.get(f"Size{axis}"), str(size))
    if "spacing" in expected:
        for axis, step in zip("ZYX", expected["spacing"]):
            found = float(pixels.get(f"PhysicalSize{axis}"))
            differs(f"PhysicalSize{axis}", near(found, step), True)
            differs(f"unit of {axis}", pixels.get(f"PhysicalSize{axis}Unit"), "\u00b5m")
    if "frame_interval" in expected:
        differs("TimeIncrement", float(pixels.get("TimeIncrement")), expected["frame_interval"])
    if "names" in expected:
        names = [channel.get("Name") for channel in pixels.findall("ome:Channel", space)]
        differs("names", names, expected["names"])


def check(folder, name, expected, differs):
    import numpy as np
    import tifffile

    shape = tuple(expected["shape"])
    raw = np.fromfile(folder / f"{name}.raw", dtype=expected["dtype"]).reshape(shape)
    with tifffile.TiffFile(folder / name) as tif:
        differs("number of series", len(tif.series), 1)
        series = tif.series[0]
        differs("axes", series.axes, expected["axes"])
        differs("shape", tuple(series.shape), shape)
        differs("dtype", str(series.dtype), expected["dtype"])
        differs("BigTIFF", tif.is_bigtiff, expected.get("bigtiff", False))
        if "pages" in expected:
            differs("directories", len(tif.pages), expected["pages"])
        compression = "ADOBE_DEFLATE" if expected.get("compressed") else "NONE"
        differs("compression", tif.pages[0].compression.name, compression)
        array = series.asarray()
        differs("voxels", array.shape == raw.shape and np.array_equal(array, raw), True)
        (check_ome if expected["format"] == "OME-TIFF" else check_imagej)(tif, expected, differs)


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        import tifffile  # noqa: F401
    except ImportError as error:
        print(f"skipped: {error}")
        return 77
    folder = pathlib.Path(sys.argv[1])
    files = json.loads((folder / "expected.json").read_text())
    differences = []
    for name, expected in files.items():

        def differs(what, found, wanted):
            if found != wanted:
                differences.append(f"{name}: {what}: {found!r}, not {wanted!r}")

        try:
            check(folder, name, expected, differs)
        except Exception as error:  # whatever tifffile makes of a broken file is a difference
            differences.append(f"{name}: {type(error).__name__}: {error}")
    print("\n".join(differences) or f"{len(files)} files agree")
    return 1 if differences or not files else 0


if __name__ == "__main__":
    sys.exit(main())
