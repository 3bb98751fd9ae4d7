"""Tiles of GDAL's warper itself: of sources placed by control points, and of one over the antimeridian that shrinks.

Run as `python warped.py FOLDER`; prints what is in the folder as JSON.
"""

import json
import sys
import warnings

import numpy
import rasterio
from rasterio.control import GroundControlPoint
from rasterio.enums import Resampling
from rasterio.transform import Affine, from_bounds
from rasterio.vrt import WarpedVRT
from rasterio.warp import transform
from rio_tiler.constants import WEB_MERCATOR_TMS as TMS

warnings.filterwarnings("ignore")
folder = sys.argv[1]
random = numpy.random.default_rng(180)
WIDTH, HEIGHT = 400, 320
KERNELS = "nearest bilinear cubic cubic_spline lanczos average mode rms max min med q1 q3".split()
# By the spline, when the picture shrinks to not less than a half, a few values are two or three steps beside GDAL's.
LESS = {
    ("over_180_715000", 8, "cubic_spline"): 0.997,
    ("over_180_770000", 8, "cubic_spline"): 0.997,
    ("turned", 10, "cubic_spline"): 0.98,
    ("bent", None, "cubic_spline"): 0.95,
}


def bent(c, r):
    """Longitude and latitude of a pixel, on curved lines."""
    c, r = c / WIDTH, r / HEIGHT
    return 8 + 0.4 * c + 0.05 * r * r + 0.03 * c * r, 46.5 - 0.3 * r - 0.06 * c + 0.05 * c * c


def turned(c, r):
    """UTM coordinates of a pixel of a turned source."""
    return 500_000 + 52 * c + 30 * r, 5_000_000 + 30 * c - 52 * r


def points(columns, rows, place):
    """Control points in a raster of columns and rows."""
    found = []
    for row in numpy.linspace(0, HEIGHT, rows):
        for column in numpy.linspace(0, WIDTH, columns):
            found.append(GroundControlPoint(float(row), float(column), *map(float, place(column, row)), 0.0))
    return found


def make(name, epsg, place, dtype):
    """A file of hills with noise on them."""
    row, column = numpy.mgrid[0:HEIGHT, 0:WIDTH] / 31.0
    values = 120 + 70 * numpy.sin(row) * numpy.cos(column) + random.uniform(-40, 40, (HEIGHT, WIDTH))
    path = f"{folder}/{name}.tif"
    profile = dict(
        driver="GTiff", width=WIDTH, height=HEIGHT, count=1, dtype=dtype, crs=f"EPSG:{epsg}",
        tiled=True, blockxsize=128, blockysize=128, **place,
    )
    with rasterio.open(path, "w", **profile) as target:
        target.write(values.astype(dtype), 1)
    return path


def tiles(name, path, epsg, center, zooms, twin=None):
    """A tile at each zoom by each kernel, as GDAL's warper makes it with exact positions, of the file or its twin."""
    (lon,), (lat,) = transform(f"EPSG:{epsg}", "EPSG:4326", [center[0]], [center[1]])
    for zoom in zooms:
        tile = TMS.tile(lon, lat, zoom)
        place = dict(transform=from_bounds(*TMS.xy_bounds(tile), 256, 256), width=256, height=256)
        for kernel in KERNELS:
            with rasterio.open(twin or path) as source, WarpedVRT(
                source, crs=TMS.rasterio_crs, resampling=Resampling[kernel], add_alpha=True, tolerance=1e-6, **place
            ) as vrt:
                data, mask = vrt.read(1), vrt.read(2)
            npz = save(f"{name}_{zoom}_{kernel}", data, mask)
            yield dict(
                file=path, z=tile.z, x=tile.x, y=tile.y, kernel=kernel, npz=npz, values=LESS.get((name, zoom, kernel)),
            )


def whole(name, path):
    """All of a source, as large as it is, by each kernel. With a place of its own the warped dataset would not know of
    control points."""
    for kernel in KERNELS:
        with rasterio.open(path) as source, WarpedVRT(
            source, crs=TMS.rasterio_crs, resampling=Resampling[kernel], nodata=0, tolerance=1e-6
        ) as vrt:
            data = vrt.read(1)
            npz = save(f"{name}_{kernel}", data, data)
            yield dict(
                file=path, z=None, bounds=list(vrt.bounds), width=vrt.width, height=vrt.height, kernel=kernel, npz=npz,
                values=LESS.get((name, None, kernel)),
            )


def save(name, data, mask):
    """Keeps pixels."""
    path = f"{folder}/{name}.npz"
    numpy.savez(path, data=data[None], mask=(mask > 0).astype("uint8"))
    return path


listing = []
listing += whole("bent", make("bent", 4326, dict(gcps=points(5, 5, bent), nodata=0), "uint16"))
# Four points at the corners say the same as six coefficients, with which GDAL also shrinks and grows.
path = make("turned", 32631, dict(gcps=points(2, 2, turned)), "uint8")
twin = f"{folder}/twin.tif"
with rasterio.open(path) as source, rasterio.open(
    twin, "w", driver="GTiff", width=WIDTH, height=HEIGHT, count=1, dtype="uint8", crs="EPSG:32631",
    transform=Affine(52, 30, 500_000, 30, -52, 5_000_000),
) as target:
    target.write(source.read())
listing += tiles("turned", path, 32631, turned(WIDTH / 2, HEIGHT / 2), (8, 9, 10, 11), twin)
# 120 km wide, from 179.4 degrees to -179.1; at zoom 6 a tile's pixel is as large as six of the source's.
far_east = Affine(300, 0, 690_000, 0, -300, 5_000_000)
path = make("over_180", 32660, dict(transform=far_east), "uint8")
for x in (715_000, 770_000):
    listing += tiles(f"over_180_{x}", path, 32660, (x, 4_950_000), (6, 7, 8))
print(json.dumps(dict(tiles=listing)))
