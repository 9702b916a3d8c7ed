#!/usr/bin/env python3
"""Writes Zarr arrays and OME-Zarr images by the Python packages into a folder, with what is in them.

Usage: write_zarr.py FOLDER. Ends with 77 where zarr is missing. Tested with zarr 3.0.8.
"""
import json
import sys
from pathlib import Path

try:
    import numpy as np
    import zarr
    from zarr import codecs
except ImportError as missing:
    print(missing)
    sys.exit(77)

folder = Path(sys.argv[1])
expected = {}


def picture(shape, dtype):
    count = int(np.prod(shape))
    values = (np.arange(count, dtype=np.int64) * 7919 + 11) % 251
    if np.dtype(dtype) == bool:
        values = values % 2
    return values.reshape(shape).astype(dtype)


def note(name, values):
    kept = values
    if values.dtype == bool:
        kept = values.astype(np.uint8)
    if values.dtype in (np.int64, np.uint64):
        kept = values.astype(np.float64)
    kept = kept.astype(kept.dtype.newbyteorder("<"))
    (folder / (name + ".raw")).write_bytes(np.ascontiguousarray(kept).tobytes())
    expected[name] = {"shape": list(values.shape), "dtype": str(kept.dtype.name)}


def v2(name, shape, chunks, dtype, **options):
    values = picture(shape, dtype)
    array = zarr.create_array(folder / name, shape=shape, chunks=chunks, dtype=dtype,
                              zarr_format=2, **options)
    array[...] = values
    note(name, values)


def v3(name, shape, chunks, dtype, **options):
    values = picture(shape, dtype)
    array = zarr.create_array(folder / name, shape=shape, chunks=chunks, dtype=dtype,
                              zarr_format=3, **options)
    array[...] = values
    note(name, values)


import numcodecs  # noqa: E402

for dtype in ("u1", "<u2", ">u2", "<i2", ">u4", "<i4", "<u8", "<i8", "<f4", ">f4", "<f8", "bool"):
    plain = dtype.replace("<", "le").replace(">", "be")
    v2(f"v2_{plain}", (3, 20, 33), (2, 8, 16), dtype, compressors=None)
v2("v2_order_f", (4, 20, 33), (2, 8, 16), "<u2", compressors=None, order="F")
v2("v2_slash", (4, 20, 33), (2, 8, 16), "<u2", compressors=None,
   chunk_key_encoding={"name": "v2", "separator": "/"})
for label, codec in {
    "blosc_lz4": numcodecs.Blosc("lz4", 5, numcodecs.Blosc.SHUFFLE),
    "blosc_lz4hc": numcodecs.Blosc("lz4hc", 5, numcodecs.Blosc.BITSHUFFLE),
    "blosc_zstd": numcodecs.Blosc("zstd", 3, numcodecs.Blosc.BITSHUFFLE),
    "blosc_zlib": numcodecs.Blosc("zlib", 3, numcodecs.Blosc.SHUFFLE),
    "blosc_blosclz": numcodecs.Blosc("blosclz", 3, numcodecs.Blosc.NOSHUFFLE),
    "zstd": numcodecs.Zstd(3), "gzip": numcodecs.GZip(5), "zlib": numcodecs.Zlib(5),
}.items():
    v2(f"v2_{label}", (5, 40, 50), (2, 16, 32), "<u2", compressors=codec)

for dtype in ("uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float32",
              "float64", "bool"):
    v3(f"v3_{dtype}", (3, 20, 33), (2, 8, 16), dtype, compressors=None)
v3("v3_big", (3, 20, 33), (2, 8, 16), "uint16", compressors=None,
   serializer=codecs.BytesCodec(endian="big"))
v3("v3_gzip", (3, 20, 33), (2, 8, 16), "uint16", compressors=codecs.GzipCodec())
v3("v3_zstd_crc", (3, 20, 33), (2, 8, 16), "uint16",
   compressors=[codecs.ZstdCodec(), codecs.Crc32cCodec()])
