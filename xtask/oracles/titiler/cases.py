"""The requests: routes times parameters times files."""

import json
import math
from dataclasses import dataclass, field

import morecantile
import numpy
import rasterio
from rio_tiler.io import Reader


@dataclass
class Case:
    """A request that both servers get."""

    group: str
    path: str
    query: list = field(default_factory=list)
    body: object = None
    method: str = "GET"
    headers: dict = field(default_factory=dict)
    # Pixels of a kernel that only picks: both have to pick the same.
    exact: bool = True

    def name(self):
        """The request on a line."""
        query = "&".join(f"{k}={v}" for k, v in self.query)
        body = f" {json.dumps(self.body)[:70]}" if self.body is not None else ""
        return f"{self.method} {self.path}{'?' if query else ''}{query}{body}"


@dataclass
class Place:
    """A file, and where it lies."""

    url: str
    count: int
    bounds: tuple
    minzoom: int
    maxzoom: int

    def tile(self, zoom=None, tms="WebMercatorQuad", at=(0.5, 0.5)):
        """`tms/z/x/y` of the tile over a place inside, its coordinates as shares of the bounds from the lower left."""
        tms_ = morecantile.tms.get(tms)
        west, south, east, north = self.bounds
        if west > east:
            east += 360
        lon, lat = west + (east - west) * at[0], south + (north - south) * at[1]
        zoom = self.maxzoom if zoom is None else zoom
        zoom = max(tms_.minzoom, min(zoom, tms_.maxzoom))
        tile = tms_.tile((lon + 180) % 360 - 180, lat, zoom)
        return f"{tms}/{tile.z}/{tile.x}/{tile.y}"

    def box(self, share=0.5, shift=0.0):
        """A box in the middle, with sides of a share of the file's; shifted by a share of its width."""
        west, south, east, north = self.bounds
        width, height = (east - west), (north - south)
        cx, cy = (west + east) / 2 + width * shift, (south + north) / 2 + height * shift
        half = share / 2
        return tuple(round(v, 6) for v in (cx - width * half, cy - height * half, cx + width * half, cy + height * half))

    def path_box(self, *arguments):
        """`box` as it stands in a path."""
        return ",".join(str(v) for v in self.box(*arguments))

    def polygon(self, holes=True):
        """A pentagon with a hole, as a GeoJSON feature."""
        west, south, east, north = self.bounds
        cx, cy, rx, ry = (west + east) / 2, (south + north) / 2, (east - west) * 0.33, (north - south) * 0.36

        def ring(scale, corners, turn):
            points = [
                [cx + rx * scale * math.cos(turn + math.tau * i / corners), cy + ry * scale * math.sin(turn + math.tau * i / corners)]
                for i in range(corners)
            ]
            return [*points, points[0]]

        rings = [ring(1, 5, 0.3)] + ([ring(0.4, 3, 1.1)[::-1]] if holes else [])
        return {"type": "Feature", "properties": {"name": "pentagon"}, "geometry": {"type": "Polygon", "coordinates": rings}}

    def two_polygons(self):
        """A feature of two parts."""
        west, south, east, north = self.bounds
        width, height = east - west, north - south

        def square(x, y, side):
            left, bottom = west + width * x, south + height * y
            right, top = left + width * side, bottom + height * side
            return [[[left, bottom], [right, bottom], [right, top], [left, top], [left, bottom]]]

        parts = [square(0.2, 0.25, 0.2), square(0.55, 0.5, 0.3)]
        return {"type": "Feature", "properties": {}, "geometry": {"type": "MultiPolygon", "coordinates": parts}}


def places(folder):
    """Every georeferenced file in `folder` by its stem."""
    found = {}
    for path in sorted(folder.glob("*.tif")):
        if path.stem in ("nowhere", "no_tiff"):
            continue
        with Reader(str(path)) as source:
            found[path.stem] = Place(
                str(path), source.dataset.count, source.get_geographic_bounds("epsg:4326"), source.minzoom, source.maxzoom
            )
    return found


RESAMPLINGS = ["nearest", "bilinear", "cubic", "cubic_spline", "lanczos", "average", "mode", "gauss", "rms"]
WARPS = ["nearest", "bilinear", "cubic", "cubic_spline", "lanczos", "average", "mode", "max", "min", "med", "q1", "q3", "sum", "rms"]
TMS = ["CanadianNAD83_LCC", "EuropeanETRS89_LAEAQuad", "NZTM2000Quad", "UPSArcticWGS84Quad", "UTM31WGS84Quad", "WGS1984Quad",
       "WebMercatorQuad", "WorldCRS84Quad", "WorldMercatorWGS84Quad", "GNOSISGlobalGrid", "CDB1GlobalGrid", "UPSAntarcticWGS84Quad",
       "LINZAntarticaMapTilegrid"]
RGB_FORMATS = ["png", "pngraw", "jpeg", "jpg", "webp", "tif", "tiff", "npy", "jp2"]


def all_cases(folder, more=()):
    """Every request; `more`: files beside the fixtures, for the routes that fit every file."""
    at = places(folder)
    cases = []

    def add(group, path, url=None, *pairs, exact=True, **more_fields):
        query = ([("url", url)] if url else []) + [tuple(p.split("=", 1)) if isinstance(p, str) else p for p in pairs]
        cases.append(Case(group, path, query, exact=exact, **more_fields))

    metadata(add, at, folder)
    tiles(add, at)
    rendering(add, at)
    math_and_algorithms(add, at)
    pictures(add, at)
    features(add, at)
    statistics(add, at)
    points(add, at)
    lists(add)
    stac(add, at, folder)
    ogc(add, at)
    errors(add, at, folder)
    meant(add, at, folder)
    real(add, more)
    return cases


