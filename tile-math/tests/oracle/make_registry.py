#!/usr/bin/env python3
"""Writes data/crs.txt and data/shifts.txt: what tile-math knows about registered CRSs.

Run with the oracle interpreter:  $SMALTI_PYTHON tile-math/tests/oracle/make_registry.py

The tables restate parameters of the EPSG Dataset (IOGP) and of Esri's projection engine
database as published through PROJ. Only two-dimensional geographic and projected CRSs, and
for compound CRSs the horizontal part, are listed.

crs.txt, one record a line, fields separated by "|", sorted by authority and number:

  ellipsoid   E|<key>|<EPSG code or empty>|<name>|<semi-major metre>|<inverse flattening, 0 = sphere>
  datum       D|<key>|<EPSG code or empty>|<name>|<ellipsoid key>|<prime meridian degrees>|<its name>
  geographic  G|<id>|<axes>|<radians per unit>|<datum key>|<w,s,e,n>|<name>
  projected   P|<id>|<axes>|<metres per unit>|<base geographic id>|<w,s,e,n>|<name>|<PROJ operation>
  alias       A|<id>|<id of the horizontal part>
  refused     X|<id>|<name>|<why>
  name        N|<name in lower-case letters and digits>|<geographic id>: of datums and geographic CRSs

<id> is the number for EPSG and "E" + number for ESRI. <axes> are the directions of the two
axes (n, e, s, w); a trailing "!" says that they are exchanged for traditional GIS order.

shifts.txt: the operations from a geographic CRS to WGS 84 which need no grid, in PROJ's order:

  S|<id>|<area w,s,e,n>|<accuracy metres, -1 = unknown>[o: offshore]|<steps>

Steps, separated by ";" ("-" before one inverts it):
  p <degrees>                     longitude += prime meridian
  o <dlat> <dlon> arc seconds     geographic offset
  c <ellipsoid key>               geographic to geocentric (-c: back)
  h x y z [rx ry rz s conv]       Helmert: metres, arc seconds, ppm; conv p = position vector, c = coordinate frame
  m x y z rx ry rz s conv px py pz  Molodensky-Badekas
An empty step list is the null shift (longitudes and latitudes are kept).
"""
import math
import os
import re
import sqlite3
import sys
import warnings

import pyproj
from pyproj.database import query_crs_info
from pyproj.enums import PJType
from pyproj.transformer import TransformerGroup

warnings.simplefilter("ignore")
pyproj.network.set_network_enabled(False)
DATA = os.path.join(os.path.dirname(__file__), "..", "..", "data")

ellipsoids, datums = {}, {}


def num(v):
    """Shortest text that reads back as v."""
    v = float(v)
    return str(int(v)) if v == int(v) and abs(v) < 1e15 else repr(v)


def ellipsoid_key(e):
    rf = e.inverse_flattening or 0.0
    if not math.isfinite(rf):
        rf = 0.0
    ident = e.to_json_dict().get("id", {})
    code = str(ident.get("code", "")) if ident.get("authority") == "EPSG" else ""
    k = (code, e.name, num(e.semi_major_metre), num(rf))
    if k not in ellipsoids:
        ellipsoids[k] = str(len(ellipsoids))
    return ellipsoids[k]


def datum_key(crs):
    d = crs.datum.to_json_dict()
    ident = d.get("id", {})
    code = str(ident.get("code", "")) if ident.get("authority") == "EPSG" else ""
    pm = crs.prime_meridian
    # pyproj gives the longitude in the meridian's own unit.
    pm_deg = pm.longitude * (pm.unit_conversion_factor or math.radians(1)) / math.radians(1)
    k = (code, d["name"], ellipsoid_key(crs.ellipsoid), num(round(pm_deg, 13)), pm.name)
    if k not in datums:
        datums[k] = str(len(datums))
    return datums[k]


def axes(crs):
    a = crs.axis_info
    d = [x.direction[0] for x in a[:2]]
    code = "".join(d)
    names = [x.name.lower() for x in a[:2]]
    swapped = code == "ne" or (code in ("nn", "ss") and names[0].startswith("northing") and names[1].startswith("easting"))
    return code + ("!" if swapped else "")


