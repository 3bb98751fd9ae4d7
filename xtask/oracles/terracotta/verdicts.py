"""In what two answers differ, and what is no difference.

| what | the same if |
| --- | --- |
| status, media type, order of rows, texts | equal |
| headers on keeping | as many seconds |
| headers on origins | a page may read the one if it may read the other, whatever the words |
| bounds | 1e-6 degrees apart |
| convex hull | what lies in one of them only is 0.1 % of it at most |
| range, mean, stdev, percentiles, valid percentage | 1e-6 of the greater one apart; statistics of 32-bit reals 1e-4, as NumPy adds them up in 32 bits |
| colours in JSON | equal; values of a legend 1e-12 |
| pixels | at most 1 of 255 apart, in all but 0.5 % of the pixels; what is transparent in both has no colour |
| pixels of a colormap | the same colormap, and numbers in it as above; of an explicit one, equal in all but 0.5 % |
| errors | both have a `message` in words; the sentences that clients know are equal |
"""

import io
import json
import math
import re
from urllib.parse import unquote

import numpy
from PIL import Image
from shapely.geometry import shape

# Of what may be asked for: parts of an answer, methods of a path.
HEADERS = ("accept-ranges", "allow")

# Sentences that clients may look for.
SENTENCES = (
    r"No dataset found", r"Lazy loading requires a writable database", r"Got wrong number of keys .*", r"Encountered unrecognized keys \{'\w+'\} .*", r"must specify all keys except last one",
    r"Upper stretch bounds? must be .*", r"Maximum number of keys exceeded .*", r"Request body must be a JSON object", r"Invalid percentile, out of range: .*",
)

# Of all pixels.
SHARE = 0.005


def findings(case, theirs, ours):
    """Every difference as a line; empty if the answers are the same."""
    if ours.status == 0:
        return [f"no answer: {ours.body.decode()}"]
    if theirs.status != ours.status:
        return [f"status: {theirs.status}, ours {ours.status}{words(ours)}"]
    found = []
    their_media, our_media = (answer.media() for answer in (theirs, ours))
    if their_media.split(";")[0] != our_media.split(";")[0]:
        found.append(f"content-type: {their_media}, ours {our_media}")
    found += in_permission(case, theirs, ours)
    for name in HEADERS:
        a, b = theirs.headers.get(name), ours.headers.get(name)
        if names(a) != names(b):
            found.append(f"{name}: {a}, ours {b}")
    a, b = (seconds(answer.headers.get("cache-control")) for answer in (theirs, ours))
    if a != b:
        found.append(f"cache-control: {theirs.headers.get('cache-control')}, ours {ours.headers.get('cache-control')}")
    if case.method == "HEAD" and ours.body:
        found.append(f"body: {len(ours.body)} bytes in the answer to HEAD")
    if case.method in ("HEAD", "OPTIONS"):
        return found
    kind = their_media.split(";")[0]
    if theirs.status >= 400:
        return found + mistake(theirs, ours, kind)
    if kind == "application/json":
        return found + in_json(case, theirs.body, ours.body)
    if kind == "image/png" and theirs.status == 200:
        return found + in_pictures(case, theirs.body, ours.body)
    if kind == "text/html":
        return found
    if theirs.body != ours.body:
        found.append(f"body: {len(theirs.body)} bytes, ours {len(ours.body)}")
    return found


def in_permission(case, theirs, ours):
    """Whether a page of the request's origin may read the answer; of a preflight, whether it may ask."""
    origin = case.headers.get("Origin", "*")
    method = case.headers.get("Access-Control-Request-Method")

    def may(answer):
        return answer.headers.get("access-control-allow-origin") in ("*", origin)

    found = [] if may(theirs) == may(ours) else [f"origin {origin}: {'allowed' if may(theirs) else 'refused'}, ours {'allowed' if may(ours) else 'refused'}"]
    if method and may(theirs):
        for name, wanted in (("access-control-allow-methods", method), ("access-control-allow-headers", case.headers.get("Access-Control-Request-Headers"))):
            allowed = names(ours.headers.get(name)) or []
            if wanted and wanted.lower() not in allowed and "*" not in allowed:
                found.append(f"{name}: {theirs.headers.get(name)}, ours {ours.headers.get(name)}")
    # An answer that depends on who asks must not be kept for another.
    if ours.headers.get("access-control-allow-origin") not in (None, "*") and "origin" not in (names(ours.headers.get("vary")) or []):
        found.append(f"vary: {theirs.headers.get('vary')}, ours {ours.headers.get('vary')}")
    return found


def seconds(value):
    """For how long an answer may be kept without asking again; one that says nothing, and not how old it is, is not kept."""
    age = re.search(r"max-age=(\d+)", value or "")
    return int(age[1]) if age else 0