def metadata(add, at, folder):
    """What a file says of itself."""
    for place in at.values():
        add("info", "/cog/info", place.url)
        add("info.geojson", "/cog/info.geojson", place.url)
        add("tilejson", "/cog/WebMercatorQuad/tilejson.json", place.url)
    add("info", "/cog/info", str(folder / "nowhere.tif"))
    add("info.geojson", "/cog/info.geojson", at["dem"].url, "crs=EPSG:3857")
    add("info.geojson", "/cog/info.geojson", at["dem"].url, "crs=EPSG:32632")
    for tms in TMS:
        place = at["polar"] if "Antar" in tms else at["rgb"]
        add("tilejson", f"/cog/{tms}/tilejson.json", place.url)
    for pairs in (["tile_format=webp"], ["tilesize=256"], ["minzoom=3", "maxzoom=9"], ["bidx=1", "rescale=0,255", "colormap_name=viridis"],
                  ["tile_format=png", "expression=b1+b2"]):
        add("tilejson", "/cog/WebMercatorQuad/tilejson.json", at["rgb"].url, *pairs)
    for name in ("rgb", "dem", "gcps", "levels", "tiny", "palette", "scaled", "u16"):
        add("validate", "/cog/validate", at[name].url)
    add("validate", "/cog/validate", str(folder / "nowhere.tif"))
    add("validate", "/cog/validate", at["levels"].url, "strict=true")
    for name in ("rgb", "dem", "scaled", "u16", "antimeridian", "polar", "world", "gcps", "palette", "rotated"):
        add("cog/stac", "/cog/stac", at[name].url, "datetime=2024-05-06T07:08:09Z")
    add("cog/stac", "/cog/stac", at["dem"].url, "datetime=2024-05-06", "id=an-id", "asset_name=dem", "asset_roles=data",
        "collection=c", "collection_url=http://localhost/c", "asset_media_type=image/tiff", "asset_href=http://localhost/x.tif")
    add("cog/stac", "/cog/stac", at["dem"].url, "datetime=2024-01-01/2024-02-01", "with_raster=false", "with_eo=false")
    add("cog/stac", "/cog/stac", at["dem"].url, "datetime=2024-05-06", "with_proj=false", "geom_densify_pts=21", "geom_precision=3")
    add("tiles list", "/cog/tiles", at["rgb"].url)
    for tms in ("WebMercatorQuad", "WGS1984Quad", "EuropeanETRS89_LAEAQuad"):
        add("tiles list", f"/cog/tiles/{tms}", at["rgb"].url)


def tiles(add, at):
    """Pixels as they are: which level, which kernel, which mask, on which grid."""
    for name, place in at.items():
        for back in (0, 2, -2):
            add("tiles", f"/cog/tiles/{place.tile(place.maxzoom - back)}.npy", place.url)
        for corner in ((0.02, 0.98), (0.97, 0.05)):
            add("tiles", f"/cog/tiles/{place.tile(at=corner)}.npy", place.url)
    for zoom in range(5, 15):
        for kernel in ("nearest", "bilinear"):
            add("tiles levels", f"/cog/tiles/{at['levels'].tile(zoom)}.npy", at["levels"].url, f"resampling={kernel}")
    for kernel in RESAMPLINGS:
        for name, back in (("web", 0), ("web", 1), ("dem", 1), ("rgb", 2), ("gaps", 1)):
            add("tiles resampling", f"/cog/tiles/{at[name].tile(at[name].maxzoom - back)}.npy", at[name].url, f"resampling={kernel}",
                exact=kernel == "nearest")
    for kernel in WARPS:
        for name, back in (("u16", 0), ("dem", -1), ("gaps", 0), ("rgba", 1)):
            add("tiles reproject", f"/cog/tiles/{at[name].tile(at[name].maxzoom - back)}.npy", at[name].url, f"reproject={kernel}",
                exact=kernel == "nearest")
    for name, back in (("u16", 0), ("dem", 2), ("polar", 0), ("world", -1)):
        add("tiles reproject", f"/cog/tiles/{at[name].tile(at[name].maxzoom - back)}.npy", at[name].url, "reproject=bilinear",
            "resampling=average", exact=False)
    for tms in TMS:
        for name in ("polar",) if "Antar" in tms else ("rgb", "world"):
            grid = morecantile.tms.get(tms)
            for zoom in (3, 8) if name != "rgb" else (8, 12):
                place = at[name]
                if tms == "NZTM2000Quad":
                    place = Place(place.url, place.count, (174, -41, 175, -40), place.minzoom, place.maxzoom)
                elif tms == "CanadianNAD83_LCC" and name == "world":
                    place = Place(place.url, place.count, (-100, 55, -90, 65), place.minzoom, place.maxzoom)
                elif tms == "UPSArcticWGS84Quad" and name == "world":
                    place = Place(place.url, place.count, (-100, 75, -90, 85), place.minzoom, place.maxzoom)
                add("tiles tms", f"/cog/tiles/{place.tile(min(zoom, grid.maxzoom), tms)}.npy", at[name].url)
    for pairs in (["tilesize=512"], ["tilesize=100"], ["buffer=1"], ["buffer=0.5"], ["buffer=2.5", "tilesize=128"], ["padding=2"],
                  ["padding=4", "buffer=1"]):
        for name in ("web", "u16"):
            add("tiles size", f"/cog/tiles/{at[name].tile(at[name].maxzoom)}.npy", at[name].url, *pairs)
    for pairs in (["padding=2", "resampling=bilinear"], ["buffer=3", "resampling=cubic"]):
        add("tiles size", f"/cog/tiles/{at['web'].tile(at['web'].maxzoom - 1)}.npy", at["web"].url, *pairs, exact=False)
    for name, pairs in (
        ("u16", ["bidx=3", "bidx=2", "bidx=1"]), ("u16", ["bidx=4"]), ("u16", ["bidx=1", "bidx=1"]), ("bands31", ["bidx=31", "bidx=7"]),
        ("u16", ["nodata=5000"]), ("dem", ["nodata=nan"]), ("dem", ["nodata=-inf"]), ("rgb", ["nodata=255"]), ("rgba", ["nodata=0"]),
        ("rgba", ["bidx=4"]), ("rgba", ["bidx=1", "bidx=4"]), ("scaled", ["unscale=true"]), ("scaled", ["unscale=false"]),
        ("scaled", ["unscale=true", "nodata=0"]), ("gaps", ["bidx=2"]), ("gaps", ["bidx=3", "bidx=1"]), ("grey_alpha", ["bidx=2"]),
        ("dem", ["return_mask=false"]), ("rgb", ["return_mask=false"]), ("u16", ["url2=x"]), ("dem", ["unscale=true"]),
        ("palette", ["return_mask=true"]), ("scaled", ["unscale=1", "resampling=bilinear", "reproject=bilinear"]),
    ):
        exact = not any("bilinear" in pair for pair in pairs)
        add("tiles data", f"/cog/tiles/{at[name].tile(at[name].maxzoom)}.npy", at[name].url, *pairs, exact=exact)