v3("v3_blosc", (3, 20, 33), (2, 8, 16), "uint16",
   compressors=codecs.BloscCodec(cname="zstd", shuffle="bitshuffle"))
v3("v3_transpose", (3, 20, 33), (2, 8, 16), "uint16", compressors=None,
   filters=[codecs.TransposeCodec(order=(2, 0, 1))])
v3("v3_keys_v2", (3, 20, 33), (2, 8, 16), "uint16", compressors=None,
   chunk_key_encoding={"name": "v2", "separator": "."})
v3("v3_shards", (7, 40, 70), (2, 8, 16), "uint16", shards=(4, 16, 32),
   compressors=codecs.ZstdCodec())
v3("v3_shards_5d", (2, 3, 5, 20, 33), (1, 2, 2, 8, 16), "uint16", shards=(2, 2, 4, 16, 32),
   compressors=None)

hole = zarr.create_array(folder / "v3_hole", shape=(4, 40, 40), chunks=(2, 20, 20), dtype="uint16",
                         zarr_format=3, fill_value=7, shards=(4, 20, 40))
hole[0:2, 0:20, 20:40] = 300
note("v3_hole", hole[...])
hole2 = zarr.create_array(folder / "v2_hole", shape=(4, 40, 40), chunks=(2, 20, 20), dtype="<f4",
                          zarr_format=2, fill_value=float("nan"))
hole2[0:2, 0:20, 20:40] = 300
note("v2_hole", hole2[...])


def pyramid(name, version):
    group = zarr.open_group(folder / name, mode="w", zarr_format=2 if version == "0.4" else 3)
    values = picture((2, 3, 4, 64, 96), "uint16")
    datasets = []
    for level in range(3):
        step = 2 ** level
        part = values[..., ::step, ::step]
        array = group.create_array(f"s{level}", shape=part.shape, chunks=(1, 1, 2, 32, 32),
                                   dtype="uint16")
        array[...] = part
        note(f"{name}/s{level}", part)
        datasets.append({"path": f"s{level}", "coordinateTransformations": [
            {"type": "scale", "scale": [1.5, 1, 2.0, 0.25 * step, 0.25 * step]}]})
    ome = {"multiscales": [{"name": name, "axes": [
        {"name": "t", "type": "time", "unit": "second"}, {"name": "c", "type": "channel"},
        {"name": "z", "type": "space", "unit": "micrometer"},
        {"name": "y", "type": "space", "unit": "micrometer"},
        {"name": "x", "type": "space", "unit": "micrometer"}], "datasets": datasets}],
        "omero": {"channels": [
            {"label": "DAPI", "color": "0000FF", "window": {"start": 5, "end": 200}},
            {"label": "actin", "color": "FF8000", "window": {"start": 0, "end": 250}},
            {"label": "tubulin", "color": "00FF00", "window": {"start": 0, "end": 250}}]}}
    labels = group.create_group("labels")
    nuclei = labels.create_group("nuclei")
    ids = (picture((4, 64, 96), "uint32") // 60).astype("uint32")
    array = nuclei.create_array("0", shape=ids.shape, chunks=(2, 32, 32), dtype="uint32")
    array[...] = ids
    note(f"{name}/labels/nuclei/0", ids)
    image_label = {"multiscales": [{"axes": [
        {"name": a, "type": "space", "unit": "micrometer"} for a in "zyx"], "datasets": [
            {"path": "0", "coordinateTransformations": [
                {"type": "scale", "scale": [2.0, 0.25, 0.25]}]}]}], "image-label": {}}
    if version == "0.4":
        ome["multiscales"][0]["version"] = "0.4"
        group.attrs.update(ome)
        labels.attrs["labels"] = ["nuclei"]
        nuclei.attrs.update(image_label)
    else:
        group.attrs["ome"] = {"version": "0.5", **ome}
        labels.attrs["ome"] = {"version": "0.5", "labels": ["nuclei"]}
        nuclei.attrs["ome"] = {"version": "0.5", **image_label}


pyramid("image_04", "0.4")
pyramid("image_05", "0.5")
(folder / "expected.json").write_text(json.dumps(expected))