def area(crs):
    a = crs.area_of_use
    return ",".join(num(v) for v in a.bounds) if a and a.west > -1000 else ""


def ident(auth, code):
    return code if auth == "EPSG" else "E" + code


def clean(s):
    return s.replace("|", "/").replace("\n", " ").strip()


geo, proj, alias, refused, shifts = [], [], [], [], []
SORT = lambda r: (r.split("|")[1].startswith("E"), int(r.split("|")[1].lstrip("E")))


def base_id(crs):
    g = crs.geodetic_crs
    js = g.to_json_dict().get("id")
    if not js:
        # Esri's sphere based CRSs name a base that carries no code: the listed one of the same name.
        figure = (g.ellipsoid.semi_major_metre, g.ellipsoid.inverse_flattening)
        same = [i for i, (n, e) in names.items() if n == g.name and math.dist(e, figure) < 1e-6]
        return same[0] if same else None
    return ident(js["authority"], str(js["code"]))


def axis_free(p):
    drop = ("+no_defs", "+type=crs", "+units", "+to_meter", "+ellps", "+datum", "+pm", "+a=", "+b=", "+rf", "+R=", "+axis", "+towgs84", "+nadgrids")
    return " ".join(t[1:] for t in p.split() if not t.startswith(drop))


# The few ellipsoid names which PROJ pipelines use.
def pipeline_ellipsoid(args):
    if "ellps" in args:
        e = pyproj.Geod(ellps=args["ellps"])
        a, rf = e.a, (1 / e.f if e.f else 0.0)
    elif "R" in args:
        a, rf = float(args["R"]), 0.0
    else:
        a = float(args["a"])
        rf = float(args["rf"]) if "rf" in args else (1 / (1 - float(args["b"]) / a) if "b" in args and float(args["b"]) != a else 0.0)
    best = None
    for (code, name, ka, krf), key in ellipsoids.items():
        if abs(float(ka) - a) < 1e-6 * 1 and abs(float(krf) - rf) < 1e-7:
            if best is None or (code and not best[0]):
                best = (code, key)
    if best is None:
        k = ("", f"a={num(a)}", num(a), num(rf))
        ellipsoids[k] = str(len(ellipsoids))
        return ellipsoids[k]
    return best[1]


def pm_degrees(text):
    known = {"paris": 2.337229166666667, "ferro": -17.666666666666668, "athens": 23.7163375, "oslo": 10.722916666666666,
             "jakarta": 106.80771944444444, "bern": 7.439583333333333, "bogota": -74.08091666666667, "lisbon": -9.131906111111112,
             "madrid": -3.687938888888889, "rome": 12.452333333333334, "stockholm": 18.058277777777778, "brussels": 4.367975,
             "greenwich": 0.0, "copenhagen": 12.57788}
    return known[text] if text in known else float(text)


def steps_of(definition):
    """The compact steps, or None where the operation needs something we do not model."""
    out = []
    parts = re.split(r"\bstep\b", definition)
    if definition.startswith("proj=noop") or definition.strip() == "noop":
        return ""
    for part in parts:
        toks = part.split()
        inv = "inv" in toks
        args = dict(t.split("=", 1) for t in toks if "=" in t)
        name = args.get("proj", "pipeline")
        sign = "-" if inv else ""
        f = lambda k: num(args.get(k, 0))
        if name in ("pipeline", "unitconvert", "push", "pop", "noop", "axisswap"):
            continue
        if name == "longlat":
            out.append(f"{'' if inv else '-'}p {num(pm_degrees(args.get('pm', '0')))}") if args.get("pm") else None
        elif name == "geogoffset":
            out.append(f"{sign}o {f('dlat')} {f('dlon')}")
        elif name == "cart":
            out.append(f"{sign}c {pipeline_ellipsoid(args)}")
        elif name == "helmert":
            if "rx" in args or "s" in args:
                out.append(f"{sign}h {f('x')} {f('y')} {f('z')} {f('rx')} {f('ry')} {f('rz')} {f('s')} {args.get('convention', 'p')[0]}")
            else:
                out.append(f"{sign}h {f('x')} {f('y')} {f('z')}")
        elif name == "molobadekas":
            out.append(f"{sign}m {f('x')} {f('y')} {f('z')} {f('rx')} {f('ry')} {f('rz')} {f('s')} {args['convention'][0]} {f('px')} {f('py')} {f('pz')}")
        else:
            return None
    return ";".join(out)


