#!/usr/bin/env python3
"""Prints what PROJ makes of points in the areas of use of CRSs.

Usage: transforms.py POINTS ID...      (IDs such as 3857 or E54009; "all" for every registered one)

One line a point:  <id> <mode> <lon> <lat> <x> <y> <lon of x, y> <lat of x, y>
  mode "pure": longitude and latitude in the CRS's own base CRS, no datum shift involved
  mode "wgs84": longitude and latitude in EPSG:4326, PROJ's own choice of operation, no grids
"""
import math
import os
import random
import sys
import warnings

import pyproj

warnings.simplefilter("ignore")
pyproj.network.set_network_enabled(False)
DATA = os.path.join(os.path.dirname(__file__), "..", "..", "data")


def main():
    count, ids = int(sys.argv[1]), sys.argv[2:]
    if ids == ["all"]:
        with open(os.path.join(DATA, "crs.txt"), encoding="utf-8") as f:
            ids = [line.split("|")[1] for line in f if line[0] in "GP"]
    print("proj", pyproj.proj_version_str)
    for ident in ids:
        name = ("ESRI:" + ident[1:]) if ident.startswith("E") else "EPSG:" + ident
        crs = pyproj.CRS(name)
        base = crs.geodetic_crs
        area = crs.area_of_use
        w, s, e, n = area.bounds if area else (-180, -90, 180, 90)
        if e < w:
            e += 360
        rng = random.Random(ident)
        points = [(rng.uniform(w, e), rng.uniform(s, n)) for _ in range(count)]
        points = [((x + 180) % 360 - 180, y) for x, y in points]
        modes = [("wgs84", pyproj.CRS("EPSG:4326"))]
        if not crs.is_geographic:
            modes.append(("pure", base))
        for mode, source in modes:
            try:
                t = pyproj.Transformer.from_crs(source, crs, always_xy=True)
            except pyproj.exceptions.ProjError:
                print(ident, mode, "none")
                continue
            for lon, lat in points:
                # Base CRSs in grads, or from another meridian, are given in their own terms.
                unit = source.axis_info[0].unit_conversion_factor / math.radians(1) if mode == "pure" else 1
                pm = source.prime_meridian.longitude * source.prime_meridian.unit_conversion_factor / math.radians(1) if mode == "pure" else 0
                lon_in, lat_in = (lon - pm) / unit, lat / unit
                x, y = t.transform(lon_in, lat_in)
                back = t.transform(x, y, direction="INVERSE")
                print(ident, mode, *map(repr, (lon_in, lat_in, x, y, *back)))


main()