def rendering(add, at):
    """Colours and encodings."""
    ranges = {
        "u16": ["rescale=0,9000"], "dem": ["rescale=0,1900"], "dem_nan": ["rescale=-20,1900"], "gaps": ["rescale=0,2000"],
        "scaled": ["rescale=-1000,6000"], "f64": ["rescale=-1,1"], "i8": ["rescale=-120,120"], "u32": ["rescale=0,4000000000"],
        "polar": ["rescale=0,4000"], "grey_alpha": ["rescale=0,60000"],
    }
    for name, place in at.items():
        pairs = ranges.get(name, [])
        bands = ["bidx=3", "bidx=2", "bidx=1"] if name == "u16" else ["bidx=1"] if name in ("bands31", "f64", "i8", "u32") else []
        for form in ("png", "jpg", "webp", "tif"):
            add("formats", f"/cog/tiles/{place.tile(place.maxzoom - 1)}.{form}", place.url, *bands, *pairs)
    for name in ("rgb", "dem", "palette", "world", "u16"):
        bands = ["bidx=1", "bidx=2", "bidx=3"] if name == "u16" else []
        add("formats", f"/cog/tiles/{at[name].tile()}", at[name].url, *bands, *ranges.get(name, []))
        for form in RGB_FORMATS:
            add("formats", f"/cog/tiles/{at[name].tile()}.{form}", at[name].url, *bands, *ranges.get(name, []))
    for name, pairs in (("u16", ["bidx=1"]), ("dem", []), ("scaled", []), ("f64", ["bidx=1"]), ("gaps", []), ("i8", []), ("polar", []), ("u32", [])):
        for form in ("png", "jpg", "pngraw", "tif"):
            add("auto rescale", f"/cog/tiles/{at[name].tile()}.{form}", at[name].url, *pairs)
    for name, pairs in (
        ("u16", ["bidx=1", "bidx=2", "bidx=3", "rescale=0,9000", "rescale=100,5000", "rescale=2000,8000"]),
        ("u16", ["bidx=1", "rescale=[0,9000]"]), ("u16", ["bidx=1", "rescale=[[0,9000]]"]),
        ("u16", ["bidx=1", "bidx=2", "bidx=3", "rescale=[[0,9000],[0,5000],[0,4000]]"]),
        ("dem", ["rescale=1900,0"]), ("dem", ["rescale=500,500"]), ("rgb", ["rescale=50,200"]), ("scaled", ["unscale=true", "rescale=-40,35"]),
        ("u16", ["bidx=1", "rescale=0, 9000"]), ("u16", ["bidx=1", "rescale=0,9000", "return_mask=false"]),
    ):
        for form in ("png", "npy"):
            add("rescale", f"/cog/tiles/{at[name].tile()}.{form}", at[name].url, *pairs)
    for formula in ("gamma R 1.5", "gamma RGB 0.7", "gamma RGB 1.1 sigmoidal RGB 10 0.3", "sigmoidal RGB 10 0.3 saturation 1.2", "saturation 0",
                    "Gamma R 2, Gamma G 1.5, Saturation 0.8", "sigmoidal RGB 6 0", "gamma 1 2.2", "sigmoidal b 3 0.9", "saturation 2.5", "sigmoidal RGB -6 0.4"):
        add("color_formula", f"/cog/tiles/{at['rgb'].tile()}.npy", at["rgb"].url, ("color_formula", formula), exact=False)
        add("color_formula", f"/cog/tiles/{at['u16'].tile()}.png", at["u16"].url, "bidx=3", "bidx=2", "bidx=1", "rescale=0,9000",
            ("color_formula", formula), exact=False)
    for name in ("viridis", "gray", "terrain", "cfastie", "rplumbo", "schwarzwald", "accent", "tab20c", "twilight_shifted", "thermal", "hot_r", "gnbu_r", "flag"):
        add("colormap", f"/cog/tiles/{at['dem'].tile()}.png", at["dem"].url, "rescale=0,1900", f"colormap_name={name}")
    step = {str(i): [i, 255 - i, i // 2, 255 if i % 2 else 100] for i in range(256)}
    for colormap, pairs in (
        (step, ["rescale=0,1900"]), ({"0": "#000000", "255": "#ffffff"}, ["rescale=0,1900"]), ({"1": [255, 0, 0], "2": "#0f0", "3": "#00f8"}, []),
        ([[[0, 500], [1, 2, 3, 4]], [[500, 1500], "#ff8800"], [[1000, 1900], [9, 9, 9]]], []), ([[[0, 1], [0, 0, 0]], [[1, 4], [255, 1, 2]]], []),
    ):
        url = at["dem"] if pairs or isinstance(colormap, list) else at["palette"]
        for form in ("png", "npy", "jpg"):
            add("colormap", f"/cog/tiles/{url.tile()}.{form}", url.url, *pairs, ("colormap", json.dumps(colormap)))
    add("colormap", f"/cog/tiles/{at['palette'].tile()}.png", at["palette"].url, "colormap_name=viridis")
    add("colormap", f"/cog/tiles/{at['palette'].tile()}.png", at["palette"].url, "expression=b1*10")
    add("colormap", f"/cog/tiles/{at['dem'].tile()}.webp", at["dem"].url, "rescale=0,1900", "colormap_name=viridis")
    add("colormap", f"/cog/tiles/{at['dem'].tile()}.tif", at["dem"].url, "rescale=0,1900", "colormap_name=viridis")
    add("colormap", f"/cog/tiles/{at['dem'].tile()}.png", at["dem"].url, "rescale=0,1900", "colormap_name=viridis", "return_mask=false")


EXPRESSIONS = [
    "b1", "b1+b2", "b1-b2", "b1*b2", "b1/b2", "b1**2", "b1//b2", "b1%7", "(b4-b3)/(b4+b3)", "b1;b2;b3", "b1/2;b2*3", "-b1", "+b1", "sqrt(b1)",
    "where(b1>4000,b2,b3)", "where((b1>4000)&(b2<3000),1,0)", "(b1>2000)|(b2>2000)", "~(b1>2000)", "b1>2000", "b1==b2", "b1!=b2", "b1>=2500",
    "sin(b1)*cos(b2)", "arctan2(b1,b2)", "log(b1)", "log10(b1)", "log1p(b1)", "exp(b1/9000)", "expm1(b1/9000)", "abs(b1-b2)", "floor(b1/3)", "ceil(b1/3)",
    "minimum(b1,b2)", "maximum(b1,b2)", "fmod(b1,13)", "b1/(b1-b1)", "(b1-b1)/(b1-b1)", "1.5*b1", "b1*0.0001", "B4-B1", "b1 + b4 ", "hypot(b1,b2)", "tanh(b1/9000)",
    "isnan(b1/1.0)", "round(b1/7)", "b1^b2", "arcsin(b1/9000)", "sign(b1-2000.0)", "trunc(b1/7)", "b1*100000", "b1&b2", "b1**0.5", "2*b1+1", "b1<b2", "sinh(b1/9000)",
]


def math_and_algorithms(add, at):
    """Expressions and algorithms."""
    for expression in EXPRESSIONS:
        add("expression", f"/cog/tiles/{at['u16'].tile()}.npy", at["u16"].url, ("expression", expression), exact=False)
    for name, expression in (("dem", "b1*2"), ("dem_nan", "b1+1"), ("dem", "where(b1>900,1.0,0.0)"), ("rgb", "b1+b2"), ("rgb", "b1*b2"), ("rgb", "b1-b2"),
                             ("rgb", "(b1-b2)/(b1+b2)"), ("scaled", "b1/100"), ("gaps", "b1+b2+b3"), ("gaps", "b1"), ("i8", "b1*2"), ("u32", "b1+b1"), ("f64", "b1/b2"),
                             ("rgba", "b1+1"), ("polar", "b1*b1"), ("i8", "b1/2"), ("bands31", "b31+b7")):
        add("expression", f"/cog/tiles/{at[name].tile()}.npy", at[name].url, ("expression", expression), exact=False)
    add("expression", f"/cog/tiles/{at['u16'].tile()}.png", at["u16"].url, ("expression", "(b4-b3)/(b4+b3)"), "rescale=-1,1", "colormap_name=rdylgn")
    add("expression", f"/cog/tiles/{at['scaled'].tile()}.png", at["scaled"].url, ("expression", "b1*2"))
    add("expression", f"/cog/tiles/{at['u16'].tile()}.png", at["u16"].url, ("expression", "b1>2000"))
    algorithms = [
        ("dem", "hillshade", None, ["buffer=3"]), ("dem", "hillshade", {"azimuth": 315, "angle_altitude": 30, "z_exaggeration": 2, "buffer": 1}, ["buffer=1"]),
        ("dem", "hillshade", {"buffer": 0}, []), ("dem", "slope", None, ["buffer=3"]), ("dem", "slope", {"z_exaggeration": 3}, ["buffer=3"]),
        ("dem", "contours", None, []), ("dem", "contours", {"increment": 100, "thickness": 2, "minz": 0, "maxz": 2000}, []),
        ("dem", "terrarium", None, []), ("dem", "terrarium", {"nodata_height": 0}, []), ("dem", "terrainrgb", None, []),
        ("dem", "terrainrgb", {"interval": 1, "baseval": -100}, []), ("dem", "terrainrgb", {"nodata_height": 12.5}, []), ("u16", "normalizedIndex", None, ["bidx=3", "bidx=4"]),
        ("f64", "normalizedIndex", None, []),
    ]
    for name in ("cast", "ceil", "floor", "min", "max", "median", "mean", "std", "var", "sum", "grayscale", "bitonal"):
        source = "rgb" if name in ("grayscale", "bitonal") else "f64" if name in ("ceil", "floor") else "u16"
        algorithms.append((source, name, None, ["bidx=1", "bidx=2", "bidx=3"] if source == "u16" else []))
        if name in ("min", "max", "mean", "std", "sum", "median"):
            algorithms.append(("rgb", name, None, []))
            algorithms.append(("gaps", name, None, []))
    algorithms.append(("u16", "cast", None, ["bidx=1", "rescale=0,9000"]))
    algorithms.append(("dem", "cast", None, []))
    algorithms.append(("u16", "mean", None, ["bidx=1"]))
    algorithms.append(("u16", "std", None, ["bidx=1"]))
    for name, algorithm, params, pairs in algorithms:
        extra = [("algorithm_params", json.dumps(params))] if params is not None else []
        add("algorithm", f"/cog/tiles/{at[name].tile()}.npy", at[name].url, f"algorithm={algorithm}", *extra, *pairs, exact=False)
    for name, algorithm, pairs in (("dem", "hillshade", ["buffer=3"]), ("dem", "terrainrgb", []), ("dem", "contours", []), ("dem", "slope", ["buffer=3", "rescale=0,90"])):
        add("algorithm", f"/cog/tiles/{at[name].tile()}.png", at[name].url, f"algorithm={algorithm}", *pairs, exact=False)
    add("algorithm", "/cog/preview.npy", at["dem"].url, "algorithm=terrarium", "max_size=100", exact=False)
    add("algorithm", f"/cog/bbox/{at['dem'].path_box()}.npy", at["dem"].url, "algorithm=hillshade", "max_size=100", exact=False)


def pictures(add, at):
    """Previews and boxes."""
    for name, place in at.items():
        add("preview", "/cog/preview.npy", place.url, "max_size=128")
        add("bbox", f"/cog/bbox/{place.path_box()}.npy", place.url, "max_size=128")
    for name in ("rgb", "dem", "u16"):
        place = at[name]
        for pairs in ([], ["width=100"], ["height=90"], ["width=50", "height=70"], ["max_size=64", "width=20"], ["dst_crs=EPSG:3857", "max_size=100"],
                      ["dst_crs=EPSG:4326", "max_size=200"], ["max_size=5000"], ["bidx=1", "max_size=64"], ["max_size=99", "resampling=bilinear"],
                      ["dst_crs=EPSG:4326", "max_size=100", "reproject=cubic"], ["expression=b1*2", "max_size=50"]):
            exact = not any("resampling" in p or "reproject" in p for p in pairs)
            add("preview", "/cog/preview.npy", place.url, *pairs, exact=exact)
        add("preview", "/cog/preview/64x48.npy", place.url)
        add("preview", "/cog/preview/64x48.png", place.url, "rescale=0,2000", "bidx=1")
        add("preview", "/cog/preview", place.url, "max_size=64", "rescale=0,2000", "bidx=1")
        add("preview", "/cog/preview.tif", place.url, "max_size=64")
        box = place.path_box()
        for pairs in ([], ["width=100"], ["height=90"], ["width=50", "height=70"], ["dst_crs=EPSG:3857"], ["dst_crs=EPSG:32633", "max_size=80"], ["max_size=99", "resampling=cubic"],
                      ["bidx=1"], ["max_size=150", "reproject=bilinear"], ["unscale=true", "max_size=20"]):
            exact = not any("resampling" in p or "reproject" in p for p in pairs)
            add("bbox", f"/cog/bbox/{box}.npy", place.url, *pairs, exact=exact)
        add("bbox", f"/cog/bbox/{box}/60x40.npy", place.url)
        add("bbox", f"/cog/bbox/{box}/60x40.png", place.url, "bidx=1", "rescale=0,2000", "colormap_name=viridis")
        add("bbox", f"/cog/bbox/{box}.tif", place.url, "max_size=70")
        add("bbox", f"/cog/bbox/{place.path_box(0.4, 0.45)}.npy", place.url, "max_size=100")
        add("bbox", f"/cog/bbox/{place.path_box(0.4, 2)}.npy", place.url, "max_size=40")
        add("bbox", f"/cog/bbox/{place.path_box(3)}.npy", place.url, "max_size=90")
        with rasterio.open(place.url) as source:
            left, bottom, right, top = source.bounds
            own = f"{left + 1000},{bottom + 2000},{right - 3000},{top - 1500}"
            add("bbox", f"/cog/bbox/{own}.npy", place.url, f"coord_crs={source.crs}", f"dst_crs={source.crs}")
            add("bbox", f"/cog/bbox/{own}.npy", place.url, f"coord_crs={source.crs}", "max_size=100")


def features(add, at):
    """Shapes."""
    for name in ("rgb", "dem", "u16", "gaps", "palette", "rgba", "scaled", "rotated", "f64"):
        place = at[name]
        add("feature", "/cog/feature.npy", place.url, "max_size=128", method="POST", body=place.polygon())
        add("feature", "/cog/feature.npy", place.url, "max_size=100", method="POST", body=place.two_polygons())
    for name in ("rgb", "dem"):
        place = at[name]
        for pairs in ([], ["width=100", "height=50"], ["dst_crs=EPSG:3857", "max_size=100"], ["dst_crs=EPSG:4326", "max_size=100"], ["max_size=100", "resampling=bilinear"],
                      ["max_size=64", "bidx=1"], ["max_size=64", "return_mask=false"]):
            exact = not any("resampling" in p for p in pairs)
            add("feature", "/cog/feature.npy", place.url, *pairs, method="POST", body=place.polygon(), exact=exact)
        add("feature", "/cog/feature", place.url, "max_size=64", "rescale=0,2000", method="POST", body=place.polygon(False))
        add("feature", "/cog/feature.png", place.url, "max_size=64", "rescale=0,2000", method="POST", body=place.polygon())
        add("feature", "/cog/feature/40x30.npy", place.url, method="POST", body=place.polygon())
        add("feature", "/cog/feature/40x30.png", place.url, "rescale=0,2000", method="POST", body=place.polygon())
    square = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [
        [[503_000, 5_394_000], [507_000, 5_394_000], [507_000, 5_398_000], [503_000, 5_398_000], [503_000, 5_394_000]]]}}
    add("feature", "/cog/feature.npy", at["rgb"].url, "coord_crs=EPSG:32633", "max_size=100", method="POST", body=square)
    for kind in ("Point", "LineString"):
        coordinates = [13.05, 48.6] if kind == "Point" else [[13.02, 48.7], [13.05, 48.72]]
        feature = {"type": "Feature", "properties": {}, "geometry": {"type": kind, "coordinates": coordinates}}
        add("feature", "/cog/feature.npy", at["rgb"].url, "max_size=20", method="POST", body=feature)


