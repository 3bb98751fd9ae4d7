"""GDAL's side of `cargo xtask compare decode`: whole files, through rasterio.

`decode.py make` reads the rows that `compare-decode make` printed and writes their files, tiled 512 x 512, as GDAL writes them.

`decode.py run` reads orders, a JSON object a line: `{"file", "threads", "check"}`; opens the file anew, reads all bands, and
answers `{"wall", "cpu", "checksum", "oracle"}`. The dataset is closed before the next order, so that nothing of it stays in GDAL's block
cache; the cache is large enough for the whole image, because GDAL decodes with several threads only then (and takes no
longer with one).
"""

import json
import os
import sys
import time
import zlib

os.environ["GDAL_DISABLE_READDIR_ON_OPEN"] = "EMPTY_DIR"
os.environ["GDAL_CACHEMAX"] = "512"
os.environ.pop("GDAL_NUM_THREADS", None)

import numpy  # noqa: E402
import rasterio  # noqa: E402
from rasterio.errors import NotGeoreferencedWarning  # noqa: E402
import warnings  # noqa: E402

warnings.simplefilter("ignore", NotGeoreferencedWarning)


def make(row):
    if os.path.exists(row["file"]):
        return
    shape = (row["bands"], row["side"], row["side"])
    samples = numpy.fromfile(row["raw"], dtype=row["dtype"]).reshape(shape)
    profile = {
        "driver": "GTiff",
        "dtype": row["dtype"],
        "count": row["bands"],
        "width": row["side"],
        "height": row["side"],
        "tiled": True,
        "blockxsize": 512,
        "blockysize": 512,
        "interleave": "pixel",
        "num_threads": "ALL_CPUS",
    }
    profile.update({name.lower(): value for name, value in row["options"]})
    partial = row["file"] + ".part"
    with rasterio.open(partial, "w", **profile) as sink:
        sink.write(samples)
    os.replace(partial, row["file"])


def decode(order):
    threads = str(order["threads"] or "ALL_CPUS")
    wall, cpu = time.perf_counter(), time.process_time()
    with rasterio.open(order["file"], num_threads=threads) as source:
        samples = source.read()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    checksum = zlib.crc32(samples.tobytes()) if order["check"] else None
    return {
        "wall": wall,
        "cpu": cpu,
        "checksum": checksum,
        "oracle": f"GDAL {rasterio.__gdal_version__}, rasterio {rasterio.__version__}",
    }


def main():
    if sys.argv[1:] == ["make"]:
        for row in json.load(sys.stdin):
            make(row)
    elif sys.argv[1:] == ["run"]:
        with rasterio.Env():
            for line in sys.stdin:
                print(json.dumps(decode(json.loads(line))), flush=True)
    else:
        sys.exit("usage: decode.py make < rows.json | decode.py run < orders.jsonl")


if __name__ == "__main__":
    main()
