#!/usr/bin/env python3
"""Prints CRSs in the forms that PROJ writes: one JSON object a line.

Usage: forms.py ID...      (IDs such as 3857 or E54009; "all" for every registered one, "every:N" for every Nth)
"""
import json
import os
import sys
import warnings

import pyproj
from pyproj.enums import WktVersion

warnings.simplefilter("ignore")
DATA = os.path.join(os.path.dirname(__file__), "..", "..", "data")
FORMS = {"wkt1_gdal": WktVersion.WKT1_GDAL, "wkt1_esri": WktVersion.WKT1_ESRI, "wkt2": WktVersion.WKT2_2019}

ids = sys.argv[1:]
if ids == ["all"] or ids[0].startswith("every:"):
    step = int(ids[0].split(":")[1]) if ":" in ids[0] else 1
    with open(os.path.join(DATA, "crs.txt"), encoding="utf-8") as f:
        ids = [line.split("|")[1] for line in f if line[0] in "GP"][::step]
for ident in ids:
    crs = pyproj.CRS(("ESRI:" + ident[1:]) if ident.startswith("E") else "EPSG:" + ident)
    for form, version in FORMS.items():
        try:
            text = crs.to_wkt(version)
        except pyproj.exceptions.CRSError:
            continue
        if text:
            print(json.dumps({"id": ident, "form": form, "text": text}))
    print(json.dumps({"id": ident, "form": "projjson", "text": crs.to_json()}))
    try:
        print(json.dumps({"id": ident, "form": "proj", "text": crs.to_proj4()}))
    except pyproj.exceptions.CRSError:
        pass
