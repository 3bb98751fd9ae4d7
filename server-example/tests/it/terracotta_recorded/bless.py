"""What Terracotta answers to the requests of `requests.txt`, for the files in a folder; written as `expectations.json`.

`cargo xtask compare terracotta --bless` runs the test that calls this.
"""

import io
import json
import sys
from pathlib import Path
from urllib.parse import quote

import numpy
from PIL import Image

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[3] / "xtask/oracles/terracotta"))

import databases  # noqa: E402
import servers  # noqa: E402
from questions import Case  # noqa: E402


def main(folder):
    lines = [line for line in (HERE / "requests.txt").read_text().splitlines() if line and not line.startswith("#")]
    place = databases.made_by_terracottas_command(sys.executable, folder / "theirs.sqlite", folder, "{date}_{band}.tif")
    with servers.terracotta(place) as address:
        got = servers.ask(address, [case(line) for line in lines])
    place.unlink()
    # An entry a line: a change of one shows as one.
    text = ",\n".join(json.dumps({"request": line, **expectation(answer)}, separators=(",", ":")) for line, answer in zip(lines, got))
    (HERE / "expectations.json").write_text(f"[\n{text}\n]\n")


def case(line):
    """The request of a line: method, path with query, body."""
    method, target, *body = line.split(" ", 2)
    headers = {"content-type": "application/json"} if body else {}
    return Case("", quote(target, safe="/?&=%,:()*+"), method=method, body=body[0].encode() if body else None, headers=headers)


def expectation(answer):
    """What has to be the same in another server's answer."""
    expected = {"status": answer.status, "media": answer.media()}
    if "json" in answer.media():
        expected["json"] = json.loads(answer.body)
    elif answer.media() == "image/png":
        picture = Image.open(io.BytesIO(answer.body))
        # The form of the file: one bit for what is empty, grey, a palette or colours.
        expected["form"] = [answer.body[24], answer.body[25]]
        rgba = numpy.asarray(picture.convert("RGBA"))
        expected |= {"width": rgba.shape[1], "height": rgba.shape[0]}
        if (rgba[..., 3] > 0).any():
            expected["rgba"] = rgba.tobytes().hex()
    return expected


if __name__ == "__main__":
    main(Path(sys.argv[1]))
