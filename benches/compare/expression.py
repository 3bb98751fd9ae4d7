"""The expressions of `benches/expression.rs` by rio-tiler and NumExpr, on one thread: least of many runs, in µs."""

import timeit
import warnings

import numexpr
import numpy
from rio_tiler.models import ImageData
from titiler.core.algorithm import algorithms

warnings.filterwarnings("ignore")
numexpr.set_num_threads(1)
random = numpy.random.default_rng(7)
bands = random.integers(0, 1 << 14, (3, 256, 256)).astype("uint16")
EXPRESSIONS = {
    "ndvi": "(b2-b1)/(b2+b1)",
    "sum": "b1+b2+b3",
    "evi-where": "where((b3>0)&(b2+6*b1>7.5*b3),2.5*(b2-b1)/(b2+6*b1-7.5*b3+1),sqrt(abs(b2-b1)/(b2+b1+1)))",
    "log": "log10(b1+1)*100",
}


def best(run):
    return min(timeit.repeat(run, number=10, repeat=30)) / 10 * 1e6


for name, text in EXPRESSIONS.items():
    names = {f"b{k + 1}": band for k, band in enumerate(bands)}
    image = ImageData(numpy.ma.MaskedArray(bands, mask=numpy.zeros(bands.shape, dtype=bool)))
    alone = best(lambda: numexpr.evaluate(text, local_dict=names))
    whole = best(lambda: image.apply_expression(text))
    print(f"{name:12} NumExpr alone {alone:8.0f}   rio-tiler {whole:8.0f}")
for name in ("hillshade", "slope", "contours", "terrainrgb", "normalizedIndex", "median"):
    data = bands[:1] if name == "contours" else bands
    image = ImageData(
        numpy.ma.MaskedArray(data, mask=numpy.zeros(data.shape, dtype=bool)), bounds=(0, 0, 256, 256),
    )
    algorithm = algorithms.get(name)()
    print(f"{name:16} TiTiler {best(lambda: algorithm(image)):8.0f}")
