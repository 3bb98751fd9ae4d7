"""The requests: routes times parameters times datasets, and every mistake that a client can make."""

import json
import math
from dataclasses import dataclass, field
from urllib.parse import quote

import mercantile
import rasterio
import rasterio.warp


ORIGIN = "http://somewhere.example"
LOCAL = "http://localhost:8080"


@dataclass
class Case:
    """A request that both servers get."""

    group: str
    # Path and query as they go over the wire.
    target: str
    method: str = "GET"
    headers: dict = field(default_factory=dict)
    body: bytes | None = None
    # The database, by its name.
    database: str = "keys"

    def name(self):
        """The request on a line."""
        headers = "".join(f" {name}: {value}" for name, value in self.headers.items())
        body = f" {self.body.decode(errors='replace')[:120]}" if self.body is not None else ""
        return f"{self.database} {self.method} {self.target}{headers}{body}"


def query(**parameters):
    """A query as browsers write it; lists and objects as JSON."""
    def text(value):
        return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))

    return "?" + "&".join(f"{name}={quote(text(value))}" for name, value in parameters.items()) if parameters else ""


@dataclass
class Place:
    """Where a raster lies, and how fine its pixels are."""

    bounds: tuple
    zoom: int

    def tile(self, closer=0, at=(0.5, 0.5)):
        """`z/x/y` of the tile over a place inside, `closer` zooms beyond the one whose pixels are about the raster's."""
        west, south, east, north = self.bounds
        zoom = max(0, self.zoom + closer)
        tile = mercantile.tile(west + (east - west) * at[0], south + (north - south) * at[1], zoom)
        return f"{zoom}/{tile.x}/{tile.y}"


def places(folder):
    """Every raster by its kind."""
    found = {}
    for path in sorted(folder.glob("*.tif")):
        with rasterio.open(path) as source:
            bounds = rasterio.warp.transform_bounds(source.crs, "EPSG:4326", *source.bounds, densify_pts=21)
            transform, width, _ = rasterio.warp.calculate_default_transform(
                source.crs, "EPSG:3857", source.width, source.height, *source.bounds
            )
        zoom = round(math.log2(40_075_016.685578488 / 256 / transform.a))
        found[path.stem.split("_")[0]] = Place(bounds, max(zoom, 1))
    return found


def all_cases(folder):
    """Every request."""
    at = places(folder)
    cases = []

    def add(group, target, **more):
        cases.append(Case(group, target, **more))

    keys_and_datasets(add)
    metadata(add, at)
    colormap(add)
    singleband(add, at)
    rgb(add, at)
    compute(add, at)
    one_key(add, at)
    documents(add)
    cors(add, at)
    mistakes(add, at)
    settings(add, at)
    client(add, at)
    remote(add, at)
    for database in ("smalti", "command", "mysql-theirs", "mysql-ours", "postgresql-theirs", "postgresql-ours"):
        again(add, at, database)
    return cases


def keys_and_datasets(add):
    """What there is."""
    add("keys", "/keys")
    add("keys", "/keys?unknown=1")
    add("keys", "/keys", method="HEAD")
    add("keys", "/keys", method="OPTIONS")
    for target in (
        "", "?limit=3", "?limit=3&page=1", "?limit=3&page=2", "?limit=0", "?page=50", "?limit=1000", "?limit=7&page=0&kind=optical",
        "?kind=optical", "?kind=optical&date=20200215", "?band=B1", "?kind=[optical,photo]", "?kind=%5Boptical,photo%5D", "?band=[B1,B3]&date=20200101",
        "?band=[B1,%20B3]", "?band=B1&band=B2", "?kind=", "?kind=nothing", "?kind=Optical", "?kind=[]", "?kind=[optical]", "?band=[B1,,B2]",
        "?kind=odd", "?kind=odd&date=100%25", "?kind=odd&band=%C3%A9%26%C3%9F", "?kind=odd&date=2020%2001%2B01", "?date=%5Bx%5D", "?kind=opt",
        "?order_by=[band]", "?order_by=[date]&ascending=false", "?ascending=false", "?ascending=0&limit=5", "?order_by=[band,date]&ascending=true",
        "?order_by=[kind,band]&limit=4&page=1", "?order_by=[path]", "?ascending=no&limit=2", "?ascending=True&limit=2", "?kind=optical&limit=2&page=1&order_by=[band]",
        "?limit=%203", "?limit=3&limit=4",
    ):
        add("datasets", f"/datasets{target}")
    add("datasets", "/datasets", method="HEAD")
    for target in (
        "?limit=-1", "?limit=x", "?limit=2.5", "?limit=", "?page=-1", "?page=x", "?foo=1", "?foo=1&bar=2", "?ascending=x", "?order_by=band",
        "?order_by=[nothing]", "?order_by=[]", "?limit=9999999999999999999999",
    ):
        add("datasets-mistakes", f"/datasets{target}")


