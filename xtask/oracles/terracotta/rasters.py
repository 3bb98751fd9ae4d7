"""The rasters that both servers read: what Terracotta treats in a way of its own, and the same each time.

Their names are their keys, `KIND_DATE_BAND.tif`, so that a key pattern finds them.
"""

import math
import sys
from pathlib import Path

import numpy
from rasterio.enums import ColorInterp
from rasterio.transform import Affine, from_bounds, from_origin

sys.path.append(str(Path(__file__).parents[1] / "titiler"))

from fixtures import cog, plain, scaled, waves  # noqa: E402

# What a key pattern finds them with.
PATTERN = "{kind}_{date}_{band}.tif"

UTM = "EPSG:32633"

# A place in that zone.
CORNER = (480_000, 5_300_000)

# The classes of the categorical raster, with gaps between them.
CLASSES = (1, 2, 5, 40, 41, 200)


def make(folder):
    """Writes all of them."""
    folder.mkdir(parents=True)

    def at(kind, date="20200101", band="v"):
        return folder / f"{kind}_{date}_{band}.tif"

    # The usual: bands of 16 bits with a hole and a corner without data, at two dates, with overviews.
    rows, columns = numpy.mgrid[0:900, 0:1100]
    hole = (rows + columns < 260) | ((rows - 600) ** 2 + (columns - 700) ** 2 < 90**2)
    for number, date in enumerate(("20200101", "20200215")):
        data = scaled(waves(900, 1100, 4, 30 + number), 40, 9_000, "uint16")
        data[:, hole] = 0
        for band in range(4):
            cog(at("optical", date, f"B{band + 1}"), data[band : band + 1], UTM, from_origin(*CORNER, 20, 20), nodata=0)
    # Without nodata, in the map's own projection, as three pictures.
    photo = scaled(waves(700, 640, 3, 32), 0, 255, "uint8")
    for band, name in enumerate("RGB"):
        cog(at("photo", band=name), photo[band : band + 1], "EPSG:3857", from_origin(1_200_000, 6_200_000, 30, 30))
    # Three bands in one file, of which Terracotta reads the first.
    cog(at("stack"), photo, "EPSG:3857", from_origin(1_200_000, 6_200_000, 30, 30))

    values = scaled(waves(500, 620, 1, 33), -1_000, 3_500, "int16")
    values[0, :40, 120:260] = -32768
    cog(at("dem"), values, "EPSG:4326", from_origin(8, 49, 0.002, 0.002), nodata=-32768)

    reals = scaled(waves(640, 600, 1, 34), -2.5, 7.75, "float32")
    reals[0, 100:220, 300:420] = math.nan
    cog(at("reals"), reals, UTM, from_origin(*CORNER, 30, 30), nodata=math.nan)
    # NaN, but nobody says that it is nodata.
    cog(at("gaps"), reals, UTM, from_origin(*CORNER, 30, 30))
    cog(at("doubles"), reals.astype("float64") * 1e6, UTM, from_origin(*CORNER, 30, 30), nodata=-1e30)
    cog(at("long"), scaled(waves(400, 400, 1, 35), 0, 4_000_000_000, "uint32"), UTM, from_origin(*CORNER, 30, 30), nodata=0)
    cog(at("int"), scaled(waves(400, 400, 1, 36), -2_000_000_000, 2_000_000_000, "int32"), UTM, from_origin(*CORNER, 30, 30))

    # Masks of each kind.
    grey = scaled(waves(520, 480, 1, 37), 1, 255, "uint8")
    mask = numpy.full((520, 480), 255, "uint8")
    mask[60:200, 90:300] = 0
    mask[400:] = 0
    cog(at("masked"), grey, UTM, from_origin(*CORNER, 25, 25), mask=mask)
    alpha = numpy.concatenate([grey, mask[None]])

    def with_alpha(to):
        to.colorinterp = [ColorInterp.gray, ColorInterp.alpha]

    cog(at("alpha"), alpha, UTM, from_origin(*CORNER, 25, 25), prepare=with_alpha)

    # Classes, and a palette of the file's own.
    random = numpy.random.default_rng(38)
    patches = numpy.kron(random.integers(0, len(CLASSES), (30, 32)), numpy.ones((16, 16), int))
    classes = numpy.array(CLASSES, "uint8")[patches][None]
    classes[0, 200:260, 40:200] = 255
    cog(at("classes"), classes, UTM, from_origin(*CORNER, 40, 40), nodata=255)

    def palette(to):
        to.write_colormap(1, {i: (i * 20 % 256, 255 - i * 9 % 256, i * 47 % 256, 255) for i in range(16)})

    cog(at("palette"), scaled(waves(400, 400, 1, 39), 0, 15, "uint8"), UTM, from_origin(*CORNER, 40, 40), prepare=palette)

    # Places of each kind.
    turned = Affine.translation(*CORNER) * Affine.rotation(-25) * Affine.scale(20, -20)
    plain(at("turned"), scaled(waves(360, 400, 1, 40), 1, 255, "uint8"), crs=UTM, transform=turned, nodata=0)
    cog(at("antarctic"), scaled(waves(512, 512, 1, 41), 1, 4_000, "int16"), "EPSG:3031", from_origin(5e5, 2.5e6, 3_000, 3_000), nodata=0)
    # A pole has no place on the map, though what lies around it has.
    cog(at("pole"), scaled(waves(512, 512, 1, 49), 1, 4_000, "int16"), "EPSG:3031", from_origin(-3e6, 3e6, 11_718.75, 11_718.75), nodata=0)
    cog(at("poles"), scaled(waves(180, 360, 1, 50), 1, 255, "uint8"), "EPSG:4326", from_bounds(-180, -90, 180, 90, 360, 180), block=128)
    cog(at("arctic"), scaled(waves(512, 512, 1, 42), 1, 4_000, "int16"), "EPSG:3413", from_origin(-5e5, -5e5, 2_000, 2_000), nodata=0)
    cog(at("laea"), scaled(waves(600, 600, 1, 43), 1, 60_000, "uint16"), "EPSG:3035", from_origin(4_300_000, 3_200_000, 100, 100), nodata=0)
    cog(at("dateline"), scaled(waves(300, 500, 1, 44), 1, 255, "uint8"), "EPSG:3832", from_origin(3e6, 2e6, 2_000, 2_000), nodata=0)
    cog(at("world"), scaled(waves(360, 720, 1, 45), 1, 255, "uint8"), "EPSG:4326", from_bounds(-180, -84, 180, 84, 720, 360), block=128)

    # Layouts: few pixels, strips, no overviews, one value only, nothing at all.
    cog(at("tiny"), scaled(waves(3, 5, 1, 46), 1, 200, "uint8"), "EPSG:4326", from_origin(12, 48, 0.1, 0.1))
    cog(at("flat"), numpy.full((1, 300, 300), 7, "uint8"), UTM, from_origin(*CORNER, 40, 40))
    cog(at("bare"), scaled(waves(1500, 1400, 1, 47), 1, 50_000, "uint16"), UTM, from_origin(*CORNER, 10, 10), nodata=0, overviews=0)
    stripes(at("stripes"))


def stripes(path):
    """A file in strips, not cloud-optimized."""
    import rasterio

    data = scaled(waves(600, 620, 1, 48), 1, 250, "uint8")
    with rasterio.open(
        path, "w", driver="GTiff", count=1, height=600, width=620, dtype="uint8", crs=UTM, transform=from_origin(*CORNER, 25, 25), nodata=0,
    ) as to:
        to.write(data)
