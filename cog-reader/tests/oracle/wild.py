"""Random TIFFs as their usual writers make them, with what the oracles read of them.

    wild.py FOLDER [SEED [COUNT]]

writes NAME.tif, NAME.N.raw for each level N (little-endian samples, band by
band), NAME.N.mask (the dataset's mask) and index.json: what GDAL says of each file,
in the words of the shared fixtures' manifest.

Files are written by rasterio (GDAL 3.10.3), tifffile 2026.3.3 (imagecodecs
2026.3.6) and Pillow 13.0.0; read by GDAL, alone with the file. Where it has no
codec, or shows colours through its RGBA rendition, tifffile's samples count.
"""

import json
import random
import sys
import warnings
from pathlib import Path

import numpy as np
import rasterio
import tifffile
from PIL import Image
from rasterio.control import GroundControlPoint
from rasterio.enums import ColorInterp, Resampling
from rasterio.rpc import RPC
from rasterio.shutil import copy
from rasterio.transform import Affine

warnings.filterwarnings("ignore")
OUT = Path(sys.argv[1])
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 20261122
COUNT = int(sys.argv[3]) if len(sys.argv) > 3 else 300
R = random.Random(SEED)
RNG = np.random.default_rng(SEED)
INDEX = []
REFUSED = []
ALONE = dict(GDAL_DISABLE_READDIR_ON_OPEN="EMPTY_DIR", GDAL_PAM_ENABLED="NO")
LOSSY = {"jpeg", "JPEG", "webp", "WEBP"}


def raw(name, level, samples, mask=None):
    samples = np.ascontiguousarray(samples)
    (OUT / f"{name}.{level}.raw").write_bytes(samples.astype(samples.dtype.newbyteorder("<")).tobytes())
    if mask is not None:
        (OUT / f"{name}.{level}.mask").write_bytes(np.ascontiguousarray(mask).tobytes())
    return {"shape": list(samples.shape), "dtype": samples.dtype.name, "mask": mask is not None}


def again(path, shape):
    """The image of this shape, by tifffile (libjpeg-turbo, libwebp): it and GDAL may differ where chroma is subsampled."""
    with tifffile.TiffFile(path) as tif:
        for page in [*tif.pages, *(tif.pages[0].pages or [])]:
            if (page.imagelength, page.imagewidth, page.samplesperpixel) == (*shape[1:], shape[0]):
                samples = page.asarray()
                if samples.ndim == 2:
                    return samples[None]
                return samples if page.planarconfig == 2 else samples.transpose(2, 0, 1)
    return None


def number(value):
    """JSON has no NaN and no infinity."""
    return value if value is None or np.isfinite(value) else str(value)


def described(src):
    epsg = None
    if src.crs:
        try:
            epsg = src.crs.to_epsg(confidence_threshold=100)
        except Exception:
            epsg = None
    points, points_crs = src.gcps
    none = src.transform == Affine.identity()
    said = {
        "width": src.width, "height": src.height, "count": src.count, "dtypes": src.dtypes,
        "overviews": src.overviews(1), "block_shapes": [list(s) for s in src.block_shapes],
        "tiled": src.is_tiled, "nodata": [number(v) for v in src.nodatavals],
        "mask_flags": [[f.name for f in flags] for flags in src.mask_flag_enums],
        "transform": [number(v) for v in list(src.transform)[:6]],
        "transform_kind": "none" if none else "north_up" if src.transform.b == 0 == src.transform.d and src.transform.e < 0 else "other",
        "bounds": [number(v) for v in src.bounds],
        "crs": {"epsg": epsg, "compound": bool(src.crs.is_geographic is False and "COMPD" in src.crs.to_wkt())} if src.crs else None,
        "colorinterp": [c.name for c in src.colorinterp],
        "scales": src.scales, "offsets": src.offsets, "descriptions": src.descriptions, "units": [u or None for u in src.units],
        "n_gcps": len(points), "gcps": [[p.row, p.col, p.x, p.y, p.z] for p in points],
        "gcps_epsg": points_crs.to_epsg() if points_crs else None,
        "tags": src.tags(), "band_tags": [src.tags(i) for i in src.indexes],
        "rpc": src.tags(ns="RPC") or None,
    }
    try:
        colormap = [list(c) for _, c in sorted(src.colormap(1).items())]
        said.update(colormap_entries=len(colormap), colormap=colormap)
    except ValueError:
        said["colormap_entries"] = None
    return said


