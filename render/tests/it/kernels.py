"""Makes sources, and of them rio-tiler's tiles by every kernel of `resampling` and `reproject`.

Run as `python kernels.py FOLDER`; prints a JSON object of what is in the folder.
"""

import json
import sys
import warnings

import numpy
import rasterio
from rasterio.enums import ColorInterp, Resampling
from rasterio.transform import Affine
from rasterio.warp import transform_bounds
from rio_tiler.io import Reader

warnings.filterwarnings("ignore")
folder = sys.argv[1]
random = numpy.random.default_rng(4)
SIZE = 300, 360
READ = "nearest bilinear cubic cubic_spline lanczos average mode gauss rms".split()
WARP = "nearest bilinear cubic cubic_spline lanczos average mode max min med q1 q3 sum rms".split()


# Where masks differ from rio-tiler's, and so less of them is asked.
MASKS = {
    # GDAL sums the alpha band too, and rio-tiler hides what is less than 255.
    ("laea_u8_alpha", "sum"): 0.2,
    # A line of pixels that the turned source only just touches.
    ("rotated_u8", "sum"): 0.997,
}


def field(shape, bands, low, high, steps=None):
    """Hills with noise on them, from low to high; in a few steps, so that some values are frequent."""
    row, column = numpy.mgrid[0:shape[0], 0:shape[1]] / 40.0
    hills = [numpy.sin(row * (b + 1)) * numpy.cos(column + b) for b in range(bands)]
    noise = random.uniform(-0.3, 0.3, (bands, *shape))
    values = (numpy.stack(hills) + noise + 1.3) / 2.6
    if steps:
        values = numpy.floor(values * steps) / steps
    return low + values * (high - low)


def holes(shape):
    row, column = numpy.mgrid[0:shape[0], 0:shape[1]]
    return (row // 23 + column // 31) % 4 == 0


UTM = Affine(60, 0, 500_000, 0, -60, 5_000_000)
DEGREES = Affine(0.001, 0, 3, 0, -0.0008, 45)
LAEA = Affine(250, 0, 4_000_000, 0, -250, 3_000_000)
# Pixels of zoom 10, where those of the tiles are, and beside them.
PIXEL = 2 * 20037508.342789244 / 256 / 2**10
MERCATOR = Affine(PIXEL, 0, PIXEL * 1000, 0, -PIXEL, PIXEL * 40_000)
BESIDE = Affine(PIXEL * 0.9, 0, PIXEL * 1000.3, 0, -PIXEL * 0.9, PIXEL * 40_000.6)
CASES = [
    ("utm_u16", 32631, UTM, "uint16", 3, None, None),
    ("utm_u8_classes", 32631, UTM, "uint8", 1, 0, "nodata"),
    ("utm_f32_nan", 32631, UTM, "float32", 1, float("nan"), "nodata"),
    ("degrees_i16", 4326, DEGREES, "int16", 1, -32768, "nodata"),
    ("laea_u8_mask", 3035, LAEA, "uint8", 3, None, "mask"),
    ("laea_u8_alpha", 3035, LAEA, "uint8", 3, None, "alpha"),
    ("rotated_u8", 32631, UTM * Affine.rotation(20), "uint8", 1, None, None),
    ("mercator_u8", 3857, MERCATOR, "uint8", 3, None, None),
    ("beside_u16", 3857, BESIDE, "uint16", 1, None, None),
    ("beside_u8_classes", 3857, BESIDE, "uint8", 1, 0, "nodata"),
    ("beside_f32_nan", 3857, BESIDE, "float32", 1, float("nan"), "nodata"),
    ("beside_u8_mask", 3857, BESIDE, "uint8", 3, None, "mask"),
    ("beside_u8_alpha", 3857, BESIDE, "uint8", 3, None, "alpha"),
]


def make(name, epsg, transform, dtype, bands, nodata, kind):
    path = f"{folder}/{name}.tif"
    # Tiles in the source's CRS lie inside it: rio-tiler places what hangs over the edge by whole pixels.
    shape = SIZE if epsg != 3857 else (1400, 1300)
    low, high = (1, 250) if dtype == "uint8" else (100, 3000)
    # Sums must fit.
    values = field(shape, bands, low, high, 12 if "classes" in name else None).astype(dtype)
    if kind == "nodata":
        values[:, holes(shape)] = nodata
    if kind == "alpha":
        values = numpy.concatenate([values, numpy.where(holes(shape), 0, 255)[None].astype(dtype)])
    profile = dict(
        driver="GTiff", width=shape[1], height=shape[0], count=len(values), dtype=dtype, nodata=nodata,
        crs=f"EPSG:{epsg}", transform=transform, tiled=True, blockxsize=128, blockysize=128,
    )
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
        with rasterio.open(path, "w", **profile) as target:
            target.write(values)
            if kind == "mask":
                target.write_mask(~holes(shape))
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
        same = case[1] == 3857
        if same:
            center = (reader.tms.lnglat(PIXEL * 1536, PIXEL * 39_424)) 
        for zoom in range(8 if same else reader.maxzoom - 3, 12 if same else reader.maxzoom + 2):
            tile = reader.tms.tile(*center, zoom)
            for kernel in READ if same else WARP:
                chosen = dict(resampling_method=kernel) if same else dict(
                    resampling_method=kernel if kernel in READ else "bilinear", reproject_method=kernel,
                    vrt_options={"tolerance": 1e-6},
                )
                image = reader.tile(tile.x, tile.y, tile.z, tilesize=256, **chosen)
                name = f"{case[0]}_{zoom}_{kernel}"
                valid = ~image.array.mask.all(axis=0)
                numpy.savez(f"{folder}/{name}.npz", data=image.array.data, mask=valid.astype("uint8"))
                listing.append(dict(
                    file=path, masks=MASKS.get((case[0], kernel)), z=tile.z, x=tile.x, y=tile.y, kernel=kernel, same=same, npz=f"{folder}/{name}.npz",
                ))

print(json.dumps(dict(tiles=listing)))