def names(value):
    """A header's words, whose order has no meaning."""
    return value and sorted(word.strip().lower() for word in value.split(","))


def words(answer):
    """What an answer says is wrong."""
    return f" ({answer.body[:160].decode(errors='replace')})" if answer.status >= 400 else ""


def mistake(theirs, ours, kind):
    """Whether an error's body says what is wrong, as clients expect it."""
    if kind != "application/json":
        return []
    try:
        their_message, our_message = (json.loads(answer.body)["message"] for answer in (theirs, ours))
    except Exception:
        return [f"error without message: {ours.body[:120]!r}"]
    if not isinstance(our_message, str) or not our_message:
        return [f"error's message: {our_message!r}"]
    if any(re.fullmatch(sentence, their_message) for sentence in SENTENCES) and their_message != our_message:
        return [f"message: {their_message}, ours {our_message}"]
    return []


def in_json(case, theirs, ours):
    """Fields of documents."""
    try:
        a, b = json.loads(theirs), json.loads(ours)
    except ValueError as error:
        return [f"no JSON: {error}"]
    if "/swagger.json" in case.target:
        return list(in_specification(a, b))
    if "order_by=" in case.target:
        return in_order(case, a, b)
    return list(fields("$", a, b, "reals" in case.name() or "gaps" in case.name()))


