"""Prints tests/it/vectors.rs: blocks by libtiff (through Pillow 13.0.0), libjxl and OpenJPEG
(imagecodecs 2026.3.6) of pictures that the tests work out for themselves.

    python make.py > ../it/vectors.rs && rustfmt --edition 2024 ../it/vectors.rs
"""

import io
import textwrap

import imagecodecs
import numpy as np
import tifffile
from PIL import Image

print("//! Other encoders' bytes; printed by `tests/vectors/make.py`, which says whose.")


def put(name, note, data):
    lines = textwrap.wrap(data.hex(), 96)
    body = "\n".join("    " + line for line in lines)
    print(f"\n/// {note}\npub(crate) const {name}: &str = \"\n{body}\";")


def one_strip(compression, info, width=100, rows=33):
    """Black where (x + y / 3) mod 29 < 11, and every seventh row all black."""
    y, x = np.mgrid[:rows, :width]
    picture = ((x + y // 3) % 29 < 11) | (y % 7 == 6)
    # What is 1 is coded as black.
    out = io.BytesIO()
    Image.fromarray((picture * 255).astype("uint8")).convert("1").save(
        out, "TIFF", compression=compression, tiffinfo={278: rows, **info})
    with tifffile.TiffFile(io.BytesIO(out.getvalue())) as tiff:
        page = tiff.pages[0]
        assert len(page.dataoffsets) == 1, page.dataoffsets
        at, size = page.dataoffsets[0], page.databytecounts[0]
    return out.getvalue()[at:at + size]


put("RLE", "Rows on bytes, no marks.", one_strip("tiff_ccitt", {}))
put("G3", "One dimension.", one_strip("group3", {}))
put("G3_FILL", "One dimension, marks end on bytes.", one_strip("group3", {292: 4}))
put("G3_TWO", "Two dimensions.", one_strip("group3", {292: 1}))
put("G3_TWO_FILL", "Two dimensions, marks end on bytes.", one_strip("group3", {292: 5}))
put("G4", "Two dimensions, no marks.", one_strip("group4", {}))
put("G4_LSB", "The same, least significant bit first.", one_strip("group4", {266: 2}))


def picture(samples, dtype):
    """(x * 31 + y * 17 + band * 5) times a step, modulo the type's range; 20 x 12."""
    y, x, band = np.mgrid[:12, :20, :samples]
    values = x * 31 + y * 17 + band * 5
    kind = np.dtype(dtype)
    if kind.kind == "f":
        return (values / 8).astype(kind)
    step = 1 if kind.itemsize == 1 else 251
    return (values * step).astype(np.uint16 if kind.itemsize == 2 else np.uint8).view(kind)


for samples, dtype in [(1, "uint8"), (3, "uint8"), (4, "uint8"), (1, "uint16"), (5, "uint16"), (1, "float32")]:
    data = picture(samples, dtype)
    options = dict(photometric="rgb" if samples in (3, 4) else "gray")
    if samples == 1:
        data = data[..., 0]
    elif samples == 5:
        # Grey and four extra channels.
        data, options["planar"] = np.moveaxis(data, 2, 0).copy(), True
    coded = imagecodecs.jpegxl_encode(data, lossless=True, **options)
    assert np.array_equal(imagecodecs.jpegxl_decode(coded), data)
    put(f"JXL_{samples}_{dtype.upper()}", f"JPEG XL without loss, {samples} of {dtype}.", coded)
for samples, dtype in [(1, "uint8"), (3, "uint8"), (4, "uint8"), (1, "uint16"), (1, "int16")]:
    data = picture(samples, dtype)
    put(f"J2K_{samples}_{dtype.upper()}", f"JPEG 2000 without loss, {samples} of {dtype}.",
        imagecodecs.jpeg2k_encode(data[..., 0] if samples == 1 else data, reversible=True, level=0, codecformat="J2K"))
put("JP2_3_UINT8", "The same of three uint8 in a JP2 container.",
    imagecodecs.jpeg2k_encode(picture(3, "uint8"), reversible=True, level=0, codecformat="JP2"))
for samples, dtype in [(1, "uint8"), (2, "uint8"), (3, "uint8"), (4, "uint8"), (1, "uint16"), (3, "uint16")]:
    data = picture(samples, dtype)
    put(f"PNG_{samples}_{dtype.upper()}", f"PNG, {samples} of {dtype}.",
        imagecodecs.png_encode(data[..., 0] if samples == 1 else data))
