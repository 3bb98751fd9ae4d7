"""In what two answers differ."""

import io
import json
import math
import re
import xml.etree.ElementTree as ElementTree

import numpy
import rasterio
from rasterio.io import MemoryFile

# Lists whose order has no meaning.
UNORDERED = re.compile(r"conformsTo$|links$|stac_extensions$|^\$\.colormaps$")


def findings(case, theirs, ours, addresses):
    """Every difference as a line; empty if the answers are the same."""
    if ours.status == 0:
        return [f"no answer: {ours.body.decode()}"]
    if theirs.status != ours.status:
        return [f"status: {theirs.status}, ours {ours.status}{reason(ours)}"]
    if theirs.status >= 400:
        return mistake(ours)
    found = []
    if theirs.media() != ours.media():
        found.append(f"content-type: {theirs.media()}, ours {ours.media()}")
    if theirs.status == 204:
        return found
    for header in ("content-bbox", "content-crs"):
        found += in_header(header, theirs.headers.get(header), ours.headers.get(header))
    kind = theirs.media().split(";")[0]
    if "json" in kind:
        return found + in_json(*(text(answer, address) for answer, address in zip((theirs, ours), addresses)))
    if "xml" in kind:
        return found + in_xml(*(text(answer, address) for answer, address in zip((theirs, ours), addresses)))
    if kind == "application/x-binary":
        return found + in_arrays(numpy.load(io.BytesIO(theirs.body)), ours.body, case)
    if kind.startswith("image/"):
        return found + in_pictures(theirs.body, ours.body, kind, case)
    return found


def reason(answer):
    """What an answer says is wrong."""
    if answer.status < 400:
        return ""
    try:
        return f" ({json.loads(answer.body)['detail'][:160]})"
    except Exception:
        return f" ({answer.body[:80]!r})"


def mistake(ours):
    """Whether an error's body says what is wrong."""
    try:
        detail = json.loads(ours.body)["detail"]
    except Exception:
        return [f"error without detail: {ours.body[:100]!r}"]
    if not isinstance(detail, str) or not detail or ours.media().split(";")[0] != "application/json":
        return [f"error's detail: {detail!r} as {ours.media()}"]
    return []


def text(answer, address):
    """The body with the server's own address by a common name."""
    return answer.body.decode().replace(address, "http://server")


def in_header(name, theirs, ours):
    """A header, numbers by their value."""
    if theirs == ours:
        return []
    if theirs and ours:
        numbers = [[part for part in re.split(r"[,<>]", value) if part] for value in (theirs, ours)]
        try:
            a, b = ([float(n) for n in part] for part in numbers)
            scale = max(map(abs, a + b), default=1)
            if len(a) == len(b) and all(abs(x - y) <= 1e-9 * max(scale, 1) for x, y in zip(a, b)):
                return []
        except ValueError:
            pass
    return [f"{name}: {theirs}, ours {ours}"]


def in_json(theirs, ours):
    """Fields of documents."""
    try:
        return list(fields("$", json.loads(theirs), json.loads(ours)))
    except ValueError as error:
        return [f"no JSON: {error}"]


