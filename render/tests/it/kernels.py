"""Makes sources, and of them rio-tiler's tiles by every kernel of `resampling` and `reproject`.

Run as `python kernels.py FOLDER`; prints a JSON object of what is in the folder.
"""

import json
import sys
import warnings

import numpy
import rasterio
import tifffile
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


# Where less of masks and values is asked than else: None is as much as always.
LESS = {
    # GDAL sums the alpha band too, and rio-tiler hides what is less than 255.
    ("laea_u8_alpha", "sum"): (0.2, 0.0),
    # A line of pixels that the turned source only just touches.
    ("rotated_u8", "sum"): (0.997, None),
    # GDAL loses columns of the sum next to 180 degrees.
    ("over_180_u8", "sum"): (0.95, 0.99),
    # Enlarged twice, every second pixel lies between two, and rounding of the window decides.
    ("mercator_u8", "gauss"): (None, 0.5),
    # Some weights come to nothing but for their rounding.
    ("beside_u8_classes", "bilinear"): (0.997, None),
    ("beside_u8_classes", "cubic_spline"): (0.995, None),
    # Where GDAL has a mask and no value, it is black.
    ("beside_u8_mask", "lanczos"): (0.94, None),
    # GDAL's mode also counts pixels that are masked, and the mask is that of most of them.
    ("beside_u8_mask", "mode"): (0.92, 0.96),
    ("beside_u8_alpha", "mode"): (0.91, 0.99),
    ("beside_f32_nan", "mode"): (0.74, 0.99),
}
# GDAL cuts the window of an overview to whole pixels: the last line or column is the mean of fewer.
for source in ("u16", "u8_classes", "f32_nan", "u8_mask", "u8_alpha"):
    for kernel in ("average", "mode", "rms"):
        LESS.setdefault((f"beside_{source}", kernel), (0.998, 0.99))
# NaN that does not count makes NaN of all that is near, as its weight of 0 is multiplied by it.
for kernel in ("bilinear", "cubic", "cubic_spline", "lanczos"):
    LESS["beside_f32_nan", kernel] = (0.65, None)


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
POLAR = Affine(1000, 0, -200_000, 0, -1000, -1_900_000)
# Over 180 degrees at 45 north.
FAR_EAST = Affine(300, 0, 690_000, 0, -300, 5_000_000)
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
    ("polar_i16", 3413, POLAR, "int16", 1, -9999, "nodata"),
    ("over_180_u8", 32660, FAR_EAST, "uint8", 1, None, None),
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


def save(name, data, valid):
    numpy.savez(f"{folder}/{name}.npz", data=data, mask=valid.astype("uint8"))
    return f"{folder}/{name}.npz"


listing = []


def add(name, path, image, tile, chosen, masks=None, needed=None):
    npz = save(name, image.array.data, ~image.array.mask.all(axis=0))
    listing.append(dict(
        file=path, z=tile.z, x=tile.x, y=tile.y, kernel=chosen.get("reproject_method", chosen["resampling_method"]),
        resampling=chosen["resampling_method"], reproject=chosen.get("reproject_method"), npz=npz, masks=masks,
        values=needed,
    ))


