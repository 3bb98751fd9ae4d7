#!/usr/bin/env python3
"""Prints what morecantile says about tile matrix sets: one JSON object a line.

Usage: tms.py COUNT [FILE]     COUNT random tiles and points a set; FILE holds a document that it shall read.
"""
import json
import random
import sys
import warnings

import morecantile
import pyproj
from morecantile import Tile, TileMatrixSet
from morecantile.errors import NoQuadkeySupport

warnings.simplefilter("ignore")


def xyz(tiles):
    return [[t.z, t.x, t.y] for t in tiles]


def out(kind, **members):
    print(json.dumps({"kind": kind, **members}))


def tile_facts(tms, tile, name):
    facts = {
        "tms": name, "tile": [tile.z, tile.x, tile.y], "xy_bounds": list(tms.xy_bounds(tile)),
        "ul": list(tms.ul(tile)), "lr": list(tms.lr(tile)), "neighbors": xyz(tms.neighbors(tile)),
        "parents": xyz(tms.parent(tile)),
    }
    if tile.z < tms.maxzoom:
        facts["children"] = xyz(tms.children(tile))
    try:
        facts["quadkey"] = tms.quadkey(tile)
    except NoQuadkeySupport:
        pass
    out("tile", **facts)


def survey(tms, count, name):
    rng = random.Random(name)
    out("set", tms=name, minzoom=tms.minzoom, maxzoom=tms.maxzoom, quadtree=tms.is_quadtree, variable=tms.is_variable,
        inverted=tms._invert_axis, xy_bbox=list(tms.xy_bbox), bbox=list(tms.bbox), document=json.loads(tms.model_dump_json(exclude_none=True)))
    zooms = range(tms.minzoom, tms.maxzoom + 1)
    for _ in range(count):
        z = rng.choice(zooms)
        m = tms.matrix(z)
        x, y = rng.randrange(m.matrixWidth), rng.randrange(m.matrixHeight)
        if m.variableMatrixWidths:
            x -= x % m.get_coalesce_factor(y)
            # Towards the poles one tile can have millions of neighbours.
            if m.get_coalesce_factor(y) > 64:
                continue
        tile_facts(tms, Tile(x, y, z), name)
    left, bottom, right, top = tms.xy_bbox
    for _ in range(count):
        z = rng.choice(zooms)
        x, y = rng.uniform(left, right), rng.uniform(bottom, top)
        lon, lat = tms._to_geographic.transform(x, y)
        fx, fy = tms._from_geographic.transform(lon, lat)
        if max(abs(fx), abs(fy)) == float("inf"):
            continue
        t = tms.tile(lon, lat, z)
        out("point", tms=name, lon=lon, lat=lat, z=z, tile=[t.z, t.x, t.y])
    cells = [m.cellSize for m in tms.tileMatrices]
    for _ in range(count):
        res = rng.uniform(min(cells) / 2, max(cells) * 2) if rng.random() < 0.5 else rng.choice(cells) * rng.choice([1, 0.999, 1.001, 1.4, 1.5])
        out("zoom", tms=name, res=res, zooms={s: tms.zoom_for_res(res, zoom_level_strategy=s) for s in ("auto", "lower", "upper")})
    separable = tms.crs._pyproj_crs.is_geographic or name in ("WebMercatorQuad", "WorldMercatorWGS84Quad")
    if separable:
        for _ in range(count):
            w, s = rng.uniform(-180, 178), rng.uniform(-84, 82)
            e, n = min(180, w + rng.uniform(0, 20)), min(84, s + rng.uniform(0, 10))
            if rng.random() < 0.2:
                w, e = e, w
            z = rng.randint(tms.minzoom, min(tms.minzoom + 6, tms.maxzoom))
            if name == "CDB1GlobalGrid":
                z = 0
            tiles = list(tms.tiles(w, s, e, n, z))
            if len(tiles) < 3000:
                out("tiles", tms=name, box=[w, s, e, n], z=z, tiles=xyz(tiles))


def customs(count):
    cases = [
        dict(extent=[-20, 30, 50, 75], epsg=4326, minzoom=0, maxzoom=8),
        dict(extent=[166021.44, 0, 833978.56, 9329005.18], epsg=32631, tile_width=512, tile_height=512, maxzoom=10),
        dict(extent=[2426378.0132, 1528101.2618, 6293974.6215, 5446513.5222], epsg=3035, matrix_scale=[2, 3], maxzoom=6),
        dict(extent=[-2000000, -2000000, 2000000, 2000000], epsg=3031, decimation_base=3, maxzoom=7),
        dict(extent=[-180, -60, 180, 60], epsg=3857, extent_epsg=4326, corner_of_origin="bottomLeft", maxzoom=5),
        dict(extent=[100000, 200000, 700000, 800000], epsg=2263, maxzoom=5, minzoom=2),
        dict(extent=[480000, 62000, 840000, 302000], epsg=21781, maxzoom=5, ordered_axes=["N", "E"]),
    ]
    for i, case in enumerate(cases):
        case = dict(case)
        parameters = dict(case)
        crs = pyproj.CRS.from_epsg(case.pop("epsg"))
        if "extent_epsg" in case:
            case["extent_crs"] = pyproj.CRS.from_epsg(case.pop("extent_epsg"))
        tms = TileMatrixSet.custom(crs=crs, id=f"Custom{i}", **case)
        out("custom", parameters=parameters, id=f"Custom{i}", document=json.loads(tms.model_dump_json(exclude_none=True)))


count = int(sys.argv[1])
if len(sys.argv) > 2:
    with open(sys.argv[2], encoding="utf-8") as f:
        for line in f:
            tms = TileMatrixSet(**json.loads(line))
            out("read", tms=tms.id, epsg=tms.crs.to_epsg(), tile=list(tms.xy_bounds(Tile(0, 0, tms.minzoom))), quadtree=tms.is_quadtree)
else:
    for name in morecantile.tms.list():
        survey(morecantile.tms.get(name), count, name)
    customs(count)