def statistics(add, at):
    """Numbers about pixels."""
    for name, place in at.items():
        add("statistics", "/cog/statistics", place.url)
        if name in ("rgb", "dem", "dem_nan", "u16", "gaps", "scaled", "rgba", "palette", "f64", "i8", "world"):
            add("statistics feature", "/cog/statistics", place.url, method="POST", body=place.polygon())
    for name, pairs in (
        ("dem", ["p=5", "p=50", "p=95"]), ("dem", ["histogram_bins=5"]), ("dem", ["histogram_bins=0,100,500,2000"]), ("dem", ["histogram_range=100,900"]),
        ("dem", ["histogram_range=100,900", "histogram_bins=7"]), ("palette", ["categorical=true"]), ("palette", ["categorical=true", "c=1", "c=2", "c=99"]),
        ("u16", ["bidx=2"]), ("u16", ["expression=b4-b1"]), ("u16", [("expression", "(b4-b3)/(b4+b3)")]), ("scaled", ["unscale=true"]), ("dem", ["nodata=nan"]),
        ("rgb", ["max_size=100"]), ("dem", ["width=64", "height=50"]), ("dem", ["dst_crs=EPSG:4326", "max_size=200"]), ("dem", ["algorithm=slope"]),
        ("u16", [("expression", "b1;b2/b3")]), ("dem", ["max_size=100", "resampling=bilinear"]),
    ):
        add("statistics", "/cog/statistics", at[name].url, *pairs)
    for name, pairs in (
        ("dem", ["cover_scale=1"]), ("dem", ["cover_scale=50", "max_size=40"]), ("dem", ["p=10", "p=90", "histogram_bins=4"]), ("palette", ["categorical=true"]),
        ("dem", ["dst_crs=EPSG:4326"]), ("dem", ["max_size=50"]), ("u16", [("expression", "b1/b2")]), ("u16", ["bidx=4"]), ("dem", ["width=30", "height=20"]),
        ("scaled", ["unscale=true"]),
    ):
        add("statistics feature", "/cog/statistics", at[name].url, *pairs, method="POST", body=at[name].polygon())
    collection = {"type": "FeatureCollection", "features": [at["dem"].polygon(), at["dem"].two_polygons()]}
    add("statistics feature", "/cog/statistics", at["dem"].url, method="POST", body=collection)