def asked(name, lossy=False, second=None, note=""):
    """Asks GDAL; `second` are samples that count where GDAL's do not."""
    path = OUT / f"{name}.tif"
    entry = {"name": name, "lossy": lossy, "note": note, "levels": [], "gdal": None}
    try:
        with rasterio.Env(**ALONE):
            with rasterio.open(path) as src:
                entry["gdal"] = described(src)
                samples, mask = src.read(), src.dataset_mask()
                count = len(src.overviews(1))
            if second is not None:
                entry["gdal"], samples, mask, count = None, second, None, 0
            entry["levels"].append(raw(name, 0, samples, mask))
            for level in range(count):
                with rasterio.open(path, overview_level=level) as src:
                    entry["levels"].append(raw(name, level + 1, src.read(), src.dataset_mask()))
    except Exception as error:
        if second is None:
            REFUSED.append([name, str(error)])
            path.unlink()
            return
        entry.update(gdal=None, levels=[raw(name, 0, second)])
    if lossy:
        for level, said in enumerate(entry["levels"]):
            try:
                more = again(path, said["shape"])
            except Exception:  # Whatever a codec raises.
                more = None
            said["second"] = more is not None
            if more is not None:
                (OUT / f"{name}.{level}.second").write_bytes(np.ascontiguousarray(more).tobytes())
    INDEX.append(entry)


# ---------------------------------------------------------------- pixels

