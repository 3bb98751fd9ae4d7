"""Makes GeoTIFFs and rio-stac's items for them; or, with `validate`, checks items against the STAC schemas.

Run as `python create.py FOLDER` (prints JSON) or `python create.py FOLDER validate`.
"""

import json
import sys
import warnings
from pathlib import Path

import numpy
import pystac
import rasterio
from rasterio.enums import ColorInterp
from rasterio.transform import Affine
from rio_stac.stac import create_stac_item

warnings.filterwarnings("ignore")
folder = Path(sys.argv[1])
random = numpy.random.default_rng(9)


def validate():
    """The core schemas that pystac carries; the extensions' are on the internet."""
    for file in sorted(folder.glob("*.json")):
        document = json.loads(file.read_text())
        document["stac_extensions"] = []
        pystac.Item.from_dict(document, preserve_dict=True).validate()
    print(json.dumps("valid"))


def make(name, epsg, transform, dtype, bands, nodata, tags=None, scale=None, colors=None, mask=False):
    path = folder / f"{name}.tif"
    values = random.uniform(1, 250, (bands, 90, 120)).astype(dtype)
    if nodata is not None:
        values[:, 10:30, 5:50] = nodata
    profile = dict(driver="GTiff", width=120, height=90, count=bands, dtype=dtype, nodata=nodata, tiled=True,
                   blockxsize=64, blockysize=64, crs=f"EPSG:{epsg}" if epsg else None, transform=transform)
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "w", **profile) as target:
        target.write(values)
        if tags:
            target.update_tags(**tags)
        if scale:
            target.scales, target.offsets = [scale[0]] * bands, [scale[1]] * bands
            target.units = ["m"] * bands
            target.set_band_description(1, "height of things")
        if colors:
            target.colorinterp = colors
        if mask:
            target.write_mask(numpy.arange(90 * 120).reshape(90, 120) % 7 > 0)
    return path


RGB = [ColorInterp.red, ColorInterp.green, ColorInterp.blue]
UTM = Affine(60, 0, 500_000, 0, -60, 5_000_000)
DEGREES = Affine(0.01, 0, 3, 0, -0.008, 45)
CASES = [
    (("utm_u16", 32631, UTM, "uint16", 2, 0), dict(scale=(0.5, 2.0)), {}),
    (("rgb_u8", 3857, Affine(10, 0, 1e6, 0, -10, 6e6), "uint8", 3, None), dict(colors=RGB, mask=True), dict(geom_densify_pts=3)),
    (("nan_f32", 4326, DEGREES, "float32", 1, float("nan")), {}, dict(geom_precision=3)),
    (("laea_i16", 3035, Affine(250, 0, 4_000_000, 0, -250, 3_000_000), "int16", 1, -32768), {},
     dict(asset_name="cog", asset_roles=["data", "visual"], asset_media_type="image/tiff", asset_href="s3://b/x.tif",
          id="mine", collection="c", collection_url="https://example.org/c")),
    (("bare_u8", None, UTM, "uint8", 1, None), {}, dict(with_proj=False, with_raster=False, with_eo=False)),
]

if len(sys.argv) > 2:
    validate()
else:
    out = []
    for arguments, keywords, options in CASES:
        path = make(*arguments, **keywords)
        defaults = dict(asset_name="data", with_proj=True, with_raster=True, with_eo=True)
        item = create_stac_item(str(path), **{**defaults, **options})
        out.append(dict(file=str(path), options=options, item=item.to_dict(include_self_link=False)))
    print(json.dumps(out).replace("NaN", "null"))
