"""Reads with GDAL and NumPy what the formats hold, and compares it with rio-tiler's.

Run as `python formats.py FOLDER`; the folder holds `cases.json` and the files that it names. Prints a JSON list
of what is wrong.
"""

import json
import sys
import warnings

import numpy
import rasterio
from affine import Affine
from rasterio.crs import CRS
from rasterio.io import MemoryFile
from rio_tiler.utils import render

warnings.filterwarnings("ignore")
folder = sys.argv[1]
wrong = []


def field(case):
    """What the test put into its images."""
    band, row, column = numpy.mgrid[0 : case["bands"], 0 : case["rows"], 0 : case["columns"]]
    values = (band * 37 + row * 16 + column) % 100
    if case["dtype"] != "uint8" and not case["dtype"].startswith("uint"):
        values = values - 50
    return values.astype(case["dtype"])


def holes(case):
    row, column = numpy.mgrid[0 : case["rows"], 0 : case["columns"]]
    return (row + column) % 5 == 0


def limits(dtype):
    kind = numpy.dtype(dtype)
    if kind.kind == "c":
        kind = numpy.dtype("float32" if kind.itemsize == 8 else "float64")
    info = numpy.finfo(kind) if kind.kind == "f" else numpy.iinfo(kind)
    return info.min, info.max


def check(case, what, found, expected):
    if not (found == expected):
        wrong.append(f"{case['file']}: {what} is {found}, not {expected}")


def mask_of(case):
    least, most = limits(case["dtype"])
    return numpy.where(holes(case), least, most).astype(case["dtype"])


def check_tif(case):
    data = field(case)
    with rasterio.open(f"{folder}/{case['file']}") as found:
        bands = case["bands"]
        check(case, "driver", found.driver, "GTiff")
        check(case, "dtype", found.dtypes[0], case.get("read_as", case["dtype"]))
        check(case, "count", found.count, bands + case["mask"])
        check(case, "crs", found.crs, CRS.from_user_input(case["crs"]) if case["crs"] else None)
        left, bottom, right, top = case["bounds"]
        expected = Affine((right - left) / case["columns"], 0, left, 0, (bottom - top) / case["rows"], top)
        check(case, "transform", found.transform.almost_equals(expected, 1e-12), True)
        pixels = found.read(list(range(1, bands + 1)))
        check(case, "pixels", numpy.array_equal(pixels, data.astype(pixels.dtype)), True)
        if case["mask"]:
            # Of alpha in other types, or beside other bands, GDAL makes no mask, here as in rio-tiler's files.
            if case["dtype"] in ("uint8", "uint16") and bands in (1, 3):
                check(case, "dataset mask", numpy.array_equal(found.dataset_mask() > 0, ~holes(case)), True)
            if numpy.dtype(case["dtype"]).kind not in "c" and case["dtype"] != "float16":
                check(case, "alpha", numpy.array_equal(found.read(bands + 1), mask_of(case)), True)
        # rio-tiler's file of the same, where it can write one.
        if numpy.dtype(case["dtype"]).kind == "c" or case["dtype"] == "float16":
            return
        theirs = render(data, mask_of(case) if case["mask"] else None, img_format="GTIFF")
        with MemoryFile(theirs) as memory, memory.open() as theirs:
            for name in ("count", "dtypes", "colorinterp", "interleaving", "compression", "mask_flag_enums"):
                if name == "mask_flag_enums" and not case["mask"] and case["nodata"] is not None:
                    continue
                # Two bands of bytes with alpha are called red and green by GDAL, grey and more by us.
                if name == "colorinterp" and case["dtype"] == "uint8" and bands == 2 and case["mask"]:
                    continue
                check(case, name, getattr(found, name), getattr(theirs, name))
        if not case["mask"]:
            check(case, "nodata", found.nodata, case["nodata"])


def check_npz(case):
    with numpy.load(f"{folder}/{case['file']}", allow_pickle=False) as found:
        check(case, "names", sorted(found), ["data", "mask"] if case["mask"] else ["data"])
        check(case, "dtype", str(found["data"].dtype), case["dtype"])
        check(case, "data", numpy.array_equal(found["data"], field(case)), True)
        if case["mask"]:
            check(case, "mask", numpy.array_equal(found["mask"], mask_of(case)), True)


def check_npy(case):
    found = numpy.load(f"{folder}/{case['file']}", allow_pickle=False)
    expected = field(case)
    if case["mask"]:
        expected = numpy.concatenate([expected, mask_of(case)[None]])
    check(case, "dtype", str(found.dtype), case["dtype"])
    check(case, "data", numpy.array_equal(found, expected), True)


def check_picture(case):
    """The same pixels in the same channels as rio-tiler's."""
    mask = numpy.where(holes(case), 0, 255).astype("uint8") if case["mask"] else None
    theirs = render(field(case), mask, img_format=case["driver"])
    with MemoryFile(theirs) as memory, memory.open() as source:
        channels, expected = source.colorinterp, source.read()
    with rasterio.open(f"{folder}/{case['file']}") as found:
        check(case, "channels", found.colorinterp, channels)
        check(case, "pixels", numpy.array_equal(found.read(), expected), True)


checks = dict(tif=check_tif, npz=check_npz, npy=check_npy, png=check_picture, pngraw=check_picture)
with open(f"{folder}/cases.json") as listing:
    cases = json.load(listing)
for case in cases:
    checks[case["format"]](case)
print(json.dumps(dict(wrong=wrong, count=len(cases))))
