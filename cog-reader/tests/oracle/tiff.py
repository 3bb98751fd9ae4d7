"""Writes TIFFs to the byte, however odd: for the scripts beside."""

import struct

# Field types by name: code and struct letter.
TYPES = {
    "B": (1, "B"), "A": (2, None), "S": (3, "H"), "L": (4, "I"), "R": (5, None), "b": (6, "b"),
    "U": (7, "B"), "s": (8, "h"), "l": (9, "i"), "f": (11, "f"), "d": (12, "d"), "I": (13, "I"),
    "Q": (16, "Q"), "q": (17, "q"), "J": (18, "Q"),
}


class Ifd:
    """One directory: `tags` in the order written, and the blocks with their own tags."""

    def __init__(self, tags, blocks, tiled=False, offsets=True, counts=True, offset_type=None,
                 count_type=None, sub=(), gap=0):
        self.tags, self.blocks, self.tiled = list(tags), list(blocks), tiled
        # `True`: what is true; `None`: no such tag; a function of the true list: what it returns.
        self.offsets, self.counts = offsets, counts
        self.offset_type, self.count_type = offset_type, count_type
        self.sub, self.gap = list(sub), gap

    def with_(self, *tags):
        """The same with these tags instead of those of the same number."""
        mine = {tag[0] for tag in tags}
        new = [tag for tag in self.tags if tag[0] not in mine] + list(tags)
        return self.copy(tags=sorted(new, key=lambda tag: tag[0]))

    def without(self, *numbers):
        return self.copy(tags=[tag for tag in self.tags if tag[0] not in numbers])

    def copy(self, **changes):
        fields = dict(tags=self.tags, blocks=self.blocks, tiled=self.tiled, offsets=self.offsets,
                      counts=self.counts, offset_type=self.offset_type,
                      count_type=self.count_type, sub=self.sub, gap=self.gap)
        fields.update(changes)
        return Ifd(**fields)


def encode(order, kind, values):
    if isinstance(values, (bytes, bytearray)):
        return bytes(values)
    if kind == "A":
        return values.encode("latin-1") + b"\0"
    if kind == "R":
        return b"".join(struct.pack(order + "II", *pair) for pair in values)
    return struct.pack(order + str(len(values)) + TYPES[kind][1], *values)


def count_of(kind, values):
    if isinstance(values, (bytes, bytearray)):
        size = {"B": 1, "A": 1, "U": 1, "b": 1, "S": 2, "s": 2, "L": 4, "l": 4, "f": 4, "I": 4}
        return len(values) // size.get(kind, 8)
    if kind == "A":
        return len(values.encode("latin-1")) + 1
    return len(values)


def write(ifds, order="<", big=False, chain=True, first_at_odd=False, tail=b"", sort=True):
    """The file's bytes. Pixels come first, then the directories with their values behind them."""
    size = 8 if big else 4
    offset_letter = "Q" if big else "I"
    out = bytearray(b"II" if order == "<" else b"MM")
    out += struct.pack(order + "H", 43 if big else 42)
    if big:
        out += struct.pack(order + "HH", 8, 0)
    link = len(out)
    out += bytes(size)

    def put(ifd):
        offsets = []
        for block in ifd.blocks:
            if block is None:
                offsets.append(0)
                continue
            offsets.append(len(out))
            out.extend(block)
        lengths = [0 if block is None else len(block) for block in ifd.blocks]
        tags = list(ifd.tags)
        for which, values, number in ((ifd.offsets, offsets, 324 if ifd.tiled else 273),
                                      (ifd.counts, lengths, 325 if ifd.tiled else 279)):
            if which is None:
                continue
            values = values if which is True else which(values)
            kind = ifd.offset_type if number in (273, 324) else ifd.count_type
            tags.append((number, kind or ("Q" if big else "L"), values))
        if ifd.sub:
            places = [put(sub) for sub in ifd.sub]
            for _, at in places:
                struct.pack_into(order + offset_letter, out, at, 0)
            tags.append((330, "J" if big else "I", [place for place, _ in places]))
        if sort:
            tags.sort(key=lambda tag: tag[0])
        if first_at_odd != bool(len(out) % 2):
            out.append(0)
        out.extend(bytes(ifd.gap))
        place = len(out)
        entry = 20 if big else 12
        end = place + (8 if big else 2) + entry * len(tags) + size
        values_out = bytearray()
        out.extend(struct.pack(order + ("Q" if big else "H"), len(tags)))
        for tag in tags:
            number, kind, values = tag[:3]
            code = kind if isinstance(kind, int) else TYPES[kind][0]
            data = encode(order, kind if not isinstance(kind, int) else "U", values)
            count = tag[3] if len(tag) > 3 else count_of(kind, values)
            out.extend(struct.pack(order + "HH" + offset_letter, number, code, count))
            if len(data) <= size:
                out.extend(data.ljust(size, b"\0"))
            else:
                if len(values_out) % 2:
                    values_out.append(0)
                out.extend(struct.pack(order + offset_letter, end + len(values_out)))
                values_out += data
        at = len(out)
        out.extend(bytes(size))
        out.extend(values_out)
        return place, at

    for ifd in ifds:
        place, at = put(ifd)
        struct.pack_into(order + offset_letter, out, link, place)
        link = at
    return bytes(out) + tail