def in_order(case, theirs, ours):
    """Lists of datasets, where those that are the same in what they are ordered by may stand in any order."""
    by = re.search(r"order_by=\[(.*?)\]", unquote(case.target))[1].split(",")
    a, b = ([[row.get(key) for key in by] for row in side["datasets"]] for side in (theirs, ours))
    if a != b:
        at = next((at for at, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
        return [f"order by {','.join(by)}: {len(a)} rows, ours {len(b)}; row {at}: {a[at:at + 1]}, ours {b[at:at + 1]}"]
    rows = [sorted(json.dumps(row, sort_keys=True) for row in side["datasets"]) for side in (theirs, ours)]
    if "limit=" not in case.target and rows[0] != rows[1]:
        return [f"rows: {len(rows[0])}, ours {len(rows[1])} others"]
    return []


def in_specification(theirs, ours):
    """What clients take from the OpenAPI document: its version, and its paths with their methods and parameters."""
    for name in ("title", "version"):
        if theirs["info"].get(name) != ours["info"].get(name):
            yield f"json $.info.{name}: {theirs['info'].get(name)}, ours {ours['info'].get(name)}"
    # What the variables of a path are called is nobody's concern, and `.{format}` is also `.png`.
    own = {path.replace("{format}", "png"): methods for path, methods in ours["paths"].items()}
    for path, methods in theirs["paths"].items():
        path = path.replace("{tile_", "{")
        if path not in own:
            yield f"json $.paths.{path}: ours has none"
            continue
        for method, operation in methods.items():
            a, b = ({parameter.get("name", "").removeprefix("tile_") for parameter in side.get("parameters", [])} for side in (operation, own[path].get(method, {})))
            # Stand-ins for the keys of a database.
            a -= {"key1", "key2"}
            if not a <= b:
                yield f"json $.paths.{path}.{method}: no parameters {', '.join(sorted(a - b))}"


def fields(path, theirs, ours, rough):
    """Differences below a path of a document."""
    if path.endswith(".convex_hull") and isinstance(theirs, dict) and isinstance(ours, dict):
        yield from in_hulls(path, theirs, ours)
    elif isinstance(theirs, bool) or isinstance(ours, bool) or theirs is None or ours is None:
        if theirs is not ours:
            yield f"json {path}: {show(theirs)}, ours {show(ours)}"
    elif isinstance(theirs, (int, float)) and isinstance(ours, (int, float)):
        if not same_number(path, theirs, ours, rough):
            yield f"json {path}: {theirs}, ours {ours}"
        elif isinstance(theirs, float) != isinstance(ours, float) and not path.startswith("$.metadata"):
            yield f"json {path}: {theirs} is written {ours}"
    elif isinstance(theirs, dict) and isinstance(ours, dict):
        for key in theirs:
            if key not in ours:
                yield f"json {path}.{key}: {show(theirs[key])}, ours has none"
            else:
                yield from fields(f"{path}.{key}", theirs[key], ours[key], rough)
        for key in ours:
            if key not in theirs:
                yield f"json {path}.{key}: none, ours {show(ours[key])}"
    elif isinstance(theirs, list) and isinstance(ours, list):
        if len(theirs) != len(ours):
            yield f"json {path}: {len(theirs)} entries {show(theirs)}, ours {len(ours)} {show(ours)}"
            return
        found = [line for index, (a, b) in enumerate(zip(theirs, ours)) for line in fields(f"{path}[{index}]", a, b, rough)]
        if len(found) > 4 and path.endswith(("percentiles", "colormap")):
            found = [f"{found[0]} and {len(found) - 1} more"]
        yield from found
    elif theirs != ours:
        yield f"json {path}: {show(theirs)}, ours {show(ours)}"


def same_number(path, a, b, rough):
    """Whether two numbers count as the same."""
    if math.isnan(a) or math.isnan(b):
        return math.isnan(a) and math.isnan(b)
    if ".bounds[" in path:
        return abs(a - b) <= 1e-6
    if path.startswith("$.colormap["):
        return math.isclose(a, b, rel_tol=1e-12, abs_tol=1e-12) if path.endswith(".value") else a == b
    if path in ("$.limit", "$.page"):
        return a == b
    # Reals of 32 bits are added up in 32 bits by NumPy.
    return math.isclose(a, b, rel_tol=1e-4 if rough and path.endswith((".mean", ".stdev")) else 1e-6, abs_tol=1e-9)


def in_hulls(path, theirs, ours):
    """Two convex hulls, by the area that only one of them has."""
    a, b = shape(theirs), shape(ours)
    if a.area == 0 or not a.is_valid or not b.is_valid:
        if theirs != ours:
            yield f"json {path}: {show(theirs)}, ours {show(ours)}"
        return
    share = a.symmetric_difference(b).area / a.area
    if share > 0.001:
        yield f"json {path}: {100 * share:.3f} % of the area lies in one alone: {show(theirs)}, ours {show(ours)}"


def show(value):
    """A value, short."""
    shown = json.dumps(value, ensure_ascii=False)
    return shown if len(shown) <= 140 else f"{shown[:140]}…"


def same_colours(theirs, ours):
    """Whether two pictures give the numbers that they hold the same colours."""
    used = numpy.union1d(theirs, ours)
    used = used[used > 0]
    return used.size > 0 and (colours(theirs)[used] == colours(ours)[used]).all()


def colours(picture):
    """The colour of each number of a picture with a palette."""
    table = numpy.zeros((256, 4), "uint8")
    palette = numpy.array(picture.getpalette("RGB")).reshape(-1, 3)
    table[: len(palette), :3], table[:, 3] = palette, 255
    opacity = picture.info.get("transparency", b"")
    if isinstance(opacity, int):
        table[opacity, 3] = 0
    else:
        table[: len(opacity), 3] = list(opacity)
    return table


def numbered(picture):
    """The numbers of a picture with a palette, thrice, and its opacity."""
    numbers = numpy.asarray(picture).astype("int32")
    opacity = numpy.where(numbers == 0, 0, 255).astype("int32")
    return numpy.stack([numbers, numbers, numbers, opacity], axis=-1)


def in_pictures(case, theirs, ours):
    """Pictures, decoded."""
    try:
        pictures = [Image.open(io.BytesIO(body)) for body in (theirs, ours)]
        forms = [picture.mode for picture in pictures]
        # Neighbours in a colormap may be far apart in colour: with the same one, numbers are compared.
        alike = forms == ["P", "P"] and same_colours(*pictures)
        a, b = (numbered(picture) if alike else numpy.asarray(picture.convert("RGBA")).astype("int32") for picture in pictures)
    except OSError as error:
        return [f"no picture: {error}"]
    found = [] if forms[0] == forms[1] else [f"form: {forms[0]}, ours {forms[1]}"]
    if forms == ["P", "P"] and not alike and (a[..., 3] > 0).any():
        found.append("palette: other colours")
    if a.shape != b.shape:
        return [*found, f"size: {a.shape[1]}x{a.shape[0]}, ours {b.shape[1]}x{b.shape[0]}"]
    if not found and "explicit" in case.target and alike:
        # Numbers of classes are names.
        a[..., :3] *= 255
        b[..., :3] *= 255
    hidden = (a[..., 3] == 0) & (b[..., 3] == 0)
    difference = numpy.abs(a - b).max(axis=-1)
    difference[hidden] = 0
    wrong = difference > 1
    count = int(wrong.sum())
    if count <= SHARE * wrong.size:
        return found
    masks = int(((a[..., 3] == 0) != (b[..., 3] == 0)).sum())
    row, column = numpy.unravel_index(difference.argmax(), difference.shape)
    kind = "mask" if masks * 2 > count else "values"
    return [
        *found,
        f"{kind}: {count} of {wrong.size} pixels ({100 * count / wrong.size:.2f} %, {masks} of them shown by one alone) differ by up to {difference.max()} "
        f"(row {row}, column {column}: {a[row, column].tolist()}, ours {b[row, column].tolist()}; they show {int((a[..., 3] > 0).sum())}, ours {int((b[..., 3] > 0).sum())})",
    ]
