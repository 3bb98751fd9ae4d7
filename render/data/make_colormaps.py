"""Makes `colormaps.bin`, `reversed.bin` and `twilight.bin` from matplotlib's and cmocean's colormaps and from `stops.txt`.

    python -m venv maps && maps/bin/pip install matplotlib==3.11.2 cmocean==4.0.3
    maps/bin/python make_colormaps.py

`colormaps.bin` holds 256 × RGB for each name, in the order of the names; they are printed for `src/color/named.rs`.
A reversed map is the map read backwards, but where matplotlib computes the reversed one it rounds otherwise here
and there: `reversed.bin` lists these bytes, as the number of the map, the place in its 768 bytes (u16,
little-endian), and the byte. `twilight.bin` holds all colours of the one map that has more than 256.
"""

from pathlib import Path

import cmocean
import matplotlib
import numpy

HERE = Path(__file__).parent
# Those of matplotlib, without its duplicates in British spelling and its newer maps.
LEFT_OUT = {
    "berlin", "gist_grey", "gist_yerg", "grays", "grey", "managua", "okabe_ito", "petroff6", "petroff8", "petroff10", "vanimo",
}
WITHOUT_REVERSE = ("cfastie", "rplumbo", "schwarzwald")


def steps(colormap):
    """256 × RGB, cut off."""
    return (colormap(numpy.linspace(0, 1, 256))[:, :3] * 255).astype("uint8")


def from_stops():
    """Maps of `stops.txt`: straight lines between the stops, cut off."""
    stops = {}
    for line in (HERE / "stops.txt").read_text().splitlines():
        name, position, color = line.split()
        stops.setdefault(name, []).append((int(position), *bytes.fromhex(color)))
    for name, listing in stops.items():
        position, *channels = numpy.array(listing, "float64").T
        lines = [numpy.interp(numpy.arange(256), position, channel) for channel in channels]
        # Whole numbers stay whole.
        yield name, numpy.floor(numpy.stack(lines, axis=1) + 1e-9).astype("uint8")


maps = {}
for name, colormap in cmocean.cm.cmap_d.items():
    maps[name] = steps(colormap)
for name in matplotlib.colormaps:
    if not name.startswith("cmo."):
        maps[name.lower()] = steps(matplotlib.colormaps[name])
maps.update(from_stops())

names = sorted(
    name for name in maps if not name.endswith(("_r", "_i", "_r_i", "_i_r")) and name not in LEFT_OUT
)
(HERE / "colormaps.bin").write_bytes(b"".join(maps[name].tobytes() for name in names))
corrections = bytearray()
for number, name in enumerate(names):
    if name in WITHOUT_REVERSE:
        continue
    backwards = maps[name][::-1].ravel()
    for place in numpy.flatnonzero(backwards != maps[name + "_r"].ravel()):
        corrections += bytes([number, *int(place).to_bytes(2, "little"), maps[name + "_r"].ravel()[place]])
(HERE / "reversed.bin").write_bytes(corrections)
twilight = matplotlib.colormaps["twilight"](numpy.arange(510))[:, :3] * 255
(HERE / "twilight.bin").write_bytes(twilight.astype("uint8").tobytes())
print(len(names), "maps:", ", ".join(f'"{name}"' for name in names))
