"""Makes sources, and of them what Terracotta makes: colours, expressions, stretches, tiles.

Run as `python as_terracotta.py FOLDER`; prints a JSON description of what is in the folder.
"""

import json
import sys
import warnings

import mercantile
import numpy
import rasterio
from rasterio.enums import Resampling
from rasterio.transform import Affine
from rasterio.warp import transform_bounds

from terracotta import image
from terracotta.cmaps import AVAILABLE_CMAPS, get_cmap
from terracotta.exceptions import TileOutOfBoundsError
from terracotta.expressions import evaluate_expression
from terracotta.raster import get_raster_tile

warnings.filterwarnings("ignore")
folder = sys.argv[1]
random = numpy.random.default_rng(5)

colors = {name: get_cmap(name).tolist() for name in AVAILABLE_CMAPS}

# Values, and what a stretch and a transform make of them.
values = numpy.concatenate([numpy.linspace(-3, 13, 4001), [0.5, 2.5, numpy.nan, numpy.inf, -numpy.inf]])
stretches = []
for low, high in [(0, 10), (10, 0), (3, 3), (1.5, 9.25), (-100, 1e6)]:
    place = image.contrast_stretch(values, (low, high), (0, 1))
    stretches.append(
        {
            "low": low,
            "high": high,
            "shades": image.to_uint8(place, 0, 1).tolist(),
            "direct": image.to_uint8(values, low, high).tolist(),
        }
    )
bands = random.uniform(0, 1, (3, 20, 20))
transforms = []
for text in [
    "gamma rgb 1.7",
    "gamma b 0.6, sigmoidal rg 6 0.4",
    "sigmoidal rgb -4 0.3",
    "saturation 1.4",
    "gamma rgb 1.2, saturation 0.3, sigmoidal 3 3 0.5",
]:
    out = image.apply_color_transform(numpy.ma.array(bands), text)
    shades = [image.to_uint8(band, 0, 1).ravel().tolist() for band in out]
    transforms.append({"text": text, "shades": shades})

# Whole numbers as decimal ones, as Terracotta's wrap around.
operands = {
    f"v{k + 1}": numpy.ma.masked_array(
        random.integers(-3, 9, 300).astype("float64"), mask=random.uniform(0, 1, 300) < 0.15
    )
    for k in range(3)
}
expressions = []
for text in [
    "v1 + v2 * v3 - 2",
    "(v1 - v2) / (v1 + v2)",
    "v1 ** 2 % 5",
    "-v1 ** 2",
    "v1 % v2",
    "2 ** v1",
    "v1 ** 0.5",
    "sqrt(v1) + log(v2)",
    "log10(abs(v1) + 1) * exp(v2 / 9)",
    "where(v1 > v2, v1, v3)",
    "where(v1 / v2 > 1, v3, -1)",
    "where((v1 > 2) & ~(v2 <= 3) | (v3 == 0), 1, v2)",
    "masked_equal(v1, 3) + v2",
    "masked_not_equal(v1, 3)",
    "masked_greater(v1, v2)",
    "masked_less_equal(v1, 0)",
    "masked_inside(v1, 5, 1)",
    "masked_outside(v1, 1, 5)",
    "masked_where(v1 < v2, v3)",
    "setmask(v1, getmask(v2))",
    "setmask(v1, v2 > 3)",
    "getmask(v1)",
    "masked_invalid(v1 / 0.0)",
    "minimum(v1, v2) - maximum(v2, 3)",
    "sin(v1) * cos(v2) + tan(v3)",
    "arcsin(v1 / 4) + arccos(v2 / 4)",
    "arctan(v1) + arcsinh(v2) + arccosh(v3) + arctanh(v1 / 5)",
    "sinh(v1) / cosh(v2) - tanh(v3)",
    "v1 > v2",
    "1 - v1",
    "7 / v1",
    "pi * v1 + inf * 0",
]:
    result = evaluate_expression(text, operands)
    mask = numpy.ma.getmaskarray(result)
    numbers = numpy.where(mask, 0, result.data).astype("float64")
    expressions.append({"text": text, "values": numbers.tolist(), "mask": mask.tolist()})

