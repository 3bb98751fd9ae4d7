"""The files that both servers read: every kind of raster that their routes treat in a way of its own.

Made anew by every comparison and the same each time: smooth functions and seeded noise.
"""

import json
import math
from pathlib import Path

import numpy
import rasterio
import rasterio.warp
from rasterio.control import GroundControlPoint
from rasterio.enums import ColorInterp, Resampling
from rasterio.io import MemoryFile
from rasterio.transform import Affine, from_bounds, from_origin
from rio_cogeo.cogeo import cog_translate
from rio_cogeo.profiles import cog_profiles


def waves(height, width, bands=1, seed=0):
    """Numbers from 0 to 1 with large and small forms, the same for the same arguments."""
    random = numpy.random.default_rng(seed)
    rows, cols = numpy.mgrid[0:height, 0:width].astype("float64")
    out = []
    for band in range(bands):
        total = numpy.zeros((height, width))
        for power in range(5):
            angle, phase = random.uniform(0, math.tau, 2)
            length = max(width, height) / (1.7**power * (1.3 + band * 0.21))
            along = rows * math.sin(angle) + cols * math.cos(angle)
            total += numpy.sin(along * math.tau / length + phase) / 1.6**power
        total += random.normal(0, 0.01, total.shape)
        total -= total.min()
        out.append(total / total.max())
    return numpy.stack(out)


def scaled(data, low, high, dtype):
    """`data` from 0 to 1 as `low` to `high`."""
    values = low + data * (high - low)
    return (values if numpy.dtype(dtype).kind == "f" else values.round()).astype(dtype)


def cog(path, data, crs, transform, profile="deflate", *, nodata=None, mask=None, prepare=None, block=256, overviews=None,
        resampling="nearest", alpha=False, **options):
    """Writes a COG; `prepare` may set tags, colours and descriptions before."""
    count, height, width = data.shape
    meta = {
        "driver": "GTiff", "count": count, "height": height, "width": width, "dtype": data.dtype.name,
        "crs": crs, "transform": transform, "nodata": nodata,
    }
    creation = dict(cog_profiles.get(profile))
    creation.update(blockxsize=block, blockysize=block)
    creation.update({name: str(value) for name, value in options.items()})
    if alpha:
        meta["alpha"] = creation["alpha"] = "yes"
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True, GDAL_TIFF_OVR_BLOCKSIZE=str(block)), MemoryFile() as memory:
        with memory.open(**meta) as to:
            to.write(data)
            if mask is not None:
                to.write_mask(mask)
            if prepare:
                prepare(to)
        with memory.open() as source:
            cog_translate(
                source, str(path), creation, nodata=nodata, in_memory=True, quiet=True, forward_band_tags=True,
                overview_level=overviews, overview_resampling=resampling, use_cog_driver=False,
            )


def plain(path, data, *, overviews=(2, 4), prepare=None, **meta):
    """Writes a tiled TIFF without rearranging it: for placements that a COG's maker would resample."""
    count, height, width = data.shape
    with rasterio.open(
        path, "w", driver="GTiff", count=count, height=height, width=width, dtype=data.dtype.name, tiled=True,
        blockxsize=128, blockysize=128, compress="deflate", **meta,
    ) as to:
        to.write(data)
        if prepare:
            prepare(to)
    if overviews:
        with rasterio.open(path, "r+") as to:
            to.build_overviews(list(overviews), Resampling.nearest)