def metadata(add, at):
    """What is known of a dataset."""
    for kind in at:
        if kind not in ("optical", "photo"):
            add("metadata", f"/metadata/{kind}/20200101/v")
    for keys in ("optical/20200101/B1", "optical/20200215/B4", "photo/20200101/G", "gone/20200101/v"):
        add("metadata", f"/metadata/{keys}")
    for target in (
        "optical/20200101/B1/", "/optical//20200101/B1", "odd/2020%2001+01/%C3%A9&%C3%9F", "odd/100%25/a=b", "odd/[x]/y,z", "odd/%5Bx%5D/y%2Cz",
    ):
        add("metadata", f"/metadata/{target}")
    for columns in (
        ["bounds"], ["convex_hull"], ["range", "mean", "stdev"], ["percentiles"], ["valid_percentage"], ["metadata"], ["range", "range"],
        ["bounds", "convex_hull", "valid_percentage", "range", "mean", "stdev", "percentiles", "metadata"],
    ):
        add("metadata-columns", f"/metadata/dem/20200101/v{query(columns=columns)}")
    add("metadata-columns", '/metadata/dem/20200101/v?columns=["mean"]')
    add("metadata-columns", "/metadata/dem/20200101/v?columns=")
    post = {"content-type": "application/json"}

    def posted(body, target="/metadata", headers=post, group="metadata-post"):
        add(group, target, method="POST", headers=headers, body=body if isinstance(body, bytes) else json.dumps(body).encode())

    two = {"keys": [["optical", "20200101", "B2"], ["dem", "20200101", "v"]]}
    posted(two)
    posted({"keys": [["dem", "20200101", "v"], ["dem", "20200101", "v"]]})
    posted({"keys": []})
    posted(two, "/metadata" + query(columns=["mean", "range"]))
    posted(two, headers={"content-type": "application/json; charset=utf-8"})
    posted({"keys": [["optical", "20200101", "B2"]] * 100}, "/metadata" + query(columns=["mean"]))
    posted({"keys": [["optical", "20200101", "B2"], ["nothing", "x", "y"]]})
    for body in (
        {"keys": [["optical", "20200101", "B2"]] * 101}, [], [["a", "b", "c"]], "x", {}, {"keys": "x"}, {"keys": ["x"]}, {"keys": [["a", "b"]]},
        {"keys": [["a", "b", 3]]}, {"keys": [], "more": 1}, b"{", b"", None,
    ):
        posted(body, group="metadata-mistakes")
    posted(two, "/metadata?foo=1", group="metadata-mistakes")
    posted(two, "/metadata?columns=x", group="metadata-mistakes")
    posted(two, headers={"content-type": "text/plain"}, group="metadata-mistakes")
    posted(two, headers={}, group="metadata-mistakes")
    for target in (
        "/dem/20200101/v?columns=x", "/dem/20200101/v?columns=[%22nothing%22]", "/dem/20200101/v?columns=[]", "/dem/20200101/v?columns=[%22keys%22]",
        "/dem/20200101/v?columns=3", "/dem/20200101/v?columns=%22mean%22", "/dem/20200101/v?columns=[1]", "/dem/20200101/v?foo=1", "/dem/20200101", "/dem", "/dem/20200101/v/more",
        "/nothing/20200101/v", "/", "",
    ):
        add("metadata-mistakes", f"/metadata{target}")


def colormap(add):
    """A legend's colours."""
    for parameters in (
        {"stretch_range": [0, 1]}, {"stretch_range": [0, 1], "colormap": "viridis"}, {"stretch_range": [-5.5, 20], "colormap": "jet", "num_values": "7"},
        {"stretch_range": [0, 255], "num_values": "256"}, {"stretch_range": [10, 0], "colormap": "magma", "num_values": "11"},
        {"stretch_range": [0, 100], "num_values": "1"}, {"stretch_range": [0, 100], "num_values": "0"}, {"stretch_range": [0, 100], "num_values": "2", "colormap": "cloud"},
        {"stretch_range": [3, 3], "num_values": "3"}, {"stretch_range": [0, 1e-9], "num_values": "3"}, {"stretch_range": [0, 4e9], "num_values": "5", "colormap": "rdylgn_r"},
        {"stretch_range": [0, 1], "num_values": "1000", "colormap": "terrain"}, {"stretch_range": [0, 1], "foo": "1", "num_values": "2"},
        {"stretch_range": ["0", "1"], "num_values": "3"}, {"stretch_range": [True, False], "num_values": "3"},
    ):
        add("colormap", f"/colormap{query(**parameters)}")
    add("colormap", "/colormap?stretch_range=[0,1]&colormap=greys&num_values=4")
    for parameters in (
        {}, {"stretch_range": [0]}, {"stretch_range": [0, 1, 2]}, {"stretch_range": "x"}, {"stretch_range": ["p2", "p98"]}, {"stretch_range": [None, 1]},
        {"stretch_range": "0,1"}, {"stretch_range": "null"}, {"stretch_range": ""}, {"stretch_range": [0, 1], "colormap": "nothing"}, {"stretch_range": [0, 1], "colormap": "Viridis"},
        {"stretch_range": [0, 1], "colormap": "explicit"}, {"stretch_range": [0, 1], "num_values": "x"}, {"stretch_range": [0, 1], "num_values": "-1"},
        {"stretch_range": [0, 1], "colormap": ""}, {"stretch_range": "[NaN,1]", "num_values": "2"}, {"stretch_range": "[0,Infinity]", "num_values": "2"},
    ):
        add("colormap-mistakes", f"/colormap{query(**parameters)}")


