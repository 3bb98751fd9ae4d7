"""Made STAC items through rio-tiler's STACReader: assets, footprint, zooms, what a choice of assets reads.

Run as `python reader.py FOLDER`; prints JSON and leaves the folder empty.
"""

import json
import warnings

import pystac
from rio_tiler.io import STACReader
from titiler.core.dependencies import _parse_asset

warnings.filterwarnings("ignore")
COG = "image/tiff; application=geotiff; profile=cloud-optimized"
PROJ = "https://stac-extensions.github.io/projection/{}/schema.json"
RASTER = "https://stac-extensions.github.io/raster/v1.1.0/schema.json"
EO = "https://stac-extensions.github.io/eo/v1.1.0/schema.json"
PLACE = "https://example.org/scenes/2020/item.json"


def item(assets, version="1.1.0", extensions=(), links=(), bbox=(3.0, 45.0, 4.0, 46.0), **properties):
    return dict(
        type="Feature", stac_version=version, stac_extensions=list(extensions), id="scene", bbox=list(bbox),
        geometry=dict(type="Polygon", coordinates=[[[3, 45], [4, 45], [4, 46], [3, 46], [3, 45]]]),
        properties=dict(datetime="2020-01-01T00:00:00Z", **properties), links=list(links), assets=assets,
    )


def asset(name="a", kind=COG, **members):
    members = {k.replace("__", ":"): v for k, v in members.items()}
    return dict(href=f"./{name}.tif", **({"type": kind} if kind else {}), **members)


def statistics(low, high):
    return dict(minimum=low, maximum=high, mean=(low + high) / 2)


UTM = dict(proj__transform=[10, 0, 500000, 0, -10, 5000000, 0, 0, 1], proj__shape=[1024, 2048])
COARSE = dict(proj__transform=[20, 0, 499990, 0, -20, 5000010], proj__shape=[512, 1024])
own = lambda d: {k.replace("__", ":"): v for k, v in d.items()}
import pyproj
LAEA = pyproj.CRS("EPSG:3035")

