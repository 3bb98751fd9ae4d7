"""What TiTiler answers to the requests of `requests.txt`, for the files in a folder; written as `expectations.json`.

`cargo xtask compare titiler --bless` runs the test that calls this.
"""

import io
import json
import re
import sys
from pathlib import Path
from urllib.parse import quote

import numpy
from rasterio.io import MemoryFile

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[3] / "xtask/oracles/titiler"))

import answers  # noqa: E402
from cases import Case  # noqa: E402


def main(folder):
    lines = [line for line in (HERE / "requests.txt").read_text().splitlines() if line and not line.startswith("#")]
    with answers.titiler() as address:
        got = answers.ask(address, [case(line, folder) for line in lines])
    entries = []
    for line, answer in zip(lines, got):
        body = answer.body.decode(errors="replace").replace(address, "{server}").replace(folder, "{folder}").replace(quote(folder, safe=""), "{folder}")
        entries.append({"request": line, **expectation(answer, body)})
    # An entry a line: a change of one shows as one.
    text = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in entries)
    (HERE / "expectations.json").write_text(f"[\n{text}\n]\n")


def case(line, folder):
    """The request of a line: method, path with query, body."""
    method, target, *body = line.replace("{folder}", folder).split(" ", 2)
    return Case("", target, method=method, body=json.loads(body[0]) if body else None)


def expectation(answer, body):
    """What has to be the same in another server's answer."""
    expected = {"status": answer.status}
    if answer.status >= 400:
        return expected
    expected["media"] = answer.media()
    expected |= {name: answer.headers[name] for name in ("content-bbox", "content-crs") if name in answer.headers}
    if "json" in answer.media():
        expected["json"] = json.loads(body)
    elif answer.media() == "application/x-binary":
        expected |= array(numpy.load(io.BytesIO(answer.body)))
    elif answer.media().startswith("image/"):
        expected |= picture(answer)
    elif "xml" in answer.media():
        expected["contains"] = parts(body)
    return expected


def picture(answer):
    """Pixels of a picture: of a TIFF as an array with its mask, of others as red, green, blue and alpha."""
    with MemoryFile(answer.body) as memory, memory.open() as source:
        pixels, colours = source.read(), [colour.name for colour in source.colorinterp]
    if "tiff" in answer.media():
        mask = pixels[-1] > 0 if colours[-1] == "alpha" else numpy.ones(pixels.shape[1:], bool)
        pixels = pixels[:-1] if colours[-1] == "alpha" else pixels
        return array(numpy.concatenate([pixels, mask[None].astype(pixels.dtype)]))
    if pixels.dtype == "uint16":
        pixels = (pixels >> 8).astype("uint8")
    alpha = pixels[-1:] if len(pixels) in (2, 4) else numpy.full_like(pixels[:1], 255)
    bands = pixels[:-1] if len(pixels) in (2, 4) else pixels
    colours = numpy.repeat(bands, 3, axis=0) if len(bands) == 1 else bands
    rgba = numpy.moveaxis(numpy.concatenate([colours, alpha]), 0, -1)
    return {"width": rgba.shape[1], "height": rgba.shape[0], "rgba": rgba.tobytes().hex()}


def array(values):
    """An array, band by band, the last of which is the mask."""
    descr, values = values.dtype.str, values.astype("float64")
    mask = values[-1] > 0
    # What lies under the mask is nobody's.
    values[:-1, ~mask] = 0
    values[-1] = mask
    rows = [None if value != value else int(value) if value == int(value) else float(f"{value:.9g}") for value in values.ravel().tolist()]
    return {"descr": descr, "shape": list(values.shape), "values": rows}


def parts(body):
    """What capabilities have to say of a tile matrix set that everybody has, without blanks."""
    layer = next(layer for layer in body.split("<Layer>") if "_WebMercatorQuad_" in layer)
    text = "".join(layer.split())
    limits = re.search(r"<TileMatrixSetLink>.*</TileMatrixSetLink>", text)[0]
    return [limits, *re.findall(r"<Format>.*?</Format>", text), re.search(r"<ows:Identifier>.*?</ows:Identifier>", text)[0]]


if __name__ == "__main__":
    main(sys.argv[1])