def points(add, at):
    """Values at places."""
    for place in at.values():
        west, south, east, north = place.bounds
        if west > east:
            east += 360
        for share in (0.3117, 0.5021, 0.7713):
            lon = (west + (east - west) * share + 180) % 360 - 180
            add("point", f"/cog/point/{lon:.6f},{south + (north - south) * share:.6f}", place.url)
    dem, u16 = at["dem"], at["u16"]

    def middle(place):
        west, south, east, north = place.bounds
        return f"{west + (east - west) * 0.4313:.6f},{south + (north - south) * 0.5717:.6f}"

    for place, pairs in ((u16, ["bidx=2"]), (u16, [("expression", "b1+b2")]), (u16, [("expression", "b1/b2;b3")]), (at["scaled"], ["unscale=true"]),
                         (dem, ["nodata=-9999"]), (u16, ["bidx=4", "bidx=1"]), (dem, ["resampling=bilinear"])):
        add("point", f"/cog/point/{middle(place)}", place.url, *pairs)
    add("point", "/cog/point/503003,5396004", at["rgb"].url, "coord_crs=EPSG:32633")
    add("point", f"/cog/point/{dem.bounds[0] + 0.001:.5f},{dem.bounds[3] - 0.01:.5f}", dem.url)


def lists(add):
    """What requests may name."""
    add("lists", "/tileMatrixSets")
    for tms in TMS:
        add("lists", f"/tileMatrixSets/{tms}")
    add("lists", "/algorithms")
    for name in ("hillshade", "slope", "contours", "terrarium", "terrainrgb", "normalizedIndex", "cast", "ceil", "floor", "min", "max", "median", "mean", "std",
                 "var", "sum", "grayscale", "bitonal"):
        add("lists", f"/algorithms/{name}")
    add("lists", "/colorMaps")
    for name in ("viridis", "cfastie", "accent", "twilight_r"):
        add("lists", f"/colorMaps/{name}")
    add("lists", "/colorMaps/viridis", None, "f=png")
    add("lists", "/colorMaps/viridis", None, "f=png", "orientation=vertical")
    add("lists", "/colorMaps/viridis", None, "f=png", "width=100", "height=10")
    add("lists", "/healthz")
    add("lists", "/conformance")


