"""Makes overviews with GDAL beside those of a COG, and says by how much they differ, as JSON.

Arguments: pairs of a COG and a kernel. For each, the first overview of the COG against the one that GDAL computes of the COG's
full resolution: pixels, those that differ, the greatest difference, and the difference of nodata and masks.
"""

import json
import os
import sys
import tempfile

import numpy
import rasterio
from rasterio.enums import Resampling


def compare(path, kernel):
    with tempfile.TemporaryDirectory() as folder:
        plain = os.path.join(folder, "plain.tif")
        with rasterio.open(path) as source:
            profile = dict(driver="GTiff", width=source.width, height=source.height, count=source.count,
                           dtype=source.dtypes[0], crs=source.crs, transform=source.transform, nodata=source.nodata)
            has_mask = rasterio.enums.MaskFlags.per_dataset in source.mask_flag_enums[0]
            with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(plain, "w", **profile) as copy:
                copy.write(source.read())
                if has_mask:
                    copy.write_mask(source.dataset_mask())
        with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(plain, "r+") as copy:
            copy.build_overviews([2], Resampling[kernel])
        with rasterio.open(plain, overview_level=0) as theirs, rasterio.open(path, overview_level=0) as ours:
            a, b = theirs.read().astype("float64"), ours.read().astype("float64")
            masks = (theirs.dataset_mask() != ours.dataset_mask()).sum()
            if has_mask:
                valid = (theirs.dataset_mask() != 0) & (ours.dataset_mask() != 0)
                a, b = a[:, valid], b[:, valid]
            if source_nodata(ours) is not None:
                holes = (a == ours.nodata) != (b == ours.nodata)
                masks += holes.sum()
                a, b = a[~holes], b[~holes]
            far = numpy.abs(a - b)
            far = far[~(numpy.isnan(a) & numpy.isnan(b))]
            return {"pixels": int(far.size), "different": int((far > 0).sum()), "far": float(far.max(initial=0)),
                    "masks": int(masks)}


def source_nodata(source):
    return source.nodata


arguments = sys.argv[1:]
print(json.dumps([compare(*pair) for pair in zip(arguments[::2], arguments[1::2])]))