def make(folder):
    """Makes every file in `folder`, and STAC items over some of them."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)

    def at(name):
        return folder / name

    # Photographs with a mask of their own, one as YCbCr.
    rgb = scaled(waves(700, 900, 3, 1), 0, 255, "uint8")
    mask = numpy.full((700, 900), 255, "uint8")
    mask[:120, :200] = 0
    mask[400:460, 500:900] = 0
    cog(at("rgb.tif"), rgb, "EPSG:32633", from_origin(500_000, 5_400_000, 10, 10), mask=mask)
    cog(at("jpeg.tif"), rgb, "EPSG:32633", from_origin(500_000, 5_400_000, 10, 10), "jpeg", mask=mask, QUALITY=90)
    cog(at("web.tif"), scaled(waves(1024, 1024, 3, 2), 0, 255, "uint8"), "EPSG:3857",
        from_origin(1_000_000 // 9.554628535647032 * 9.554628535647032, 6_000_000, 9.554628535647032, 9.554628535647032),
        "deflate")

    # Numbers of other kinds.
    u16 = scaled(waves(640, 760, 4, 3), 1, 9_000, "uint16")
    u16[:, :90, :250] = 0
    u16[:, 300:330, 400:480] = 0

    def name_bands(to):
        for band, name in enumerate(["blue", "green", "red", "nir"], 1):
            to.set_band_description(band, name)

    cog(at("u16.tif"), u16, "EPSG:32618", from_origin(400_000, 4_500_000, 30, 30), nodata=0, prepare=name_bands)
    dem = scaled(waves(500, 600, 1, 4), -20, 1_900, "float32")
    dem[0, :60, :80] = -9999
    dem[0, 200:204, 300:340] = numpy.nan
    cog(at("dem.tif"), dem, "EPSG:32632", from_origin(600_000, 5_200_000, 25, 25), nodata=-9999, block=128, PREDICTOR=3)
    hole = dem.copy()
    hole[hole == -9999] = numpy.nan
    cog(at("dem_nan.tif"), hole, "EPSG:32632", from_origin(600_000, 5_200_000, 25, 25), nodata=numpy.nan, block=128, PREDICTOR=3)
    cog(at("f64.tif"), scaled(waves(300, 300, 2, 5), -1, 1, "float64"), "EPSG:3035", from_origin(4_300_000, 3_100_000, 100, 100))
    cog(at("i8.tif"), scaled(waves(280, 300, 1, 6), -120, 120, "int8"), "EPSG:4326", from_origin(10, 50, 0.002, 0.002), nodata=-128)
    cog(at("u32.tif"), scaled(waves(280, 300, 1, 7), 0, 4e9, "uint32"), "EPSG:4326", from_origin(10, 50, 0.002, 0.002))
    cog(at("bands31.tif"), scaled(waves(200, 180, 31, 8), 0, 254, "uint8"), "EPSG:3978", from_origin(-500_000, 300_000, 300, 300), block=64, nodata=255)

    def describe(to):
        to.scales, to.offsets, to.units = (0.01,), (-30.0,), ("K",)
        to.set_band_description(1, "temperature")
        to.update_tags(1, STATISTICS_MINIMUM=-900, STATISTICS_MAXIMUM=6_100, STATISTICS_MEAN=2_500, STATISTICS_STDDEV=900)
        to.update_tags(SENSOR="none")

    values = scaled(waves(400, 420, 1, 9), -1_000, 6_500, "int16")
    values[0, :30, 100:200] = -32768
    cog(at("scaled.tif"), values, "EPSG:4326", from_origin(-60, 73, 0.01, 0.01), nodata=-32768, prepare=describe)

    def palette(to):
        to.write_colormap(1, {i: (i * 20 % 256, 255 - i * 9 % 256, i * 47 % 256, 255 if i else 0) for i in range(16)})

    cog(at("palette.tif"), scaled(waves(512, 512, 1, 10), 0, 15, "uint8"), "EPSG:3857", from_origin(1_200_000, 6_200_000, 40, 40), prepare=palette)

    # Masks of each kind.
    alpha = numpy.concatenate([scaled(waves(400, 400, 3, 11), 0, 255, "uint8"), numpy.zeros((1, 400, 400), "uint8")])
    alpha[3, 40:, 60:] = 255
    alpha[3, 300:340] = 128

    def with_alpha(to):
        to.colorinterp = [ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.alpha]

    cog(at("rgba.tif"), alpha, "EPSG:32633", from_origin(480_000, 5_300_000, 20, 20), prepare=with_alpha)
    opaque = numpy.concatenate([scaled(waves(300, 300, 1, 12), 0, 60_000, "uint16"), numpy.full((1, 300, 300), 65535, "uint16")])
    opaque[1, :50] = 0

    cog(at("grey_alpha.tif"), opaque, "EPSG:32633", from_origin(480_000, 5_300_000, 20, 20), alpha=True)
    gaps = scaled(waves(300, 320, 3, 13), 0, 2_000, "int16")
    gaps[0, :80] = -1
    gaps[1, :, :80] = -1
    gaps[2, 200:, 200:] = -1
    cog(at("gaps.tif"), gaps, "EPSG:32633", from_origin(480_000, 5_300_000, 20, 20), nodata=-1)

    # Places of each kind.
    turned = Affine.translation(510_000, 5_310_000) * Affine.rotation(-25) * Affine.scale(20, -20)
    plain(at("rotated.tif"), scaled(waves(260, 300, 1, 14), 1, 255, "uint8"), crs="EPSG:32633", transform=turned, nodata=0)
    corners = [
        GroundControlPoint(row=row, col=col, x=12.0 + col * 0.002 + row * 0.0003, y=48.0 - row * 0.0018 + col * 0.0002)
        for row in (0, 128, 256) for col in (0, 150, 300)
    ]
    plain(at("gcps.tif"), scaled(waves(256, 300, 1, 15), 1, 255, "uint8"), gcps=corners, crs="EPSG:4326", nodata=0)
    plain(at("south_up.tif"), scaled(waves(260, 300, 1, 16), 0, 255, "uint8"), crs="EPSG:32633",
          transform=Affine(20, 0, 480_000, 0, 20, 5_300_000))
    cog(at("antimeridian.tif"), scaled(waves(300, 500, 1, 17), 1, 255, "uint8"), "EPSG:3832", from_origin(3_000_000, 2_000_000, 2_000, 2_000), nodata=0)
    cog(at("polar.tif"), scaled(waves(512, 512, 1, 18), 1, 4_000, "int16"), "EPSG:3031", from_origin(-3_000_000, 3_000_000, 11_718.75, 11_718.75), nodata=0)
    cog(at("world.tif"), scaled(waves(360, 720, 3, 19), 0, 255, "uint8"), "EPSG:4326", from_bounds(-180, -90, 180, 90, 720, 360), block=128)
    cog(at("tiny.tif"), scaled(waves(3, 5, 1, 20), 0, 200, "uint8"), "EPSG:4326", from_origin(5, 45, 0.1, 0.1))
    levels(at("levels.tif"))
    with rasterio.open(at("nowhere.tif"), "w", driver="GTiff", count=1, height=64, width=64, dtype="uint8") as to:
        to.write(scaled(waves(64, 64, 1, 21), 0, 255, "uint8"))
    at("no_tiff.tif").write_bytes(b"this is not a TIFF at all, whatever its name says")
    items(folder)


def levels(path):
    """Each level holds another constant, so that pixels tell which one was read."""
    data = numpy.ones((1, 1024, 1024), "uint8")
    plain(path, data, crs="EPSG:3857", transform=from_origin(1_000_000, 6_000_000, 10, 10), overviews=(2, 4, 8, 16))
    with rasterio.open(path) as source:
        count = len(source.overviews(1))
    for level in range(count):
        with rasterio.open(path, "r+", OVERVIEW_LEVEL=level) as to:
            to.write(numpy.full((1, to.height, to.width), level + 2, "uint8"))


def items(folder):
    """STAC items over the bands of one scene: one asset each, and one asset with all."""
    with rasterio.open(folder / "u16.tif") as source:
        data, transform, crs = source.read(), source.transform, source.crs
        left, bottom, right, top = rasterio.warp.transform_bounds(crs, "EPSG:4326", *source.bounds)
        shape = list(source.shape)
    for band, name in enumerate(["blue", "green", "red", "nir"]):
        cog(folder / f"{name}.tif", data[band : band + 1], crs, transform, nodata=0)
    ring = [[left, bottom], [right, bottom], [right, top], [left, top], [left, bottom]]
    for version in ("1.0.0", "1.1.0"):
        old = version == "1.0.0"
        projection = {"proj:shape": shape, "proj:transform": list(transform)[:6]}
        projection |= {"proj:epsg": 32618} if old else {"proj:code": "EPSG:32618"}
        assets = {}
        for band, name in enumerate(["blue", "green", "red", "nir"]):
            low, high = int(data[band][data[band] > 0].min()), int(data[band].max())
            asset = {
                "href": f"./{name}.tif" if band % 2 else str(folder / f"{name}.tif"),
                "type": "image/tiff; application=geotiff; profile=cloud-optimized", "roles": ["data"], "title": name,
            }
            statistics = {"minimum": low, "maximum": high, "mean": float(data[band].mean()), "stddev": float(data[band].std())}
            if old:
                asset["eo:bands"] = [{"name": f"B{band + 1}", "common_name": name}]
                asset["raster:bands"] = [{"data_type": "uint16", "nodata": 0, "statistics": statistics}]
            else:
                asset["bands"] = [{"name": f"B{band + 1}", "eo:common_name": name, "data_type": "uint16", "nodata": 0, "statistics": statistics}]
            assets[name] = asset
        assets["all"] = {"href": "./u16.tif", "type": "image/tiff; application=geotiff; profile=cloud-optimized"}
        assets["readme"] = {"href": "./readme.txt", "type": "text/plain"}
        extension = "https://stac-extensions.github.io/{}/v{}/schema.json".format
        item = {
            "type": "Feature", "stac_version": version, "id": f"scene-{version}",
            "stac_extensions": [
                extension("projection", "1.1.0" if old else "2.0.0"), extension("raster", "1.1.0" if old else "2.0.0"),
                extension("eo", "1.1.0" if old else "2.0.0"),
            ],
            "geometry": {"type": "Polygon", "coordinates": [ring]}, "bbox": [left, bottom, right, top],
            "properties": {
                "datetime": "2024-05-06T07:08:09Z", **projection,
                "renders": {
                    "truecolor": {"title": "Natural colour", "assets": ["red", "green", "blue"], "rescale": [[0, 9000]], "bidx": [1]},
                },
            },
            "links": [], "assets": assets,
        }
        if old:
            item["properties"]["eo:cloud_cover"] = 3.5
        (folder / f"item-{version}.json").write_text(json.dumps(item))


if __name__ == "__main__":
    import sys

    make(sys.argv[1])
