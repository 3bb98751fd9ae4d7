"""Whole rasters as GDAL warps them for Terracotta's `--reproject` and rio-cogeo's `--web-optimized`.

Run as `python warped_source.py FOLDER`; prints what is in the folder as JSON.
"""

import json
import sys
import warnings
from math import hypot

import numpy
import rasterio
from rasterio.enums import ColorInterp, Resampling
from rasterio.transform import Affine
from rasterio.vrt import WarpedVRT
from rasterio.warp import calculate_default_transform
from rasterio.warp import transform as warp
from rio_cogeo.utils import get_web_optimized_params

warnings.filterwarnings("ignore")
folder = sys.argv[1]
random = numpy.random.default_rng(3857)
WIDTH, HEIGHT = 700, 600


def hills(count, low, high):
    """Hills with noise on them."""
    row, column = numpy.mgrid[0:HEIGHT, 0:WIDTH] / 41.0
    smooth = numpy.sin(row) * numpy.cos(column)
    bands = [smooth * (0.3 + 0.1 * k) + random.uniform(-0.15, 0.15, smooth.shape) for k in range(count)]
    return (numpy.array(bands) + 1) / 2 * (high - low) + low


def make(name, bands, dtype, epsg, transform, nodata=None, tiled=False, alpha=False):
    """A file with a hole."""
    path = f"{folder}/{name}.tif"
    layout = dict(tiled=True, blockxsize=128, blockysize=128) if tiled else dict(blockysize=3)
    profile = dict(
        driver="GTiff", width=WIDTH, height=HEIGHT, count=len(bands), dtype=dtype, crs=f"EPSG:{epsg}",
        transform=transform, nodata=nodata, interleave="pixel", **layout,
    )
    data = bands.astype(dtype)
    row, column = numpy.mgrid[0:HEIGHT, 0:WIDTH]
    hole = (row - 300) ** 2 + (column - 200) ** 2 < 90**2
    if nodata is not None:
        data[:, hole] = nodata
    if alpha:
        data[-1] = numpy.where(hole, 0, 255)
    with rasterio.open(path, "w", **profile) as target:
        if alpha:
            target.colorinterp = [ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.alpha]
        target.write(data)
    return path


FILES = {
    "utm": make("utm", hills(1, 1, 4000), "uint16", 32633, Affine(10, 0, 500_000, 0, -10, 6_200_000), nodata=0),
    "rgb": make("rgb", hills(3, 0, 255), "uint8", 32618, Affine(30, 0, 400_000, 0, -30, 4_500_000), tiled=True),
    "rgba": make("rgba", hills(4, 0, 255), "uint8", 32722, Affine(7, 0, 300_000, 0, -7, 7_400_000), alpha=True),
    "degrees": make("degrees", hills(1, -50, 900), "float32", 4326, Affine(0.002, 0, 8, 0, -0.002, 47), nodata=-9999),
    "turned": make("turned", hills(1, -90, 90), "int16", 3035, Affine(20, 9, 4_321_000, 9, -20, 3_210_000), nodata=-32768, tiled=True),
    "mercator": make("mercator", hills(1, 1, 255), "uint8", 3857, Affine(11, 0, 1_000_003, 0, -11, 6_000_007), nodata=0),
}


def grids(source):
    """Terracotta's grid and rio-cogeo's."""
    transform, width, height = calculate_default_transform(
        source.crs, "EPSG:3857", source.width, source.height, *source.bounds
    )
    # Terracotta goes by the bounds alone, also where pixels are turned.
    if source.transform.b == 0:
        yield "reproject", dict(crs="EPSG:3857", transform=transform, width=width, height=height)
    for levels in (0, 2):
        yield f"web {levels}", get_web_optimized_params(source, aligned_levels=levels)
    yield "web zoom", get_web_optimized_params(source, zoom_level=11)
    for strategy in ("lower", "upper"):
        yield f"web {strategy}", get_web_optimized_params(source, zoom_level_strategy=strategy)


def scales(source, transform):
    """`XSCALE` and `YSCALE`: target pixels along a source pixel, in the middle of the source.

    Untold, GDAL takes the extents of whatever it warps at a time, and pixels depend on how a file is read.
    """
    x, y = source.transform * (WIDTH / 2, HEIGHT / 2)
    (x,), (y,) = warp(source.crs, "EPSG:3857", [x], [y])
    step = transform.a
    xs, ys = warp("EPSG:3857", source.crs, [x, x + step, x], [y, y, y - step])
    (c, r), (c1, r1), (c2, r2) = (~source.transform * place for place in zip(xs, ys))
    ratios = hypot(c1 - c, c2 - c), hypot(r1 - r, r2 - r)
    # Up to this GDAL keeps to the nearest pixels.
    return {name: 1.0 if ratio * 0.95 <= 1 else 1 / ratio for name, ratio in zip(("XSCALE", "YSCALE"), ratios)}


def cases():
    """Every file on every grid; every kernel on two of them."""
    for name, path in FILES.items():
        with rasterio.open(path) as source:
            for grid, place in grids(source):
                every = ("nearest", "bilinear", "cubic", "average", "mode") + ("lanczos",) * (name in ("utm", "degrees"))
                scale = scales(source, place["transform"])
                kernels = every if grid in ("reproject", "web 0") else ("bilinear",)
                for kernel in kernels:
                    masked = source.nodata is None and name != "rgba"
                    with WarpedVRT(
                        source, resampling=Resampling[kernel], add_alpha=masked, tolerance=1e-6, **scale, **place
                    ) as vrt:
                        bands = 3 if name == "rgba" else source.count
                        data, mask = vrt.read(list(range(1, bands + 1))), vrt.dataset_mask()
                    npz = f"{folder}/{name}_{grid.replace(' ', '_')}_{kernel}.npz"
                    numpy.savez(npz, data=data, mask=(mask > 0).astype("uint8"))
                    affine = list(place["transform"])[:6]
                    # The mode of turned pixels: some at the rim of the hole are nothing to one and something to the other.
                    masks = 0.99 if (name, kernel) == ("turned", "mode") else 0.999
                    yield dict(
                        file=path, grid=grid, kernel=kernel, npz=npz, affine=affine, width=place["width"], height=place["height"], masks=masks,
                    )


print(json.dumps(dict(cases=list(cases()))))