# Colormaps of each sort: matplotlib's continuous, listed and cyclic ones, reversed, cloud.
MAPS = ("viridis", "jet", "cloud", "tab20", "terrain_r", "gist_ncar", "greys", "grays", "cubehelix", "twilight_shifted", "set1_r", "prism", "rdylbu")


def singleband(add, at):
    """Pictures of one dataset."""
    def of(kind):
        return {"optical": "optical/20200101/B1", "photo": "photo/20200101/R"}.get(kind, f"{kind}/20200101/v")

    for kind, place in at.items():
        for closer in (-5, -2, -1, 0, 1, 3):
            add("singleband", f"/singleband/{of(kind)}/{place.tile(closer)}.png")
        # At a corner, and far beyond it.
        add("singleband", f"/singleband/{of(kind)}/{place.tile(0, (0.02, 0.97))}.png")
        add("singleband", f"/singleband/{of(kind)}/{place.tile(0, (1.7, 0.5))}.png")
        add("preview", f"/singleband/{of(kind)}/preview.png")
    add("preview", "/singleband/optical/20200101/B1/preview.png?tile_size=[128,128]")
    add("preview", f"/singleband/dem/20200101/v/preview.png{query(tile_size=[64, 200], colormap='terrain')}")
    add("preview", "/singleband/optical/20200101/B1/preview.png", method="HEAD")
    tile = f"/singleband/optical/20200101/B1/{at['optical'].tile(0)}.png"
    for stretch in (
        [0, 9000], [100, None], [None, 5000], [None, None], [1000.5, 3000.25], [5000, 1000], [3000, 3000], ["p5", "p95"], ["p0", "p98"], ["p2", 7000],
        ["p50", "p50"], [None, "p90"], [-1e9, 1e9], [0, 1e-9], ["p01", "p9"], [3000, "p10"],
    ):
        add("stretch", tile + query(stretch_range=stretch))
    add("stretch", tile + "?stretch_range=null")
    add("stretch", tile + "?stretch_range=[100,5000]")
    for kind, stretch in (("reals", ["p10", "p90"]), ("dem", [-500, 3000]), ("doubles", ["p1", "p97"]), ("long", [0, 2e9]), ("int", [-1e9, "p75"]), ("flat", [0, 10]), ("gaps", [-2, 7])):
        add("stretch", f"/singleband/{of(kind)}/{at[kind].tile(0)}.png{query(stretch_range=stretch, colormap='viridis')}")
    for name in MAPS:
        add("colormaps", tile + query(colormap=name, stretch_range=[0, 9000]))
    explicit = {"1": "2266cc", "2": [10, 120, 20], "5": [200, 200, 80, 128], "40": "#aa0000", "41": "#33333380", "77": [1, 2, 3, 255]}
    for closer in (-2, 0, 2):
        target = f"/singleband/{of('classes')}/{at['classes'].tile(closer)}.png"
        add("explicit", target + query(colormap="explicit", explicit_color_map=explicit))
    target = f"/singleband/{of('classes')}/{at['classes'].tile(0)}.png"
    add("explicit", target + query(colormap="explicit", explicit_color_map=explicit, stretch_range=[0, 3], color_transform="gamma r 2"))
    add("explicit", target + query(colormap="explicit", explicit_color_map={"200": [0, 0, 0, 0], "40.0": [255, 255, 255], "1e0": [9, 9, 9]}))
    add("explicit", target + query(colormap="explicit", explicit_color_map={str(i): [i, 255 - i, 7] for i in range(255)}))
    add("explicit", target + query(colormap="explicit", explicit_color_map={"1": [0.5, 100.9, 254.6]}))
    add("explicit", f"/singleband/{of('palette')}/{at['palette'].tile(0)}.png" + query(colormap="explicit", explicit_color_map={str(i): [i * 16, 0, 99] for i in range(16)}))
    add("explicit", f"/singleband/{of('classes')}/preview.png" + query(colormap="explicit", explicit_color_map=explicit))
    add("explicit", f"/singleband/{of('reals')}/{at['reals'].tile(0)}.png" + query(colormap="explicit", explicit_color_map={"1.5": [1, 2, 3]}))
    for transform in (
        "gamma r 1.5", "gamma 1 0.5", "sigmoidal r 10 0.5", "sigmoidal r 5 0", "sigmoidal 1 -8 0.3", "sigmoidal r 0 0.5", "gamma r 2, sigmoidal r 3 0.4", "GAMMA R 2",
        "gamma r 1.5 gamma r 0.5", "gamma r, 2", "sigmoidal r 50 1",
    ):
        add("transform", tile + query(color_transform=transform, stretch_range=[0, 9000]))
    add("transform", tile + query(color_transform="gamma r 2", colormap="inferno"))
    for size in ([128, 128], [512, 512], [100, 300], [1, 1], [257, 64], [2, 2], [33.7, 20.2]):
        add("tile-size", tile + query(tile_size=size))
    add("tile-size", f"/singleband/optical/20200101/B1/{at['optical'].tile(-2)}.png{query(tile_size=[512, 512], colormap='viridis')}")
    add("tile-size", f"/singleband/reals/20200101/v/{at['reals'].tile(2)}.png{query(tile_size=[64, 64])}")
    add("empty", f"/singleband/optical/20200101/B1/{at['optical'].tile(0, (5, 5))}.png?tile_size=[64,64]")
    add("empty", "/singleband/optical/20200101/B1/0/0/0.png")
    add("empty", "/singleband/optical/20200101/B1/1/0/0.png")
    add("empty", "/singleband/optical/20200101/B1/30/1/1.png")
    add("empty", "/singleband/optical/20200101/B1/1024/1/1.png")
    add("empty", "/singleband/optical/20200101/B1/2000/1/1.png")
    add("empty", "/singleband/optical/20200101/B1/5/999/999.png")
    add("empty", "/singleband/world/20200101/v/0/0/0.png")
    add("singleband", tile, method="HEAD")
    add("singleband", tile, method="OPTIONS")
    add("singleband", tile, headers={"Range": "bytes=0-99"})
    add("singleband", tile + "?unknown=1&r=2")
    add("singleband", f"/singleband/odd/2020%2001+01/%C3%A9&%C3%9F/{at['photo'].tile(0)}.png")
    add("singleband", f"/singleband/optical/20200101/B1//{at['optical'].tile(0)}.png")


