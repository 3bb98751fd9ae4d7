"""Colours by rio-tiler: rescaling, formulas, colormaps, on made samples of several types.

Run as `python colors.py FOLDER`; prints a JSON list of cases, whose arrays are in the folder.
"""

import json
import sys
import warnings

import numpy
from rasterio.dtypes import dtype_ranges
from rio_tiler.colormap import apply_cmap, cmap, parse_color
from rio_tiler.models import ImageData

warnings.filterwarnings("ignore")
folder = sys.argv[1]
random = numpy.random.default_rng(7)
SIDE = 64
cases = []


def samples(dtype, bands):
    """All of a small type's values, or some of a large one's."""
    if dtype == "float32":
        return random.uniform(-300, 700, (bands, SIDE, SIDE)).astype(dtype)
    least, most = dtype_ranges[dtype]
    values = random.integers(least, most, (bands, SIDE, SIDE), dtype, endpoint=True)
    values[:, 0, :4] = [least, most, 0, 1]
    return values


def holes():
    row, column = numpy.mgrid[0:SIDE, 0:SIDE]
    return (row // 7 + column // 5) % 4 == 0


def add(kind, data, **asked):
    """What rio-tiler makes of `data` in TiTiler's order."""
    mask = numpy.broadcast_to(holes(), data.shape)
    image = ImageData(numpy.ma.MaskedArray(data.copy(), mask=mask))
    ranges = asked.get("rescale") or asked.get("automatic")
    if ranges:
        image.rescale([tuple(pair) for pair in ranges])
    if formula := asked.get("color_formula"):
        image.apply_color_formula(formula)
    out, alpha = image.array.data, numpy.where(holes(), 0, 255)
    colormap = asked.get("colormap")
    if name := asked.get("colormap_name"):
        out, shown = apply_cmap(out, cmap.get(name))
        alpha = numpy.where(holes(), 0, shown)
    elif colormap:
        if isinstance(colormap, dict):
            parsed = {int(key): parse_color(color) for key, color in colormap.items()}
        else:
            parsed = [(tuple(limits), parse_color(color)) for limits, color in colormap]
        out, shown = apply_cmap(out, parsed)
        alpha = numpy.where(holes(), 0, shown)
        asked["colormap"] = json.dumps(colormap)
    path = f"{folder}/{len(cases)}.npz"
    numpy.savez(path, data=data, mask=holes().astype("uint8"), out=out.astype("uint8"), alpha=alpha.astype("uint8"))
    cases.append(dict(kind=kind, npz=path, dtype=str(data.dtype), **asked))


FORMULAS = [
    "gamma rgb 1.85",
    "gamma r 0.7, gamma gb 2.2",
    "sigmoidal rgb 6 0.3",
    "sigmoidal rgb 20 0",
    "sigmoidal 13 -4.5 0.6",
    "sigmoidal b 0 0.5",
    "Gamma RGB 3.5 Sigmoidal RGB 15 0.35",
    "gamma b 1,85, gamma rg 1.95, sigmoidal rgb 35 0.13, saturation 1.15",
    "saturation 0",
    "saturation 1.7",
    "saturation 0.4 gamma g 1.2",
]
for formula in FORMULAS:
    for dtype in ("uint8", "uint16", "int16", "uint32", "int8"):
        add("formula", samples(dtype, 3), color_formula=formula)
    add("formula", samples("float32", 3), color_formula=formula, rescale=[[-250, 600]])
    add("formula", samples("uint16", 3), color_formula=formula, rescale=[[100, 60000], [0, 30000], [5, 50]])
for dtype in ("uint8", "uint16"):
    add("formula", samples(dtype, 1), color_formula="gamma r 1.3")
    add("formula", samples(dtype, 4)[:3], color_formula="sigmoidal 2 3 0.5")

for dtype in ("int8", "int16", "uint32", "int32"):
    for bands in (1, 3):
        add("automatic", samples(dtype, bands), automatic=[list(dtype_ranges[dtype])])
for dtype in ("int16", "float32"):
    for bands in (1, 3):
        ranges = [[-200 + 10 * band, 500 + 50 * band] for band in range(bands)]
        add("automatic", samples(dtype, bands), automatic=ranges, statistics=True)
for dtype in ("uint8", "uint16", "int16", "float32"):
    add("rescale", samples(dtype, 3), rescale=[[10, 200]])
    add("rescale", samples(dtype, 3), rescale=[[10, 200], [-100, 100], [0, 1]])

for name in ("viridis", "blues_r", "cfastie", "tab20"):
    add("colormap", samples("uint8", 1), colormap_name=name)
    add("colormap", samples("float32", 1), colormap_name=name, rescale=[[-300, 700]])
    add("colormap", samples("uint16", 1), colormap_name=name, rescale=[[0, 65535]], color_formula="gamma r 2")
table = {str(k): [k, 255 - k, k // 2, 255 if k % 3 else 100] for k in range(256)}
add("colormap", samples("uint8", 1), colormap=table)
few = {"1": "#f00", "200": [0, 255, 0], "77": "#0000ff80", "0": "#123", "300": "#fff8", "-5": [1, 2, 3, 4]}
near = {"int16": (-10, 310), "uint16": (0, 310), "uint8": (0, 255)}
for dtype, (least, most) in near.items():
    add("colormap", random.integers(least, most, (1, SIDE, SIDE), dtype, endpoint=True), colormap=few)
    steps = [[[0, 50], "#ff0000"], [[40, 60], "#0f0"], [[60, 60], "#fff"], [[-5, 5], [9, 8, 7, 6]], [[250, 1e9], "#abcd"]]
    add("colormap", random.integers(least, most, (1, SIDE, SIDE), dtype, endpoint=True), colormap=steps)
add("colormap", numpy.round(samples("float32", 1)), colormap=few)
halves = [[[-300, -10.5], "#111"], [[-10.5, 0.25], "#222"], [[0.25, 699], "#333333"]]
add("colormap", samples("float32", 1), colormap=halves)
print(json.dumps(cases))
