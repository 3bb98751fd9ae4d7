"""Sources placed by control points or by rational polynomials: how GDAL places and warps them.

Run as `python placed.py FOLDER`; prints what is in the folder as JSON.
"""

import json
import sys
import warnings

import numpy
import rasterio
from rasterio.control import GroundControlPoint
from rasterio.crs import CRS
from rasterio.rpc import RPC
from rasterio.transform import GCPTransformer, RPCTransformer, from_bounds
from rasterio.vrt import WarpedVRT
from rasterio.warp import Resampling, reproject, transform
from rio_tiler.constants import WEB_MERCATOR_TMS as TMS
from rio_tiler.io import Reader

warnings.filterwarnings("ignore")
folder = sys.argv[1]
random = numpy.random.default_rng(33844)
WIDTH, HEIGHT = 260, 200


def values(bands, dtype):
    row, column = numpy.mgrid[0:HEIGHT, 0:WIDTH] / 23.0
    hills = [numpy.sin(row * (b + 1)) * numpy.cos(column + b) for b in range(bands)]
    return (90 + 80 * numpy.stack(hills) + random.uniform(0, 60, (bands, HEIGHT, WIDTH))).astype(dtype)


def points(columns, rows, place, noise=0.0):
    found = []
    for row in numpy.linspace(0, HEIGHT, rows):
        for column in numpy.linspace(0, WIDTH, columns):
            x, y = place(column, row)
            dx, dy = random.normal(0, noise, 2) if noise else (0, 0)
            found.append(GroundControlPoint(float(row), float(column), float(x + dx), float(y + dy), 0.0))
    return found


def turned(c, r):
    return 500_000 + 52 * c + 30 * r, 5_000_000 + 30 * c - 52 * r


def bent(c, r):
    c, r = c / WIDTH, r / HEIGHT
    return 8 + 0.4 * c + 0.05 * r * r + 0.03 * c * r, 46.5 - 0.3 * r - 0.06 * c + 0.05 * c * c


def folded(c, r):
    x, y = turned(c, r)
    return x + 6e-2 * c * c, y + 4e-2 * r * c + 3e-6 * r**3


def over_180(c, r):
    x = 176 + 8 * c / WIDTH + r / HEIGHT
    return (x - 360 if x > 180 else x), 10 - 5 * r / HEIGHT + c / WIDTH


CASES = [
    ("turned", 32631, points(2, 2, turned), "uint8", 3, None),
    ("turned_wrong", 32631, points(3, 1, turned) + points(2, 2, turned, 60)[2:], "uint16", 1, None),
    ("bent", 4326, points(5, 5, bent), "uint8", 3, None),
    ("bent_noise_nodata", 4326, points(14, 15, bent, 2e-3), "int16", 1, 100),
    ("folded", 32631, points(6, 4, folded), "float32", 2, None),
    ("over_180", 4326, points(4, 3, over_180), "uint8", 1, None),
]


def make(name, epsg, gcps, dtype, bands, nodata):
    path = f"{folder}/{name}.tif"
    profile = dict(
        driver="GTiff", width=WIDTH, height=HEIGHT, count=bands, dtype=dtype, nodata=nodata,
        tiled=True, blockxsize=128, blockysize=128,
    )
    with rasterio.open(path, "w", crs=f"EPSG:{epsg}", gcps=gcps, **profile) as target:
        target.write(values(bands, dtype))
    return path


def save(name, data, mask):
    numpy.savez(f"{folder}/{name}.npz", data=data, mask=(mask > 0).astype("uint8"))
    return f"{folder}/{name}.npz"