def rgb(add, at):
    """Pictures of three."""
    bands = {"r": "B3", "g": "B2", "b": "B1"}
    for closer in (-5, -2, 0, 1, 3):
        add("rgb", f"/rgb/optical/20200101/{at['optical'].tile(closer)}.png{query(**bands)}")
        add("rgb", f"/rgb/photo/20200101/{at['photo'].tile(closer)}.png?r=R&g=G&b=B")
    tile = f"/rgb/optical/20200101/{at['optical'].tile(0)}.png"
    add("rgb", tile + query(**bands, r_range=[0, 9000], g_range=[100, None], b_range=["p2", "p97"]))
    add("rgb", tile + query(r="B1", g="B1", b="B1", r_range=[1000, 1000]))
    add("rgb", tile + query(**bands, tile_size=[100, 300]))
    add("rgb", tile + query(**bands, tile_size=[512, 512]))
    add("rgb", f"/rgb/optical/20200101/{at['optical'].tile(0, (0.02, 0.97))}.png{query(**bands)}")
    add("rgb", "/rgb/optical/20200215/preview.png" + query(**bands))
    add("rgb", "/rgb/optical/20200215/preview.png" + query(**bands, tile_size=[128, 128]))
    add("rgb", f"/rgb/optical/20200101/{at['optical'].tile(0, (4, 4))}.png{query(**bands)}")
    add("rgb", tile + "?r=B3&r_range=[1,5000]&g=B2&g_range=[1,5000]&b=B1&b_range=[1,5000]&")
    for transform in ("gamma rgb 1.5", "gamma r 2, gamma b 0.7", "saturation 1.5", "saturation 0", "saturation 0.5", "sigmoidal rgb 6 0.4", "gamma 13 2", "gamma rg 1.2 saturation 1.3 sigmoidal b 3 0.5"):
        add("rgb-transform", tile + query(**bands, r_range=[0, 9000], g_range=[0, 9000], b_range=[0, 9000], color_transform=transform))
    for more in (
        {}, {"r": "B1"}, {"r": "B1", "g": "B2"}, {**bands, "r": "B9"}, {**bands, "r_range": [9000, 0]}, {**bands, "r_range": ["p90", "p10"]}, {**bands, "g_range": "x"},
        {**bands, "g_range": [1]}, {**bands, "b_range": ["p99", 1]}, {**bands, "color_transform": "foo"}, {**bands, "color_transform": "gamma rgb"}, {**bands, "color_transform": "gamma x 1"},
        {**bands, "color_transform": "gamma 4 1"}, {**bands, "color_transform": ""}, {**bands, "tile_size": [0, 0]}, {**bands, "tile_size": "x"}, {"r": "", "g": "", "b": ""},
    ):
        add("rgb-mistakes", tile + query(**more))
    for path in ("/rgb/optical", "/rgb", "/rgb/optical/20200101/B1", "/rgb/nothing/20200101"):
        add("rgb-mistakes", f"{path}/{at['optical'].tile(0)}.png{query(**bands)}")
    add("rgb-mistakes", "/rgb/preview.png" + query(**bands))