def stac(add, at, folder):
    """Items."""
    for version in ("1.0.0", "1.1.0"):
        item = str(folder / f"item-{version}.json")
        place = at["u16"]
        tile = place.tile()
        add("stac", "/stac/info", item)
        add("stac", "/stac/info", item, "assets=red", "assets=nir")
        add("stac", "/stac/info.geojson", item, "assets=red")
        add("stac", "/stac/assets", item)
        add("stac", "/stac/WebMercatorQuad/tilejson.json", item, "assets=red")
        add("stac", "/stac/asset_statistics", item, "assets=red", "assets=green")
        add("stac", "/stac/statistics", item, "assets=red", "assets=green")
        add("stac", "/stac/statistics", item, "assets=red", "assets=green", ("expression", "b1/b2"))
        add("stac", "/stac/statistics", item, "assets=red", method="POST", body=place.polygon())
        add("stac", f"/stac/tiles/{tile}.npy", item, "assets=red")
        add("stac", f"/stac/tiles/{tile}.npy", item, "assets=red", "assets=green", "assets=blue")
        add("stac", f"/stac/tiles/{tile}.npy", item, "assets=all|bidx=4,1", "assets=red")
        add("stac", f"/stac/tiles/{tile}.npy", item, ("assets", "all|expression=b1+b2"))
        add("stac", f"/stac/tiles/{tile}.npy", item, ("assets", "red|bands=B3"))
        add("stac", f"/stac/tiles/{tile}.npy", item, "assets=nir", "assets=red", ("expression", "(b1-b2)/(b1+b2)"), exact=False)
        add("stac", f"/stac/tiles/{tile}.npy", item, "assets=nir", "assets=red", "asset_as_band=true")
        add("stac", f"/stac/tiles/{tile}.npy", item, "assets=nir", "assets=red", "asset_as_band=true", ("expression", "(nir-red)/(nir+red)"), exact=False)
        add("stac", f"/stac/tiles/{tile}.png", item, "assets=red", "rescale=0,9000", "colormap_name=viridis")
        add("stac", f"/stac/tiles/{tile}.png", item, "assets=red", "assets=green", "assets=blue")
        add("stac", f"/stac/tiles/{tile}", item, "assets=red")
        add("stac", "/stac/preview.npy", item, "assets=red", "max_size=100")
        add("stac", "/stac/preview/40x30.npy", item, "assets=red")
        add("stac", f"/stac/bbox/{place.path_box()}.npy", item, "assets=red", "max_size=100")
        add("stac", "/stac/feature.npy", item, "assets=red", "assets=nir", "max_size=100", method="POST", body=place.polygon())
        west, south, east, north = place.bounds
        add("stac", f"/stac/point/{(west + east) / 2:.5f},{(south + north) / 2:.5f}", item, "assets=red", "assets=nir")
        add("stac", "/stac/renders", item)
        add("stac", "/stac/renders/truecolor", item)
        add("stac", "/stac/WMTSCapabilities.xml", item)
        for pairs in (["assets=nosuch"], [], ["assets=readme"], ["assets=red|bidx=9"], ["assets=red", "expression=b7"], ["assets=red|bidx=x"]):
            add("stac errors", f"/stac/tiles/{tile}.npy", item, *pairs)
        add("stac errors", "/stac/renders/nosuch", item)
        add("stac errors", "/stac/info", item, "assets=nosuch")
    add("stac errors", "/stac/info", str(folder / "nosuch.json"))
    add("stac errors", "/stac/info", at["dem"].url)


def ogc(add, at):
    """Maps and capabilities."""
    add("wmts", "/cog/WMTSCapabilities.xml", at["rgb"].url)
    add("wmts", "/cog/WMTSCapabilities.xml", at["dem"].url, "rescale=0,1900", "colormap_name=viridis", "tile_format=webp")
    add("wmts", "/cog/WMTSCapabilities.xml", at["dem"].url, "use_epsg=true", "rescale=0,1900")
    add("wmts", "/cog/WMTSCapabilities.xml", at["dem"].url, "zooms=WebMercatorQuad::2,4", "rescale=0,1900")
    for pairs in ([], ["width=100"], ["height=100"], ["width=64", "height=64"], ["crs=EPSG:3857", "width=100"]):
        add("maps", "/cog/map", at["rgb"].url, *pairs)
    box = at["rgb"].path_box()
    add("maps", "/cog/map", at["rgb"].url, f"bbox={box}", "width=80", "f=png")
    add("maps", "/cog/map", at["rgb"].url, f"bbox={box}", "bbox-crs=EPSG:4326", "width=80", "height=50", "f=tif")