def fields(path, theirs, ours):
    """Differences below a path of a document."""
    if isinstance(theirs, bool) or isinstance(ours, bool) or theirs is None or ours is None:
        if theirs is not ours:
            yield f"json {path}: {show(theirs)}, ours {show(ours)}"
    elif isinstance(theirs, (int, float)) and isinstance(ours, (int, float)):
        if not math.isclose(theirs, ours, rel_tol=1e-6, abs_tol=1e-9):
            yield f"json {path}: {theirs}, ours {ours}"
    elif isinstance(theirs, dict) and isinstance(ours, dict):
        for key in theirs:
            if key not in ours:
                yield f"json {path}.{key}: {show(theirs[key])}, ours has none"
            else:
                yield from fields(f"{path}.{key}", theirs[key], ours[key])
        for key in ours:
            if key not in theirs:
                yield f"json {path}.{key}: none, ours {show(ours[key])}"
    elif isinstance(theirs, list) and isinstance(ours, list):
        if UNORDERED.search(path) and all(isinstance(value, str) for value in theirs + ours):
            for value in sorted(set(theirs) - set(ours)):
                yield f"json {path}: {value}, ours has none"
            for value in sorted(set(ours) - set(theirs)):
                yield f"json {path}: none, ours {value}"
            return
        if UNORDERED.search(path):
            theirs, ours = (sorted(value, key=order) for value in (theirs, ours))
        elif path.endswith(".coordinates"):
            theirs, ours = shape(theirs), shape(ours)
        if len(theirs) != len(ours):
            yield f"json {path}: {len(theirs)} entries {show(theirs)}, ours {len(ours)} {show(ours)}"
        else:
            for index, (a, b) in enumerate(zip(theirs, ours)):
                yield from fields(f"{path}[{index}]", a, b)
    elif isinstance(theirs, str) and isinstance(ours, str) and "://server" in theirs and same_link(theirs, ours):
        return
    elif theirs != ours:
        yield f"json {path}: {show(theirs)}, ours {show(ours)}"


def order(item):
    """Where an item of an unordered list belongs: links by what they are, as their addresses may differ."""
    if isinstance(item, dict) and "rel" in item:
        return item["rel"], item.get("title", "")
    return json.dumps(item, sort_keys=True), ""


def shape(coordinates):
    """GeoJSON coordinates in one form: rings from their least position on, in one direction, without repeats; parts in order."""
    if not isinstance(coordinates, list) or not coordinates or not isinstance(coordinates[0], list):
        return coordinates
    if isinstance(coordinates[0][0], list):
        return sorted(shape(part) for part in coordinates)
    places = [tuple(round(number, 9) + 0.0 for number in place) for place in coordinates]
    if places[0] != places[-1]:
        return coordinates
    ring = [place for place, next_place in zip(places, places[1:]) if place != next_place]
    start = ring.index(min(ring))
    ring = ring[start:] + ring[:start]
    if ring[-1] < ring[1]:
        ring = ring[:1] + ring[:0:-1]
    return [list(place) for place in ring]


def same_link(theirs, ours):
    """Whether two links are the same but for the way in which characters are escaped."""
    def parts(link):
        address, _, query = httpx_unquote(link).partition("?")
        return address, sorted(re.sub(r"[\[\] ]", "", query).split("&"))

    return parts(theirs) == parts(ours)


def httpx_unquote(link):
    """A link without escapes."""
    from urllib.parse import unquote_plus

    return unquote_plus(link)


def show(value):
    """A value, short."""
    shown = json.dumps(value)
    return shown if len(shown) <= 140 else f"{shown[:140]}…"


def in_xml(theirs, ours):
    """What elements hold, by their place."""
    def leaves(document):
        out = {}

        def walk(element, path):
            # What has an identifier is found by it.
            own = next((child.text for child in element if child.tag.split("}")[-1] == "Identifier"), None)
            path = f"{path}/{element.tag.split('}')[-1]}" + (f"[{own}]" if own else "")
            value = (element.text or "").strip()
            attributes = " ".join(f"{k.split('}')[-1]}={v}" for k, v in sorted(element.attrib.items()))
            if value or attributes:
                out.setdefault(path, []).append(" ".join(filter(None, (value, attributes))))
            for child in element:
                walk(child, path)

        walk(ElementTree.fromstring(document), "")
        return out

    try:
        a, b = leaves(theirs), leaves(ours)
    except ElementTree.ParseError as error:
        return [f"no XML: {error}"]
    found = []
    sides = [{path[: end.end()] for path in side for end in re.finditer(r"\]", path)} for side in (a, b)]
    missing, more = (minimal(one - other) for one, other in (sides, sides[::-1]))
    found += [f"xml {path}: ours has none" for path in missing] + [f"xml {path}: none, ours has it" for path in more]
    for path in sorted(a.keys() | b.keys()):
        if path.startswith(tuple(missing + more)):
            continue
        x, y = a.get(path, []), b.get(path, [])
        if len(x) != len(y):
            found.append(f"xml {path}: {len(x)} times {show(x[:2])}, ours {len(y)} {show(y[:2])}")
        else:
            wrong = [(p, q) for p, q in zip(x, y) if not same_text(p, q)]
            if wrong:
                found.append(f"xml {path}: {len(wrong)} of {len(x)}: {wrong[0][0][:150]}, ours {wrong[0][1][:150]}")
    return found


