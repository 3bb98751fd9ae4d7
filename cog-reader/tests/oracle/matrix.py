"""Small TIFFs of every kind that the oracles can write, with what they read of them.

    matrix.py FOLDER

writes NAME.tif, NAME.raw (little-endian samples, band by band) and index.json.
Files are written by rasterio (GDAL 3.10.3), Pillow 13.0.0 and tifffile 2026.3.3
(imagecodecs 2026.3.6), or put together below where none of them can, and always
read by GDAL; by imagecodecs where this GDAL lacks the codec.
"""

import json
import struct
import sys
import warnings
import zlib
from pathlib import Path

import imagecodecs
import numpy as np
import rasterio
import tifffile
from PIL import Image

warnings.filterwarnings("ignore")
OUT = Path(sys.argv[1])
RNG = np.random.default_rng(20261121)
INDEX = []
REFUSED = []


def note(name, samples, **more):
    """Keeps what was read: bands, rows, columns."""
    samples = np.ascontiguousarray(samples)
    (OUT / f"{name}.raw").write_bytes(samples.astype(samples.dtype.newbyteorder("<")).tobytes())
    INDEX.append({"name": name, "dtype": samples.dtype.name, "shape": samples.shape, **more})


def asked(name, **more):
    """Asks GDAL for a file's samples."""
    try:
        with rasterio.open(OUT / f"{name}.tif") as src:
            samples = src.read()
            more["mask"] = [int(v) for v in (src.dataset_mask() != 0).sum(axis=1)]
    except rasterio.errors.RasterioIOError as error:
        REFUSED.append([name, str(error)])
        (OUT / f"{name}.tif").unlink()
        return
    note(name, samples, **more)


def made(name, samples, lossy=False, **options):
    """Writes a file with GDAL, unless it will not."""
    dtype = options.pop("dtype", samples.dtype.name)
    try:
        with rasterio.open(
            OUT / f"{name}.tif", "w", driver="GTiff", dtype=dtype, count=samples.shape[0],
            height=samples.shape[1], width=samples.shape[2], **options,
        ) as dst:
            dst.write(samples)
    except (rasterio.errors.RasterioError, ValueError, TypeError) as error:
        REFUSED.append([name, str(error)])
        (OUT / f"{name}.tif").unlink(missing_ok=True)
        return
    asked(name, lossy=lossy)