seen_geo = set()
names = {}


def add_geographic(auth, code, crs):
    i = ident(auth, code)
    if i in seen_geo:
        return
    seen_geo.add(i)
    names.setdefault(i, (crs.name, (crs.ellipsoid.semi_major_metre, crs.ellipsoid.inverse_flattening)))
    geo.append(f"G|{i}|{axes(crs)}|{num(crs.axis_info[0].unit_conversion_factor)}|{datum_key(crs)}|{area(crs)}|{clean(crs.name)}")


def add_shifts(auth, code):
    i = ident(auth, code)
    if i in ("4326",):
        return
    try:
        group = TransformerGroup(f"{auth}:{code}", "EPSG:4326", always_xy=True)
    except pyproj.exceptions.ProjError as e:
        print("no operation for", auth, code, e, file=sys.stderr)
        return
    rows = []
    for t in group.transformers:
        s = steps_of(t.definition)
        if s is None:
            print("operation left out", auth, code, t.definition, file=sys.stderr)
            continue
        a = t.area_of_use
        b = ",".join(num(v) for v in a.bounds) if a else "-180,-90,180,90"
        offshore = "o" if a and "- offshore" in (a.name or "") else ""
        rows.append((b, num(t.accuracy if t.accuracy is not None else -1) + offshore, s))
    if all(r[2] == "" for r in rows):
        # A plain transformer also looks for a way over a third CRS.
        try:
            t = pyproj.Transformer.from_crs(f"{auth}:{code}", "EPSG:4326", always_xy=True)
        except pyproj.exceptions.ProjError:
            return  # another celestial body
        s = steps_of(t.definition) if t.definition.startswith("proj=") else ""
        if not s:
            return  # the null shift is what no record means
        b = area(pyproj.CRS(f"{auth}:{code}")) or "-180,-90,180,90"
        rows = [(b, num(t.accuracy if t.accuracy is not None else -1), s)]
    for b, acc, s in rows:
        shifts.append(f"S|{i}|{b}|{acc}|{s}")


for auth in ("EPSG", "ESRI"):
    for info in query_crs_info(auth_name=auth, pj_types=[PJType.GEOGRAPHIC_2D_CRS], allow_deprecated=True):
        crs = pyproj.CRS(f"{auth}:{info.code}")
        add_geographic(auth, info.code, crs)
        add_shifts(auth, info.code)

for auth in ("EPSG", "ESRI"):
    for info in query_crs_info(auth_name=auth, pj_types=[PJType.PROJECTED_CRS], allow_deprecated=True):
        crs = pyproj.CRS(f"{auth}:{info.code}")
        i = ident(auth, info.code)
        try:
            p = crs.to_proj4()
        except pyproj.exceptions.CRSError:
            refused.append(f"X|{i}|{clean(crs.name)}|{clean(crs.coordinate_operation.method_name)}")
            continue
        b = base_id(crs)
        if b is not None and b not in seen_geo:
            g2 = crs.geodetic_crs
            alias2d = None
            if len(g2.axis_info) == 3:
                alias2d = g2.to_2d().to_json_dict().get("id")
            if alias2d:
                b = ident(alias2d["authority"], str(alias2d["code"]))
        if b is None or b not in seen_geo:
            refused.append(f"X|{i}|{clean(crs.name)}|its base CRS is not listed")
            continue
        u = crs.axis_info[0].unit_conversion_factor
        op = axis_free(p)
        # PROJ keeps the sphere of spherical methods in +R; the base ellipsoid would mislead.
        m = re.search(r"\+R=(\S+)", p)
        if m:
            op += f" R={m.group(1)}"
        else:
            am, bm = re.search(r"\+a=(\S+)", p), re.search(r"\+b=(\S+)", p)
            if am and bm and am.group(1) == bm.group(1) and "webmerc" not in op and crs.ellipsoid.inverse_flattening:
                op += f" R={am.group(1)}"
        proj.append(f"P|{i}|{axes(crs)}|{num(u)}|{b}|{area(crs)}|{clean(crs.name)}|{op}")

