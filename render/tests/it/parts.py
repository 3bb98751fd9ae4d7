"""Boxes and shapes of made sources through rio-tiler: which pixels, which values, statistics with coverage.

Run as `python parts.py FOLDER`; prints a JSON list of what is in the folder.
"""

import json
import sys
import warnings

import numpy
import rasterio
from rasterio.crs import CRS
from rasterio.transform import Affine
from rasterio.warp import transform_bounds, transform_geom
from rio_tiler.io import Reader

warnings.filterwarnings("ignore")
folder = sys.argv[1]
random = numpy.random.default_rng(11)
HEIGHT, WIDTH = 210, 260
WGS84 = CRS.from_epsg(4326)


def make(name, epsg, transform, dtype, bands, nodata, masked=False, classes=False):
    path = f"{folder}/{name}.tif"
    row, column = numpy.mgrid[0:HEIGHT, 0:WIDTH]
    values = numpy.stack([1000 + 300 * numpy.sin(row / 30 + b) * numpy.cos(column / 25) for b in range(bands)])
    values = (values + random.uniform(-90, 90, values.shape)) / (8 if dtype == "uint8" else 1)
    if classes:
        values = random.integers(1, 6, values.shape)
    values = values.astype(dtype)
    holes = (row // 19 + column // 23) % 5 == 0
    if nodata is not None:
        values[:, holes] = nodata
    if dtype == "float32":
        values[:, 40:60, 100:130] = numpy.nan
    profile = dict(driver="GTiff", width=WIDTH, height=HEIGHT, count=bands, dtype=dtype, nodata=nodata, tiled=True,
                   blockxsize=64, blockysize=64, crs=f"EPSG:{epsg}", transform=transform)
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "w", **profile) as target:
        target.write(values)
        if masked:
            target.write_mask(~holes)
    return path


SOURCES = [
    (("utm_u16", 32631, Affine(60, 0, 500_000, 0, -60, 5_000_000), "uint16", 2, 0), {}),
    (("degrees_f32", 4326, Affine(0.001, 0, 3, 0, -0.0008, 45), "float32", 1, -9999.0), {}),
    (("laea_u8", 3035, Affine(250, 0, 4_000_000, 0, -250, 3_000_000), "uint8", 3, None), dict(masked=True)),
    (("classes_u8", 32631, Affine(30, 0, 500_000, 0, -30, 5_000_000), "uint8", 1, None), dict(classes=True)),
    (("plain_f64", 3857, Affine(10, 0, 1_000_000, 0, -10, 6_000_000), "float64", 1, None), {}),
]


def inside(bounds, box):
    """A box in shares of another, left, top, right, bottom."""
    w, h = bounds[2] - bounds[0], bounds[3] - bounds[1]
    return [bounds[0] + w * box[0], bounds[3] - h * box[3], bounds[0] + w * box[2], bounds[3] - h * box[1]]


def star(bounds, hole):
    at = lambda x, y: [bounds[0] + (bounds[2] - bounds[0]) * x, bounds[3] - (bounds[3] - bounds[1]) * y]
    ring = [at(*p) for p in [(.1, .2), (.45, .12), (.9, .35), (.62, .5), (.8, .88), (.4, .7), (.15, .9), (.1, .2)]]
    holes = [[at(*p) for p in [(.3, .3), (.35, .5), (.5, .4), (.3, .3)]]] if hole else []
    return dict(type="Polygon", coordinates=[ring, *holes])


def epsg(crs):
    return crs.to_epsg()


STATISTICS = [{}, dict(percentiles=[0, 5, 50, 95, 100]), dict(categorical=True), dict(categorical=True, categories=[1, 3, 9]),
              dict(hist_options=dict(bins=4)), dict(hist_options=dict(bins=[0, 50, 100, 1000, 2000])),
              dict(hist_options=dict(bins=6, range=[10, 1100]))]

out = []
for arguments, keywords in SOURCES:
    path = make(*arguments, **keywords)
    with Reader(path) as reader:
        native = reader.dataset.crs
        degrees = transform_bounds(native, WGS84, *reader.dataset.bounds)
        requests = []
        for box in [(.2, .3, .613, .777), (-.2, -.1, .5, .4), (1.5, 1.5, 1.8, 1.9)]:
            for size in [{}, dict(max_size=64), dict(width=50, height=40), dict(width=33), dict(height=27)]:
                requests.append(dict(bounds=inside(degrees, box), bounds_crs=4326, **size))
                requests.append(dict(bounds=inside(reader.dataset.bounds, box), bounds_crs=epsg(native), **size))
            for dst in [epsg(native), 3857]:
                requests.append(dict(bounds=inside(degrees, box), bounds_crs=4326, dst_crs=dst))
            # Not on the pixels' edges, where a rounding decides whether one more is taken in.
            beside = [share + 0.00137 for share in box]
            for align in [4326, epsg(native)]:
                requests.append(dict(bounds=inside(degrees, beside), bounds_crs=4326, dst_crs=align, align=True))
        for hole in [False, True]:
            for dst in [None, epsg(native), 3857]:
                for align in [False, True]:
                    requests.append(dict(shape=star(degrees, hole), bounds_crs=4326, dst_crs=dst, align=align))
        for number, request in enumerate(requests):
            size = {k: request[k] for k in ("max_size", "width", "height") if k in request}
            dst = CRS.from_epsg(request["dst_crs"]) if request.get("dst_crs") else None
            source = CRS.from_epsg(request["bounds_crs"])
            common = dict(dst_crs=dst, align_bounds_with_dataset=request.get("align", False), **size)
            # A user's option makes rio-tiler warp where it need not; then only what it warps anyway is exact.
            if (dst or source) != native:
                common["vrt_options"] = {"tolerance": 1e-6}
            if "shape" in request:
                image = reader.feature(request["shape"], shape_crs=source, **common)
                coverage = image.get_coverage_array(request["shape"], shape_crs=source)
            else:
                image = reader.part(request["bounds"], bounds_crs=source, **common)
                coverage = None
            name = f"{folder}/{arguments[0]}_{number}.npz"
            arrays = dict(data=image.array.data, mask=(~image.array.mask).astype("uint8"))
            if coverage is not None:
                arrays["coverage"] = numpy.rint(coverage * 100).astype("uint8")
            numpy.savez(name, **arrays)
            options = STATISTICS[number % len(STATISTICS)]
            statistics = image.statistics(**options, **(dict(coverage=coverage) if coverage is not None else {}))
            out.append(dict(
                request=request, file=path, npz=name, bounds=list(image.bounds), crs=epsg(image.crs), options=options,
                statistics={k: json.loads(v.model_dump_json()) for k, v in statistics.items()},
            ))
print(json.dumps(out))