# Tiles.
UTM = Affine(30, 0, 500_000, 0, -30, 5_000_000)
DEGREES = Affine(0.0004, 0, 3, 0, -0.0003, 45)
SIZE = 1500
row, column = numpy.mgrid[0:SIZE, 0:SIZE]
hills = numpy.sin(row / 57) * numpy.cos(column / 81) + random.uniform(-0.1, 0.1, (SIZE, SIZE))
holes = (row // 230 + column // 310) % 4 == 0


def make(name, epsg, transform, dtype, nodata, overviews=(2, 4, 8), masked=False):
    path = f"{folder}/{name}.tif"
    data = ((hills + 1.2) * (100 if dtype == "uint8" else 1000)).astype(dtype)
    if nodata is not None:
        data[holes] = nodata
    profile = {
        "driver": "GTiff",
        "width": SIZE,
        "height": SIZE,
        "count": 1,
        "dtype": dtype,
        "crs": f"EPSG:{epsg}",
        "transform": transform,
        "nodata": nodata,
        "tiled": True,
        "blockxsize": 256,
        "blockysize": 256,
        "compress": "deflate",
    }
    with rasterio.open(path, "w", **profile) as target:
        target.write(data, 1)
        if masked:
            target.write_mask(~holes)
    with rasterio.open(path, "r+") as target:
        target.build_overviews(list(overviews), Resampling.average)
    return path


tiles = []


def draw(path, bounds, zoom, size, reproject, resample):
    case = {
        "file": path,
        "bounds": bounds,
        "size": size,
        "zoom": zoom,
        "reproject": reproject,
        "resample": resample,
    }
    try:
        found = get_raster_tile(
            path,
            reprojection_method=reproject,
            resampling_method=resample,
            tile_bounds=bounds,
            tile_size=size,
        )
        case["npz"] = f"{folder}/{len(tiles)}.npz"
        mask = numpy.ma.getmaskarray(found)
        data = numpy.where(mask, 0, found.data).astype("float64")
        numpy.savez(case["npz"], data=data, mask=mask.astype("uint8"))
    except TileOutOfBoundsError:
        case["npz"] = None
    tiles.append(case)


for name, epsg, transform, dtype, nodata in [
    ("utm", 32631, UTM, "uint16", 0),
    ("degrees", 4326, DEGREES, "float32", -9999),
    ("plain", 32631, UTM, "int16", None),
    ("mercator", 3857, Affine(40, 0, 300_000, 0, -40, 5_500_000), "uint16", 0),
]:
    path = make(name, epsg, transform, dtype, nodata)
    with rasterio.open(path) as source:
        west, south, east, north = transform_bounds(source.crs, "EPSG:4326", *source.bounds)
    for zoom in range(7, 15):
        for share in (0.5, 0.02):
            lon, lat = west + (east - west) * share, south + (north - south) * (1 - share)
            tile = mercantile.tile(lon, lat, zoom)
            bounds = tuple(mercantile.xy_bounds(tile))
            for size, reproject, resample in [
                ((256, 256), "linear", "average"),
                ((128, 128), "linear", "linear"),
                ((256, 256), "nearest", "nearest"),
                ((256, 256), "cubic", "average"),
            ]:
                draw(path, bounds, zoom, size, reproject, resample)

# Other kernels, sizes, ratios of overviews, and kinds of holes.
with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
    others = [
        make("thirds", 32631, UTM, "uint16", 0, overviews=(3, 9)),
        make("bytes", 3035, Affine(25, 0, 3_900_000, 0, -25, 2_600_000), "uint8", 255),
        make("masked", 32631, UTM, "uint8", None, masked=True),
        make("turned", 32631, UTM * Affine.rotation(20), "uint8", 0),
    ]
for path in others:
    with rasterio.open(path) as source:
        west, south, east, north = transform_bounds(source.crs, "EPSG:4326", *source.bounds)
        whole = transform_bounds(source.crs, "EPSG:3857", *source.bounds)
    for size, reproject, resample in [
        ((256, 256), "linear", "average"),
        ((256, 256), "linear", "linear"),
        ((300, 300), "cubic", "cubic"),
        ((256, 256), "nearest", "average"),
        ((256, 256), "nearest", "nearest"),
        ((512, 512), "average", "average"),
    ]:
        draw(path, whole, 0, size, reproject, resample)
        for zoom in range(8, 13):
            tile = mercantile.tile(west + (east - west) * 0.45, south + (north - south) * 0.6, zoom)
            draw(path, tuple(mercantile.xy_bounds(tile)), zoom, size, reproject, resample)

json.dump(
    {
        "colors": colors,
        "values": [repr(float(v)) for v in values],
        "stretches": stretches,
        "bands": [band.ravel().tolist() for band in bands],
        "transforms": transforms,
        "operands": {
            name: {"values": array.data.tolist(), "mask": numpy.ma.getmaskarray(array).tolist()}
            for name, array in operands.items()
        },
        "expressions": expressions,
        "tiles": tiles,
    },
    sys.stdout,
)