def minimal(paths):
    """Those paths that do not lie in another of them."""
    return sorted(path for path in paths if not any(path != other and path.startswith(f"{other}/") for other in paths))


def same_text(theirs, ours):
    """Whether two texts are the same, numbers in them by value."""
    if theirs == ours or ("://server" in theirs and same_link(theirs, ours)):
        return True
    try:
        a, b = ([float(n) for n in value.split()] for value in (theirs, ours))
    except ValueError:
        return False
    return len(a) == len(b) and all(math.isclose(x, y, rel_tol=1e-6, abs_tol=1e-9) for x, y in zip(a, b))


def in_arrays(theirs, body, case):
    """Arrays; the last band is the mask unless the request leaves it out."""
    try:
        ours = numpy.load(io.BytesIO(body))
    except ValueError as error:
        return [f"no array: {error}"]
    masked = not any(name == "return_mask" and value == "false" for name, value in case.query)
    return in_pixels(theirs, ours, masked, case.exact)


def in_pixels(theirs, ours, masked, exact, low=0.005):
    """Pixels that count: what lies under the mask is nobody's."""
    kind = f"{theirs.dtype}{list(theirs.shape)}, ours {ours.dtype}{list(ours.shape)}"
    if theirs.shape != ours.shape:
        return [f"array: {kind}"]
    if masked and theirs.shape[0] > 1:
        # The type's least value where masked, 0 for unsigned ones and floats.
        their_mask, our_mask = (numpy.maximum(mask, 0) for mask in (theirs[-1], ours[-1]))
        theirs, ours = theirs[:-1], ours[:-1]
    else:
        their_mask = our_mask = numpy.ones(theirs.shape[1:], theirs.dtype)
    found = [f"type: {kind}"] if theirs.dtype != ours.dtype else []
    shown = (their_mask > 0) & (our_mask > 0)
    if numpy.issubdtype(theirs.dtype, numpy.unsignedinteger):
        # Alpha has steps; in other types a pixel is there or not.
        off = int((numpy.abs(their_mask[shown].astype("float64") - our_mask[shown].astype("float64")) > (0 if exact else 1)).sum())
        if off > (0 if exact else low * their_mask.size):
            found.append(f"alpha: {off} of {int(shown.sum())} pixels differ")
    their_mask, our_mask = their_mask > 0, our_mask > 0
    wrong = int((their_mask != our_mask).sum())
    if wrong and is_rim(their_mask, our_mask):
        found.append(f"rim: {wrong} of {their_mask.size} pixels along an edge; they show {int(their_mask.sum())}, ours {int(our_mask.sum())}")
    elif wrong > (0 if exact else low * their_mask.size):
        found.append(f"mask: {wrong} of {their_mask.size} pixels differ ({share(wrong, their_mask)}); they show {int(their_mask.sum())}, ours {int(our_mask.sum())}")
    valid = their_mask & our_mask
    a, b = theirs[:, valid], ours[:, valid]
    if a.size == 0:
        return found
    if numpy.issubdtype(a.dtype, numpy.complexfloating):
        wrong = int((a != b).sum())
        return found + ([f"values: {wrong} of {a.size} differ ({share(wrong, a)})"] if wrong else [])
    finite = numpy.isfinite(a)
    odd = int(((finite != numpy.isfinite(b)) | (~finite & ~((a == b) | ((a != a) & (b != b))))).sum())
    if odd:
        found.append(f"values: {odd} of {a.size} are not finite on one side alone")
    a, b = a[finite].astype("float64"), b[finite].astype("float64")
    difference = numpy.abs(a - b)
    integer = numpy.issubdtype(theirs.dtype, numpy.integer)
    spread = float(a.max() - a.min()) if a.size else 0
    size = float(numpy.abs(a).max()) if a.size else 0
    if exact:
        # Floats may differ by what an operation in another order makes of them.
        tolerance, allowed = (0, 0) if integer else (1e-6 * size, 0)
    elif integer:
        tolerance, allowed = max(1, 0.005 * spread if theirs.dtype.itemsize > 1 else 1), low * a.size
    else:
        tolerance, allowed = max(0.005 * spread, 1e-9 * size), low * a.size
    wrong = int((difference > tolerance).sum())
    if wrong > allowed:
        at = int(difference.argmax())
        noise = 10 * math.log10(max(size, 1) ** 2 / (difference**2).mean())
        found.append(f"values: {wrong} of {a.size} differ ({share(wrong, a)}, PSNR {noise:.0f} dB) by up to {difference.max():.6g} ({a[at]:.8g}, ours {b[at]:.8g}), mean {difference.mean():.3g}, range {spread:.6g}")
    return found


