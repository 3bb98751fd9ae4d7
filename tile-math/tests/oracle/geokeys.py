#!/usr/bin/env python3
"""GeoKeys as GDAL writes and reads them.

geokeys.py write ID...   prints, for each CRS without its codes, the keys that GDAL writes: one JSON object a line
geokeys.py read FILE     reads JSON lines {"id", "directory", "doubles", "ascii", "points"} and prints what GDAL makes of
                         the keys: {"id", "points"}: longitude and latitude (of the CRS's own base) to x and y
"""
import json
import re
import struct
import sys
import warnings

import numpy as np
import pyproj
import rasterio
from rasterio.io import MemoryFile

warnings.simplefilter("ignore")


def tags_of(data):
    """Tags 34735 to 34737 of a little-endian classic TIFF."""
    assert data[:4] == b"II*\0"
    at = struct.unpack_from("<I", data, 4)[0]
    found = {}
    for i in range(struct.unpack_from("<H", data, at)[0]):
        tag, kind, count, value = struct.unpack_from("<HHII", data, at + 2 + 12 * i)
        size = {2: 1, 3: 2, 12: 8}.get(kind)
        if tag in (34735, 34736, 34737):
            where = at + 2 + 12 * i + 8 if size * count <= 4 else value
            raw = data[where:where + size * count]
            found[tag] = list(raw) if kind == 2 else list(struct.unpack(f"<{count}{'H' if kind == 3 else 'd'}", raw))
    return found


def write(ids):
    for ident in ids:
        crs = pyproj.CRS(("ESRI:" + ident[1:]) if ident.startswith("E") else "EPSG:" + ident)
        # Without the codes of the CRS, its base and its conversion GDAL has to spell everything out.
        wkt = re.sub(r',\s*ID\["[A-Z]+",\s*[^\]]*\]', "", crs.to_wkt())
        base = crs.geodetic_crs
        a = crs.area_of_use.bounds
        rows = []
        try:
            t = pyproj.Transformer.from_crs(base, crs, always_xy=True)
            pm = base.prime_meridian.longitude * base.prime_meridian.unit_conversion_factor * 57.29577951308232
            unit = base.axis_info[0].unit_conversion_factor * 57.29577951308232
            for f in (0.3, 0.6):
                lon, lat = (a[0] + (a[2] - a[0]) * f - pm) / unit, (a[1] + (a[3] - a[1]) * f) / unit
                rows.append([lon, lat, *t.transform(lon, lat)])
            with MemoryFile() as mem:
                with mem.open(driver="GTiff", width=1, height=1, count=1, dtype="uint8", crs=wkt,
                              transform=rasterio.Affine(1, 0, 0, 0, -1, 0)) as d:
                    d.write(np.zeros((1, 1, 1), "uint8"))
                tags = tags_of(bytes(mem.getbuffer()))
            if 34735 not in tags:
                raise ValueError("GDAL writes no keys for it")
        except Exception as e:  # noqa: BLE001 - what GDAL cannot write is no case
            print("left out", ident, e, file=sys.stderr)
            continue
        print(json.dumps({"id": ident, "directory": tags[34735], "doubles": tags.get(34736, []), "ascii": tags.get(34737, []), "points": rows}))


def read(path):
    with open(path, encoding="utf-8") as f:
        for line in f:
            case = json.loads(line)
            entries = [(256, 3, [1]), (257, 3, [1]), (258, 3, [8]), (259, 3, [1]), (262, 3, [1]), (273, 4, [8]), (277, 3, [1]), (278, 3, [1]), (279, 4, [1]),
                       (33550, 12, [1.0, 1.0, 0.0]), (33922, 12, [0.0] * 6), (34735, 3, case["directory"])]
            if case["doubles"]:
                entries.append((34736, 12, case["doubles"]))
            if case["ascii"]:
                entries.append((34737, 2, case["ascii"] + [0]))
            ifd_at = 16
            extra_at = ifd_at + 2 + 12 * len(entries) + 4
            ifd, extra = struct.pack("<H", len(entries)), b""
            for tag, kind, values in entries:
                raw = bytes(values) if kind == 2 else struct.pack(f"<{len(values)}{ {3: 'H', 4: 'I', 12: 'd'}[kind] }", *values)
                ifd += struct.pack("<HHI", tag, kind, len(values))
                if len(raw) <= 4:
                    ifd += raw.ljust(4, b"\0")
                else:
                    ifd += struct.pack("<I", extra_at + len(extra))
                    extra += raw + b"\0" * (-len(raw) % 8)
            data = b"II*\0" + struct.pack("<I", ifd_at) + b"\0" * 8 + ifd + b"\0" * 4 + extra
            with MemoryFile(data) as mem, mem.open() as d:
                wkt = d.crs.to_wkt() if d.crs else None
            points = None
            if wkt:
                crs = pyproj.CRS(wkt)
                t = pyproj.Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True)
                points = [[lon, lat, *t.transform(lon, lat)] for lon, lat in case["points"]]
            print(json.dumps({"id": case["id"], "wkt": wkt, "points": points}))


(write(sys.argv[2:]) if sys.argv[1] == "write" else read(sys.argv[2]))
