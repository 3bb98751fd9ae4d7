"""Makes sources, and of them rio-tiler's tiles with an exact transformer, statistics and colours.

Run as `python oracle.py FOLDER`; prints a JSON list of what is in the folder.
"""

import json
import sys
import warnings

import numpy
import rasterio
from rasterio.enums import ColorInterp, Resampling
from rasterio.transform import Affine
from rasterio.warp import transform_bounds
from rio_tiler.colormap import cmap
from rio_tiler.io import Reader

warnings.filterwarnings("ignore")
folder = sys.argv[1]
random = numpy.random.default_rng(20)
HEIGHT, WIDTH = 300, 360


def field(bands, low, high):
    """Hills with noise on them, from low to high."""
    row, column = numpy.mgrid[0:HEIGHT, 0:WIDTH] / 40.0
    hills = [numpy.sin(row * (b + 1)) * numpy.cos(column + b) for b in range(bands)]
    noise = random.uniform(-0.3, 0.3, (bands, HEIGHT, WIDTH))
    values = numpy.stack(hills) + noise
    return low + (values + 1.3) / 2.6 * (high - low)


def holes():
    row, column = numpy.mgrid[0:HEIGHT, 0:WIDTH]
    return (row // 23 + column // 31) % 4 == 0


UTM = Affine(60, 0, 500_000, 0, -60, 5_000_000)
DEGREES = Affine(0.001, 0, 3, 0, -0.0008, 45)
LAEA = Affine(250, 0, 4_000_000, 0, -250, 3_000_000)
ROTATED = UTM * Affine.rotation(20)
CASES = [
    ("utm_u16", 32631, UTM, "uint16", 3, None, None),
    ("utm_f32_nan", 32631, UTM, "float32", 1, float("nan"), "nodata"),
    ("degrees_i16", 4326, DEGREES, "int16", 1, -32768, "nodata"),
    ("laea_u8_mask", 3035, LAEA, "uint8", 3, None, "mask"),
    ("laea_u8_alpha", 3035, LAEA, "uint8", 3, None, "alpha"),
    ("rotated_u8", 32631, ROTATED, "uint8", 1, None, None),
]


def make(name, epsg, transform, dtype, bands, nodata, kind):
    path = f"{folder}/{name}.tif"
    low, high = (1, 250) if dtype == "uint8" else (100, 3000)
    values = field(bands, low, high).astype(dtype)
    if kind == "nodata":
        values[:, holes()] = nodata
    if kind == "alpha":
        values = numpy.concatenate([values, numpy.where(holes(), 0, 255)[None].astype(dtype)])
    profile = dict(
        driver="GTiff", width=WIDTH, height=HEIGHT, count=len(values), dtype=dtype, nodata=nodata,
        crs=f"EPSG:{epsg}", transform=transform, tiled=True, blockxsize=128, blockysize=128,
    )
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
        with rasterio.open(path, "w", **profile) as target:
            target.write(values)
            if kind == "mask":
                target.write_mask(~holes())
            if kind == "alpha":
                target.colorinterp = [ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.alpha]
        # rio-tiler takes the box around a turned source for its size, and so other overviews.
        if "rotated" not in name:
            with rasterio.open(path, "r+") as target:
                target.build_overviews([2, 4], Resampling.nearest)
    return path


listing = []
for case in CASES:
    path = make(*case)
    with Reader(path) as reader:
        bounds = transform_bounds(reader.dataset.crs, "EPSG:4326", *reader.dataset.bounds)
        center = ((bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2)
        for zoom in range(reader.maxzoom - 3, reader.maxzoom + 2):
            tile = reader.tms.tile(*center, zoom)
            for kernel in ("nearest", "bilinear", "cubic", "average"):
                image = reader.tile(
                    tile.x, tile.y, tile.z, tilesize=256, vrt_options={"tolerance": 1e-6},
                    resampling_method=kernel, reproject_method=kernel,
                )
                name = f"{case[0]}_{zoom}_{kernel}"
                valid = ~image.array.mask.all(axis=0)
                numpy.savez(f"{folder}/{name}.npz", data=image.array.data, mask=valid.astype("uint8"))
                statistics = {k: json.loads(v.model_dump_json()) for k, v in image.statistics().items()}
                listing.append(dict(
                    file=path, z=tile.z, x=tile.x, y=tile.y, kernel=kernel, npz=f"{folder}/{name}.npz",
                    statistics=statistics if kernel == "nearest" else None,
                ))

colors = {name: [list(map(int, cmap.get(name)[k])) for k in range(256)] for name in cmap.list()}
print(json.dumps(dict(tiles=listing, colors=colors)))