def compute(add, at):
    """Pictures of a formula."""
    def formula(group, expression, stretch, kind="optical", closer=0, date="20200101", **more):
        operands = {"v1": "B1", "v2": "B2", "v3": "B3"} if kind == "optical" else {"v1": "v"}
        add(group, f"/compute/{kind}/{date}/{at[kind].tile(closer)}.png{query(expression=expression, stretch_range=stretch, **operands, **more)}")

    for expression, stretch in (
        ("v1", [0, 9000]), ("v1+v2", [0, 18000]), ("v1-v2*1.0", [-9000, 9000]), ("(v1-v2)/(v1+v2)", [-1, 1]), ("v1*0.5+v2*0.5", [0, 9000]), ("v1/v2", [0, 3]),
        ("v1/2", [0, 5000]), ("v1**0.5", [0, 100]), ("2**(v1/1000)", [0, 500]), ("v1%100", [0, 100]), ("v1%7.5", [0, 8]), ("-(v1*1.0)", [-9000, 0]),
        ("where(v1>v2,v1,v2)", [0, 9000]), ("where((v1>3000)&(v2<5000),1,0)", [0, 1]), ("where((v1>3000)|(v2<1000),v3,0)", [0, 9000]), ("where(~(v1>3000),1,2)", [0, 3]),
        ("v1>v2", [0, 1]), ("v1==v2", [0, 1]), ("v1!=v2", [0, 1]), ("v1<=4000", [0, 1]), ("v1>=4000", [0, 1]), ("v1<4000", [0, 1]), ("minimum(v1,v2)", [0, 9000]), ("maximum(v1,v2)", [0, 9000]),
        ("masked_equal(v1,3000)", [0, 9000]), ("masked_greater(v1,5000)", [0, 9000]), ("masked_greater_equal(v1,5000)", [0, 9000]), ("masked_less(v1,3000)", [0, 9000]),
        ("masked_less_equal(v1,3000)", [0, 9000]), ("masked_not_equal(v1,3000)", [0, 9000]), ("masked_inside(v1,2000,4000)", [0, 9000]), ("masked_outside(v1,2000,4000)", [0, 9000]),
        ("masked_where(v1>v2,v1)", [0, 9000]), ("setmask(v1,v2>4000)", [0, 9000]), ("setmask(v1,nomask)", [0, 9000]), ("getmask(v1)", [0, 1]), ("setmask(v1,getmask(v2))", [0, 9000]),
        ("masked_invalid(v1/(v2-v2))", [0, 1]), ("abs(v1*1.0-v2)", [0, 9000]), ("sqrt(v1)", [0, 100]), ("log(v1)", [0, 10]), ("log10(v1)", [0, 5]), ("exp(v1/5000)", [0, 7]),
        ("sin(v1/1000)", [-1, 1]), ("cos(v1/1000)", [-1, 1]), ("tan(v1/10000)", [0, 2]), ("sinh(v1/5000)", [0, 3]), ("cosh(v1/5000)", [0, 4]), ("tanh(v1/5000)", [0, 1]),
        ("arcsin(v1/9000)", [0, 2]), ("arccos(v1/9000)", [0, 2]), ("arctan(v1/5000)", [0, 2]), ("arcsinh(v1/5000)", [0, 2]), ("arccosh(v1/1000)", [0, 4]), ("arctanh(v1/9000)", [0, 3]),
        ("v1*pi", [0, 30000]), ("where(v1>4000,nan,v1)", [0, 9000]), ("where(v1>4000,inf,v1)", [0, 9000]), ("v1*1e-3", [0, 10]), ("v1*True", [0, 9000]), (" ( v1 ) ", [0, 9000]),
        ("v1/(v1-v1)", [0, 1]), ("v1-3000.5", [0, 5000]), ("masked_equal(v1, 5) + v2", [0, 18000]),
        # Whole numbers that do not fit.
        ("v1-v2", [0, 9000]), ("v1*v2", [0, 65535]), ("-v1", [-9000, 0]), ("(v1-v2)/(v1+v2)*1.0", [-1, 1]), ("v1**2", [0, 81000000]), ("v1+65000", [0, 75000]), ("mod(v1,100)", [0, 100]), ("v1-10000", [-10000, 0]),
    ):
        formula("compute", expression, stretch)
    for closer in (-5, -2, 2):
        formula("compute", "(v1*1.0-v2)/(v1*1.0+v2)", [-1, 1], closer=closer)
    formula("compute", "(v1*1.0-v2)/(v1*1.0+v2)", [-0.5, 0.5], colormap="rdylgn")
    formula("compute", "v1", [0, 9000], tile_size=[128, 128])
    formula("compute", "v1", [0, 9000], tile_size=[100, 300])
    formula("compute", "v1*2", [-5, 15], "reals")
    formula("compute", "v1*2", [-2000, 7000], "dem")
    formula("compute", "where(v1==5,1,0)", [0, 1], "classes")
    add("compute", "/compute/optical/20200101/preview.png" + query(expression="v1+v2*1.0", stretch_range=[0, 18000], v1="B1", v2="B2"))
    add("compute", f"/compute/optical/20200101/{at['optical'].tile(0, (4, 4))}.png" + query(expression="v1", stretch_range=[0, 1], v1="B1"))
    add("compute", f"/compute/optical/20200101/{at['optical'].tile(0)}.png" + query(expression="v5", stretch_range=[0, 9000], v5="B1"))
    for expression in (
        "", "v1+", "v4", "v6", "v1//2", "v1^2", "v1<<1", "v1@v2", "v1 and v2", "v1 or v2", "not v1", "v1 if v1 else v2", "v1.mean()", "v1[0]", "lambda: v1", "__import__('os')", "+v1", "1", "'a'",
        "v1;v2", "v1=v2", "sqrt(v1,v2)", "sqrt()", "sqrt", "where(v1,v2)", "nothing(v1)", "v1<v2<v3", "[v1]", "{1:v1}", "v1&v2", "v1|v2", "~v1", "mod(v1)", "pi", "1/0", "v1/0",
        "(" * 150 + "v1" + ")" * 150, "sqrt(v1=2)", "v1 := 2", "f'{v1}'", "True", "None", "1j*v1", "v1 in v2", "v1 is v2",
    ):
        formula("compute-mistakes", expression, [0, 1])
    base = f"/compute/optical/20200101/{at['optical'].tile(0)}.png"
    for more in (
        {}, {"expression": "v1"}, {"stretch_range": [0, 1], "v1": "B1"}, {"expression": "v1", "stretch_range": [0, 1]}, {"expression": "v1", "stretch_range": [1, 0], "v1": "B1"},
        {"expression": "v1", "stretch_range": [1, 1], "v1": "B1"}, {"expression": "v1", "stretch_range": ["p2", "p98"], "v1": "B1"}, {"expression": "v1", "stretch_range": [None, 1], "v1": "B1"},
        {"expression": "v1", "stretch_range": "x", "v1": "B1"}, {"expression": "v1", "stretch_range": [0, 1], "v1": "B9"}, {"expression": "v1", "stretch_range": [0, 1], "v1": "B1", "v2": "B9"},
        {"expression": "v1", "stretch_range": [0, 1], "v1": "B1", "colormap": "explicit"}, {"expression": "v1", "stretch_range": [0, 1], "v1": "B1", "colormap": "nothing"},
        {"expression": "v6", "stretch_range": [0, 1], "v6": "B1"}, {"expression": "v1", "stretch_range": [0, 1], "v1": "B1", "tile_size": [0, 5]},
    ):
        add("compute-mistakes", base + query(**more))
    add("compute-mistakes", f"/compute/optical/{at['optical'].tile(0)}.png" + query(expression="v1", stretch_range=[0, 1], v1="B1"))
    add("compute-mistakes", f"/compute/{at['optical'].tile(0)}.png" + query(expression="v1", stretch_range=[0, 1], v1="B1"))