for auth in ("EPSG", "ESRI"):
    for t in (PJType.COMPOUND_CRS, PJType.GEOGRAPHIC_3D_CRS):
        for info in query_crs_info(auth_name=auth, pj_types=[t], allow_deprecated=True):
            crs = pyproj.CRS(f"{auth}:{info.code}")
            try:
                h = crs.sub_crs_list[0] if crs.is_compound else crs.to_2d()
                js = h.to_json_dict().get("id")
            except Exception as e:  # noqa: BLE001 - listed and left out
                print("no horizontal part", auth, info.code, e, file=sys.stderr)
                continue
            if not js and not crs.is_compound:
                # A 3D CRS whose 2D twin has another code: find it by name.
                twins = [g.code for g in query_crs_info(auth_name="EPSG", pj_types=[PJType.GEOGRAPHIC_2D_CRS], allow_deprecated=False) if g.name == crs.name]
                js = {"authority": "EPSG", "code": twins[0]} if twins else None
            if js:
                alias.append(f"A|{ident(auth, info.code)}|{ident(js['authority'], str(js['code']))}")



def lookup_names():
    """Other names of datums and geographic CRSs, each with the geographic CRS that stands for it."""
    db = sqlite3.connect(os.path.join(pyproj.datadir.get_data_dir(), "proj.db"))
    norm = lambda n: re.sub("[^a-z0-9]", "", n.lower())
    query = "select c.code, c.name, c.datum_code, d.name, c.deprecated from geodetic_crs c join geodetic_datum d " \
            "on c.datum_auth_name = d.auth_name and c.datum_code = d.code where c.type = 'geographic 2D' " \
            "and c.auth_name = 'EPSG' order by c.deprecated, cast(c.code as integer)"
    rows = db.execute(query).fetchall()
    alias_of = lambda table: db.execute("select code, alt_name from alias_name where table_name = ? and auth_name = 'EPSG'", (table,)).fetchall()
    found = {}
    by_datum = {}
    for code, name, datum, datum_name, _ in rows:
        found.setdefault(norm(name), code)
        by_datum.setdefault(datum, code)
        found.setdefault(norm(datum_name), code)
        found.setdefault(norm(re.sub(r" ensemble$", "", datum_name)), code)
    codes = {r[0] for r in rows}
    for code, alt in alias_of("geodetic_crs"):
        if code in codes:
            found.setdefault(norm(alt), code)
    for datum, alt in alias_of("geodetic_datum"):
        if datum in by_datum:
            found.setdefault(norm(alt), by_datum[datum])
            found.setdefault(norm(re.sub(r"^D_", "", alt)), by_datum[datum])
    for code, (name, _) in names.items():
        if code.startswith("E"):
            found.setdefault(norm(name), code)
    return [f"N|{n}|{c}" for n, c in sorted(found.items()) if n and str(c) in seen_geo]


with open(os.path.join(DATA, "crs.txt"), "w", encoding="utf-8") as f:
    for (code, name, a, rf), key in ellipsoids.items():
        f.write(f"E|{key}|{code}|{clean(name)}|{a}|{rf}\n")
    for (code, name, ell, pm, pmname), key in datums.items():
        f.write(f"D|{key}|{code}|{clean(name)}|{ell}|{pm}|{clean(pmname)}\n")
    for rows in (geo, proj, alias, refused):
        for r in sorted(rows, key=SORT):
            f.write(r + "\n")
    for r in lookup_names():
        f.write(r + "\n")
with open(os.path.join(DATA, "shifts.txt"), "w", encoding="utf-8") as f:
    for s in shifts:
        f.write(s + "\n")
print(len(geo), "geographic", len(proj), "projected", len(alias), "aliases", len(refused), "refused", len(shifts), "shifts", file=sys.stderr)
