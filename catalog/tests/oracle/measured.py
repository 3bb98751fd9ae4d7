"""Writes GeoTIFFs into a folder and prints what Terracotta and NumPy know of each, one JSON object a line."""

import json
import math
import sys
import warnings
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine
from rasterio.enums import ColorInterp, Resampling
from rasterio.shutil import copy
from terracotta.raster import compute_metadata

warnings.simplefilter("ignore")
folder = Path(sys.argv[1])
random = np.random.default_rng(7)
UTM = ("EPSG:32633", Affine(10, 0, 400000, 0, -10, 6200000))


def disc(shape, centre=(0.45, 0.55), radius=0.4):
    """A mask of a disc, in shares of the picture."""
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    y, x = rows / shape[0] - centre[0], columns / shape[1] - centre[1]
    return x * x + y * y < radius * radius


def noise(shape, dtype, low, high):
    """Smooth hills with grain, of all the type's values between two."""
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    hills = np.sin(rows / 37) * np.cos(columns / 53) * 0.35 + 0.5
    grain = random.normal(0, 0.05, shape)
    values = low + np.clip(hills + grain, 0, 1) * (float(high) - float(low))
    return values.astype(dtype)


def write(name, bands, place=UTM, mask=None, alpha=False, overviews=(), **profile):
    bands = np.atleast_3d(bands) if bands.ndim == 3 else bands[np.newaxis]
    path = folder / f"{name}.tif"
    crs, transform = place
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
        with rasterio.open(
            path,
            "w",
            driver="GTiff",
            count=bands.shape[0],
            height=bands.shape[1],
            width=bands.shape[2],
            dtype=bands.dtype,
            crs=crs,
            transform=transform,
            tiled=True,
            blockxsize=128,
            blockysize=128,
            compress="deflate",
            **profile,
        ) as file:
            file.write(bands)
            if alpha:
                file.colorinterp = [ColorInterp.gray, ColorInterp.alpha]
            if mask is not None:
                file.write_mask(mask)
        if overviews:
            with rasterio.open(path, "r+") as file:
                file.build_overviews(overviews, Resampling.average)
    return path


def numpy_says(path):
    """Of all pixels of the first band, in doubles where NumPy would not."""
    with rasterio.open(path) as file:
        read = file.read(1, masked=True)
    valid = np.ma.masked_invalid(read).compressed()
    if not valid.size:
        return None
    wide = valid.astype("float64")
    return {
        "range": [float(valid.min()), float(valid.max())],
        "mean": math.fsum(wide) / valid.size,
        "stdev": float(wide.std()),
        "percentiles": np.percentile(wide, np.arange(1, 100)).tolist(),
        "valid_percentage": valid.size / read.size * 100,
    }


def terracotta_says(path, **options):
    try:
        found = compute_metadata(str(path), **options)
    except ValueError as error:
        return {"error": str(error)}
    return {
        "range": list(found["range"]),
        "mean": found["mean"],
        "stdev": found["stdev"],
        "percentiles": np.asarray(found["percentiles"]).tolist(),
        "valid_percentage": found["valid_percentage"],
        "bounds": list(found["bounds"]),
        "convex_hull": found["convex_hull"],
    }


def report(path, place="same", band=None, **options):
    """`place`: whether Terracotta's bounds and hull are right for such a raster."""
    exact = not options
    print(
        json.dumps(
            {
                "file": path.name,
                "place": place,
                "max_shape": options.get("max_shape"),
                "numpy": numpy_says(path) if exact else None,
                "terracotta": terracotta_says(path, **(options or {"use_chunks": False})),
            }
        )
    )


shape = (300, 417)
for dtype, low, high, nodata in [
    ("uint8", 3, 250, 0),
    ("int8", -120, 110, -128),
    ("uint16", 900, 60000, 0),
    ("int16", -30000, 30000, -9999),
    ("uint32", 10, 4_000_000_000, 4_294_967_295),
    ("int32", -2_000_000_000, 2_000_000_000, -2_147_483_648),
    ("float32", -1.5, 2.5, -9999.0),
    ("float64", 1e6, 1e6 + 1, -1e300),
    ("float32", -3e5, 1e-3, float("nan")),
]:
    values = noise(shape, dtype, low, high)
    values[~disc(shape)] = nodata
    report(write(f"{dtype}_{nodata}", values, nodata=nodata))

values = noise(shape, "int64", -(2**62), 2**62)
report(write("int64", values))
values = noise(shape, "float32", 0, 1)
report(write("plain", values))
values[40:60, 30:90] = np.nan
values[0, 0] = np.inf
values[-1, :200] = -np.inf
report(write("not_finite", values))
report(write("masked", noise(shape, "uint16", 0, 4000), mask=disc(shape)))
with_alpha = np.stack([noise(shape, "uint8", 0, 255), disc(shape).astype("uint8") * 255])
with_alpha[1, 100:110, 100:200] = 1
report(write("alpha", with_alpha, alpha=True))
report(write("nothing", np.zeros(shape, "uint8"), nodata=0))
report(write("one_pixel", np.full((1, 1), 7, "uint8")))
flat = np.full(shape, 5, "int16")
flat[:, ::2] = 0
report(write("flat", flat, nodata=0))
lonely = np.zeros(shape, "uint8")
lonely[123, 45] = 9
report(write("lonely", lonely, nodata=0))
report(write("degrees", noise(shape, "uint8", 0, 255), ("EPSG:4326", Affine(0.01, 0, 5, 0, -0.01, 50))))
report(write("mercator", noise(shape, "uint8", 0, 255), ("EPSG:3857", Affine(500, 0, 1e6, 0, -500, 7e6))))

# Terracotta takes a turned raster's box for its place, and knows neither antimeridian nor poles.
report(write("turned", values, ("EPSG:32633", Affine(9, 4, 4e5, 4, -9, 62e5))), place="other")
report(write("fiji", noise(shape, "uint8", 0, 255), ("EPSG:32701", Affine(500, 0, 1e5, 0, -500, 8e6))), place="other")
pole = noise((200, 200), "uint8", 0, 255)
report(write("pole", pole, ("EPSG:3413", Affine(20000, 0, -2e6, 0, -20000, 2e6))), place="other")

large = (1300, 1777)
values = noise(large, "uint16", 500, 9000)
values[~disc(large)] = 0
path = write("overviews", values, nodata=0, overviews=(2, 4, 8))
report(path)
report(path, max_shape=(1024, 1024))
report(path, max_shape=(300, 200))
report(path, max_shape=(100, 1777))
bare = write("no_overviews", values, nodata=0)
report(bare, max_shape=(333, 444))
values = noise(large, "float32", 500, 9000)
values[~disc(large)] = -1
path = write("float_overviews", values, nodata=-1, overviews=(2, 4, 8))
report(path, max_shape=(350, 250))
masked = write("mask_overviews", noise(large, "uint8", 0, 255), mask=disc(large), overviews=(2, 4, 8))
report(masked, max_shape=(350, 250))