def values(dtype, bands, rows, columns, bits=None):
    """Ramps, runs and noise over the whole range."""
    y, x = np.mgrid[:rows, :columns]
    out = []
    for band in range(bands):
        ramp = x * 3 + y * 5 + band * 7
        noise = RNG.integers(0, 1 << 62, (rows, columns), dtype=np.uint64)
        out.append(np.where((x // 5 + y) % 3 == 0, ramp, np.where(y % 4 == 1, 9, noise)).astype(np.uint64))
    out = np.stack(out)
    kind = np.dtype(dtype)
    if kind.kind in "ui":
        most = (1 << (bits or kind.itemsize * 8)) - 1
        return (out & np.uint64(most)).astype(kind)
    real = ((out % np.uint64(1 << 20)).astype(np.float64) - 5e5) / 37
    if kind.kind == "f":
        real[:, 0, 0] = np.nan
        real[:, -1, -1] = np.inf
        return real.astype(kind)
    return (real + 1j * np.roll(real, 1, axis=2)).astype(kind)


def sample_types():
    shapes = {"tiles": dict(tiled=True, blockxsize=32, blockysize=16), "strips": dict(blockysize=5)}
    dtypes = ["uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64",
              "float16", "float32", "float64", "complex_int16", "complex64", "complex128"]
    for dtype in dtypes:
        kind = {"float16": "float32", "complex_int16": "complex64"}.get(dtype, dtype)
        extra = {"nbits": 16} if dtype == "float16" else {}
        for compress in ["none", "lzw", "packbits", "deflate", "zstd", "lzma"]:
            predictors = [1]
            if compress in ("lzw", "deflate", "zstd", "lzma"):
                predictors = [1, 2, 3] if dtype.startswith("float") else [1, 2]
            for predictor in predictors:
                for interleave in ["pixel", "band"]:
                    for endian in ["little", "big"]:
                        shape = "tiles" if (len(INDEX) + predictor) % 2 else "strips"
                        options = dict(extra, interleave=interleave, endianness=endian, **shapes[shape])
                        if predictor > 1:
                            options["predictor"] = predictor
                        if compress != "none":
                            options["compress"] = compress
                        bands = 1 + len(INDEX) % 4
                        samples = values(kind, bands, 19, 37)
                        if dtype == "complex_int16":
                            samples = np.round(samples / 10)
                            options["dtype"] = dtype
                        if dtype == "float16":
                            samples = samples / 8
                        name = f"type_{dtype}_{compress}_p{predictor}_{interleave}_{endian}"
                        made(name, samples.astype(kind), **options)


def depths():
    for bits in [*range(1, 8), *range(9, 16), *range(17, 32)]:
        dtype = "uint8" if bits < 8 else "uint16" if bits < 16 else "uint32"
        for number, (compress, interleave, endian, bands) in enumerate([
            ("none", "pixel", "little", 1), ("none", "pixel", "big", 3), ("deflate", "band", "little", 3),
            ("lzw", "pixel", "little", 4), ("zstd", "band", "big", 2), ("packbits", "pixel", "little", 1),
            ("lzma", "pixel", "big", 5),
        ]):
            options = {} if compress == "none" else {"compress": compress}
            if number % 2:
                options.update(tiled=True, blockxsize=16, blockysize=32)
            made(f"depth_{bits}_{compress}_{interleave}_{endian}_{bands}",
                 values(dtype, bands, 21, 35, bits), nbits=bits, interleave=interleave, endianness=endian, **options)


def bilevel(kind, rows, columns):
    y, x = np.mgrid[:rows, :columns]
    return {
        "zeros": np.zeros((rows, columns)),
        "ones": np.ones((rows, columns)),
        "noise": RNG.random((rows, columns)) < 0.3,
        "stripes": (x + y // 3) % 29 < 11,
        "rows": y % 3 == 0,
        "runs": np.sin(x / 90) * np.cos(y / 7) > 0.2,
    }[kind].astype("uint8")


def ccitt():
    for compress in ["ccittrle", "ccittfax3", "ccittfax4"]:
        for width in [1, 7, 8, 9, 31, 64, 65, 255, 1728, 2561, 5300]:
            for number, kind in enumerate(["zeros", "ones", "noise", "stripes", "rows", "runs"]):
                rows = [1, 3, 40, 300][(number + width) % 4]
                samples = bilevel(kind, rows, width)[None]
                for shape in ["strips", "tiles"]:
                    options = dict(tiled=True, blockxsize=128, blockysize=48) if shape == "tiles" else dict(
                        blockysize=[1, 7, 64][number % 3])
                    more = {"photometric": "miniswhite"} if number % 2 else {}
                    made(f"{compress}_{width}_{kind}_{shape}", samples, compress=compress, nbits=1, **options, **more)
        made(f"{compress}_bands", np.stack([bilevel(k, 33, 50) for k in ("noise", "runs", "ones")]),
             compress=compress, nbits=1, interleave="band")
    # Pillow lets libtiff's options through: two dimensions, fill bits, both; least significant bit first.
    for compression, options in [("group3", 0), ("group3", 1), ("group3", 4), ("group3", 5), ("group4", 0), ("tiff_ccitt", 0)]:
        for fill in [1, 2]:
            for width, rows, kind in [(9, 20, "noise"), (100, 33, "stripes"), (1728, 40, "runs"), (2600, 12, "noise"), (64, 5, "ones"), (4000, 700, "runs")]:
                name = f"pillow_{compression}_{options}_{fill}_{width}_{kind}"
                info = {266: fill}
                if options:
                    info[292] = options
                picture = Image.fromarray(bilevel(kind, rows, width) * 255).convert("1")
                try:
                    picture.save(OUT / f"{name}.tif", compression=compression, tiffinfo=info)
                except (OSError, RuntimeError) as error:
                    REFUSED.append([name, str(error)])
                    continue
                asked(name, lossy=False)


def lerc():
    for dtype in ["uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "float64"]:
        for compress in ["lerc", "lerc_deflate", "lerc_zstd"]:
            for bands, interleave in [(1, "pixel"), (3, "pixel"), (3, "band")]:
                for error in [0, 2.5]:
                    samples = values(dtype, bands, 40, 50)
                    if samples.dtype.kind == "f":
                        samples = np.where(np.isfinite(samples), samples, -1).astype(dtype)
                    made(f"{compress}_{dtype}_{bands}_{interleave}_{error}", samples, compress=compress,
                         max_z_error=error, interleave=interleave, tiled=True, blockxsize=32, blockysize=32)
    for dtype in ["float32", "float64"]:
        for bands, interleave in [(1, "pixel"), (3, "pixel"), (3, "band")]:
            for which in ["some", "all", "same"]:
                samples = np.round(values(dtype, bands, 40, 50) / 7, 1)
                holes = RNG.random((40, 50)) < 0.4
                if which == "same":
                    samples[:, holes] = np.nan
                elif which == "some":
                    samples[RNG.random(samples.shape) < 0.4] = np.nan
                else:
                    samples[:, :, :32] = np.nan
                samples[np.isinf(samples)] = 5
                for compress in ["lerc", "lerc_zstd"]:
                    made(f"{compress}_nan_{dtype}_{bands}_{interleave}_{which}", samples, compress=compress,
                         interleave=interleave, tiled=True, blockxsize=32, blockysize=32, nodata=np.nan)
    samples = values("uint8", 4, 40, 50)
    samples[3] = np.where(samples[3] > 90, 255, 0)
    for alpha in ["yes", "no"]:
        made(f"lerc_alpha_{alpha}", samples, compress="lerc", photometric="rgb", alpha=alpha, tiled=True, blockxsize=32, blockysize=32)


def picture(bands, rows, columns, dtype="uint8"):
    """Smooth, so that lossy codecs stay near it."""
    y, x = np.mgrid[:rows, :columns]
    scale = 1 if dtype == "uint8" else np.iinfo(dtype).max / 255 if dtype != "float32" else 1 / 255
    return np.stack([(127 + 120 * np.sin(x / (9 + b) + b) * np.cos(y / (11 - b))) * scale for b in range(bands)]).astype(dtype)


def pictures():
    for level in [75, 100]:
        for bands in [3, 4]:
            lossless = level == 100
            made(f"webp_{level}_{bands}", picture(bands, 70, 90), compress="webp", lossy=not lossless, interleave="pixel",
                 webp_lossless=lossless, webp_level=level, tiled=True, blockxsize=64, blockysize=64,
                 photometric="rgb", **({"alpha": "yes"} if bands == 4 else {}))
    opaque = picture(4, 70, 90)
    opaque[3] = 255
    made("webp_opaque", opaque, compress="webp", webp_lossless=True, photometric="rgb", alpha="yes", interleave="pixel",
         tiled=True, blockxsize=64, blockysize=64)
    for mode in range(4):
        for bands, photometric, interleave in [(1, None, "pixel"), (3, "rgb", "pixel"), (3, "ycbcr", "pixel"), (4, None, "pixel"),
                                               (2, None, "pixel"), (3, None, "band")]:
            for shape in [dict(tiled=True, blockxsize=48, blockysize=64), dict(blockysize=16), dict(blockysize=72)]:
                name = f"jpeg_{mode}_{bands}_{photometric}_{interleave}_{shape['blockysize']}"
                options = {} if photometric is None else {"photometric": photometric}
                made(name, picture(bands, 72, 90), lossy=True, compress="jpeg", jpeg_quality=85, jpegtablesmode=mode,
                     interleave=interleave, **shape, **options)
    # What this GDAL has no codec for: tifffile writes, imagecodecs reads.
    cases = []
    for bands in [1, 3, 4, 2, 5]:
        for dtype in ["uint8", "uint16", "float32"]:
            for planar in ["contig", "separate"]:
                # imagecodecs takes more interleaved samples for columns of several pictures.
                if bands < 5 or planar == "separate":
                    cases.append(("jpegxl", bands, dtype, planar, {"level": 100}))
                if dtype != "float32":
                    cases.append(("jpeg2000", bands, dtype, planar, {"level": 0}))
    cases += [("jpegxl", 3, "uint8", "contig", {"level": 80}), ("jpeg2000", 3, "uint8", "contig", {"level": 40})]
    for codec, bands, dtype, planar, options in cases:
        lossy = options["level"] not in (0, 100)
        name = f"{codec}_{bands}_{dtype}_{planar}_{options['level']}"
        samples = picture(bands, 80, 96, dtype)
        if codec == "jpegxl":
            options = {"lossless": True} if not lossy else {"level": 80}
        single = planar == "separate" or bands == 1
        pixels = samples if single else samples.transpose(1, 2, 0)
        try:
            tifffile.imwrite(
                OUT / f"{name}.tif", pixels[0] if bands == 1 else pixels, tile=(48, 64), compression=codec,
                compressionargs=options, planarconfig=None if bands == 1 else planar,
                photometric="rgb" if bands in (3, 4) else "minisblack",
                extrasamples=["unassalpha"] if bands == 4 else None)
            read = tifffile.imread(OUT / f"{name}.tif")
        except Exception as error:  # Whatever a codec raises.
            REFUSED.append([name, repr(error)])
            (OUT / f"{name}.tif").unlink(missing_ok=True)
            continue
        read = read[None] if bands == 1 else read if single else read.transpose(2, 0, 1)
        note(name, read, lossy=lossy)


def tiff(name, width, height, bits, compression, block, *, samples=1, sample_format=1, fill=1, endian="<",
         predictor=1, photometric=1, extra=()):
    """Puts one strip together."""
    short, long = 3, 4
    entries = [
        (256, long, [width]), (257, long, [height]), (258, short, [bits] * samples), (259, short, [compression]),
        (262, short, [photometric]), (266, short, [fill]), (273, long, [0]), (277, short, [samples]),
        (278, long, [height]), (279, long, [len(block)]), (284, short, [1]), (317, short, [predictor]),
        (339, short, [sample_format] * samples), *extra,
    ]
    entries.sort()
    size = 8 + 2 + 12 * len(entries) + 4
    later = b""
    body = b""
    spill = [e for e in entries if len(e[2]) * (2 if e[1] == short else 4) > 4]
    start = size + sum((len(e[2]) * (2 if e[1] == short else 4) + 1) // 2 * 2 for e in spill)
    for tag, kind, items in entries:
        if tag == 273:
            items = [start]
        packed = b"".join(struct.pack(endian + ("H" if kind == short else "I"), v) for v in items)
        if len(packed) > 4:
            value = struct.pack(endian + "I", size + len(later))
            later += packed + b"\0" * (len(packed) % 2)
        else:
            value = packed.ljust(4, b"\0")
        body += struct.pack(endian + "HHI", tag, kind, len(items)) + value
    head = (b"II" if endian == "<" else b"MM") + struct.pack(endian + "HI", 42, 8)
    (OUT / f"{name}.tif").write_bytes(head + struct.pack(endian + "H", len(entries)) + body + b"\0" * 4 + later + block)


REVERSED = bytes(int(f"{v:08b}"[::-1], 2) for v in range(256))


def built():
    encoders = {1: bytes, 5: lambda b: imagecodecs.lzw_encode(b), 8: zlib.compress, 32946: zlib.compress,
                32773: lambda b: imagecodecs.packbits_encode(b), 50000: lambda b: imagecodecs.zstd_encode(b)}
    for bits, fmt, samples in [(1, 1, 1), (2, 1, 3), (4, 1, 1), (4, 1, 4), (6, 1, 2), (8, 1, 3), (12, 1, 1), (12, 1, 3), (16, 1, 1), (16, 2, 2),
                               (24, 1, 1), (24, 3, 1), (24, 3, 3), (32, 3, 1), (64, 3, 1), (4, 2, 1), (12, 2, 1), (24, 2, 1),
                               (16, 3, 1), (8, 4, 1), (32, 5, 1), (64, 5, 1), (64, 6, 1), (128, 6, 1), (64, 2, 1), (40, 1, 1), (48, 1, 1)]:
        width, height = 23, 9
        row = (width * samples * bits + 7) // 8
        raw = RNG.integers(0, 256, row * height, dtype=np.uint8).tobytes()
        if fmt in (3, 6):
            # Random exponents, few NaN: those payloads are nobody's promise.
            raw = bytes(v & 0x3f for v in raw)
        for compression, encode in encoders.items():
            for fill in [1, 2]:
                for endian in "<>":
                    block = encode(raw)
                    if fill == 2:
                        block = block.translate(REVERSED)
                    name = f"built_{bits}_{fmt}_{samples}_{compression}_{fill}_{'le' if endian == '<' else 'be'}"
                    tiff(name, width, height, bits, compression, block, samples=samples, sample_format=fmt, fill=fill, endian=endian)
                    asked(name, lossy=False)
    # Several frames, one of them to be skipped, and an empty one.
    raw = RNG.integers(0, 7, 64 * 64, dtype=np.uint8).tobytes()
    skip = struct.pack("<II", 0x184D2A53, 5) + b"hello"
    zstd = imagecodecs.zstd_encode
    for name, block in {
        "zstd_frames": zstd(raw[:1000]) + zstd(raw[1000:]),
        "zstd_skip": skip + zstd(raw[:1000]) + skip + zstd(b"") + zstd(raw[1000:]),
    }.items():
        tiff(name, 64, 64, 8, 50000, block)
        asked(name, lossy=False)
    # Predictors where libtiff has its own view of what they are for.
    for bits, fmt, predictor in [(8, 3, 3), (16, 1, 3), (4, 1, 2), (12, 1, 2), (24, 3, 3), (24, 1, 2), (16, 3, 3), (64, 3, 3), (64, 6, 2), (64, 6, 3), (32, 5, 2), (128, 6, 2), (8, 1, 0)]:
        for endian in "<>":
            row = (23 * bits + 7) // 8
            raw = bytes(v & 0x3f for v in RNG.integers(0, 256, row * 9, dtype=np.uint8).tobytes())
            name = f"predictor_{bits}_{fmt}_{predictor}_{'le' if endian == '<' else 'be'}"
            tiff(name, 23, 9, bits, 8, zlib.compress(raw), sample_format=fmt, predictor=predictor, endian=endian)
            asked(name, lossy=False)
    # Deflate whose checksum is wrong or cut off, with bytes behind, or too short (a longer one comes out of GDAL without its last bytes): what does libtiff make of it?
    raw = RNG.integers(0, 7, 64 * 64, dtype=np.uint8).tobytes()
    good = zlib.compress(raw)
    for name, block in {"deflate_no_checksum": good[:-4], "deflate_bad_checksum": good[:-4] + b"1234", 
                        "deflate_trailing": good + b"xyz", "deflate_short": zlib.compress(raw[:-100])}.items():
        tiff(name, 64, 64, 8, 8, block)
        asked(name, lossy=False)
    for name, compression, encode in [("lzw", 5, encoders[5]), ("packbits", 32773, encoders[32773]), ("zstd", 50000, zstd)]:
        tiff(f"{name}_more", 64, 64, 8, compression, encode(raw + raw))
        asked(f"{name}_more", lossy=False)
        tiff(f"{name}_short", 64, 64, 8, compression, encode(raw[:-100]))
        asked(f"{name}_short", lossy=False)
    # NeXT and ThunderScan, by libtiff's decoders: any bytes that end where the rows do are streams.
    width, height = 21, 7
    block = b""
    for row in range(height):
        if row % 3 == 0:
            block += b"\0" + RNG.integers(0, 256, 6, dtype=np.uint8).tobytes()
        elif row % 3 == 1:
            block += b"\x40" + struct.pack(">HH", 1, 3) + b"\x1b\x2d\x93"
        else:
            block += bytes([0xc0 | 5, 0x80 | 9, 0x40 | 3, 0xc0 | 40])
    tiff("next", width, height, 2, 32766, block)
    asked("next", lossy=False)
    for width in [20, 21]:
        block = b""
        for row in range(height):
            at = 0
            while at < width:
                kind = int(RNG.integers(0, 4))
                if kind == 0:
                    run = int(RNG.integers(1, min(12, width - at) + 1))
                    block, at = block + bytes([run]), at + run
                elif kind == 3 or width - at < 3:
                    block, at = block + bytes([0xc0 | int(RNG.integers(0, 16))]), at + 1
                else:
                    codes = [int(c) for c in RNG.integers(0, 4 if kind == 1 else 8, 3 if kind == 1 else 2)]
                    skip = 2 if kind == 1 else 4
                    packed = codes[0] << 4 | codes[1] << 2 | codes[2] if kind == 1 else codes[0] << 3 | codes[1]
                    block, at = block + bytes([kind << 6 | packed]), at + sum(c != skip for c in codes)
        tiff(f"thunderscan_{width}", width, height, 4, 32809, block)
        asked(f"thunderscan_{width}", lossy=False)


sample_types()
depths()
ccitt()
lerc()
pictures()
built()
(OUT / "index.json").write_text(json.dumps({"files": INDEX, "refused": REFUSED}))