def errors(add, at, folder):
    """Mistakes."""
    dem, tile = at["dem"], at["dem"].tile()
    for path in ("/cog/info", "/cog/statistics", "/cog/preview.png", f"/cog/tiles/{tile}", f"/cog/bbox/{dem.path_box()}.png", "/cog/point/1,2", "/cog/validate",
                 "/cog/WebMercatorQuad/tilejson.json", "/cog/stac", "/cog/WMTSCapabilities.xml"):
        add("errors", path)
    for pairs in (
        ["bidx=9"], ["bidx=0"], ["bidx=-1"], ["bidx=x"], ["bidx="], ["expression=b9"], ["expression=b1+"], ["expression=nosuch(b1)"], ["expression="], ["expression=1+1"],
        ["expression=b1.real"], ["expression=__import__('os')"], ["expression=(b1"], ["expression=b1,b1"], ["expression=lambda: b1"], ["expression=b1[0]"],
        ["rescale=1"], ["rescale=a,b"], ["rescale="], ["rescale=1,2,3"], ["rescale=1;2"], ["rescale=0,1", "rescale=0,1", "rescale=0,1"], ["nodata=none"], ["nodata="],
        ["unscale=maybe"], ["resampling=best"], ["resampling=max"], ["reproject=gauss"], ["reproject=best"], ["colormap_name=nosuch"], ["colormap=x"], ["colormap={}"],
        ["colormap={\"a\":[1,2,3]}"], ["colormap={\"1\":\"red\"}"], ["colormap=[[1,2]]"], ["colormap_name=viridis", "colormap={\"1\":[1,2,3]}"], ["color_formula=gamma"],
        ["color_formula=gamma R x"], ["color_formula=nosuch R 1"], ["color_formula=gamma R -1"], ["algorithm=nosuch"], ["algorithm=hillshade", "algorithm_params=x"],
        ["algorithm=hillshade", "algorithm_params={\"azimuth\":999}"], ["algorithm=hillshade", "algorithm_params=[]"], ["algorithm=hillshade", "algorithm_params={\"nosuch\":1}"],
        ["algorithm=normalizedIndex"], ["algorithm=grayscale"], ["tilesize=0"], ["tilesize=-1"], ["tilesize=x"], ["buffer=0"], ["buffer=-1"], ["buffer=0.3"], ["buffer=x"], ["padding=0"], ["padding=x"],
        ["padding=-1"], ["return_mask=maybe"], ["nosuch=1"],
    ):
        add("errors", f"/cog/tiles/{tile}.png", dem.url, *[tuple(p.split("=", 1)) for p in pairs], *([] if any("rescale" in p for p in pairs) else ["rescale=0,1900"]))
    for path in (f"/cog/tiles/NoSuch/{tile.split('/', 1)[1]}.png", f"/cog/tiles/{tile}.gif", "/cog/tiles/WebMercatorQuad/x/1/1.png", "/cog/tiles/WebMercatorQuad/3/99/1.png",
                 "/cog/tiles/WebMercatorQuad/3/-1/1.png", "/cog/tiles/WebMercatorQuad/99/1/1.png", "/cog/tiles/WebMercatorQuad/-1/0/0.png", "/cog/tiles/WebMercatorQuad/3/0/0.png",
                 "/cog/NoSuch/tilejson.json", "/cog/preview.gif", "/cog/preview/0x10.png", "/cog/preview/x.png", "/cog/bbox/1,2,3.png", "/cog/bbox/a,b,c,d.png", "/cog/bbox/3,3,1,1.png",
                 "/cog/bbox/nan,1,2,3.png", f"/cog/bbox/{dem.path_box()}.gif", f"/cog/bbox/{dem.path_box()}/0x5.png", "/cog/point/200,100", "/cog/point/a,b", "/cog/point/1",
                 "/cog/nosuch", "/nosuch", "/cog/tiles/NoSuch", "/cog/feature.png"):
        add("errors", path, dem.url)
    add("errors", "/cog/point/-60,-40", dem.url)
    add("errors", "/tileMatrixSets/nosuch")
    add("errors", "/colorMaps/nosuch")
    add("errors", "/algorithms/nosuch")
    for route in ("info", "statistics", f"tiles/{tile}.png", "preview.png", "validate", "stac", "WebMercatorQuad/tilejson.json"):
        add("errors", f"/cog/{route}", str(folder / "no_such_file.tif"))
        add("errors", f"/cog/{route}", str(folder / "no_tiff.tif"))
    for route in (f"tiles/{tile}.png", "info.geojson", "WebMercatorQuad/tilejson.json", "point/1,2", "preview.png", "statistics"):
        add("errors", f"/cog/{route}", str(folder / "nowhere.tif"))
    for pairs in (["crs=EPSG:99999"], ["crs=x"]):
        add("errors", "/cog/info.geojson", dem.url, *pairs)
    for pairs in (["dst_crs=EPSG:99999"], ["dst_crs=x"], ["max_size=0"], ["max_size=-5"], ["max_size=x"], ["width=0"], ["height=x"], ["width=-1"]):
        add("errors", "/cog/preview.npy", dem.url, *pairs)
        add("errors", f"/cog/bbox/{dem.path_box()}.npy", dem.url, *pairs)
    add("errors", f"/cog/bbox/{dem.path_box()}.npy", dem.url, "coord_crs=x")
    for pairs in (["p=x"], ["p=200"], ["p=-1"], ["histogram_bins=x"], ["histogram_bins=0"], ["histogram_bins=5,1"], ["histogram_range=1"], ["histogram_range=5,1"], ["histogram_range=a,b"],
                  ["categorical=maybe"], ["c=x"]):
        add("errors", "/cog/statistics", dem.url, *pairs)
    polygon = dem.polygon()
    for pairs in (["cover_scale=0"], ["cover_scale=5000"], ["cover_scale=x"]):
        add("errors", "/cog/statistics", dem.url, *pairs, method="POST", body=polygon)
    far = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [[[-60, -40], [-59, -40], [-59, -39], [-60, -40]]]}}
    for body in ({}, [], "x", {"type": "Feature"}, {"type": "Feature", "properties": {}, "geometry": None},
                 {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": []}},
                 {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [[[1, 2], [3, 4]]]}},
                 {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [[["a", 2], [3, 4], [5, 6], [1, 2]]]}},
                 {"type": "Feature", "properties": {}, "geometry": {"type": "NoSuch", "coordinates": []}}, polygon["geometry"], far):
        add("errors", "/cog/feature.npy", dem.url, "max_size=30", method="POST", body=body)
        add("errors", "/cog/statistics", dem.url, method="POST", body=body)
    add("errors", f"/cog/tiles/{tile}.png", dem.url, "rescale=0,1900", method="POST", body={})
    add("errors", "/cog/info", dem.url, method="DELETE")


