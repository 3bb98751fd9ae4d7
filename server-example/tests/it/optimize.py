"""What GDAL, rio-cogeo and Terracotta say of files that `smalti optimize-rasters` made.

Run as `python optimize.py SOURCE PLAIN REPROJECTED WEB`: the source, and what was made of it by no option, by `--reproject` and by
`--web-optimized --aligned-levels 2`, both by nearest neighbour.
"""

import sys
import tempfile
import warnings

import morecantile
import numpy
import rasterio
from rasterio.vrt import WarpedVRT
from rasterio.warp import calculate_default_transform
from rio_cogeo import cog_validate
from rio_cogeo.utils import get_web_optimized_params

warnings.filterwarnings("ignore")
source, plain, reprojected, web = sys.argv[1:]


def same(path, **place):
    """GDAL reads from the file what it warps the source to."""
    with rasterio.open(source) as original, WarpedVRT(original, tolerance=1e-6, **place) as expected, rasterio.open(path) as made:
        assert made.crs == expected.crs, made.crs
        assert made.shape == expected.shape, (made.shape, expected.shape)
        pixel = abs(expected.transform.a)
        assert numpy.allclose(made.transform, expected.transform, rtol=0, atol=1e-5 * pixel), (made.transform, expected.transform)
        assert made.nodatavals == original.nodatavals and made.descriptions == original.descriptions
        equal = (made.read() == expected.read()).all(axis=0).mean()
        assert equal > 0.999, equal
        assert made.overviews(1), "no overviews"
        return made.tags()


for path in (plain, reprojected, web):
    valid, errors, notes = cog_validate(path, strict=True, quiet=True)
    assert valid, (path, errors, notes)

with rasterio.open(source) as original:
    bounds = original.bounds
    transform, width, height = calculate_default_transform(original.crs, "EPSG:3857", original.width, original.height, *bounds)
    tiles = get_web_optimized_params(original, aligned_levels=2)
    with rasterio.open(plain) as made:
        assert numpy.array_equal(made.read(), original.read())
same(reprojected, crs="EPSG:3857", transform=transform, width=width, height=height)
tags = same(web, **tiles)
tms = morecantile.tms.get("WebMercatorQuad")
zoom = int(tags["TILING_SCHEME_ZOOM_LEVEL"])
assert tags["TILING_SCHEME_NAME"] == "WebMercatorQuad" and tags["TILING_SCHEME_ALIGNED_LEVELS"] == "2", tags
with rasterio.open(web) as made:
    assert tms.matrix(zoom).cellSize == made.res[0], (zoom, made.res)
    corner = tms.xy_bounds(tms._tile(made.bounds.left + 1, made.bounds.top - 1, zoom - 2))
    assert abs(corner.left - made.bounds.left) < 1e-6 and abs(corner.top - made.bounds.top) < 1e-6

# Terracotta takes them in, measures them alike and serves tiles of them.
import terracotta  # noqa: E402

files = dict(source=source, plain=plain, reprojected=reprojected, web=web)
with tempfile.TemporaryDirectory() as folder:
    database = f"{folder}/tc.sqlite"
    terracotta.update_settings(DRIVER_PATH=database, DRIVER_PROVIDER="sqlite", RASTER_CACHE_SIZE=0, USE_MULTIPROCESSING=False)
    driver = terracotta.get_driver(database, provider="sqlite")
    driver.create(["name"])
    with driver.connect():
        for name, path in files.items():
            driver.insert(dict(name=name), path)
    from terracotta.server import create_app

    client = create_app().test_client()
    known = {name: client.get(f"/metadata/{name}").json for name in files}
    assert known["plain"]["range"] == known["source"]["range"]
    assert abs(known["plain"]["mean"] - known["source"]["mean"]) < 1e-3
    for name in ("reprojected", "web"):
        assert known[name]["range"] == known["source"]["range"], known
        assert abs(known[name]["mean"] / known["source"]["mean"] - 1) < 0.01, known
    west, south, east, north = rasterio.warp.transform_bounds("EPSG:32632", "EPSG:4326", *bounds)
    tile = tms.tile((west + east) / 2, (south + north) / 2, zoom)
    answers = {}
    for name in files:
        low, high = known["source"]["range"]
        answer = client.get(f"/singleband/{name}/{tile.z}/{tile.x}/{tile.y}.png?stretch_range=[{low},{high}]")
        assert answer.status_code == 200, (name, answer.status_code, answer.data[:300])
        with rasterio.MemoryFile(answer.data) as memory, memory.open() as picture:
            answers[name] = picture.read(1).astype(int)
    assert answers["source"].min() > 0, "the tile lies within the source"
    assert numpy.array_equal(answers["plain"], answers["source"])
    for name in ("reprojected", "web"):
        assert numpy.abs(answers[name] - answers["source"]).max() <= 3, name