def is_rim(theirs, ours):
    """Whether what one shows and the other does not lies beside something that both show."""
    def wider(mask):
        padded = numpy.pad(mask, 1)
        rows, columns = mask.shape
        return numpy.any([padded[r : r + rows, c : c + columns] for r in range(3) for c in range(3)], axis=0)

    return not (theirs & ~wider(ours)).any() and not (ours & ~wider(theirs)).any()


def share(count, of):
    """A share in per cent."""
    return f"{100 * count / of.size:.3f} %"


def in_pictures(theirs, body, kind, case):
    """Pictures, decoded."""
    try:
        a, b = decoded(theirs), decoded(body)
    except rasterio.errors.RasterioIOError as error:
        return [f"no picture: {error}"]
    found = []
    if "tiff" not in kind and a[3][-1:] == ["alpha"] and a[3][:-1] == b[3] and (a[0][-1] == numpy.iinfo(a[0].dtype).max).all():
        found.append("opaque: no alpha band, as all is opaque")
        a = (a[0][:-1], *a[1:3], b[3], a[4])
    for name, (x, y) in {"crs": (a[1], b[1]), "transform": (a[2], b[2]), "colours": (a[3], b[3]), "nodata": (a[4], b[4])}.items():
        if name == "transform" and "tiff" in kind:
            if x is not None and y is not None and x.almost_equals(y, 1e-6):
                continue
        elif name != "colours" and "tiff" not in kind:
            continue
        if x != y and not (x != x and y != y):
            found.append(f"{name}: {x}, ours {y}")
    alpha = a[3] and a[3][-1] == "alpha"
    if kind not in ("image/jpeg", "image/jpg", "image/webp", "image/jp2"):
        return found + in_pixels(a[0], b[0], alpha, case.exact)
    if a[0].shape != b[0].shape:
        return [*found, f"picture: {list(a[0].shape)}, ours {list(b[0].shape)}"]
    x, y = a[0].astype("float64"), b[0].astype("float64")
    if alpha:
        found += in_pixels(*(numpy.stack([side[-1], side[-1]]) for side in (a[0], b[0])), True, case.exact)
        shown = (x[-1] > 0) & (y[-1] > 0)
        x, y = x[:-1, shown], y[:-1, shown]
    error = float(((x - y) ** 2).mean()) if x.size else 0.0
    ratio = math.inf if error == 0 else 10 * math.log10(255**2 / error)
    if ratio < 32:
        found.append(f"picture: PSNR {ratio:.1f} dB")
    return found


def decoded(body):
    """Pixels, CRS, transform, colours and nodata of a picture."""
    with MemoryFile(body) as memory, memory.open() as source:
        pixels, colours = source.read(), [c.name for c in source.colorinterp]
        if colours == ["palette"]:
            table = numpy.array([source.colormap(1).get(index, (0, 0, 0, 0)) for index in range(256)], "uint8")
            pixels, colours = numpy.moveaxis(table[pixels[0]], -1, 0), ["red", "green", "blue", "alpha"]
            if (pixels[3] == 255).all():
                pixels, colours = pixels[:3], colours[:3]
        return pixels, source.crs, source.transform, colours, source.nodata