def meant(add, at, folder):
    """What `doc/titiler-differences.md` says and no other group shows."""
    dem, rgb, rgba, u16, u32, world = (at[name] for name in ("dem", "rgb", "rgba", "u16", "u32", "world"))
    tile, small = u16.tile(), ("tilesize", "16")

    def ask(path, place, *pairs, **more):
        add("meant", path, place.url if place else None, *pairs, **more)

    # Expressions.
    ask(f"/cog/tiles/{tile}.png", u16, ("expression", "b1/b2"))
    for expression in ("sum(b1)", "prod(b1)", "contains(b1, 3)", "b1;1", " b1; b2", ";".join(["b1"] * 300), "(" * 80 + "b1" + ")" * 80):
        ask(f"/cog/tiles/{tile}.npy", u16, ("expression", expression), small)
    # Colours.
    ask(f"/cog/tiles/{rgba.tile(rgba.maxzoom + 3, at=(0.6, 0.2))}", rgba)
    ask(f"/cog/tiles/{dem.tile()}.png", dem, ("colormap", '{"100.5": "#ffffff"}'))
    ask(f"/cog/tiles/{dem.tile()}.png", dem, "rescale=0,1900", "colormap_name=Viridis")
    ask(f"/cog/tiles/{rgb.tile()}.png", rgb, ("color_formula", "gamma R 1.5  saturation 1.2"))
    ask(f"/cog/tiles/{dem.tile()}.png", dem, ("color_formula", "gamma R 1.5"))
    ask(f"/cog/tiles/{dem.tile()}.png", dem, "rescale=0,1900", ("color_formula", "gamma G 1.5"))
    keys = {str(value): [value, 255 - value, 7] for value in range(256)}
    ask(f"/cog/tiles/{tile}.png", u16, "bidx=1", ("colormap", json.dumps(keys)))
    ask(f"/cog/tiles/{tile}.png", u16, "bidx=1", "colormap_name=viridis")
    ask("/colorMaps/viridis", None, "f=png", "width=5000")
    ask("/colorMaps/accent", None, "f=png")
    ask("/colorMaps/accent", None, "f=png", "width=40", "height=3")
    # Formats.
    ask(f"/cog/tiles/{dem.tile()}.npz", dem)
    ask(f"/cog/tiles/{dem.tile(at=(0.05, 0.95))}.tif", dem, "return_mask=false")
    ask(f"/cog/tiles/{at['bands31'].tile()}.tif", at["bands31"], "bidx=1", "bidx=2")
    ask(f"/cog/tiles/{at['bands31'].tile()}.png", at["bands31"], "bidx=1", "bidx=2")
    ask(f"/cog/tiles/{u16.tile()}.jpeg", u16, "rescale=0,9000")
    # Algorithms.
    ask(f"/cog/tiles/{dem.tile(at=(0.1, 0.9))}.npy", dem, "algorithm=hillshade", exact=False)
    ask(f"/cog/bbox/{dem.path_box()}/40x20.npy", dem, "algorithm=slope", exact=False)
    for algorithm, params in (
        ("terrainrgb", {"baseval": 500}), ("terrainrgb", {"interval": 0}), ("terrainrgb", {"interval": 0.00001}), ("contours", {"minz": 100, "maxz": 100}),
        ("hillshade", {"output_dtype": "float32"}),
    ):
        ask(f"/cog/tiles/{dem.tile()}.npy", dem, f"algorithm={algorithm}", ("algorithm_params", json.dumps(params)))
    ask(f"/cog/tiles/{rgb.tile()}.npy", rgb, "algorithm=grayscale")
    for algorithm in ("min", "mean"):
        ask(f"/cog/tiles/{dem.tile()}.npy", dem, f"algorithm={algorithm}", exact=False)
    # Kernels and shapes.
    ask(f"/cog/tiles/{u32.tile(u32.maxzoom - 1)}.npy", u32, "reproject=mode")
    wide = {"type": "Polygon", "coordinates": [[[-20, 45], [40, 45], [40, 65], [-20, 65], [-20, 45]]]}
    ask("/cog/feature/64x48.npy", world, "dst_crs=EPSG:3035", method="POST", body={"type": "Feature", "properties": {}, "geometry": wide})
    cut = {"type": "MultiPolygon", "coordinates": [[[[178, 13], [180, 13], [180, 17], [178, 17], [178, 13]]], [[[-180, 13], [-176, 13], [-176, 17], [-180, 17], [-180, 13]]]]}
    ask("/cog/feature.npy", at["antimeridian"], "max_size=64", method="POST", body={"type": "Feature", "properties": {}, "geometry": cut})
    ask("/cog/statistics", dem, "cover_scale=100000", method="POST", body=dem.polygon())
    # Items.
    ask(f"/stac/tiles/{tile}.npy", Place(str(folder / "item-1.0.0.json"), 4, u16.bounds, 0, 12), "assets=red|bidx")
    ask(f"/stac/tiles/{tile}.npy", Place(str(folder / "item-1.0.0.json"), 4, u16.bounds, 0, 12), "assets=red|bidx=x")


def real(add, paths):
    """Files that others made: what every route says of them."""
    for path in paths:
        url = str(path)
        add("others info", "/cog/info", url)
        try:
            with Reader(url) as source:
                place = Place(url, source.dataset.count, source.get_geographic_bounds("epsg:4326"), source.minzoom, source.maxzoom)
                complex_ = source.dataset.dtypes[0].startswith("complex")
        except Exception:  # Whatever TiTiler cannot open, its answer to `info` shows.
            continue
        if complex_ or not all(map(math.isfinite, place.bounds)) or not numpy.all(numpy.abs(place.bounds) <= 360):
            continue
        add("others info", "/cog/WebMercatorQuad/tilejson.json", url)
        add("others statistics", "/cog/statistics", url, "max_size=256")
        add("others tiles", f"/cog/tiles/{place.tile()}.npy", url)
        add("others tiles", f"/cog/tiles/{place.tile(place.maxzoom - 2)}.npy", url)
        add("others tiles", f"/cog/tiles/{place.tile()}.npy", url, "resampling=bilinear", "reproject=bilinear", exact=False)
        add("others preview", "/cog/preview.npy", url, "max_size=200")
        add("others info", "/cog/validate", url)


if __name__ == "__main__":
    import sys
    from collections import Counter
    from pathlib import Path

    cases = all_cases(Path(sys.argv[1]))
    print(len(cases), Counter(case.group for case in cases))
