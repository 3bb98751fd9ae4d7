"""Legal but odd TIFFs, and some broken ones, with what GDAL reads of them.

    python odd.py > ../golden/odd.json

Prints a list of {file, why, hex, expect, gdal} in the form of the shared fixtures' manifest.
Made with rasterio 1.4.4 (GDAL 3.10.3), numpy 2.4.
"""

import hashlib
import json
import logging
import math
import os
import struct
import sys
import tempfile
import warnings
import zlib

import numpy as np
import rasterio

from tiff import Ifd, write

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)
FILES = []


def add(name, why, data, expect="pixels"):
    FILES.append((name, why, data, expect))


def sample(width, height, bands=1, dtype="u1", seed=1):
    """Numbers that no neighbour has: bands last."""
    n = np.arange(width * height * bands, dtype=np.int64).reshape(height, width, bands)
    values = (n * 37 + n // 7 * 11 + seed * 29 + 3) % 251
    return values.astype(dtype)


def strips(pixels, rows, order="<", planar=False, pack=None):
    kind = pixels.dtype.newbyteorder(order)
    planes = [pixels[:, :, b:b + 1] for b in range(pixels.shape[2])] if planar else [pixels]
    pack = pack or (lambda data: data)
    return [pack(plane[y:y + rows].astype(kind).tobytes())
            for plane in planes for y in range(0, pixels.shape[0], rows)]


def tiles(pixels, width, height, order="<", planar=False, pack=None):
    kind = pixels.dtype.newbyteorder(order)
    planes = [pixels[:, :, b:b + 1] for b in range(pixels.shape[2])] if planar else [pixels]
    pack = pack or (lambda data: data)
    out = []
    for plane in planes:
        for y in range(0, plane.shape[0], height):
            for x in range(0, plane.shape[1], width):
                tile = np.full((height, width, plane.shape[2]), 165, plane.dtype)
                part = plane[y:y + height, x:x + width]
                tile[:part.shape[0], :part.shape[1]] = part
                out.append(pack(tile.astype(kind).tobytes()))
    return out


def ifd(pixels, rows=None, tile=None, order="<", planar=False, pack=None, compression=1, **more):
    height, width, bands = pixels.shape
    bits = pixels.dtype.itemsize * 8
    form = {"u": 1, "i": 2, "f": 3, "c": 6}[pixels.dtype.kind]
    tags = [(256, "S", [width]), (257, "S", [height]), (258, "S", [bits] * bands),
            (259, "S", [compression]), (262, "S", [2 if bands == 3 else 1]), (277, "S", [bands]),
            (284, "S", [2 if planar else 1])]
    if form != 1:
        tags.append((339, "S", [form] * bands))
    if bands not in (1, 3):
        tags.append((338, "S", [0] * (bands - 1)))
    if tile:
        tags += [(322, "S", [tile[0]]), (323, "S", [tile[1]])]
        return Ifd(tags, tiles(pixels, *tile, order, planar, pack), tiled=True, **more)
    rows = rows or height
    tags.append((278, "S", [rows]))
    return Ifd(tags, strips(pixels, rows, order, planar, pack), **more)


def geo(this):
    """North up, one degree a pixel from 10° E 50° N, EPSG:4326."""
    return this.with_(
        (33550, "d", [1.0, 1.0, 0.0]), (33922, "d", [0.0, 0.0, 0.0, 10.0, 50.0, 0.0]),
        (34735, "S", [1, 1, 0, 3, 1024, 0, 1, 2, 1025, 0, 1, 1, 2048, 0, 1, 4326]))


one = sample(13, 11)
rgb = sample(13, 11, 3)
two = sample(13, 11, 2)
u2 = sample(13, 11, 1, "u2", 5) * 257
base = ifd(one, rows=4)

# Tags that are missing or have their default.
add("no_rows_per_strip", "one strip where RowsPerStrip is missing", write([ifd(one).without(278)]))
add("rows_per_strip_max", "RowsPerStrip 2^32-1", write([ifd(one).with_((278, "L", [2**32 - 1]))]))
add("rows_per_strip_0", "RowsPerStrip 0", write([ifd(one).with_((278, "L", [0]))]))
add("rows_per_strip_more", "more rows than the image has", write([ifd(one).with_((278, "S", [4000]))]))
add("no_samples_per_pixel", "SamplesPerPixel missing", write([base.without(277)]))
add("no_planar", "PlanarConfiguration missing", write([base.without(284)]))
add("no_bits", "BitsPerSample missing: 1", write([Ifd(
    [(256, "S", [16]), (257, "S", [3]), (262, "S", [1]), (278, "S", [3])], [bytes([170, 1, 85, 7, 9, 200])])]))
add("no_compression", "Compression missing", write([base.without(259)]))
add("no_photometric", "PhotometricInterpretation missing", write([base.without(262)]))
add("no_photometric_rgb", "three bands, no PhotometricInterpretation", write([ifd(rgb, 4).without(262)]))
add("compression_0", "Compression 0", write([base.with_((259, "S", [0]))]))
add("planar_0", "PlanarConfiguration 0", write([base.with_((284, "S", [0]))]))
add("planar_0_rgb", "PlanarConfiguration 0 with three bands", write([ifd(rgb, 4).with_((284, "S", [0]))]))
add("planar_3_rgb", "PlanarConfiguration 3 with three bands", write([ifd(rgb, 4).with_((284, "S", [3]))]))
add("planar_2_one_band", "PlanarConfiguration 2 with one band", write([base.with_((284, "S", [2]))]))
add("sample_format_0", "SampleFormat 0", write([base.with_((339, "S", [0]))]))
add("sample_format_4", "SampleFormat void", write([base.with_((339, "S", [4]))]))
add("sample_format_4_u32", "SampleFormat void, 32 bits", write([ifd(sample(7, 5, 1, "u4"), 2).with_((339, "S", [4]))]))
add("sample_format_7", "SampleFormat 7", write([base.with_((339, "S", [7]))]))
add("no_counts", "StripByteCounts missing", write([ifd(one, 4, counts=None)]))
add("no_counts_one_strip", "StripByteCounts missing", write([ifd(one, counts=None)]))
add("no_counts_deflate", "StripByteCounts missing, compressed", write([ifd(one, 4, pack=zlib.compress, compression=8, counts=None)]))
add("counts_0_one_strip", "StripByteCounts 0 in an image of one strip", write([ifd(one, counts=lambda c: [0])]))
add("counts_0", "StripByteCounts all 0", write([ifd(one, 4, counts=lambda c: [0] * len(c))]))
add("counts_too_large", "StripByteCounts past the end of the file", write([ifd(one, 4, counts=lambda c: [9999] * len(c))]))
add("counts_too_large_one", "StripByteCounts past the end of the file, one strip", write([ifd(one, counts=lambda c: [99999])]))
add("counts_too_large_deflate", "compressed, StripByteCounts past the end of the file", write([ifd(one, 4, pack=zlib.compress, compression=8, counts=lambda c: [9999] * len(c))]))
add("counts_too_small_one", "StripByteCounts too small, one strip", write([ifd(one, counts=lambda c: [20])]))
add("counts_too_small", "StripByteCounts too small", write([ifd(one, 4, counts=lambda c: [20] * len(c))]))
add("counts_whole_image", "each strip has the count of the whole image", write([ifd(one, 4, counts=lambda c: [sum(c)] * len(c))]))
add("counts_one_for_all", "one StripByteCounts for three strips", write([ifd(one, 4, counts=lambda c: c[:1])]))
add("offsets_too_few", "two StripOffsets for three strips", write([ifd(one, 4, offsets=lambda c: c[:2], counts=lambda c: c[:2])]))
add("offsets_too_many", "more StripOffsets than strips", write([ifd(one, 4, offsets=lambda c: c + [9, 9], counts=lambda c: c + [9, 9])]))
add("counts_first_two_equal_large", "a first count that is too large for its strip", write([ifd(one, 4, counts=lambda c: [c[0] * 40] + c[1:])]))
add("bits_one_for_three", "one BitsPerSample for three samples", write([ifd(rgb, 4).with_((258, "S", [8]))]))
add("bits_too_many", "more BitsPerSample than samples", write([base.with_((258, "S", [8, 8, 16]))]))
add("bits_two_for_three", "two BitsPerSample for three samples", write([ifd(rgb, 4).with_((258, "S", [8, 8]))]))
add("format_one_for_three", "one SampleFormat for three samples", write([ifd(sample(9, 7, 3, "i2"), 4).with_((339, "S", [2]))]))
add("mixed_bits", "bands of different depth", write([ifd(rgb, 4).with_((258, "S", [8, 8, 16]))]))
add("mixed_formats", "bands of different format", write([ifd(rgb, 4).with_((339, "S", [1, 2, 1]))]))
add("bits_0", "BitsPerSample 0", write([base.with_((258, "S", [0]))]))
add("length_0", "ImageLength 0", write([base.with_((257, "S", [0]))]))
add("width_0", "ImageWidth 0", write([base.with_((256, "S", [0]))]))
add("no_length", "ImageLength missing", write([base.without(257)]))
add("samples_0", "SamplesPerPixel 0", write([base.with_((277, "S", [0]))]))

# Types and forms of values.
for kind in "BLlsqQ":
    add("size_" + kind, "width and length of another type", write(
        [base.with_((256, kind, [13]), (257, kind, [11]))]))
for kind in "BQlfdA":
    values = "8" if kind == "A" else [8]
    add("bits_" + {"l": "slong", "f": "float", "d": "double", "A": "ascii"}.get(kind, kind), "BitsPerSample of another type",
        write([base.with_((258, kind, values))]))
add("compression_long", "Compression as LONG", write([base.with_((259, "L", [1]))]))
add("offsets_short", "StripOffsets as SHORT", write([ifd(one, 4, offset_type="S", count_type="S")]))
add("offsets_slong", "StripOffsets as SLONG", write([ifd(one, 4, offset_type="l", count_type="l")]))
add("offsets_long8", "StripOffsets as LONG8 in a classic file", write([ifd(one, 4, offset_type="Q", count_type="Q")]))
add("offsets_ifd", "StripOffsets as IFD", write([ifd(one, 4, offset_type="I")]))
add("counts_byte", "StripByteCounts as BYTE", write([ifd(one, 4, count_type="B")]))
add("unknown_type", "a tag of type 99", write([base.with_((65000, 99, b"abcd", 1))]))
add("unknown_type_of_known", "Software of type 200", write([base.with_((305, 200, b"abcd", 1))]))
for kind in ("B", "A", "S", "L", "R", "b", "U", "s", "l", "f", "d", "I", "Q"):
    values = "text" if kind == "A" else [(1, 2)] if kind == "R" else [1, 2, 3]
    add("private_" + {"b": "sbyte", "s": "sshort", "l": "slong", "f": "float", "d": "double"}.get(kind, kind), "a private tag",
        write([base.with_((65001, kind, values))]))
add("ascii_without_nul", "text without its NUL", write([base.with_((305, "A", b"Smalti"))]))
add("ascii_latin1", "text that is not UTF-8", write([base.with_((305, "A", b"caf\xe9\0"))]))
add("ascii_two", "two texts in one tag", write([base.with_((305, "A", b"one\0two\0"))]))
add("ascii_empty", "text of no bytes", write([base.with_((305, "A", b"", 0))]))
add("nodata_no_nul", "GDAL_NODATA without NUL", write([base.with_((42113, "A", b"40"))]))
add("unsorted", "tags in no order", write([base.copy(tags=base.tags[::-1])], sort=False))
add("duplicate_tag", "ImageWidth twice", write([base.copy(tags=base.tags + [(256, "S", [7])])]))
add("duplicate_tag_unsorted", "ImageWidth twice, far apart", write([base.copy(tags=base.tags + [(256, "S", [7])])], sort=False))
add("odd_offset", "the directory at an odd offset", write([base], first_at_odd=True))
add("tail", "rubbish behind", write([base], tail=b"\xff" * 100))
add("header_gap", "a gap before the directory", write([base.copy(gap=1200)]))
add("value_past_end", "Software past the end of the file", write([base.with_((305, "A", b"abcdefgh", 4000))]))
add("count_0", "ExtraSamples with count 0", write([base.with_((338, "S", [], 0))]))

# Byte orders and BigTIFF.
for order in "<>":
    for big in (False, True):
        end = ("le" if order == "<" else "be") + ("_big" if big else "")
        for dtype in ("u2", "i4", "f8", "c8", "c16"):
            add(f"{dtype}_{end}", "byte order", write([ifd(sample(9, 7, 1, dtype), 3, order=order)], order, big))
        add(f"rgb_tiles_{end}", "tiles", write([ifd(rgb, tile=(16, 16), order=order)], order, big))
        add(f"complex_short_{end}", "complex integers", write([ifd(sample(10, 6, 1, "i2"), 3, order=order).with_(
            (256, "S", [5]), (258, "S", [32]), (339, "S", [5]))], order, big))

# Layouts.
add("planar_strips", "three planes of strips, the last short", write([ifd(rgb, 4, planar=True)]))
add("planar_tiles", "three planes of tiles", write([ifd(rgb, tile=(16, 16), planar=True)]))
add("planar_one_strip_each", "three planes of one strip", write([ifd(rgb, planar=True)]))
add("planar_deflate", "planes compressed", write([ifd(rgb, 4, planar=True, pack=zlib.compress, compression=8)]))
add("tile_wide", "tiles larger than the image", write([ifd(one, tile=(64, 32))]))
add("tile_16x48", "tiles that are not square", write([ifd(sample(40, 70), tile=(16, 48))]))
add("tile_odd_width", "TileWidth no multiple of 16", write([ifd(one, tile=(10, 16))]))
add("tile_odd_length", "TileLength no multiple of 16", write([ifd(one, tile=(16, 10))]))
add("tile_1x1", "tiles of one pixel", write([ifd(sample(3, 2), tile=(1, 1))]))
add("tile_and_strip_tags", "RowsPerStrip in a tiled image", write([ifd(one, tile=(16, 16)).with_((278, "S", [4]))]))
add("tile_in_strip_tags", "tiles in StripOffsets", write([ifd(sample(20, 20), tile=(16, 16)).copy(tiled=False)]))
add("strips_in_tile_tags", "strips in TileOffsets", write([base.copy(tiled=True)]))
add("tile_width_only", "TileLength missing", write([ifd(one, tile=(16, 16)).without(323)]))
add("strip_short_last", "last strip stored whole", write([ifd(one, 4).copy(blocks=strips(np.concatenate([one, one[:1]]), 4))]))
add("strip_last_missing_rows", "last strip cut off", write([ifd(one, 4).copy(blocks=strips(one, 4)[:2] + [strips(one, 4)[2][:20]])]))
add("deflate_short", "a compressed strip with too few rows", write([ifd(one, 4, compression=8).copy(blocks=[zlib.compress(b[:30]) for b in strips(one, 4)])]))
add("deflate_long", "a compressed strip with too many rows", write([ifd(one, 4, compression=8).copy(blocks=[zlib.compress(b + b) for b in strips(one, 4)])]))
add("deflate_no_checksum", "a strip without Adler-32", write([ifd(one, 4, compression=8, pack=lambda d: zlib.compress(d)[:-4])]))
add("deflate_bad_checksum", "a strip with a wrong Adler-32", write([ifd(one, 4, compression=8, pack=lambda d: zlib.compress(d)[:-4] + b"abcd")]))
add("deflate_old", "Deflate by its old number", write([ifd(one, 4, compression=32946, pack=zlib.compress)]))
add("deflate_trailing", "rubbish behind the stream", write([ifd(one, 4, compression=8, pack=lambda d: zlib.compress(d) + b"rubbish")]))


def packbits(data):
    return b"".join(bytes([len(data[i:i + 100]) - 1]) + data[i:i + 100] for i in range(0, len(data), 100))


add("packbits", "PackBits", write([ifd(one, 4, compression=32773, pack=packbits)]))
add("packbits_noop", "PackBits with -128", write([ifd(one, 4, compression=32773, pack=lambda d: b"\x80" + packbits(d) + b"\x80")]))
add("packbits_truncated", "PackBits that ends early", write([ifd(one, 4, compression=32773, pack=lambda d: packbits(d)[:-5])]))
add("predictor_2_none", "a predictor without compression", write([base.with_((317, "S", [2]))]))
add("predictor_0", "Predictor 0", write([ifd(one, 4, pack=zlib.compress, compression=8).with_((317, "S", [0]))]))
add("predictor_4", "Predictor 4", write([ifd(one, 4, pack=zlib.compress, compression=8).with_((317, "S", [4]))]))
add("predictor_3_u8", "a float predictor on bytes", write([ifd(one, 4, pack=zlib.compress, compression=8).with_((317, "S", [3]))]))


def differenced(data, width, bands, dtype="u1"):
    rows = np.frombuffer(data, dtype).reshape(-1, width, bands).copy()
    rows[:, 1:] = rows[:, 1:] - rows[:, :-1]
    return zlib.compress(rows.tobytes())


for bands, pixels in ((1, one), (3, rgb), (2, two)):
    add(f"predictor_2_{bands}", "a predictor", write([ifd(
        pixels, 4, compression=8, pack=lambda d, n=bands: differenced(d, 13, n)).with_((317, "S", [2]))]))
add("predictor_2_u16_be", "a predictor, big-endian", write([ifd(
    u2, 4, order=">", compression=8, pack=lambda d: differenced(d, 13, 1, ">u2")).with_((317, "S", [2]))], ">"))
add("predictor_2_planar", "a predictor on planes", write([ifd(
    rgb, 4, planar=True, compression=8, pack=lambda d: differenced(d, 13, 1)).with_((317, "S", [2]))]))
add("predictor_2_4bit", "a predictor on four bits", write([Ifd(
    [(256, "S", [10]), (257, "S", [4]), (258, "S", [4]), (259, "S", [8]), (262, "S", [1]), (277, "S", [1]), (278, "S", [4]), (317, "S", [2])],
    [zlib.compress(bytes(range(20)))])]))

# Sparse blocks.
full = strips(one, 4)
add("sparse_strip", "a strip left out", write([base.copy(blocks=[full[0], None, full[2]])]))
add("sparse_strip_nodata", "a strip left out, nodata", write([base.copy(blocks=[full[0], None, full[2]]).with_((42113, "A", "77"))]))
add("sparse_all", "all strips left out", write([base.copy(blocks=[None] * 3)]))
add("sparse_all_nodata", "all left out, nodata", write([base.copy(blocks=[None] * 3).with_((42113, "A", "255"))]))
add("sparse_planar", "a plane left out", write([ifd(rgb, planar=True).copy(blocks=[strips(rgb, 11, planar=True)[0], None, strips(rgb, 11, planar=True)[2]])]))
add("sparse_offset_only", "offset 0, count not", write([ifd(one, 4, offsets=lambda o: [o[0], 0, o[2]])]))
add("sparse_count_only", "count 0, offset not", write([ifd(one, 4, counts=lambda c: [c[0], 0, c[2]])]))
add("sparse_f32_nan", "left out, nodata NaN", write([ifd(sample(9, 7, 1, "f4"), 4).copy(blocks=[None, None]).with_((42113, "A", "nan"))]))
add("sparse_signed", "left out, negative nodata", write([ifd(sample(9, 7, 1, "i2"), 4).copy(blocks=[None, None]).with_((42113, "A", "-9999"))]))
add("sparse_nodata_out", "left out, nodata beyond the type", write([base.copy(blocks=[None] * 3).with_((42113, "A", "-1"))]))

# Nodata.
for name, text in (("space", " 7 "), ("float", "7.5"), ("exp", "7e0"), ("nan", "nan"), ("text", "none"), ("empty", ""),
                   ("comma", "7,5"), ("two", "7 8"), ("plus", "+7"), ("hex", "0x7"), ("minus", "-7"), ("256", "256"), ("255.4", "255.4"),
                   ("inf", "inf"), ("1e40", "1e40"), ("leading0", "007"), ("point", "7."), ("pointless", ".5")):
    add(f"nodata_u8_{name}", "nodata of bytes", write([base.with_((42113, "A", text))]))
for name, text in (("nan", "nan"), ("NaN", "NaN"), ("minus_inf", "-inf"), ("max", "-3.4028234663852886e+38"), ("short", "-3.40282e+38"),
                   ("more", "-1.7976931348623157e+308"), ("ind", "-1.#IND"), ("qnan", "1.#QNAN"), ("minus_nan", "-nan"), ("infinity", "Infinity"), ("text", "nothing"), ("f", "1.5f"), ("d", "1d3")):
    add(f"nodata_f32_{name}", "nodata of reals", write([ifd(sample(9, 7, 1, "f4"), 4).with_((42113, "A", text))]))
for name, text in (("min", "-9223372036854775808"), ("exp", "-4.6e+18"), ("point", "12.5"), ("beyond", "9223372036854775808"), ("text", "abc"), ("nan", "nan"), ("plus", "+5")):
    add(f"nodata_i64_{name}", "nodata of 64-bit integers", write([ifd(sample(9, 7, 1, "i8"), 4).with_((42113, "A", text))]))
for name, text in (("max", "18446744073709551615"), ("minus", "-1"), ("exp", "1e3"), ("point", "12.5")):
    add(f"nodata_u64_{name}", "nodata of 64-bit integers", write([ifd(sample(9, 7, 1, "u8"), 4).with_((42113, "A", text))]))
for dtype in ("i1", "u2", "i2", "u4", "i4"):
    for name, text in (("out", "5000000000"), ("fraction", "3.7"), ("minus", "-3"), ("nan", "nan")):
        add(f"nodata_{dtype}_{name}", "nodata", write([ifd(sample(9, 7, 1, dtype), 4).with_((42113, "A", text))]))

# Photometrics, extra samples, palettes.
palette = [(i * 977 + p * 13) % 256 * 257 for p in range(3) for i in range(256)]
add("min_is_white", "white is zero", write([base.with_((262, "S", [0]))]))
add("palette", "a palette", write([base.with_((262, "S", [3]), (320, "S", palette))]))
add("palette_8bit", "a palette of bytes", write([base.with_((262, "S", [3]), (320, "S", [v // 257 for v in palette]))]))
add("palette_shifted", "a palette shifted by a byte", write([base.with_((262, "S", [3]), (320, "S", [v // 257 * 256 for v in palette]))]))
add("palette_short", "a palette that is too short", write([base.with_((262, "S", [3]), (320, "S", palette[:300]))]))
add("palette_missing", "no palette", write([base.with_((262, "S", [3]))]))
add("palette_gray", "a palette beside black-is-zero", write([base.with_((320, "S", palette))]))
add("palette_two_bands", "a palette and two bands", write([ifd(two, 4).with_((262, "S", [3]), (320, "S", palette))]))
add("palette_u16", "a palette of 16 bits that is missing", write([ifd(u2, 4).with_((262, "S", [3]))]))
add("palette_nodata", "a palette and nodata", write([base.with_((262, "S", [3]), (320, "S", palette), (42113, "A", "3"))]))
for bits in (1, 2, 4):
    data = bytes((i * 91 + 7) % 256 for i in range(11 * (-(-13 * bits // 8))))
    small = Ifd([(256, "S", [13]), (257, "S", [11]), (258, "S", [bits]), (259, "S", [1]), (262, "S", [1]),
                 (277, "S", [1]), (278, "S", [11])], [data])
    add(f"bits_{bits}", "few bits", write([small]))
    add(f"bits_{bits}_white", "few bits, white is zero", write([small.with_((262, "S", [0]))]))
    add(f"bits_{bits}_lsb", "few bits, FillOrder 2", write([small.with_((266, "S", [2]))]))
    add(f"bits_{bits}_palette", "few bits, a palette", write([small.with_((262, "S", [3]), (320, "S", palette[:2**bits] * 3))]))
    add(f"bits_{bits}_nodata", "few bits, nodata", write([small.with_((42113, "A", "1"))]))
    add(f"bits_{bits}_signed", "few bits, signed", write([small.with_((339, "S", [2]))]))
    add(f"bits_{bits}_rgb", "few bits, three bands", write([Ifd(
        [(256, "S", [13]), (257, "S", [5]), (258, "S", [bits] * 3), (259, "S", [1]), (262, "S", [2]), (277, "S", [3]), (278, "S", [5])],
        [bytes((i * 91 + 7) % 256 for i in range(5 * (-(-39 * bits // 8))))])]))
for bits, form in ((3, 1), (5, 1), (6, 1), (7, 1), (9, 1), (10, 1), (11, 1), (12, 1), (13, 1), (14, 1), (15, 1), (17, 1), (20, 1), (23, 1), (24, 1), (28, 1), (31, 1),
                   (5, 2), (12, 2), (24, 2), (24, 3), (16, 3), (33, 1), (48, 1), (40, 1), (8, 3), (48, 3), (128, 3), (16, 5), (8, 5), (16, 6), (32, 6), (128, 1), (32, 5), (128, 5), (24, 6), (48, 6)):
    for order in "<>":
        row = -(-13 * bits // 8)
        add(f"depth_{bits}_format_{form}_{'le' if order == '<' else 'be'}", "an odd depth", write([Ifd(
            [(256, "S", [13]), (257, "S", [4]), (258, "S", [bits]), (259, "S", [1]), (262, "S", [1]), (277, "S", [1]), (278, "S", [4]), (339, "S", [form])],
            [bytes((i * 91 + 7) % 256 for i in range(4 * row))])], order))
for name, extra in (("unspecified", [0]), ("associated", [1]), ("unassociated", [2]), ("odd", [9]), ("none", None), ("too_many", [2, 0, 0, 0, 0]), ("two", [0, 2])):
    this = ifd(sample(13, 11, 4), 4).with_((262, "S", [2]))
    this = this.without(338) if extra is None else this.with_((338, "S", extra))
    add(f"extra_{name}_rgb", "four bands", write([this]))
    this = ifd(two, 4)
    this = this.without(338) if extra is None else this.with_((338, "S", extra))
    add(f"extra_{name}_gray", "two bands", write([this]))
add("extra_on_rgb", "ExtraSamples with three bands", write([ifd(rgb, 4).with_((338, "S", [2]))]))
add("rgb_one_band", "RGB with one band", write([base.with_((262, "S", [2]))]))
add("rgb_two_bands", "RGB with two bands", write([ifd(two, 4).without(338).with_((262, "S", [2]))]))
add("five_bands", "five bands", write([ifd(sample(13, 11, 5), 4)]))
add("five_bands_rgb", "five bands, RGB", write([ifd(sample(13, 11, 5), 4).with_((262, "S", [2]), (338, "S", [0, 2]))]))
add("gray_three_bands", "black is zero with three bands", write([ifd(rgb, 4).with_((262, "S", [1]))]))
add("photometric_cfa", "a colour filter array", write([base.with_((262, "S", [32803]))]))
add("photometric_linear_raw", "LinearRaw", write([base.with_((262, "S", [34892]))]))
add("photometric_mask", "a transparency mask as image", write([base.with_((262, "S", [4]))]))
add("photometric_depth", "an unknown photometric", write([base.with_((262, "S", [51177]))]))
for orientation in (2, 3, 6, 8, 9):
    add(f"orientation_{orientation}", "an orientation", write([geo(base).with_((274, "S", [orientation]))]))
add("alpha_u16", "alpha of 16 bits", write([ifd(sample(13, 11, 4, "u2") * 257, 4).with_((262, "S", [2]), (338, "S", [2]))]))
add("alpha_f32", "alpha of reals", write([ifd(sample(13, 11, 2, "f4") / np.float32(251), 4).with_((338, "S", [2]))]))

# Several directories.
half = ifd(sample(7, 6, 1, seed=2)).with_((254, "L", [1]))
quarter = ifd(sample(4, 3, 1, seed=3)).with_((254, "L", [1]))
big_one = ifd(one, 4)
mask = Ifd([(254, "L", [4]), (256, "S", [13]), (257, "S", [11]), (258, "S", [1]), (259, "S", [1]), (262, "S", [4]), (277, "S", [1]), (278, "S", [11])],
           [bytes((i * 91 + 7) % 256 for i in range(22))])
mask8 = ifd((one > 100).astype("u1") * 255).with_((254, "L", [4]), (262, "S", [4]))
mask_half = Ifd([(254, "L", [5]), (256, "S", [7]), (257, "S", [6]), (258, "S", [1]), (259, "S", [1]), (262, "S", [4]), (277, "S", [1]), (278, "S", [6])],
                [bytes([0xAA, 0x54, 0xFF, 0, 0x0F, 0xF0])])
add("overview", "an overview", write([base, half]))
add("overviews_unsorted", "the small overview first", write([base, quarter, half]))
add("overview_old_type", "SubfileType 2 marks the overview", write([base, half.without(254).with_((255, "S", [2]))]))
add("overview_unmarked", "a second page, unmarked", write([base, half.without(254)]))
add("overview_same_size", "a reduced image of the same size", write([base, ifd(sample(13, 11, 1, seed=4)).with_((254, "L", [1]))]))
add("overview_larger", "a reduced image that is larger", write([base, ifd(sample(26, 22, 1, seed=4)).with_((254, "L", [1]))]))
add("overview_other_type", "a reduced image of another type", write([base, ifd(sample(7, 6, 1, "u2")).with_((254, "L", [1]))]))
add("overview_other_bands", "a reduced image of other bands", write([base, ifd(sample(7, 6, 3)).with_((254, "L", [1]))]))
add("overview_other_compression", "a compressed overview", write([base, ifd(sample(7, 6, 1, seed=2), pack=zlib.compress, compression=8).with_((254, "L", [1]))]))
add("overview_twice", "two overviews of one size", write([base, half, ifd(sample(7, 6, 1, seed=9)).with_((254, "L", [1]))]))
add("overview_broken", "an overview without width", write([base, half.without(256), quarter]))
add("overview_odd_ratio", "an overview of another shape", write([base, ifd(sample(11, 2, 1, seed=2)).with_((254, "L", [1]))]))
add("thumbnail_first", "the reduced image comes first", write([half, base]))
add("page_bit", "NewSubfileType 2", write([base.with_((254, "L", [2]), (297, "S", [0, 2])), ifd(sample(13, 11, 1, seed=4)).with_((254, "L", [2]))]))
add("subfile_1", "SubfileType 1", write([base.with_((255, "S", [1])), half]))
add("mask", "a mask of one bit", write([base, mask]))
add("mask_8", "a mask of eight bits", write([base, mask8]))
add("mask_type_5", "a mask marked as reduced too", write([base, mask.with_((254, "L", [5]))]))
add("mask_overview", "masks and overviews", write([base, mask, half, mask_half]))
add("mask_overview_order", "masks and overviews in another order", write([base, half, mask_half, mask]))
add("mask_without_overview_mask", "an overview without a mask", write([base, mask, half]))
add("mask_of_overview_only", "only the overview has a mask", write([base, half, mask_half]))
add("mask_other_size", "a mask of another size", write([base, mask_half.with_((254, "L", [4]))]))
add("mask_photometric_only", "a mask by its photometric alone", write([base, mask.without(254)]))
add("mask_kind_gray", "a mask with photometric 1", write([base, mask.with_((262, "S", [1]))]))
add("mask_nodata", "a mask and nodata", write([base.with_((42113, "A", "40")), mask]))
add("mask_alpha", "a mask and alpha", write([ifd(two, 4).with_((338, "S", [2])), mask]))
add("mask_sparse", "a mask left out", write([base, mask.copy(blocks=[None])]))
add("mask_per_band", "a mask of three bands", write([ifd(rgb, 4), ifd(rgb // 100 * 100).with_((254, "L", [4]), (262, "S", [4]))]))
add("mask_lsb", "a mask with FillOrder 2", write([base, mask.with_((266, "S", [2]))]))
add("mask_deflate", "a compressed mask", write([base, mask.with_((259, "S", [8])).copy(blocks=[zlib.compress(mask.blocks[0])])]))
add("sub_ifd", "overviews in tag 330", write([base.copy(sub=[half, quarter])]))
add("sub_ifd_chained", "overviews in tag 330 and in the chain", write([base.copy(sub=[quarter]), half]))
add("sub_ifd_exif", "a sub-directory that is no image", write([base.copy(sub=[Ifd([(36864, "U", b"0230")], [], offsets=None, counts=None)])]))
looping = bytearray(write([base, half]))
first, = struct.unpack_from("<I", looping, 4)
entries, = struct.unpack_from("<H", looping, first)
struct.pack_into("<I", looping, first + 2 + 12 * entries, first)
add("loop", "the chain returns to its start", bytes(looping))
broken = bytearray(write([base]))
struct.pack_into("<I", broken, struct.unpack_from("<I", broken, 4)[0] + 2 + 12 * 9, 999999)
add("second_broken", "a second directory past the end", bytes(broken))
add("nodata_in_overview", "an overview with its own nodata", write([base.with_((42113, "A", "40")), half.with_((42113, "A", "41"))]))

# Georeference.
add("geo", "as usual", write([geo(base)]))
add("geo_scale_negative", "a negative y scale", write([geo(base).with_((33550, "d", [1.0, -1.0, 0.0]))]))
add("geo_scale_two", "two scales", write([geo(base).with_((33550, "d", [1.0, 2.0]))]))
add("geo_scale_0", "a scale of 0", write([geo(base).with_((33550, "d", [0.0, 0.0, 0.0]))]))
add("geo_scale_nan", "a scale that is no number", write([geo(base).with_((33550, "d", [math.nan, 1.0, 0.0]))]))
add("geo_tie_offset", "a tie point in the middle", write([geo(base).with_((33922, "d", [3.0, 4.0, 0.0, 10.0, 50.0, 0.0]))]))
add("geo_point", "pixel is point", write([geo(base).with_((34735, "S", [1, 1, 0, 3, 1024, 0, 1, 2, 1025, 0, 1, 2, 2048, 0, 1, 4326]))]))
add("geo_matrix", "a matrix", write([geo(base).without(33550, 33922).with_((34264, "d", [1.0, 0.1, 0, 10, -0.2, -1, 0, 50, 0, 0, 0, 0, 0, 0, 0, 1]))]))
add("geo_matrix_point", "a matrix, pixel is point", write([geo(base).without(33550, 33922).with_(
    (34264, "d", [1.0, 0.1, 0, 10, -0.2, -1, 0, 50, 0, 0, 0, 0, 0, 0, 0, 1]), (34735, "S", [1, 1, 0, 3, 1024, 0, 1, 2, 1025, 0, 1, 2, 2048, 0, 1, 4326]))]))
add("geo_matrix_short", "a matrix of 12", write([geo(base).without(33550, 33922).with_((34264, "d", [1.0, 0, 0, 10, 0, -1, 0, 50, 0, 0, 0, 0]))]))
add("geo_matrix_and_scale", "both", write([geo(base).with_((34264, "d", [2.0, 0, 0, 10, 0, -2, 0, 50, 0, 0, 0, 0, 0, 0, 0, 1]))]))
add("geo_gcps", "four tie points", write([geo(base).without(33550).with_((33922, "d", [0, 0, 0, 10, 50, 0, 13, 0, 0, 23, 50, 0, 0, 11, 0, 10, 39, 0, 13, 11, 0, 23, 39, 5.0]))]))
add("geo_gcps_scale", "four tie points and a scale", write([geo(base).with_((33922, "d", [0, 0, 0, 10, 50, 0, 13, 0, 0, 23, 50, 0, 0, 11, 0, 10, 39, 0, 13, 11, 0, 23, 39, 5.0]))]))
add("geo_gcps_point", "tie points, pixel is point", write([geo(base).without(33550).with_(
    (33922, "d", [0, 0, 0, 10, 50, 0, 13, 0, 0, 23, 50, 0, 0, 11, 0, 10, 39, 0, 13, 11, 0, 23, 39, 5.0]), (34735, "S", [1, 1, 0, 3, 1024, 0, 1, 2, 1025, 0, 1, 2, 2048, 0, 1, 4326]))]))
add("geo_one_tie", "one tie point, no scale", write([geo(base).without(33550)]))
add("geo_no_tie", "a scale, no tie point", write([geo(base).without(33922)]))
add("geo_tie_5", "a tie point of five numbers", write([geo(base).with_((33922, "d", [0.0, 0.0, 0.0, 10.0, 50.0]))]))
add("geo_floats", "scale and tie point as FLOAT", write([geo(base).with_((33550, "f", [1.0, 1.0, 0.0]), (33922, "f", [0.0, 0.0, 0.0, 10.0, 50.0, 0.0]))]))
add("geo_keys_only", "no transform", write([geo(base).without(33550, 33922)]))
add("geo_keys_short", "keys that say more than there are", write([geo(base).with_((34735, "S", [1, 1, 0, 30, 1024, 0, 1, 2, 1025, 0, 1, 1, 2048, 0, 1, 4326]))]))
add("geo_keys_version", "keys of version 2", write([geo(base).with_((34735, "S", [2, 1, 0, 3, 1024, 0, 1, 2, 1025, 0, 1, 1, 2048, 0, 1, 4326]))]))
add("geo_keys_3", "three keys words", write([geo(base).with_((34735, "S", [1, 1, 0]))]))
add("geo_keys_unsorted", "keys in no order", write([geo(base).with_((34735, "S", [1, 1, 0, 3, 2048, 0, 1, 4326, 1025, 0, 1, 1, 1024, 0, 1, 2]))]))
add("geo_keys_long", "keys as LONG", write([geo(base).with_((34735, "L", [1, 1, 0, 3, 1024, 0, 1, 2, 1025, 0, 1, 1, 2048, 0, 1, 4326]))]))
add("geo_projected", "a projected CRS", write([geo(base).with_((34735, "S", [1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 32633]))]))
add("geo_no_model", "no GTModelType", write([geo(base).with_((34735, "S", [1, 1, 0, 2, 1025, 0, 1, 1, 3072, 0, 1, 32633]))]))
add("geo_wrong_model", "a projected key in a geographic model", write([geo(base).with_((34735, "S", [1, 1, 0, 3, 1024, 0, 1, 2, 1025, 0, 1, 1, 3072, 0, 1, 32633]))]))
add("geo_unknown_code", "a CRS that is in no registry", write([geo(base).with_((34735, "S", [1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 31999]))]))
add("geo_3d", "a three-dimensional CRS", write([geo(base).with_((34735, "S", [1, 1, 0, 3, 1024, 0, 1, 2, 1025, 0, 1, 1, 2048, 0, 1, 4979]))]))
add("geo_3d_compound", "a three-dimensional CRS and a height", write([geo(base).with_((34735, "S", [1, 1, 0, 4, 1024, 0, 1, 2, 1025, 0, 1, 1, 2048, 0, 1, 6319, 4096, 0, 1, 5703]))]))
add("geo_compound", "a CRS and a height", write([geo(base).with_((34735, "S", [1, 1, 0, 4, 1024, 0, 1, 2, 1025, 0, 1, 1, 2048, 0, 1, 4326, 4096, 0, 1, 5773]))]))

# Metadata.


def metadata(items):
    return (42112, "A", "<GDALMetadata>" + items + "</GDALMetadata>")


add("meta_band", "all that a band can have", write([base.with_(metadata(
    '<Item name="DESCRIPTION" sample="0" role="description">height</Item><Item name="OFFSET" sample="0" role="offset">-100</Item>'
    '<Item name="SCALE" sample="0" role="scale">0.1</Item><Item name="UNITTYPE" sample="0" role="unittype">m</Item>'
    '<Item name="STATISTICS_MINIMUM" sample="0">1</Item><Item name="STATISTICS_MAXIMUM" sample="0">9</Item>'))]))
add("meta_scale_bad", "a scale that is no number", write([base.with_(metadata('<Item name="SCALE" sample="0" role="scale">x</Item>'))]))
add("meta_scale_comma", "a scale with a comma", write([base.with_(metadata('<Item name="SCALE" sample="0" role="scale">0,5</Item>'))]))
add("meta_scale_0", "a scale of 0", write([base.with_(metadata('<Item name="SCALE" sample="0" role="scale">0</Item>'))]))
add("meta_broken", "no XML", write([base.with_((42112, "A", "<GDALMetadata><Item"))]))
add("meta_other_band", "an item of band 9", write([base.with_(metadata('<Item name="DESCRIPTION" sample="8" role="description">x</Item>'))]))
add("meta_color", "colours by metadata", write([ifd(rgb, 4).with_((262, "S", [1]), (338, "S", [0, 0]), metadata(
    '<Item name="COLORINTERP" sample="0" role="colorinterp">Blue</Item><Item name="COLORINTERP" sample="1" role="colorinterp">Green</Item>'
    '<Item name="COLORINTERP" sample="2" role="colorinterp">Undefined</Item>'))]))
add("meta_color_alpha", "alpha by metadata", write([ifd(two, 4).with_(metadata('<Item name="COLORINTERP" sample="1" role="colorinterp">Alpha</Item>'))]))
add("meta_color_new", "a colour of GDAL 3.10", write([base.with_(metadata('<Item name="COLORINTERP" sample="0" role="colorinterp">NIR</Item>'))]))
add("meta_declaration", "an XML declaration", write([base.with_((42112, "A", '<?xml version="1.0"?>\n<GDALMetadata><Item name="DESCRIPTION" sample="0" role="description">d</Item></GDALMetadata>'))]))
add("meta_nodata_role", "scale and offset only", write([base.with_(metadata('<Item name="OFFSET" sample="0" role="offset">5</Item>'))]))
add("meta_latin1", "metadata in Latin-1", write([base.with_((42112, "A", b'<GDALMetadata><Item name="DESCRIPTION" sample="0" role="description">caf\xe9</Item></GDALMetadata>\0'))]))

# Colours that become RGB.
cmyk = sample(13, 11, 4)
add("cmyk", "CMYK", write([ifd(cmyk, 4).without(338).with_((262, "S", [5]))]))
add("cmyk_tiles", "CMYK in tiles", write([ifd(cmyk, tile=(16, 16)).without(338).with_((262, "S", [5]), (332, "S", [1]))]))
add("cmyk_planar", "CMYK in planes", write([ifd(cmyk, 4, planar=True).without(338).with_((262, "S", [5]))]))
add("cmyk_five", "CMYK and one more", write([ifd(sample(13, 11, 5), 4).with_((262, "S", [5]), (338, "S", [0]))]))
add("lab_8", "CIE L*a*b* of bytes", write([ifd(rgb, 4).with_((262, "S", [8]))]))
add("lab_8_white", "CIE L*a*b* of another white", write([ifd(rgb, 4).with_((262, "S", [8]), (318, "R", [(3127, 10000), (3290, 10000)]))]))
add("lab_16", "CIE L*a*b* of 16 bits", write([ifd(sample(13, 11, 3, "u2") * 259, 4).with_((262, "S", [8]))]))


def units(width, height, across, down, seed):
    """Data units of subsampled YCbCr."""
    count = -(-width // across) * -(-height // down) * (across * down + 2)
    return bytes((i * 71 + seed + i // 9) % 256 for i in range(count))


for across, down in ((1, 1), (2, 1), (2, 2), (4, 1), (4, 2), (4, 4), (1, 2)):
    for compression, pack in ((1, bytes), (8, zlib.compress)):
        this = Ifd([(256, "S", [13]), (257, "S", [11]), (258, "S", [8] * 3), (259, "S", [compression]), (262, "S", [6]),
                    (277, "S", [3]), (278, "S", [8]), (530, "S", [across, down])],
                   [pack(units(13, 8, across, down, 5)), pack(units(13, 3, across, down, 77))])
        add(f"ycbcr_{across}{down}_{compression}", "YCbCr", write([this]))
tiled = Ifd([(256, "S", [13]), (257, "S", [11]), (258, "S", [8] * 3), (259, "S", [1]), (262, "S", [6]),
             (277, "S", [3]), (322, "S", [16]), (323, "S", [16]), (530, "S", [2, 2])], [units(16, 16, 2, 2, 3)], tiled=True)
add("ycbcr_tile", "YCbCr in a tile", write([tiled]))
add("ycbcr_no_subsampling", "YCbCr without tag 530", write([tiled.without(530)]))
add("ycbcr_coefficients", "YCbCr of BT.709", write([tiled.with_((529, "R", [(2125, 10000), (7154, 10000), (721, 10000)]))]))
add("ycbcr_reference", "YCbCr with a foot", write([tiled.with_((532, "R", [(16, 1), (235, 1), (128, 1), (240, 1), (128, 1), (240, 1)]))]))
add("ycbcr_planar", "YCbCr in planes", write([ifd(rgb, 4, planar=True).with_((262, "S", [6]), (530, "S", [1, 1]))]))
add("ycbcr_gray", "YCbCr of one band", write([base.with_((262, "S", [6]))]))

# Broken.
add("too_short", "seven bytes", b"II*\0\x08\0\0", "error")
add("no_directory", "offset 0", b"II*\0\0\0\0\0", "error")
add("directory_past_end", "offset past the end", b"II*\0\xff\0\0\0", "error")
add("no_entries", "a directory of no entries", b"II*\0\x08\0\0\0\0\0\0\0\0\0", "error")
add("not_a_tiff", "JFIF", b"\xff\xd8\xff\xe0\0\x10JFIF\0", "error")
add("mdi", "Microsoft's MDI", b"EP*\0" + write([base])[4:], "error")


def digest(array):
    return hashlib.sha256(np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<")).tobytes()).hexdigest()


def canonical(array):
    """The same with one NaN only, where reals were halves once."""
    if array.dtype != np.float32:
        return array
    return np.where(np.isnan(array), np.float32(np.nan), array)


def level(dataset):
    bands = dataset.read()
    return bands, dataset.dataset_mask()


def number(value):
    if value is None:
        return None
    value = float(value)
    return value if math.isfinite(value) else str(value)


def gdal(path):
    """What rasterio says, in the manifest's form."""
    try:
        with rasterio.open(path) as d:
            out = {
                "width": d.width, "height": d.height, "count": d.count, "dtypes": list(d.dtypes),
                "nodata": [number(v) for v in d.nodatavals], "colorinterp": [c.name for c in d.colorinterp],
                "mask_flags": [[f.name for f in flags] for flags in d.mask_flag_enums],
                "overviews": d.overviews(1), "block_shapes": [list(s) for s in d.block_shapes],
                "tiled": d.profile.get("tiled", False), "descriptions": list(d.descriptions),
                "units": list(d.units), "scales": list(d.scales), "offsets": list(d.offsets),
                "crs": None if d.crs is None else {"epsg": d.crs.to_epsg(), "name": d.crs.to_wkt().split('"')[1], "compound": "COMPD" in d.crs.to_wkt()},
                "transform": list(d.transform)[:6],
                "transform_kind": "none" if d.transform.is_identity else "north_up" if d.transform.b == 0 and d.transform.d == 0 and d.transform.e < 0 else "other",
                "bounds": list(d.bounds), "n_gcps": len(d.gcps[0]),
                "gcps": [[g.row, g.col, g.x, g.y, g.z] for g in d.gcps[0]],
            }
            try:
                colors = d.colormap(1)
                out["colormap_entries"] = len(colors)
                out["colormap"] = [list(colors[i]) for i in sorted(colors)][:16]
            except ValueError:
                pass
            count = len(d.overviews(1))
            try:
                bands, mask = level(d)
                out["pixels"] = {"dtype": str(bands.dtype), "bands": [digest(b) for b in bands],
                                 "bands_nan_canonical": [digest(canonical(b)) for b in bands], "mask": {"sha256": digest(mask)}, "first": [str(v) for v in bands[0].ravel()[:8]], "overviews": []}
            except Exception as error:
                out["error"] = type(error).__name__
                return out
        for n in range(count):
            with rasterio.open(path, overview_level=n) as d:
                bands, mask = level(d)
                out["pixels"]["overviews"].append({"width": d.width, "height": d.height, "bands": [digest(b) for b in bands], "mask": digest(mask)})
        return out
    except Exception as error:
        return {"error": type(error).__name__}


def plain(value):
    """Reals that JSON has no word for, as text."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, list):
        return [plain(v) for v in value]
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    return value


def main():
    found = []
    os.environ["GDAL_DISABLE_READDIR_ON_OPEN"] = "EMPTY_DIR"
    with tempfile.TemporaryDirectory() as folder:
        for name, why, data, expect in FILES:
            path = os.path.join(folder, name + ".tif")
            with open(path, "wb") as file:
                file.write(data)
            said = gdal(path)
            found.append({"file": name, "why": why, "hex": data.hex(), "expect": "error" if "error" in said else "pixels", "gdal": said})
    # One file a line.
    sys.stdout.write("[\n" + ",\n".join(json.dumps(plain(f)) for f in found) + "\n]\n")


if __name__ == "__main__":
    main()
