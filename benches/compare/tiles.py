"""Times rio-tiler on a list of tiles: one thread, warm, PNG out.

Reads from standard input a JSON list of jobs, `{"file", "z", "x", "y", "resampling", "rescale": [[min, max], ...] | null}`,
and writes one JSON object: `{"oracle": version, "seconds": [best per job], "open_seconds": [...], "decoded": [...]}`.

"Warm" is the kindest reading for rio-tiler: the dataset is opened once per job and stays open, GDAL's block cache is
filled by a first run, and the best of several runs counts. Times are the process's CPU time,
which other work on the machine does not move. `open_seconds` is the same with a fresh open every time, which is what a TiTiler
route does.
"""

import json
import os
import sys
import time

os.environ.setdefault("GDAL_NUM_THREADS", "1")
os.environ.setdefault("GDAL_DISABLE_READDIR_ON_OPEN", "EMPTY_DIR")
os.environ.setdefault("GDAL_CACHEMAX", "512")

import rasterio  # noqa: E402
import rio_tiler  # noqa: E402
from rio_tiler.io import Reader  # noqa: E402


def render(source, job):
    image = source.tile(
        job["x"],
        job["y"],
        job["z"],
        resampling_method=job["resampling"],
        reproject_method=job["resampling"],
    )
    if job.get("rescale"):
        image.rescale(in_range=[tuple(pair) for pair in job["rescale"]])
    return image.render(img_format="PNG")


def best(run, budget):
    """CPU seconds of the best of as many runs as fit into `budget` seconds, three at least."""
    least, spent, runs = float("inf"), 0.0, 0
    while runs < 3 or spent < budget:
        start = time.process_time()
        run()
        took = time.process_time() - start
        least, spent, runs = min(least, took), spent + took, runs + 1
    return least


def main():
    jobs = json.load(sys.stdin)
    budget = float(os.environ.get("SMALTI_COMPARE_BUDGET", "0.5"))
    seconds, open_seconds, sizes = [], [], []
    for job in jobs:
        with Reader(job["file"]) as source:
            sizes.append(len(render(source, job)))
            seconds.append(best(lambda: render(source, job), budget))

        def fresh():
            with Reader(job["file"]) as source:
                render(source, job)

        open_seconds.append(best(fresh, budget))
    json.dump(
        {
            "oracle": f"rio-tiler {rio_tiler.__version__}, GDAL {rasterio.__gdal_version__}",
            "seconds": seconds,
            "open_seconds": open_seconds,
            "bytes": sizes,
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