def one_key(add, at):
    """A database with a single key."""
    tile = at["optical"].tile(0)
    for target in (
        "/keys", "/datasets", "/metadata/B1", f"/singleband/B1/{tile}.png", "/singleband/B2/preview.png", f"/rgb/{tile}.png?r=B3&g=B2&b=B1", "/rgb/preview.png?r=B3&g=B2&b=B1",
        f"/compute/{tile}.png{query(expression='v1+v2', stretch_range=[0, 18000], v1='B1', v2='B2')}",
        f"/compute/preview.png{query(expression='v1+v2', stretch_range=[0, 18000], v1='B1', v2='B2')}", f"/rgb/B1/{tile}.png?r=B3&g=B2&b=B1", "/metadata/B1/B2", "/datasets?band=[B1,B2]",
    ):
        add("one-key", target, database="single")


def documents(add):
    """What the server says of itself."""
    add("swagger", "/swagger.json")
    add("swagger", "/swagger.json", headers={"Origin": ORIGIN})
    add("apidoc", "/apidoc")
    add("apidoc", "/apidoc", method="HEAD")


def cors(add, at):
    """Who may read the answers from another page."""
    tile = f"/singleband/optical/20200101/B1/{at['optical'].tile(0)}.png"
    ask = {"Access-Control-Request-Method": "GET"}
    for origin in (ORIGIN, LOCAL, "http://127.0.0.1:3000", "https://localhost", "http://localhost.evil.example", "null"):
        add("cors", "/keys", headers={"Origin": origin})
        add("cors", tile, headers={"Origin": origin})
        add("cors", "/keys", method="OPTIONS", headers={"Origin": origin, **ask})
        add("cors", tile, method="OPTIONS", headers={"Origin": origin, **ask})
    for target in ("/datasets", "/metadata/dem/20200101/v", "/colormap?stretch_range=[0,1]&num_values=2", "/metadata/nothing/x/y", "/datasets?limit=x"):
        add("cors", target, headers={"Origin": ORIGIN})
    for target in (
        f"/rgb/optical/20200101/{at['optical'].tile(0)}.png?r=B1&g=B2&b=B3", f"/compute/optical/20200101/{at['optical'].tile(0)}.png?expression=v1&stretch_range=[0,1]&v1=B1",
        "/singleband/optical/20200101/B1/preview.png", "/singleband/optical/20200101/B1/0/0/0.png", f"{tile}?tile_size=x",
    ):
        add("cors", target, headers={"Origin": LOCAL})
        add("cors", target, headers={"Origin": ORIGIN})
    headers = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    add("cors", "/metadata", method="OPTIONS", headers=headers)


