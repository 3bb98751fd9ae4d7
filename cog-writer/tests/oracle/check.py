"""Says what GDAL and rio-cogeo see in the COGs named on the command line, as one JSON object by path.

For every file: rio-cogeo's strict verdict, and for every level the SHA-256 of each band's samples (little-endian, C order)
and of the dataset mask.
"""

import hashlib
import json
import sys

import numpy
import rasterio
from rio_cogeo.cogeo import cog_validate


def digest(array):
    little = array.astype(array.dtype.newbyteorder("<"), copy=False)
    return hashlib.sha256(numpy.ascontiguousarray(little).tobytes()).hexdigest()


def level(path, number):
    options = {} if number == 0 else {"overview_level": number - 1}
    with rasterio.open(path, **options) as source:
        return {
            "width": source.width,
            "height": source.height,
            "bands": [digest(source.read(band)) for band in source.indexes],
            "mask": digest(source.dataset_mask()),
        }


def describe(path):
    valid, errors, warnings = cog_validate(path, strict=True, quiet=True)
    with rasterio.open(path) as source:
        return {
            "valid": valid,
            "errors": errors,
            "warnings": warnings,
            "epsg": source.crs.to_epsg() if source.crs else None,
            "transform": list(source.transform)[:6],
            "nodata": None if source.nodata is None else str(source.nodata),
            "dtype": str(source.read(1).dtype),
            "descriptions": list(source.descriptions),
            "scales": list(source.scales),
            "offsets": list(source.offsets),
            "units": list(source.units),
            "colorinterp": [color.name for color in source.colorinterp],
            "colormap": source.colormap(1).get(1) if source.colorinterp[0].name == "palette" else None,
            "tags": source.tags(1),
            "structure": source.tags(ns="IMAGE_STRUCTURE"),
            "levels": [level(path, number) for number in range(1 + len(source.overviews(1)))],
        }


json.dump({path: describe(path) for path in sys.argv[1:]}, sys.stdout)
