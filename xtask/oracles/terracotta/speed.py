"""`cargo xtask compare terracotta --speed`: tiles, ingest, optimize-rasters and memory of both, on the same files in one run.

Three bands of 8192 x 8192 pixels of 16 bits, as Sentinel-2's compress. Terracotta is served as its makers advise: by gunicorn. Each figure
is a median of requests one after the other over a connection kept open, unless it says otherwise.
"""

import argparse
import contextlib
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote, urlsplit

import mercantile
import numpy
import rasterio
import rasterio.shutil
import rasterio.warp
from rasterio.transform import from_origin

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent / "titiler"))

from answers import running  # noqa: E402

SIDE = 8192
BANDS = ("B02", "B03", "B04")
ZOOMS = (8, 10, 12, 13, 14, 17)

# Tiles of each zoom; fewer where there are fewer.
TILES = 24



def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--smalti", type=Path, required=True, help="the program, its release build")
    parser.add_argument("--work", type=Path, required=True, help="folder for what is made")
    parser.add_argument("--only", action="append", default=[], help="ingest, optimize, tiles or load")
    arguments = parser.parse_args()
    work = arguments.work.with_name("compare-terracotta-speed")
    make(work)
    print(f"load before: {os.getloadavg()[0]:.2f}; {os.cpu_count()} processors")
    parts = {"ingest": ingest, "optimize": optimize, "tiles": tiles, "load": load}
    for name, part in parts.items():
        if not arguments.only or name in arguments.only:
            part(arguments.smalti, work)
    print(f"\nload after: {os.getloadavg()[0]:.2f}")