def cases():
    for case in CASES:
        path = make(*case)
        name, same = case[0], case[1] == 3857
        with Reader(path) as reader:
            bounds = transform_bounds(reader.dataset.crs, "EPSG:4326", *reader.dataset.bounds)
            center = ((bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2)
            zooms = range(reader.maxzoom - 3, reader.maxzoom + 2)
            if same:
                center, zooms = reader.tms.lnglat(PIXEL * 1536, PIXEL * 39_424), range(8, 12)
            if name.startswith("over_180"):
                # Further out, rio-tiler warps at a size of pixels that is not that of the source.
                center, zooms = (179.9, 44.9), range(8, 10)
            for zoom in zooms:
                tile = reader.tms.tile(*center, zoom)
                for kernel in READ if same else WARP:
                    chosen = dict(resampling_method=kernel)
                    if not same:
                        # The level is chosen by the one, the work done by the other.
                        chosen = dict(resampling_method="nearest" if zoom % 2 else "bilinear", reproject_method=kernel)
                    image = reader.tile(
                        tile.x, tile.y, tile.z, tilesize=256, **chosen,
                        **({} if same else dict(vrt_options={"tolerance": 1e-6})),
                    )
                    masks, needed = LESS.get((name, kernel), (None, None))
                    add(f"{name}_{zoom}_{kernel}", path, image, tile, chosen, masks, needed)


def padded():
    """A tile of pixels that were read with more around them, and cut off again."""
    for name in ("utm_u16", "mercator_u8", "beside_u16"):
        path = f"{folder}/{name}.tif"
        same = name != "utm_u16"
        with Reader(path) as reader:
            center = reader.tms.lnglat(PIXEL * 1536, PIXEL * 39_424)
            if not same:
                west, south, east, north = transform_bounds(reader.dataset.crs, "EPSG:4326", *reader.dataset.bounds)
                center = ((west + east) / 2, (south + north) / 2)
            # Where a warped picture shrinks, rio-tiler with padding resamples once more, from pixels as small as the
            # source's.
            for zoom in (10, 11, 12, 13) if same else (11, 12, 13):
                tile = reader.tms.tile(*center, zoom)
                for padding in (2, 4, 8):
                    chosen = dict(resampling_method="cubic")
                    if not same:
                        chosen["reproject_method"] = "cubic"
                    image = reader.tile(
                        tile.x, tile.y, tile.z, tilesize=256, padding=padding, **chosen,
                        **({} if same else dict(vrt_options={"tolerance": 1e-6})),
                    )
                    add(f"{name}_{zoom}_padded_{padding}", path, image, tile, chosen)


def levels():
    """Levels of one source that hold 1, 2, 3, 4 and 5, and which of them rio-tiler shows."""
    found = []
    for epsg, (x, y) in ((3857, (PIXEL * 4096, PIXEL * 40_960)), (32631, (400_000.0, 5_200_000.0))):
        path = f"{folder}/levels_{epsg}.tif"
        pixel = PIXEL if epsg == 3857 else 107.0
        keys = (1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, epsg)
        tags = [
            (33550, "d", 3, (pixel, pixel, 0.0), True), (33922, "d", 6, (0.0, 0.0, 0.0, x, y, 0.0), True),
            (34735, "H", 16, keys, True),
        ]
        with tifffile.TiffWriter(path) as target:
            for level in range(5):
                side = 4096 >> level
                target.write(
                    numpy.full((side, side), level + 1, "uint8"), tile=(256, 256), subfiletype=1 if level else 0,
                    extratags=[] if level else tags, metadata=None, compression="deflate",
                )
        with Reader(path) as reader:
            assert reader.dataset.overviews(1) == [2, 4, 8, 16] and reader.dataset.crs.to_epsg() == epsg
            center = reader.tms.lnglat(PIXEL * 5700, PIXEL * 39_300)
            if epsg != 3857:
                west, south, east, north = reader.get_geographic_bounds(reader.tms.rasterio_geographic_crs)
                center = ((west + east) / 2, (south + north) / 2)
            for zoom in range(4, 12):
                tile = reader.tms.tile(*center, zoom)
                pairs = [(kernel, None) for kernel in READ] if epsg == 3857 else [
                    (resampling, kernel) for kernel in WARP if kernel != "sum" for resampling in ("nearest", "bilinear", "mode")
                ]
                for resampling, reproject in pairs:
                    image = reader.tile(
                        tile.x, tile.y, tile.z, tilesize=256, resampling_method=resampling,
                        reproject_method=reproject or "nearest",
                    )
                    values = image.array.compressed()
                    counts = numpy.bincount(values, minlength=6)
                    found.append(dict(
                        file=path, z=tile.z, x=tile.x, y=tile.y, resampling=resampling, reproject=reproject,
                        level=int(counts.argmax()),
                    ))
    return found


cases()
padded()
print(json.dumps(dict(tiles=listing, levels=levels())))