def values(dtype, bands, rows, columns, most=None):
    """Ramps, runs, flats and noise over the type's range."""
    y, x = np.mgrid[:rows, :columns]
    kind = np.dtype(dtype)
    out = []
    for band in range(bands):
        ramp = (x * 3 + y * 5 + band * 7).astype(np.uint64)
        noise = RNG.integers(0, 1 << 62, (rows, columns), dtype=np.uint64)
        out.append(np.where((x // 5 + y) % 3 == 0, ramp, np.where(y % 4 == 1, np.uint64(9), noise)))
    out = np.stack(out)
    if kind.kind in "ui":
        most = most or (1 << kind.itemsize * 8) - 1
        return (out & np.uint64(most)).astype(kind)
    real = ((out % np.uint64(1 << 20)).astype(np.float64) - 5e5) / 37
    if kind.kind == "f":
        if R.random() < 0.3:
            real[:, 0, 0], real[:, -1, -1] = np.nan, np.inf
        return real.astype(kind)
    return (real + 1j * np.roll(real, 1, axis=2)).astype(kind)


def smooth(dtype, bands, rows, columns):
    y, x = np.mgrid[:rows, :columns]
    kind = np.dtype(dtype)
    scale = np.iinfo(kind).max / 255 if kind.kind in "ui" else 1
    return np.stack([(127 + 120 * np.sin(x / (9 + b) + b) * np.cos(y / (11 - b % 9))) * scale for b in range(bands)]).astype(kind)


# ---------------------------------------------------------------- GDAL

CRS = [None, 4326, 3857, 32633, 2056, 4258, 3413, 27700, 25832, 3035, 5514, 2154, 28992, 7415, 31467, 32719, 3031, 102100, 6933]


def place(options):
    choice = R.random()
    if choice < 0.15:
        return
    code = R.choice(CRS)
    if code:
        options["crs"] = f"ESRI:{code}" if code > 100000 else f"EPSG:{code}"
    res = R.choice([0.1, 1 / 3600, 10, 30.5, 1 / 3])
    if choice < 0.75:
        options["transform"] = Affine(res, 0, R.uniform(-170, 5e5), 0, -res * R.choice([1, 1, 2]), R.uniform(-80, 6e6))
    elif choice < 0.85:
        options["transform"] = Affine.translation(1e5, 2e5) * Affine.rotation(R.uniform(-60, 60)) * Affine.scale(res, -res)
    elif choice < 0.9:
        options["transform"] = Affine(res, 0, 1000, 0, res, -2000)
    elif choice < 0.95 and code not in (None, 7415):
        crs = options.pop("crs")
        count = R.choice([3, 4, 5, 9, 16])
        options["gcps"] = [GroundControlPoint(row=R.uniform(0, 60), col=R.uniform(0, 60), x=10 + i * 0.37 + R.random(), y=45 - i * 0.1 + R.random(), z=R.choice([0, 100])) for i in range(count)]
        options["crs"] = crs
    else:
        options.pop("crs", None)
        options["rpcs"] = RPC(
            height_off=R.uniform(0, 900), height_scale=500.0, lat_off=R.uniform(-60, 60), lat_scale=0.1, long_off=R.uniform(-170, 170),
            long_scale=0.2, line_off=30.0, line_scale=31.0, samp_off=25.0, samp_scale=26.0,
            line_num_coeff=[R.uniform(-1, 1) for _ in range(20)], line_den_coeff=[1.0] + [R.uniform(-1e-3, 1e-3) for _ in range(19)],
            samp_num_coeff=[R.uniform(-1, 1) for _ in range(20)], samp_den_coeff=[1.0] + [R.uniform(-1e-3, 1e-3) for _ in range(19)],
            err_bias=R.choice([None, 1.0]), err_rand=None)


def shape(options):
    choice = R.random()
    if choice < 0.5:
        options.update(tiled=True, blockxsize=16 * R.choice([1, 2, 3, 4, 5, 16]), blockysize=16 * R.choice([1, 2, 3, 4, 7, 16]))
    elif choice < 0.9:
        options.update(blockysize=R.choice([1, 1, 2, 3, 7, 8, 16, 33, 64, 500]))


DTYPES = ["uint8"] * 6 + ["int8", "uint16", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float16", "float32", "float32",
          "float64", "complex_int16", "complex64", "complex128"]
COMPRESS = ["none", "lzw", "packbits", "deflate", "zstd", "lzma", "lerc", "lerc_deflate", "lerc_zstd", "jpeg", "webp", "ccittrle", "ccittfax3", "ccittfax4"]


def by_gdal(name, cog=False):
    dtype, compress = R.choice(DTYPES), R.choice(COMPRESS)
    bands = R.choice([1, 1, 1, 2, 3, 3, 4, 4, 5, 7])
    rows, columns = R.choice([1, 2, 17, 31, 64, 65, 100, 130]), R.choice([1, 3, 16, 33, 64, 77, 128, 150])
    options, env = {"compress": compress}, {}
    if compress == "none" and R.random() < 0.5:
        del options["compress"]
    lossy = False
    if compress.startswith("ccitt"):
        dtype, bands, options["nbits"] = "uint8", 1, 1
        if R.random() < 0.5:
            options["photometric"] = "miniswhite"
    if compress == "webp":
        dtype, bands = "uint8", R.choice([3, 4])
        options.update(webp_lossless=R.random() < 0.5, webp_level=R.choice([60, 90]))
        lossy = not options["webp_lossless"]
    if compress == "jpeg":
        dtype, lossy = "uint8", True
        options.update(jpeg_quality=R.choice([50, 75, 95]), jpegtablesmode=R.choice([0, 1, 2, 3]))
        if bands == 3 and R.random() < 0.6:
            options["photometric"] = "ycbcr"
    if compress.startswith("lerc") and dtype in ("float16", "uint64", "int64", "complex_int16", "complex64", "complex128"):
        dtype = "float32"
    if compress.startswith("lerc") and R.random() < 0.5:
        options["max_z_error"] = R.choice([0, 0.5, 2])
    numpy = {"float16": "float32", "complex_int16": "complex64"}.get(dtype, dtype)
    if dtype == "float16":
        options["nbits"] = 16
    if dtype == "float32" and R.random() < 0.1 and not compress.startswith("lerc"):
        options["nbits"] = 16
    if dtype == "complex_int16":
        options["dtype"] = dtype
    most = None
    if dtype in ("uint8", "uint16", "uint32") and "nbits" not in options and R.random() < 0.25 and compress not in ("jpeg", "webp") and "lerc" not in compress:
        options["nbits"] = R.randrange(1, 8) if dtype == "uint8" else R.randrange(9, 16) if dtype == "uint16" else R.randrange(17, 32)
    if "nbits" in options and np.dtype(numpy).kind == "u":
        most = (1 << options["nbits"]) - 1
    if compress in ("lzw", "deflate", "zstd", "lzma") and R.random() < 0.6:
        options["predictor"] = R.choice([2, 3]) if dtype.startswith("float") else 2
        if "nbits" in options and dtype.startswith("u"):
            del options["predictor"]
    if bands > 1:
        options["interleave"] = R.choice(["pixel", "band"])
        if compress == "webp":
            options["interleave"] = "pixel"
        if options.get("photometric") == "ycbcr":
            options["interleave"] = "pixel"
    if "photometric" not in options and compress not in ("webp",) and R.random() < 0.4:
        if bands == 1:
            options["photometric"] = R.choice(["miniswhite", "minisblack"])
        elif bands >= 3:
            options["photometric"] = R.choice(["rgb", "minisblack"] + (["cmyk"] if bands == 4 and R.random() < 0.3 else []))
    if bands in (2, 4, 5) and "photometric" not in options and R.random() < 0.6:
        options["alpha"] = R.choice(["yes", "no", "premultiplied", "non-premultiplied", "unspecified"])
    options["endianness"] = R.choice(["little", "little", "big"])
    options["bigtiff"] = R.choice(["no", "no", "yes"])
    if R.random() < 0.25:
        options["sparse_ok"] = True
    if R.random() < 0.1 and not compress.startswith("lerc"):
        options["discard_lsb"] = 1 if dtype == "uint8" else None
    if options.get("discard_lsb") is None:
        options.pop("discard_lsb", None)
    if R.random() < 0.15:
        options["profile"] = R.choice(["GDALGeoTIFF", "GeoTIFF", "BASELINE"])
    if R.random() < 0.2:
        options["geotiff_version"] = R.choice(["1.0", "1.1"])
    if R.random() < 0.1:
        options["geotiff_keys_flavor"] = "ESRI_PE"
    if R.random() < 0.1:
        options["streamable_output"] = True
    shape(options)
    place(options)
    if R.random() < 0.35:
        kind = np.dtype(numpy).kind
        options["nodata"] = {"u": R.choice([0, 9, 255 if numpy == "uint8" else 300]), "i": R.choice([0, -1, -99, 9]), "f": R.choice([float("nan"), -9999.0, 0.0, -3.4028234663852886e38, 1e20]), "c": 0}[kind]
    samples = smooth(numpy, bands, rows, columns) if lossy else values(numpy, bands, rows, columns, most)
    if dtype == "complex_int16":
        samples = np.round(samples / 30)
    if options.get("nbits") == 16 and samples.dtype.kind == "f":
        samples = samples / 8
    if compress.startswith("lerc") and options.get("max_z_error", 0) and samples.dtype.kind == "f":
        samples = np.nan_to_num(samples)
    if R.random() < 0.3:
        samples[:, : rows // 2] = options.get("nodata", 0)
    if dtype == "complex_int16":
        options["dtype"] = "complex_int16"
    env["GDAL_TIFF_INTERNAL_MASK"] = True
    if R.random() < 0.2:
        env["GDAL_TIFF_INTERNAL_MASK_TO_8BIT"] = False  # only of reading
    options.setdefault("dtype", samples.dtype.name)
    path = OUT / f"{name}.tif"
    said = str({k: v for k, v in options.items() if k not in ("rpcs", "gcps")})
    target = "/vsimem/made.tif" if cog else path
    point = R.random() < 0.2
    keys = {}
    if cog:
        for key in ("interleave", "photometric", "blockxsize", "blockysize", "tiled", "profile", "endianness", "jpegtablesmode", "alpha", "streamable_output", "discard_lsb"):
            options.pop(key, None)
        keys = {k: options.pop(k) for k in list(options) if k in ("compress", "predictor", "webp_lossless", "max_z_error", "nbits", "bigtiff", "geotiff_version", "sparse_ok")}
        if keys.pop("webp_lossless", False):
            keys["quality"] = 100
            keys["level"] = 9
            keys.pop("level")
        keys["blocksize"] = 16 * R.choice([8, 8, 16, 32])
        keys["overviews"] = R.choice(["AUTO", "AUTO", "NONE", "IGNORE_EXISTING"])
        keys["overview_compress"] = "AUTO"
        keys["resampling"] = R.choice(["nearest", "average", "bilinear"])
        if "predictor" in keys:
            keys["predictor"] = {2: "STANDARD", 3: "FLOATING_POINT"}[keys["predictor"]]
        if R.random() < 0.2:
            keys["statistics"] = "YES"
        if options.get("crs") in ("EPSG:4326", "EPSG:3857") and R.random() < 0.3 and "transform" in options and bands < 4:
            keys["add_alpha"] = R.choice(["YES", "NO"])
        options.pop("webp_level", None)
        options.pop("jpeg_quality", None)
        if keys.get("compress", "").startswith("ccitt"):
            keys["compress"] = "deflate"
        if "compress" not in keys:
            keys["compress"] = "none"
        columns, rows = columns * R.choice([1, 4, 5]), rows * R.choice([1, 3, 5])
        samples = np.tile(samples, (1, 5, 5))[:, :rows, :columns]
        said += str(keys)
    try:
        with rasterio.Env(**env):
            with rasterio.open(target, "w", driver="GTiff", count=bands, height=rows, width=columns, **options) as dst:
                if options.get("sparse_ok"):
                    keep = slice(0, max(1, rows // 3))
                    window = rasterio.windows.Window(0, 0, columns, max(1, rows // 3))
                    dst.write(samples[:, keep], window=window)
                else:
                    dst.write(samples)
                if bands == 1 and numpy in ("uint8", "uint16") and compress in ("none", "lzw", "deflate", "zstd", "packbits") and options.get("photometric") is None and R.random() < 0.4:
                    dst.write_colormap(1, {i: tuple(R.randrange(256) for _ in range(3)) + (255,) for i in range(min(256, (most or 255) + 1))})
                if R.random() < 0.25:
                    mask = (RNG.random((rows, columns)) < 0.7).astype("uint8") * 255
                    mask[: rows // 2] = 255
                    dst.write_mask(mask)
                if R.random() < 0.3:
                    dst.scales = [R.choice([1.0, 0.1, 0.0001, 2.5])] * bands
                    dst.offsets = [R.choice([0.0, -273.15, 100.0])] * bands
                if R.random() < 0.3:
                    dst.descriptions = [f"Band <{i}> & \"ä\"" if i % 2 else None for i in range(bands)]
                if R.random() < 0.2:
                    dst.units = [R.choice(["metre", "K", "", "mm/h"]) for _ in range(bands)]
                if point:
                    dst.update_tags(AREA_OR_POINT="Point")
                if R.random() < 0.4:
                    dst.update_tags(FREE="text & <more>", TIFFTAG_SOFTWARE="wild", TIFFTAG_DATETIME="2026:11:21 10:00:00", TIFFTAG_IMAGEDESCRIPTION="an image")
                    dst.update_tags(1, STATISTICS_MINIMUM=1.5, STATISTICS_MAXIMUM=99, STATISTICS_MEAN=7, STATISTICS_STDDEV=2, OTHER="x")
                if R.random() < 0.1 and bands > 3:
                    dst.colorinterp = [ColorInterp.blue, ColorInterp.green, ColorInterp.red] + [ColorInterp.undefined] * (bands - 3)
            if not cog and R.random() < 0.35 and min(rows, columns) > 16:
                said += " overviews"
                with rasterio.open(target, "r+") as dst:
                    dst.build_overviews(sorted(R.sample([2, 3, 4, 8], R.choice([1, 2, 3]))), R.choice([Resampling.nearest, Resampling.average]))
            if cog:
                copy(target, path, driver="COG", **keys)
                rasterio.shutil.delete(target)
                if R.random() < 0.1:
                    # An update in place breaks the promises of the ghost area.
                    with rasterio.open(path, "r+", IGNORE_COG_LAYOUT_BREAK="YES") as dst:
                        dst.write(samples[:, :1], window=rasterio.windows.Window(0, 0, columns, 1))
                        dst.update_tags(BROKEN="yes")
    except Exception as error:
        REFUSED.append([name, f"{error} {said}"])
        path.unlink(missing_ok=True)
        return
    (OUT / f"{name}.tif.aux.xml").unlink(missing_ok=True)
    (OUT / f"{name}.tif.msk").unlink(missing_ok=True)
    (OUT / f"{name}.tif.ovr").unlink(missing_ok=True)
    second = None
    if options.get("photometric") == "cmyk":
        second = samples
        if lossy or options.get("max_z_error"):
            path.unlink()
            return
        if "sparse_ok" in options:
            second = np.where(np.arange(rows)[None, :, None] < max(1, rows // 3), samples, 0)
            path.unlink()
            return
    asked(name, lossy=lossy, second=second, note=said)


# ---------------------------------------------------------------- tifffile

def by_tifffile(name):
    dtype = R.choice(["uint8"] * 5 + ["int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float16", "float32", "float64", "complex64", "complex128", "bool"])
    bands = R.choice([1, 1, 2, 3, 4, 5])
    rows, columns = R.choice([1, 5, 31, 64, 90]), R.choice([1, 7, 33, 64, 120])
    compress = R.choice([None, None, "lzw", "deflate", "adobe_deflate", "packbits", "zstd", "lzma", "lerc", "jpeg", "webp", "jpegxl", "jpeg2000", "png", "jpegxr", "jpegxl_dng"])
    options, lossy = {"compression": compress}, False
    if compress in ("jpeg", "webp"):
        dtype, bands, lossy = "uint8", R.choice([1, 3]) if compress == "jpeg" else R.choice([3, 4]), True
    if compress in ("jpegxl", "jpeg2000", "png", "jpegxl_dng"):
        dtype, bands = R.choice(["uint8", "uint16"]), R.choice([1, 3, 4] if compress != "jpegxl_dng" else [1, 3])
    if compress == "jpegxr":
        dtype, bands = "uint8", 3
    if compress == "lerc" and dtype in ("float16", "complex64", "complex128", "uint64", "int64", "bool"):
        dtype = "float32"
    if dtype == "bool":
        bands, compress = 1, R.choice([None, "packbits", "deflate", "lzw"])
        options["compression"] = compress
    kind = np.dtype(dtype)
    samples = smooth(dtype, bands, rows, columns) if lossy or compress in ("jpegxr",) else (RNG.random((bands, rows, columns)) < 0.4) if dtype == "bool" else values(dtype, bands, rows, columns)
    planar = "contig"
    if bands > 1 and R.random() < 0.4 and compress not in ("webp", "jpegxr"):
        planar = "separate"
    if compress in ("jpegxl", "jpeg2000", "png", "jpegxl_dng"):
        options["compressionargs"] = {"jpegxl": {"lossless": True}, "jpeg2000": {"level": 0}, "png": {}, "jpegxl_dng": {"lossless": True}}[compress]
    if compress == "webp":
        options["compressionargs"] = {"lossless": True}
        lossy = False
    photometric = "minisblack"
    if bands in (3, 4) and kind.kind == "u" and kind.itemsize <= 2:
        photometric = "rgb"
    elif bands == 4 and kind == np.uint8 and R.random() < 0.3 and compress in (None, "lzw", "deflate"):
        photometric = "separated"
    elif bands == 1 and R.random() < 0.3 and compress != "lerc":
        photometric = "miniswhite"
    if compress == "jpeg":
        options["compressionargs"] = {"level": R.choice([60, 90, 100])}
        if bands == 3 and planar == "contig":
            photometric = R.choice(["rgb", "ycbcr"])
            if photometric == "ycbcr":
                options["subsampling"] = R.choice([(1, 1), (2, 1), (2, 2)])
        elif bands == 3:
            photometric = "rgb"
        else:
            photometric = "minisblack"
    if compress in (None, "lzw", "deflate", "adobe_deflate", "zstd", "lzma") and dtype != "bool" and compress and R.random() < 0.5:
        options["predictor"] = 3 if kind.kind == "f" and R.random() < 0.6 else 2 if kind.kind in "uif" else 1
        if kind.kind == "f" and options["predictor"] == 2:
            options["predictor"] = 3
    shape_ = R.random()
    if shape_ < 0.5:
        options["tile"] = (16 * R.choice([1, 2, 4, 5]), 16 * R.choice([1, 2, 3, 6]))
    elif shape_ < 0.9:
        options["rowsperstrip"] = R.choice([1, 1, 2, 5, 16, 64])
    if compress == "jpeg" and "rowsperstrip" in options:
        options["rowsperstrip"] = R.choice([8, 16, 64])
    extra = bands - (3 if photometric == "rgb" else 4 if photometric == "separated" else 3 if photometric == "ycbcr" else 1)
    if extra > 0 and R.random() < 0.8:
        options["extrasamples"] = [R.choice(["unassalpha", "assocalpha", "unspecified"])] + ["unspecified"] * (extra - 1)
    if bands == 1 and dtype in ("uint8", "uint16") and photometric == "minisblack" and not lossy and R.random() < 0.25 and compress in (None, "lzw", "deflate", "zstd", "packbits"):
        photometric = "palette"
        options["colormap"] = RNG.integers(0, 1 << 16, (3, 256 if dtype == "uint8" else 65536), dtype=np.uint16)
    if bands > 1:
        options["planarconfig"] = planar
    endian = R.choice("<<>")
    pixels = samples[0] if bands == 1 else samples if planar == "separate" else samples.transpose(1, 2, 0)
    subifds = R.choice([0, 0, 0, 1, 2]) if min(rows, columns) > 20 else 0
    pages = R.choice([1, 1, 1, 3])
    path = OUT / f"{name}.tif"
    said = f"{compress} {dtype} {samples.shape} {photometric} {planar} {endian} sub {subifds} pages {pages} " + str({k: v for k, v in options.items() if k != "colormap"})
    try:
        with tifffile.TiffWriter(path, byteorder=endian, bigtiff=R.random() < 0.3) as tif:
            more = {} if R.random() < 0.7 else {"description": "free text", "software": "me", "datetime": "2026:11:21 10:00:00", "resolution": (72, 72)}
            tif.write(pixels, photometric=photometric, subifds=subifds or None, metadata=None if R.random() < 0.5 else {"axes": "YX"} if bands == 1 else {}, **options, **more)
            options.pop("subifds", None)
            for i in range(subifds):
                step = 2 ** (i + 1)
                part = pixels[..., ::step, ::step] if bands == 1 or planar == "separate" else pixels[::step, ::step]
                tif.write(np.ascontiguousarray(part), photometric=photometric, subfiletype=1, metadata=None, **options)
            for _ in range(pages - 1):
                tif.write(pixels[..., ::-1] if bands == 1 else pixels, photometric=photometric, metadata=None, **options)
        read = tifffile.imread(path, key=0)
    except Exception as error:
        REFUSED.append([name, f"{error!r} {said}"])
        path.unlink(missing_ok=True)
        return
    if read.size != bands * rows * columns:
        REFUSED.append([name, f"{read.shape} {said}"])
        path.unlink()
        return
    if bands == 1:
        read = read.reshape(1, rows, columns)
    elif planar == "contig":
        read = read.reshape(rows, columns, bands).transpose(2, 0, 1)
    read = read.reshape(bands, rows, columns)
    second = read if compress in ("jpegxl", "jpeg2000", "png", "jpegxr", "jpegxl_dng") or photometric == "separated" else None
    if dtype == "bool" and second is not None:
        second = second.astype(np.uint8)
    asked(name, lossy=lossy, second=second, note=said)


# ---------------------------------------------------------------- Pillow (libtiff)

def by_pillow(name):
    mode = R.choice(["1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr", "LAB", "I;16", "I;16B", "I", "F"])
    compress = R.choice([None, "tiff_lzw", "tiff_deflate", "tiff_adobe_deflate", "packbits", "lzma", "zstd", "jpeg", "webp", "tiff_ccitt", "group3", "group4", "tiff_raw_16", "tiff_thunderscan", "tiff_sgilog"])
    rows, columns = R.choice([1, 9, 40, 77]), R.choice([1, 13, 64, 91])
    bands = {"LA": 2, "PA": 2, "RGB": 3, "RGBA": 4, "RGBX": 4, "CMYK": 4, "YCbCr": 3, "LAB": 3}.get(mode, 1)
    lossy = compress in ("jpeg", "webp")
    if mode == "1":
        image = Image.fromarray((RNG.random((rows, columns)) < 0.4))
    elif mode in ("I;16", "I;16B"):
        image = Image.fromarray(values("uint16", 1, rows, columns)[0])
    elif mode == "I":
        image = Image.fromarray(values("int32", 1, rows, columns)[0])
    elif mode == "F":
        image = Image.fromarray(values("float32", 1, rows, columns)[0])
    else:
        pixels = (smooth if lossy else values)("uint8", bands, rows, columns)
        image = Image.frombytes(mode, (columns, rows), np.ascontiguousarray(pixels.transpose(1, 2, 0)).tobytes()) if mode not in ("PA",) else Image.frombytes("LA", (columns, rows), pixels.transpose(1, 2, 0).tobytes())
        if mode == "P":
            image.putpalette(RNG.integers(0, 256, 768, dtype=np.uint8).tobytes())
    options = {}
    if compress:
        options["compression"] = compress
    if R.random() < 0.4:
        options["strip_size"] = R.choice([1, 200, 4096])
    info = {}
    if compress in ("tiff_lzw", "tiff_adobe_deflate", "zstd", "lzma") and mode in ("L", "RGB", "RGBA", "I;16") and R.random() < 0.5:
        info[317] = 2
    if compress in ("group3",) and R.random() < 0.5:
        info[292] = R.choice([0, 1, 4, 5])
    if compress and compress.startswith(("group", "tiff_ccitt")) and R.random() < 0.5:
        info[266] = 2
    if R.random() < 0.2:
        info[274] = R.choice([1, 3, 6, 8])
    if R.random() < 0.2:
        info[284] = 1
    options["tiffinfo"] = info
    path = OUT / f"{name}.tif"
    said = f"{mode} {rows}x{columns} {options}"
    try:
        more = {}
        if R.random() < 0.2:
            more = dict(save_all=True, append_images=[image.copy()])
        image.save(path, "TIFF", **options, **more)
    except Exception as error:
        REFUSED.append([name, f"{error!r} {said}"])
        path.unlink(missing_ok=True)
        return
    second = None
    if mode in ("CMYK", "YCbCr", "LAB"):
        if lossy:
            if mode != "YCbCr":
                path.unlink()
                return
        else:
            second = np.array(image).transpose(2, 0, 1)
            if mode == "LAB":
                # Pillow turns the signs of a* and b*, and not always.
                second = tifffile.imread(path, key=0).reshape(rows, columns, 3).transpose(2, 0, 1)
    asked(name, lossy=lossy, second=second, note=said)


for number_ in range(COUNT):
    choice = number_ % 6
    if choice < 2:
        by_gdal(f"gdal_{number_:05}")
    elif choice < 3:
        by_gdal(f"cog_{number_:05}", cog=True)
    elif choice < 5:
        by_tifffile(f"tifffile_{number_:05}")
    else:
        by_pillow(f"pillow_{number_:05}")

(OUT / "index.json").write_text(json.dumps({"files": INDEX, "refused": REFUSED}, indent=0))
print(len(INDEX), "files,", len(REFUSED), "refused")
