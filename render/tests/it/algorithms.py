"""Makes images, and of them what TiTiler's algorithms make; and what they say of themselves.

Run as `python algorithms.py FOLDER`; prints a JSON list of what is in the folder.
"""

import json
import sys
import warnings

import numpy
from rio_tiler.models import ImageData
from titiler.core.algorithm import algorithms
from titiler.core.factory import AlgorithmFactory

warnings.filterwarnings("ignore")
folder = sys.argv[1]
random = numpy.random.default_rng(11)
ROWS, COLUMNS = 41, 53
BOUNDS = (100.0, 50.0, 100.0 + 30.0 * COLUMNS, 50.0 + 30.0 * ROWS)

HEIGHTS = [
    ("hillshade", {}),
    ("hillshade", {"azimuth": 0, "angle_altitude": 90.0}),
    ("hillshade", {"azimuth": 315, "angle_altitude": -30, "buffer": 0, "z_exaggeration": 0.25}),
    ("hillshade", {"azimuth": 360, "buffer": 7, "z_exaggeration": 1000}),
    ("slope", {}),
    ("slope", {"buffer": 0, "z_exaggeration": 10}),
    ("contours", {}),
    ("contours", {"increment": 10, "thickness": 3, "minz": -100, "maxz": 300}),
    ("contours", {"increment": 0, "thickness": 10, "minz": 0, "maxz": 50}),
    ("terrarium", {}),
    ("terrarium", {"nodata_height": -12.5}),
    ("terrainrgb", {}),
    ("terrainrgb", {"interval": 0.25, "baseval": -500, "nodata_height": 0}),
    ("bitonal", {}),
]
BANDS = [
    (name, {})
    for name in (
        "normalizedIndex", "cast", "ceil", "floor", "min", "max", "median", "mean", "std", "var", "sum",
        "grayscale", "bitonal",
    )
]


def field(dtype, bands):
    row, column = numpy.mgrid[0:ROWS, 0:COLUMNS] / 9.0
    hills = [numpy.sin(row + b) * numpy.cos(column * (b + 1)) for b in range(bands)]
    noise = random.uniform(-0.2, 0.2, (bands, ROWS, COLUMNS))
    return ((numpy.stack(hills) + noise + 1.2) / 2.4 * 250).clip(1, 251).astype(dtype)


def holes(kind, bands):
    if kind == "none":
        return numpy.zeros((bands, ROWS, COLUMNS), dtype=bool)
    if kind == "all":
        # Blocks, so that the middle of a hole is far from what counts.
        row, column = numpy.mgrid[0:ROWS, 0:COLUMNS]
        hole = ((row // 6 + column // 7) % 4 == 0)[None]
        return numpy.repeat(hole, bands, axis=0)
    return random.uniform(size=(bands, ROWS, COLUMNS)) < 0.3


listing = []
for dtype in ("uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float32", "float64"):
    for kind in ("none", "all", "bands"):
        for bands, cases in ((1, HEIGHTS), (3, BANDS), (2, BANDS[:11])):
            values = (field("float64", bands) // (2 if dtype == "int8" else 1)).astype(dtype)
            if dtype.startswith("float"):
                values += random.integers(0, 8, values.shape).astype(dtype) / 8
            mask = holes(kind, bands)
            source = f"{folder}/{dtype}-{kind}-{bands}.npz"
            numpy.savez(source, data=values, mask=(~mask).astype("uint8") * 255)
            for number, (name, parameters) in enumerate(cases):
                image = ImageData(
                    numpy.ma.MaskedArray(values.copy(), mask=mask.copy()), bounds=BOUNDS, crs="EPSG:32631",
                )
                result = algorithms.get(name)(**parameters)(image)
                path = f"{folder}/{dtype}-{kind}-{bands}-{number}.npz"
                shape = result.array.data.shape
                valid = numpy.broadcast_to(~numpy.ma.getmaskarray(result.array), shape)
                numpy.savez(path, data=result.array.data, mask=valid.astype("uint8") * 255)
                listing.append(dict(
                    algorithm=name, parameters=json.dumps(parameters), source=source, result=path,
                    dtype=str(result.array.dtype), bounds=list(result.bounds),
                    descriptions=result.band_descriptions,
                ))

factory = AlgorithmFactory()
about = {
    name: factory._get_algo_metadata(algorithms.get(name)).model_dump(mode="json") for name in algorithms.list()
}
refused = []
for name, parameters in [
    ("hillshade", {"azimuth": 361}), ("hillshade", {"azimuth": 1.5}), ("hillshade", {"buffer": -1}),
    ("hillshade", {"angle_altitude": "low"}), ("slope", {"z_exaggeration": 0}), ("slope", {"buffer": 100}),
    ("slope", {"buffer": None}), ("contours", {"thickness": 11}), ("terrarium", {"nodata_height": 1e6}),
    ("terrainrgb", {"interval": 1.5}), ("terrainrgb", {"baseval": [1]}),
]:
    try:
        algorithms.get(name)(**parameters)
        raise SystemExit(f"{name} takes {parameters}")
    except ValueError:
        refused.append([name, json.dumps(parameters)])
print(json.dumps(dict(
    made=listing, about=about, names=list(algorithms.list()), refused=refused, bounds=BOUNDS,
)))