ITEMS = {
    "types": item({
        "cog": asset("c"), "tif": asset("t", "image/tiff"), "jp2": asset("j", "image/jp2"), "none": asset("n", None),
        "png": asset("p", "image/png"), "json": asset("q", "application/json"), "hdf": asset("h", "application/x-hdf5"),
        "upper": asset("u", "IMAGE/TIFF"), "geo": asset("g", "image/vnd.stac.geotiff; cloud-optimized=true"),
        "spaces": asset("s", "image/tiff;application=geotiff"),
    }),
    "bands 1.1": item({
        "data": asset(bands=[
            dict(name="B4", **{"eo:common_name": "red"}, statistics=statistics(1, 9), data_type="uint16", nodata=0),
            dict(name="B8", statistics=statistics(2, 8)), dict(name="B9", common_name="nir", statistics=statistics(0, 1)),
        ]),
        "half": asset("h", bands=[dict(name="x", statistics=statistics(0, 1)), dict(name="y")]),
        "plain": asset("p"),
    }, extensions=[EO]),
    "bands 1.0": item({
        "data": asset(raster__bands=[dict(data_type="uint8", scale=0.1, offset=3, nodata="nan", unit="m",
                                          statistics=statistics(0, 200))],
                      eo__bands=[dict(name="B1", common_name="coastal")], file__header_size=4096),
        "many": asset("m", eo__bands=[dict(name="a"), dict(name="b"), dict(name="a")],
                      raster__bands=[dict(statistics=statistics(k, k + 1)) for k in range(3)]),
    }, version="1.0.0", extensions=[EO, RASTER, "https://stac-extensions.github.io/file/v2.1.0/schema.json"]),
    "proj item 1.1": item({"a": asset(), "b": asset("b")}, extensions=[PROJ.format("v1.1.0")],
                          **own(UTM), **{"proj:epsg": 32631}),
    "proj item 2": item({"a": asset()}, extensions=[PROJ.format("v2.0.0")], **own(UTM), **{"proj:code": "EPSG:32631"}),
    "proj assets": item({"fine": asset(**UTM), "coarse": asset("b", **COARSE)}, extensions=[PROJ.format("v2.0.0")],
                        **{"proj:code": "EPSG:32631"}),
    "proj assets own": item({"fine": asset(**UTM, proj__code="EPSG:32631"), "coarse": asset("b", **COARSE, proj__epsg=32631)},
                            extensions=[PROJ.format("v1.2.0")]),
    "proj two systems": item({"a": asset(**UTM, proj__code="EPSG:32631"), "b": asset("b", **UTM, proj__code="EPSG:32632")},
                             extensions=[PROJ.format("v2.0.0")]),
    "proj two, and item": item({"a": asset(**UTM, proj__code="EPSG:32631"), "b": asset("b", **UTM, proj__code="EPSG:32632")},
                               extensions=[PROJ.format("v2.0.0")], **own(COARSE), **{"proj:code": "EPSG:32631"}),
    "proj wkt": item({"a": asset(**UTM)}, extensions=[PROJ.format("v2.0.0")], **{"proj:wkt2": LAEA.to_wkt()}),
    "proj json": item({"a": asset(**UTM)}, extensions=[PROJ.format("v2.0.0")], **{"proj:projjson": LAEA.to_json_dict()}),
    "proj undeclared": item({"a": asset(**UTM)}, **{"proj:code": "EPSG:32631"}),
    "proj no shape": item({"a": asset()}, extensions=[PROJ.format("v2.0.0")], **{"proj:code": "EPSG:32631"}),
    "proj no system": item({"a": asset(**UTM)}, extensions=[PROJ.format("v2.0.0")]),
    "proj some assets": item({"a": asset(**UTM), "b": asset("b")}, extensions=[PROJ.format("v2.0.0")],
                             **{"proj:code": "EPSG:32631"}),
    "geometry": dict(item({"a": asset()}), bbox=None),
    "self link": item({"a": asset(), "b": dict(href="s3://bucket/b.tif", type=COG), "c": dict(href="/c.tif", type=COG),
                       "d": dict(href="../../d.tif", type=COG)},
                      links=[dict(rel="self", href="https://other.org/x/y/item.json")]),
    "no self link": item({"a": asset(), "b": dict(href="s3://bucket/b.tif", type=COG), "c": dict(href="/c.tif", type=COG),
                          "d": dict(href="../../d.tif", type=COG), "e": dict(href="e.tif?x=1", type=COG)}),
}
CHOICES = ["a", "data|bidx=1", "data|bidx=2,1", "data|bands=red", "data|bands=nir,B8", "data|bands=B4", "data|bands=coastal",
           "data|expression=b1*2", "data|bidx=1|expression=b1", "many|bands=a", "many|bands=b,a", "half", "plain|bands=x",
           "many|bands=c", "missing", "png", "fine", "data|unknown=1", "none", "d", "e"]

out = []
for name, document in ITEMS.items():
    # A copy: what is read is migrated in place.
    text = json.dumps(document)
    with STACReader(None, item=pystac.Item.from_dict(json.loads(text), PLACE)) as reader:
        case = dict(name=name, item=text, location=PLACE, assets=list(reader.assets), bounds=list(reader.bounds),
                    crs=reader.crs.to_epsg(), size=[reader.width, reader.height],
                    transform=list(reader.transform)[:6] if reader.transform else None,
                    zooms=[reader.minzoom, reader.maxzoom], choices={})
        for choice in CHOICES:
            try:
                info = reader._get_asset_info(_parse_asset([choice])[0])
                case["choices"][choice] = dict(
                    url=info["url"], indexes=info["method_options"].get("indexes"),
                    expression=info["method_options"].get("expression"), ranges=info.get("dataset_statistics"),
                    header=info.get("env", {}).get("GDAL_INGESTED_BYTES_AT_OPEN"),
                )
            except Exception as error:
                case["choices"][choice] = None
        out.append(case)
print(json.dumps(out))
