"""What Terracotta makes of a database: `python terracotta_tells.py make|read|change PLACE`; prints JSON.

`make` creates one and puts datasets in, `make-large` one with a raster of `float32` as large as they come,
`read` tells all that is in one, `change` puts one dataset in and takes one out. What is not finite is told
as null.
"""

import json
import math
import os
import sys
import tempfile

import terracotta

KEYS = ["date", "band"]


def metadata(west):
    return {
        "bounds": (west, -5.5, west + 5.25, 0.1 + 0.2),
        "convex_hull": {
            "type": "Polygon",
            "coordinates": [[[west, -5.5], [west + 5.25, -5.5], [west, 0.1], [west, -5.5]]],
        },
        "valid_percentage": 99.123456789,
        "range": (-1.5, 1e300),
        "mean": 1 / 3,
        "stdev": 0.1,
        "percentiles": [p / 3 for p in range(1, 100)],
        "metadata": {"note": "größer ≥ 3", "list": [1, None, True, 0.1]},
    }


def make(driver):
    driver.create(KEYS, key_descriptions={"date": "wann ≥ 2"})
    for at, date in enumerate(["2020", "2021", "Ärger", "a'b\"; --", "%_"]):
        for band in ["B1", "B2"]:
            keys = {"date": date, "band": band}
            if band == "B1":
                driver.insert(keys, f"s3://bucket/{at}/{band} ä.tif", metadata=metadata(10.0 * at))
            else:
                driver.insert(keys, f"{at}/{band}.tif", skip_metadata=True)


def make_large(driver):
    import numpy
    import rasterio

    values = numpy.full((64, 64), 3e38, "float32")
    values[:, ::3] = -1.0
    values[0, 0] = numpy.nan
    place = {"crs": "EPSG:4326", "transform": rasterio.transform.from_bounds(9, 45, 10, 46, 64, 64)}
    driver.create(KEYS)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "large.tif")
        with rasterio.open(
            path, "w", "GTiff", 64, 64, 1, dtype="float32", nodata=numpy.nan, **place
        ) as raster:
            raster.write(values, 1)
        noted = {"scale": math.nan, "note": "NaN"}
        driver.insert(["2020", "B1"], path, metadata=driver.compute_metadata(path, extra_metadata=noted))
        infinite = metadata(1.0) | {"range": (-math.inf, math.inf), "percentiles": [math.inf] * 99}
        driver.insert(["2020", "B2"], path, metadata=infinite)


def finite(told):
    if isinstance(told, float):
        return told if math.isfinite(told) else None
    if isinstance(told, dict):
        return {name: finite(value) for name, value in told.items()}
    return [finite(value) for value in told] if isinstance(told, (list, tuple)) else told


def change(driver):
    driver.insert(["2023", "B1"], "new.tif", metadata=metadata(1.0))
    driver.delete(["2021", "B2"])


def read(driver):
    store = driver.meta_store

    def listed(where=None, order_by=None, **query):
        # Of a database with other keys, what of the question makes sense.
        if where:
            query["where"] = {key: value for key, value in where.items() if key in driver.key_names}
        if order_by:
            query["order_by"] = [key for key in order_by if key in driver.key_names]
        found = driver.get_datasets(**query)
        return [[*keys, path] for keys, path in found.items()]

    everything = listed()
    with driver.connect():
        known = {
            "/".join(keys): store.get_metadata(dict(zip(driver.key_names, keys)))
            for *keys, _ in everything
        }
    return {
        "version": driver.db_version,
        "keys": list(driver.get_keys().items()),
        "datasets": everything,
        "one": listed(where={"date": "2020"}),
        "several": listed(where={"date": ["2020", "2021"], "band": "B1"}),
        "page": listed(page=1, limit=3),
        "ordered": listed(order_by=["band", "date"], ascending=False),
        "metadata": known,
    }


action, place = sys.argv[1:]
database = terracotta.get_driver(place)
if action == "make":
    make(database)
elif action == "make-large":
    make_large(database)
elif action == "change":
    change(database)
# SQLAlchemy takes MySQL's doubles for decimals with ten digits behind the point.
json.dump(finite(read(database)), sys.stdout, default=float)
