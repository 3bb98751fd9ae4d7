"""TiTiler for a comparison: its own application, but pixels are placed exactly.

GDAL's approximating transformer may err by an eighth of a pixel, so that two right answers differ by nearest
neighbour. Here warps use the exact one, whatever program reads.
"""

import os

import rasterio.vrt

exact = rasterio.vrt.WarpedVRT


class WarpedVRT(exact):
    """A warp whose transformer does not approximate."""

    def __init__(self, *arguments, **options):
        options["tolerance"] = float(os.environ["SMALTI_TOLERANCE"])
        super().__init__(*arguments, **options)


if "SMALTI_TOLERANCE" in os.environ:
    # Before anything has bound the name.
    rasterio.vrt.WarpedVRT = WarpedVRT

from titiler.application.main import app  # noqa: E402, F401