def positions(transformer, crs, box):
    """Where GDAL's transformer has the pixels of a tile. Its warpers would be an eighth of a pixel off."""
    xs = box.left + (numpy.arange(256) + 0.5) * (box.right - box.left) / 256
    ys = box.top - (numpy.arange(256) + 0.5) * (box.top - box.bottom) / 256
    x, y = (v.ravel() for v in numpy.meshgrid(xs, ys))
    x, y = transform(TMS.rasterio_crs, crs, x, y)
    row, column = transformer.rowcol(numpy.array(x), numpy.array(y), op=lambda v: v)
    return numpy.array(column, float).reshape(256, 256), numpy.array(row, float).reshape(256, 256)


def sampled(data, column, row, kernel, nodata):
    """What lies there; of the four pixels around those that there are, by their weights."""
    inside = (column >= 0) & (column < WIDTH) & (row >= 0) & (row < HEIGHT)
    column, row = numpy.where(inside, column, 0), numpy.where(inside, row, 0)
    if kernel == "nearest":
        out = data[:, row.astype(int), column.astype(int)]
        if nodata is not None:
            inside = inside & (out != nodata).all(axis=0)
        return numpy.where(inside, out, 0), inside
    left, top = numpy.floor(column - 0.5).astype(int), numpy.floor(row - 0.5).astype(int)
    total, weights = numpy.zeros((len(data), 256, 256)), numpy.zeros((256, 256))
    for r in (top, top + 1):
        for c in (left, left + 1):
            weight = (1 - abs(column - 0.5 - c)) * (1 - abs(row - 0.5 - r))
            weight = numpy.where((c >= 0) & (c < WIDTH) & (r >= 0) & (r < HEIGHT), weight, 0)
            total += weight * data[:, r.clip(0, HEIGHT - 1), c.clip(0, WIDTH - 1)].astype(float)
            weights += weight
    out = total / numpy.where(weights > 0, weights, 1)
    out = out if data.dtype.kind == "f" else numpy.rint(out)
    return out.astype(data.dtype), inside