def make(work):
    """The files, unless an earlier run made them."""
    if (work / "made").is_file():
        return
    shutil.rmtree(work, ignore_errors=True)
    (work / "raw").mkdir(parents=True)
    (work / "cogs").mkdir()
    common = noise(1)
    rows, columns = numpy.ogrid[0:SIDE, 0:SIDE]
    hole = (rows + columns < 1400) | ((rows - SIDE * 5 // 8) ** 2 + (columns - SIDE // 3) ** 2 < 500**2)
    for number, band in enumerate(BANDS):
        own = common + 0.25 * noise(10 + number)
        own = (own - own.mean()) / own.std()
        grain = numpy.random.default_rng(20 + number).normal(0, 40, own.shape).astype("float32")
        values = numpy.clip(1800 + 700 * own + grain, 1, 10_000).astype("uint16")
        values[hole] = 0
        raw = work / f"raw/20180101_{band}.tif"
        with rasterio.open(
            raw, "w", driver="GTiff", count=1, width=SIDE, height=SIDE, dtype="uint16", nodata=0, crs="EPSG:32633",
            transform=from_origin(500_000, 6_200_000, 10, 10),
        ) as to:
            to.write(values, 1)
        rasterio.shutil.copy(
            str(raw), str(work / f"cogs/20180101_{band}.tif"), driver="COG", compress="DEFLATE", predictor="YES", blocksize="512", overview_resampling="AVERAGE",
        )
    (work / "made").touch()


def noise(seed):
    """Five octaves of smooth noise: values on a coarse grid, between which lines run."""
    random_ = numpy.random.default_rng(seed)
    total = numpy.zeros((SIDE, SIDE), "float32")
    for octave in range(5):
        cells = 8 * 2**octave
        grid = random_.normal(0, 1, (cells + 2, cells + 2)).astype("float32")
        at = numpy.linspace(0, cells, SIDE, endpoint=False)
        low = at.astype(int)
        share = (at - low).astype("float32")
        share = share * share * (3 - 2 * share)
        wide = grid[:, low] * (1 - share) + grid[:, low + 1] * share
        total += (wide[low] * (1 - share)[:, None] + wide[low + 1] * share[:, None]) / 2**octave
    return (total - total.mean()) / total.std()


def timed(command, repeat=3):
    """Least seconds of a program's runs, and its greatest memory in MiB; `command` makes a new one for each run."""
    best, memory = None, 0
    for _ in range(repeat):
        arguments = command()
        begin = time.perf_counter()
        child = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        error = child.stderr.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - begin
        if child.returncode:
            raise SystemExit(f"{' '.join(map(str, arguments))} ended with {child.returncode}: {error.decode()[-2000:]}")
        best = seconds if best is None else min(best, seconds)
        memory = max(memory, usage.ru_maxrss >> 10)
    return best, memory


def table(title, heads):
    """Prints the head of a table."""
    print(f"\n{title}\n\n| {' | '.join(heads)} |\n|{'---|' * len(heads)}")


def row(name, theirs, ours, unit, more=()):
    """Prints how many times less ours is."""
    cells = [name, f"{theirs:.3g} {unit}", f"{ours:.3g} {unit}", f"{theirs / ours:.1f} x", *more]
    print(f"| {' | '.join(cells)} |", flush=True)


def their_command():
    return str(Path(sys.executable).parent / "terracotta")


def fresh(path):
    """A path where nothing is."""
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    return str(path)


def ingest(smalti, work):
    """Statistics of whole bands into a database."""
    table("ingest, least wall time of 3", ["files", "Terracotta", "Smalti", "ratio", "their memory", "our memory"])
    for name, pattern in (("1 COG", "{date}_B02.tif"), ("3 COGs", "{date}_{band}.tif")):
        place = work / "speed.sqlite"
        tail = [str(work / "cogs" / pattern), "-o", str(place), "--quiet"]
        theirs, their_memory = timed(lambda: (fresh(place), [their_command(), "ingest", *tail])[1], 1 if "3" in name else 2)
        ours, our_memory = timed(lambda: (fresh(place), [str(smalti), "ingest", *tail])[1])
        row(name, theirs, ours, "s", [f"{their_memory} MiB", f"{our_memory} MiB"])


def optimize(smalti, work):
    """A raw band to a COG."""
    table("optimize-rasters, one raw band of 134 MB, least wall time of 3", ["compression", "Terracotta", "Smalti", "ratio", "sizes", "their memory", "our memory"])
    for name in ("auto", "deflate", "deflate --reproject", "zstd", "lzw", "none"):
        out = work / "optimized"

        def command(program):
            fresh(out)
            return [program, "optimize-rasters", str(work / "raw/20180101_B02.tif"), "-o", str(out), "--quiet", "--compression", *name.split()]

        theirs, their_memory = timed(lambda: command(their_command()))
        their_size = (out / "20180101_B02.tif").stat().st_size / 1e6
        ours, our_memory = timed(lambda: command(str(smalti)))
        our_size = (out / "20180101_B02.tif").stat().st_size / 1e6
        row(name, theirs, ours, "s", [f"{their_size:.0f}, ours {our_size:.0f} MB", f"{their_memory} MiB", f"{our_memory} MiB"])


def database(work):
    """A database that both serve from, made by Terracotta."""
    place = work / "tiles.sqlite"
    if not place.is_file():
        subprocess.run([their_command(), "ingest", str(work / "cogs/{date}_{band}.tif"), "-o", str(place), "--quiet"], check=True, stderr=subprocess.DEVNULL)
    return place


@contextlib.contextmanager
def gunicorn(place, workers, settings):
    """Terracotta as its makers advise to serve it; gives its address and process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = dict(os.environ, TC_DRIVER_PATH=str(place), PYTHONWARNINGS="ignore", **settings)
    command = [sys.executable, "-m", "gunicorn", "--workers", str(workers), "--bind", f"127.0.0.1:{port}", "--log-level", "critical", "--timeout", "300", "terracotta.server.app:app"]
    with running(command, environment, stderr=subprocess.DEVNULL) as child:
        for _ in range(600):
            with contextlib.suppress(OSError):
                connection = HTTPConnection("127.0.0.1", port, timeout=300)
                connection.request("GET", "/keys")
                connection.getresponse().read()
                yield f"http://127.0.0.1:{port}", child.pid
                return
            time.sleep(0.1)
        raise SystemExit("gunicorn does not answer")


@contextlib.contextmanager
def smalti_serves(program, place, arguments=()):
    """Smalti over the same database; gives its address and process."""
    command = [str(program), "serve", "-d", str(place), "--port", "0", "--log-level", "error", *arguments]
    with running(command, dict(os.environ), stdout=subprocess.PIPE, text=True) as child:
        line = child.stdout.readline()
        if "http://" not in line:
            raise SystemExit(f"smalti printed {line!r} and not its address")
        yield line[line.index("http://") :].strip().rstrip("/"), child.pid


def targets(work, view=False):
    """Paths by kind and zoom, of tiles that the rasters reach, always the same ones: here and there, or side by side as a map asks."""
    with rasterio.open(work / f"cogs/20180101_{BANDS[0]}.tif") as source:
        west, south, east, north = rasterio.warp.transform_bounds(source.crs, "EPSG:4326", *source.bounds)
    found = {}
    middle = (west + east) / 2, (south + north) / 2
    for zoom in ZOOMS:
        inside = [tile for tile in mercantile.tiles(west, south, east, north, zoom)] if zoom < 15 else [
            mercantile.tile(west + (east - west) * x, south + (north - south) * y, zoom)
            for x, y in numpy.random.default_rng(5).uniform(0.1, 0.9, (TILES, 2))
        ]
        random.Random(6).shuffle(inside)
        inside = inside[:TILES]
        if view:
            center = mercantile.tile(*middle, zoom)
            there = set(mercantile.tiles(west, south, east, north, zoom)) if zoom < 15 else None
            inside = [mercantile.Tile(center.x + x, center.y + y, zoom) for y in range(-2, 2) for x in range(-3, 3)]
            inside = [tile for tile in inside if there is None or tile in there]
        chosen = [f"{tile.z}/{tile.x}/{tile.y}.png" for tile in inside]
        found["singleband", zoom] = [f"/singleband/20180101/B02/{zxy}?colormap=viridis&stretch_range=[500,4000]" for zxy in chosen]
        found["rgb", zoom] = [f"/rgb/20180101/{zxy}?r=B04&g=B03&b=B02" for zxy in chosen]
        expression = quote("(v1*1.0-v2)/(v1*1.0+v2)")
        found["compute", zoom] = [f"/compute/20180101/{zxy}?v1=B04&v2=B03&expression={expression}&stretch_range=[-1,1]" for zxy in chosen]
    return found


def ask(connection, target):
    """Milliseconds until the whole answer is there."""
    begin = time.perf_counter()
    connection.request("GET", target)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200 or not body.startswith(b"\x89PNG"):
        raise SystemExit(f"{target}: {answer.status} {body[:200]!r}")
    return 1e3 * (time.perf_counter() - begin)


def medians(address, wanted, rounds=1):
    """Median milliseconds of each kind and zoom, of the last round."""
    place = urlsplit(address)
    connection = HTTPConnection(place.hostname, place.port, timeout=300)
    found = {}
    for _ in range(rounds):
        found = {name: statistics.median(ask(connection, target) for target in paths) for name, paths in wanted.items()}
    connection.close()
    return found


def memory(pid):
    """MiB of a process and all below it, pages that several share counted in parts."""
    pids, new = set(), {pid}
    while new:
        pids |= new
        new = {
            int(child) for parent in new for task in Path(f"/proc/{parent}/task").glob("*")
            for child in (task / "children").read_text().split()
        } - pids
    total = 0
    for one in pids:
        with contextlib.suppress(OSError):
            lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
            total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def tiles(smalti, work):
    """One client, one request after the other."""
    place, wanted = database(work), targets(work)
    their_settings = {"TC_RASTER_CACHE_SIZE": "0"}
    with gunicorn(place, 1, their_settings) as (address, _):
        theirs = medians(address, wanted)
    with smalti_serves(smalti, place, ["--cache-mb", "0", "--stored-cache-mb", "0"]) as (address, _):
        medians(address, {name: paths[:1] for name, paths in wanted.items()})
        ours = medians(address, wanted)
    compare_tiles("here and there, caches off on both sides", theirs, ours)
    wanted = targets(work, view=True)
    theirs, their_warm, ours, our_warm, their_memory, our_memory = {}, {}, {}, {}, 0, 0
    # Anew for each kind: all of them are made of the same bands, which both keep.
    for kind in ("singleband", "rgb", "compute"):
        some = {name: paths for name, paths in wanted.items() if name[0] == kind}
        with gunicorn(place, 1, {}) as (address, pid):
            theirs |= medians(address, some)
            their_warm |= medians(address, some)
            their_memory = max(their_memory, memory(pid))
        with smalti_serves(smalti, place) as (address, pid):
            ours |= medians(address, some)
            our_warm |= medians(address, some)
            our_memory = max(our_memory, memory(pid))
    compare_tiles("side by side, never asked for before, caches as they are by default", theirs, ours)
    compare_tiles("side by side, asked for before", their_warm, our_warm)
    table("memory after that, the greatest of the three kinds", ["", "Terracotta", "Smalti", "ratio"])
    row("one worker, its three readers", their_memory, our_memory, "MiB")


def compare_tiles(title, theirs, ours):
    """A table of medians."""
    table(f"tiles of 256 x 256, {title}: median", ["tile", "Terracotta", "Smalti", "ratio"])
    for name in theirs:
        row(f"{name[0]}, zoom {name[1]}", theirs[name], ours[name], "ms")
    for kind in ("singleband", "rgb", "compute"):
        ratios = [theirs[name] / ours[name] for name in theirs if name[0] == kind]
        print(f"| {kind}, geometric mean | | | {statistics.geometric_mean(ratios):.1f} x |")


def load(smalti, work):
    """Eight clients at once, two workers each side."""
    place, wanted = database(work), targets(work)
    figures = {}
    for side in ("theirs", "ours"):
        server = gunicorn(place, 2, {}) if side == "theirs" else smalti_serves(smalti, place, ["--threads", "2"])
        with server as (address, pid):
            for kind in ("singleband", "rgb"):
                for state in ("first", "again"):
                    figures[kind, state, side] = throughput(address, wanted[kind, 13] + wanted[kind, 14])
            figures["memory", "", side] = memory(pid)
    table("8 clients, two workers, zooms 13 and 14: tiles a second", ["tile", "Terracotta", "Smalti", "ratio"])
    for kind in ("singleband", "rgb"):
        for state in ("first", "again"):
            a, b = figures[kind, state, "theirs"], figures[kind, state, "ours"]
            print(f"| {kind}, {'never asked for before' if state == 'first' else 'asked for before'} | {a:.0f} | {b:.0f} | {b / a:.1f} x |")
    a, b = figures["memory", "", "theirs"], figures["memory", "", "ours"]
    print(f"| memory after that | {a:.0f} MiB | {b:.0f} MiB | {a / b:.1f} x |")


def throughput(address, paths):
    """Tiles a second of eight clients that share a list."""
    place = urlsplit(address)

    def client(mine):
        for target in mine:
            # As browsers behind a proxy that keeps no connections: gunicorn's workers serve one connection at a time.
            connection = HTTPConnection(place.hostname, place.port, timeout=300)
            ask(connection, target)
            connection.close()

    begin = time.perf_counter()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(client, [paths[number::8] for number in range(8)]))
    return len(paths) / (time.perf_counter() - begin)


if __name__ == "__main__":
    main()
