"""Writes files with external overviews and masks into a folder, and prints what GDAL reads of them.

    python sidecars.py FOLDER

Needs rasterio (GDAL 3.10).
"""

import json
import os
import sys

import numpy as np
import rasterio
from rasterio.enums import Resampling

import odd


def make(folder, name, bands, dtype, overviews, mask, external_overviews=True, external_mask=True, **options):
    path = os.path.join(folder, name + ".tif")
    rows, columns = np.mgrid[0:300, 0:420]
    pixels = np.stack([(rows * (b + 2) + columns * 3) % 251 for b in range(bands)]).astype(dtype)
    config = dict(TIFF_USE_OVR=external_overviews, GDAL_TIFF_INTERNAL_MASK=not external_mask)
    with rasterio.Env(**config):
        with rasterio.open(path, "w", driver="GTiff", width=420, height=300, count=bands, dtype=dtype,
                           tiled=True, blockxsize=128, blockysize=128, compress="deflate", **options) as d:
            d.write(pixels)
            if mask:
                d.write_mask((rows + columns) % 700 > 100)
        if overviews:
            with rasterio.open(path, "r+") as d:
                d.build_overviews([2, 4], Resampling.nearest)
    return path


def main():
    folder = sys.argv[1]
    made = [
        make(folder, "overviews", 1, "uint16", True, False),
        make(folder, "overviews_rgb", 3, "uint8", True, False, photometric="rgb", interleave="pixel"),
        make(folder, "overviews_planar", 3, "int16", True, False, interleave="band"),
        make(folder, "overviews_nodata", 1, "float32", True, False, nodata=7),
        make(folder, "overviews_big", 1, "uint8", True, False, bigtiff="yes"),
        make(folder, "mask", 3, "uint8", False, True),
        make(folder, "mask_overviews", 2, "uint8", True, True),
        make(folder, "mask_internal_overviews", 1, "uint8", True, True, external_overviews=False),
        make(folder, "internal_mask_overviews", 1, "uint8", True, True, external_mask=False),
        make(folder, "neither", 1, "uint8", False, False),
    ]
    print(json.dumps([
        odd.plain({"file": os.path.basename(path), "beside": sorted(
            name for name in os.listdir(folder) if name.startswith(os.path.basename(path) + ".")),
            "gdal": odd.gdal(path)}) for path in made]))


if __name__ == "__main__":
    main()
