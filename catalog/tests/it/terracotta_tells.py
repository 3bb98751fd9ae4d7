"""What Terracotta makes of a database: `python terracotta_tells.py make|read|change PLACE`; prints JSON.

`make` creates one and puts datasets in, `read` tells all that is in one, `change` puts one dataset in and
takes one out.
"""

import json
import sys

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
elif action == "change":
    change(database)
# SQLAlchemy takes MySQL's doubles for decimals with ten digits behind the point.
json.dump(read(database), sys.stdout, default=float)