def mistakes(add, at):
    """What no dataset answers."""
    optical = "/singleband/optical/20200101/B1"
    tile = f"{optical}/{at['optical'].tile(0)}.png"
    for parameters in (
        {"stretch_range": "x"}, {"stretch_range": ""}, {"stretch_range": [1]}, {"stretch_range": [1, 2, 3]}, {"stretch_range": ["x", 1]}, {"stretch_range": [True, False]},
        {"stretch_range": ["p99", 1]}, {"stretch_range": ["p100", None]}, {"stretch_range": [None, "p100"]}, {"stretch_range": ["p", 1]}, {"stretch_range": ["p-1", 1]}, {"stretch_range": ["p1.5", 1]},
        {"stretch_range": {"a": 1}}, {"stretch_range": "5"}, {"colormap": "nothing"}, {"colormap": "VIRIDIS"}, {"colormap": ""}, {"colormap": "explicit"},
        {"explicit_color_map": {"1": [1, 2, 3]}}, {"explicit_color_map": {"1": [1, 2, 3]}, "colormap": "viridis"}, {"colormap": "explicit", "explicit_color_map": {}},
        {"colormap": "explicit", "explicit_color_map": "x"}, {"colormap": "explicit", "explicit_color_map": {"a": [1, 2, 3]}}, {"colormap": "explicit", "explicit_color_map": {"1": "fff"}},
        {"colormap": "explicit", "explicit_color_map": {"1": "zzzzzz"}}, {"colormap": "explicit", "explicit_color_map": {"1": [1, 2]}}, {"colormap": "explicit", "explicit_color_map": {"1": [1, 2, 300]}},
        {"colormap": "explicit", "explicit_color_map": {"1": 5}}, {"colormap": "explicit", "explicit_color_map": {str(i): [1, 2, 3] for i in range(256)}}, {"colormap": "explicit", "explicit_color_map": [1]},
        {"color_transform": "foo"}, {"color_transform": ""}, {"color_transform": "gamma"}, {"color_transform": "gamma r"}, {"color_transform": "gamma r x"}, {"color_transform": "gamma r -1"},
        {"color_transform": "gamma r 0"}, {"color_transform": "gamma g 2"}, {"color_transform": "gamma 2 2"}, {"color_transform": "saturation 1.5"}, {"color_transform": "sigmoidal r 5"},
        {"color_transform": "sigmoidal r 5 2"}, {"color_transform": "sigmoidal r 5 -0.5"}, {"color_transform": "gamma r 1 2"}, {"color_transform": "gamma x 1"},
        {"tile_size": "x"}, {"tile_size": ""}, {"tile_size": [256]}, {"tile_size": [1, 2, 3]}, {"tile_size": [0, 0]}, {"tile_size": [-1, 5]}, {"tile_size": ["a", "b"]}, {"tile_size": "256"},
        {"tile_size": ["64", "32"]}, {"tile_size": [None, 5]},
    ):
        add("singleband-mistakes", tile + query(**parameters))
    for target in (
        f"/singleband/nothing/20200101/v/{at['optical'].tile(0)}.png", f"/singleband/optical/20200101/{at['optical'].tile(0)}.png", f"/singleband/{at['optical'].tile(0)}.png",
        "/singleband/optical/20200101/B1/more/preview.png", "/singleband/preview.png", "/singleband/nothing/x/y/preview.png", f"/singleband/gone/20200101/v/{at['photo'].tile(0)}.png",
        "/singleband/gone/20200101/v/preview.png",
    ):
        add("singleband-mistakes", target)
    zxy = at["optical"].tile(0)
    for target in (
        "/", "/nothing", "/keys/", "/datasets/", "/colormap/", "/swagger.json/", f"{optical}/-1/0/0.png", f"{optical}/{zxy}", f"{optical}/{zxy}.gif", f"{optical}/{zxy}.PNG", f"{optical}/{zxy}.png/",
        f"{optical}/1.5/0/0.png", f"{optical}/a/b/c.png", f"{optical}/preview.gif", f"{optical}/preview", f"{optical}", "/singleband", "/rgb", "/compute", "/Keys", "//keys",
        f"{optical}/05/17/11.png", f"{optical}/99999999999999999999/1/1.png", "/singleband/../keys", "/metadata/%00/x/y", "/metadata/%FF/x/y",
    ):
        add("routes", target)
    for method, target in (
        ("POST", "/keys"), ("PUT", "/keys"), ("DELETE", "/datasets"), ("POST", tile), ("GET", "/metadata"), ("HEAD", "/metadata"), ("PUT", "/metadata"), ("PATCH", "/colormap"),
        ("OPTIONS", "/metadata"), ("OPTIONS", "/colormap"), ("OPTIONS", "/swagger.json"), ("POST", "/swagger.json"), ("HEAD", "/swagger.json"), ("OPTIONS", "/nothing"), ("HEAD", "/colormap?stretch_range=[0,1]"),
        ("HEAD", "/metadata/dem/20200101/v"), ("POST", "/metadata/dem/20200101/v"), ("OPTIONS", "/metadata/dem/20200101/v"), ("HEAD", "/nothing"),
    ):
        add("methods", target, method=method)