listing = dict(placed=[], tiles=[], rational=[])
for name, epsg, gcps, dtype, bands, nodata in CASES:
    path = make(name, epsg, gcps, dtype, bands, nodata)
    with rasterio.open(path) as source:
        read, crs = source.gcps
        with WarpedVRT(source) as vrt:
            size, bounds = (vrt.width, vrt.height), tuple(vrt.bounds)
        sample = dict(to_ground=[], to_pixels=[])
        # GDAL's transformer alone does not go on beyond the antimeridian.
        if name != "over_180":
            with GCPTransformer(read) as gcp:
                for row, column in random.uniform(-20, 220, (100, 2)):
                    x, y = gcp.xy(row, column, offset="ul")
                    sample["to_ground"].append([column, row, float(x), float(y)])
                    row, column = gcp.rowcol(float(x), float(y), op=lambda v: v)
                    sample["to_pixels"].append([float(x), float(y), float(column), float(row)])
        with Reader(path) as reader:
            zooms, rio_bounds = (reader.minzoom, reader.maxzoom), reader.bounds
        assert rio_bounds == bounds
        if name == "over_180":
            # rio-tiler finds no zoom for bounds beyond the antimeridian.
            zooms = (5, 7)
        listing["placed"].append(dict(file=path, epsg=epsg, size=size, bounds=bounds, zooms=zooms, **sample))

        middle = ((bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2)
        (lon,), (lat,) = transform(crs, "EPSG:4326", [middle[0]], [middle[1]])
        if name == "over_180":
            # GDAL shows nothing of what lies beyond the antimeridian.
            lon = 179.0
        for zoom in range(zooms[1] - 2, zooms[1] + 2):
            tile = TMS.tile(lon, lat, zoom)
            box = TMS.xy_bounds(tile)
            # Shrinking, GDAL widens its kernels; that is not what is asked here.
            enlarged = zoom == zooms[1] + 1 and nodata is None
            for kernel in ("nearest", "bilinear") if enlarged else ("nearest",):
                if name == "over_180":
                    # GDAL's transformer alone does not go on beyond the antimeridian, its warper does.
                    warped = numpy.zeros((bands + 1, 256, 256), dtype)
                    reproject(
                        source.read(), warped, gcps=read, src_crs=crs, dst_crs=TMS.rasterio_crs, dst_alpha=bands + 1,
                        dst_transform=from_bounds(*box, 256, 256), resampling=Resampling[kernel],
                    )
                    data, mask = warped[:bands], warped[bands]
                else:
                    with GCPTransformer(read) as gcp:
                        data, mask = sampled(source.read(), *positions(gcp, crs, box), kernel, nodata)
                npz = save(f"{name}_{zoom}_{kernel}", data, mask)
                listing["tiles"].append(dict(file=path, z=tile.z, x=tile.x, y=tile.y, kernel=kernel, npz=npz))
        # rio-tiler has no zooms there, and masks all of a source of floats.
        if name in ("over_180", "folded"):
            continue
        # rio-tiler resamples twice: to straight pixels in the points' CRS, then to the tile.
        with Reader(path) as reader:
            tile = TMS.tile(lon, lat, zooms[1])
            image = reader.tile(tile.x, tile.y, tile.z, tilesize=256)
            valid = ~image.array.mask.all(axis=0)
            npz = save(f"{name}_rio_tiler", image.array.data, valid)
            listing["tiles"].append(dict(
                file=path, z=tile.z, x=tile.x, y=tile.y, kernel="nearest", npz=npz, masks=0.985,
            ))

HEIGHT_OFF = 450.0
numerators = random.normal(0, 3e-4, (4, 20))
numerators[0][:4] = [0.002, 0.05, -1.02, 0.03]
numerators[2][:4] = [-0.003, 1.01, 0.04, 0.02]
numerators[1][0] = numerators[3][0] = 1
rpcs = RPC(
    err_bias=1.5, err_rand=0.5, line_off=HEIGHT / 2, samp_off=WIDTH / 2, lat_off=45.2, long_off=7.1,
    height_off=HEIGHT_OFF, line_scale=HEIGHT / 2, samp_scale=WIDTH / 2, lat_scale=0.05, long_scale=0.08,
    height_scale=500.0, line_num_coeff=list(numerators[0]), line_den_coeff=list(numerators[1]),
    samp_num_coeff=list(numerators[2]), samp_den_coeff=list(numerators[3]),
)
path = f"{folder}/rational.tif"
data = values(1, "uint8")
profile = dict(driver="GTiff", width=WIDTH, height=HEIGHT, count=1, dtype="uint8", tiled=True, blockxsize=128, blockysize=128)
with rasterio.open(path, "w", **profile) as target:
    target.write(data)
    target.rpcs = rpcs
with rasterio.open(path) as source:
    assert source.rpcs is not None
    rational = dict(file=path, to_pixels=[], to_ground=[])
    with RPCTransformer(source.rpcs, rpc_height=HEIGHT_OFF, rpc_pixel_error_threshold=1e-6) as rpc:
        for row, column in random.uniform(0, 200, (100, 2)):
            x, y = rpc.xy(row, column, offset="ul")
            rational["to_ground"].append([column, row, float(x), float(y)])
            row, column = rpc.rowcol(float(x), float(y), op=lambda v: v)
            rational["to_pixels"].append([float(x), float(y), float(column), float(row)])
    listing["rational"].append(rational)
    for zoom in (12, 13):
        tile = TMS.tile(7.1, 45.2, zoom)
        with RPCTransformer(source.rpcs, rpc_height=HEIGHT_OFF, rpc_pixel_error_threshold=1e-6) as rpc:
            box = TMS.xy_bounds(tile)
            npz = save(f"rational_{zoom}", *sampled(data, *positions(rpc, "EPSG:4326", box), "nearest", None))
        listing["tiles"].append(dict(file=path, z=tile.z, x=tile.x, y=tile.y, kernel="nearest", npz=npz))

print(json.dumps(listing))
