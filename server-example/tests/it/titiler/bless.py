"""What TiTiler answers to the requests of `requests.txt`, for the files in a folder; written as `expectations.json`.

`cargo xtask compare titiler --bless` runs the test that calls this.
"""

import io
import json
import sys
from pathlib import Path
from urllib.parse import quote

import numpy

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
    if "json" in answer.media():
        expected["json"] = json.loads(body)
    elif answer.media() == "application/x-binary":
        array = numpy.load(io.BytesIO(answer.body))
        values = array.astype("float64")
        mask = values[-1] > 0
        # What lies under the mask is nobody's.
        values[:-1, ~mask] = 0
        values[-1] = mask
        rows = [None if value != value else int(value) if value == int(value) else float(f"{value:.9g}") for value in values.ravel().tolist()]
        expected |= {"descr": array.dtype.str, "shape": list(array.shape), "values": rows}
    return expected


if __name__ == "__main__":
    main(sys.argv[1])