# What a server is told by its environment, and over which database.
SETTINGS = {
    "TC_DEFAULT_TILE_SIZE": "[128,96]",
    "TC_RESAMPLING_METHOD": "nearest",
    "TC_REPROJECTION_METHOD": "cubic",
    "TC_MAX_POST_METADATA_KEYS": "2",
    "TC_ALLOWED_ORIGINS_METADATA": '["http://one.example","https://two.*[.]example"]',
    "TC_ALLOWED_ORIGINS_TILES": "[]",
    "TC_LAZY_LOADING_MAX_SHAPE": "[128,128]",
    "TC_PNG_COMPRESS_LEVEL": "6",
}


def settings(add, at):
    """A server with other settings."""
    for kind, closer in (("dem", -2), ("dem", 0), ("dem", 2), ("reals", -1), ("reals", 1), ("optical", 0)):
        keys = "optical/20200101/B1" if kind == "optical" else f"{kind}/20200101/v"
        add("settings", f"/singleband/{keys}/{at[kind].tile(closer)}.png?colormap=jet", database="settings")
    add("settings", "/singleband/optical/20200101/B1/0/0/0.png", database="settings")
    add("settings", "/singleband/dem/20200101/v/preview.png", database="settings")
    add("settings", "/metadata/bare/20200101/v", database="settings")
    for count in (2, 3):
        body = json.dumps({"keys": [["dem", "20200101", "v"]] * count}).encode()
        add("settings", "/metadata", method="POST", headers={"content-type": "application/json"}, body=body, database="settings")
    tile = f"/singleband/dem/20200101/v/{at['dem'].tile(0)}.png"
    for origin in ("http://one.example", "https://twofold.example", "https://two.example.evil.example", "http://two.example", LOCAL):
        add("settings", "/keys", headers={"Origin": origin}, database="settings")
        add("settings", tile, headers={"Origin": origin}, database="settings")


def client(add, at):
    """What Terracotta's web client asks for, in its order and in its way of writing addresses."""
    add("client", "/keys", database="client")
    for page in (0, 1):
        add("client", f"/datasets?limit=15&page={page}", database="client")
    add("client", "/datasets?limit=25&page=0&kind=optical&date=20200101", database="client")
    for band in ("B1", "B2", "B3", "B4"):
        add("client", f"/metadata/optical/20200101/{band}", database="client")
        add("client", f"/singleband/optical/20200101/{band}/preview.png?tile_size=[128,128]", database="client")
    for name in ("grays", "viridis"):
        for at_ in ((0.5, 0.5), (0.2, 0.8)):
            add("client", f"/singleband/optical/20200101/B2/{at['optical'].tile(0, at_)}.png?colormap={name}&stretch_range=[712.5,6120]", headers={"Origin": "http://127.0.0.1:5100"}, database="client")
    add("client", "/datasets?kind=optical&date=20200101&", database="client")
    for closer in (-1, 0, 1):
        add("client", f"/rgb/optical/20200101/{at['optical'].tile(closer)}.png?r=B3&r_range=[100,7000]&g=B2&g_range=[100,7000]&b=B1&b_range=[100,7000]&", headers={"Origin": "http://127.0.0.1:5100"}, database="client")
    # As long as no range is chosen.
    add("client", f"/singleband/optical/20200101/B2/{at['optical'].tile(0)}.png?colormap=grays&stretch_range=[undefined]", database="client")


def remote(add, at):
    """A database in a bucket, which nobody writes to."""
    for target in (
        "/keys", "/datasets?limit=3", "/metadata/dem/20200101/v", "/metadata/bare/20200101/v", f"/singleband/dem/20200101/v/{at['dem'].tile(0)}.png",
        f"/singleband/bare/20200101/v/{at['bare'].tile(0)}.png", "/metadata/nothing/x/y",
    ):
        add("remote", target, database="remote")


def again(add, at, database):
    """The same rasters in another database."""
    optical = at["optical"]
    add(database, "/keys", database=database)
    for target in ("?limit=1000", "?limit=5&page=2", "?kind=optical&band=[B1,B4]", "?order_by=[band,kind]&ascending=false&limit=10"):
        add(database, f"/datasets{target}", database=database)
    for kind in at:
        keys = {"optical": "optical/20200101/B1", "photo": "photo/20200101/R"}.get(kind, f"{kind}/20200101/v")
        add(database, f"/metadata/{keys}", database=database)
    body = json.dumps({"keys": [["optical", "20200215", "B2"], ["dem", "20200101", "v"]]}).encode()
    add(database, "/metadata", method="POST", headers={"content-type": "application/json"}, body=body, database=database)
    for closer in (-2, 0, 2):
        add(database, f"/singleband/optical/20200215/B1/{optical.tile(closer)}.png{query(stretch_range=['p5', 'p95'])}", database=database)
        add(database, f"/rgb/optical/20200215/{optical.tile(closer)}.png?r=B3&g=B2&b=B1", database=database)
    add(database, f"/singleband/reals/20200101/v/{at['reals'].tile(0)}.png?colormap=viridis", database=database)
    add(database, f"/compute/optical/20200215/{optical.tile(0)}.png{query(expression='v1*1.0-v2', stretch_range=[-9000, 9000], v1='B1', v2='B2')}", database=database)
    add(database, "/metadata/nothing/x/y", database=database)
