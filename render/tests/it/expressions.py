"""Makes images, and of them what rio-tiler's expressions make.

Run as `python expressions.py FOLDER`; prints a JSON list of what is in the folder.
"""

import json
import sys
import warnings

import numpy
from rio_tiler.errors import InvalidExpression
from rio_tiler.models import ImageData

warnings.filterwarnings("ignore")
folder = sys.argv[1]
random = numpy.random.default_rng(7)
ROWS, COLUMNS, BANDS = 37, 61, 3

EVERYWHERE = """
b1 | B2 | +b1 | -b1 | b1+b2 | b1-b2 | b1*3 | b1*0.5 | b1/b2 | b1//b2 | b1%b2 | b1//7 | b1%7 | b1 % -7 | b1//-7 | b1**2 | b1**3
b1**0.5 | b1**2.5 | b1**-0.5 | 2**(b1/100) | b1+1e3 | b1+1_000 | b1+0x1f | b1*(1/3) | b1+7//2 | b1-7%3 | b1+2**-1
-b1**2 | 2-b1-b2 | b1/b2/b3 | b1-(b2-b3) | (b1-b2)/(b1+b2) | (b1-b2)/(b1+b2);b3 | b1;b2;b3 | b1>b2;b3
b1<b2 | b1<=b2 | b1>b2 | b1>=b2 | b1==b2 | b1!=b2 | (b1>50)&(b2<90) | (b1>50)|(b2<90) | (b1>50)^(b2<90) | ~(b1>50)
(b1>50)+(b2>50) | (b1>50)*(b2>50) | (b1>50)*1 | (b1>50)*b2 | (b1>50)+1 | (b1>50)/2 | (b1>50)==(b2>50)
where(b1>b2,b1,b2) | where(b1>b2,1,0) | where(b1>50,b1,0.5) | where((b1>50)&(b2>50),b1/b2,-1) | where(1,b1,2.5) | where(b1>9,b1>50,b2>9)
abs(b1-b2) | sqrt(b1) | sin(b1) | cos(b1) | tan(b1) | arcsin(b1/200) | arccos(b1/200) | arctan(b1) | sinh(b1/40) | cosh(b1/40) | tanh(b1/40)
arcsinh(b1) | arccosh(b1) | arctanh(b1/200) | log(b1) | log10(b1) | log1p(b1) | log2(b1) | exp(b1/50) | expm1(b1/50)
ceil(b1/7) | floor(b1/7) | round(b1/8) | trunc(b1/7) | sign(b1-b2) | signbit(b1-b2) | ones_like(b1) | copy(b1) | round(b1) | sign(b1)
arctan2(b1,b2) | fmod(b1,b2) | hypot(b1,b2) | copysign(b1,b2-b3) | maximum(b1,b2) | minimum(b1,b2) | nextafter(b1,b2)
isnan(b1/b2) | isinf(b1/b2) | isfinite(b1/b2) | real(b1) | imag(b1) | abs(b1>50) | sqrt(b1>50) | maximum(b1>50,b2>50)
2.5*(b2-b1)/(b2+6*b1-7.5*b3+1) | where(isnan(b1/b2),0,b1/b2) | sqrt(b1*b1+b2*b2)*0.0001-0.2 | (b1>b2)*(b1-b2)+(b1<=b2)*(b2-b1)
"""
WHOLE = """
b1&b2 | b1|b2 | b1^b2 | ~b1 | b1&15 | (b1&8)>0 | b1&(b2>50) | ~b1&b2 | b1&b2|b3 | b1+b2&b3 | b1**(b2%3) | abs(b1) | conj(b1)
"""
REFUSED = """
b1+ | (b1 | b1) | b1<b2<b3 | b1 > 1 & b1 < 9 | b1 and b2 | not b1 | eval(b1) | b1.real | b1[0] | where(b1,1,2) | min(b1,b2) | sqrt() | sqrt(b1,b2)
b1 if b2 else b3 | b1=b2 | b01 | bx | b1+007 | 'a' | lambda: b1 | b1 in b2 | contains(b1,b2) | b1*(1/0) | 10**400*b1 | 1
"""
FLOAT_REFUSED = "~b1 | b1&b2 | b1^2 | b1|1.5"


def split(text):
    """Apart at lines, and at bars with a space on both sides."""
    return [part.strip() for line in text.strip().splitlines() for part in line.split(" | ")]


def field(dtype):
    """Small values with zeros among them, in every type."""
    values = random.integers(0, 120, (BANDS, ROWS, COLUMNS)).astype("float64")
    if numpy.dtype(dtype).kind in "if":
        values -= 40
    if numpy.dtype(dtype).kind == "f":
        values += random.integers(0, 4, values.shape) / 4
    return values.astype(dtype)


def masks(kind):
    if kind == "none":
        return numpy.zeros((BANDS, ROWS, COLUMNS), dtype=bool)
    holes = random.uniform(size=(BANDS, ROWS, COLUMNS)) < 0.1
    return holes if kind == "bands" else numpy.broadcast_to(holes[:1], holes.shape).copy()


made, refused = [], []
for dtype in ("uint8", "int8", "uint16", "int16", "uint32", "int32", "int64", "float32", "float64"):
    values = field(dtype)
    for kind in ("none", "all", "bands"):
        mask = masks(kind)
        path = f"{folder}/{dtype}-{kind}.npz"
        numpy.savez(path, data=values, mask=(~mask).astype("uint8") * 255)
        expressions = split(EVERYWHERE) if kind == "none" else split(EVERYWHERE)[::7]
        if kind == "none" and not dtype.startswith("float"):
            expressions += split(WHOLE)
        for number, expression in enumerate(expressions):
            image = ImageData(numpy.ma.MaskedArray(values.copy(), mask=mask.copy()))
            # As a reader does it: only the bands named are read.
            names = sorted({int(word[1]) for word in ("b1", "b2", "b3") if word in expression.lower()})
            image.array = image.array[[name - 1 for name in names]]
            image.band_names = [f"b{name}" for name in names]
            image.band_descriptions = [f"of {name}" for name in names]
            result = image.apply_expression(expression)
            out = f"{folder}/{dtype}-{kind}-{number}.npz"
            data = result.array.data
            numpy.savez(
                out, data=data.astype("uint8") if data.dtype == bool else data,
                mask=(~result.array.mask).astype("uint8") * 255,
            )
            made.append(dict(
                expression=expression, source=path, result=out, dtype=str(data.dtype),
                descriptions=result.band_descriptions,
            ))
    texts = split(REFUSED) + (split(FLOAT_REFUSED) if dtype.startswith("float") else [])
    for expression in texts:
        image = ImageData(numpy.ma.MaskedArray(values.copy()))
        try:
            image.apply_expression(expression)
            # A constant alone makes no picture.
            assert expression == "1", expression
        except (InvalidExpression, KeyError):
            pass
        refused.append(dict(expression=expression, source=path))

# The ranges of files go through.
ranges = []
for expression in ("b1+b2", "b1-b2;b1*2", "(b1-b2)/(b1+b2)", "sqrt(b2)", "b1>b2", "b1*b2*b3"):
    statistics = [(1.0, 200.0), (3.0, 90.0), (2.0, 7.0)]
    image = ImageData(numpy.ma.MaskedArray(field("uint8")), dataset_statistics=statistics)
    ranges.append(dict(
        expression=expression, ranges=image.apply_expression(expression).dataset_statistics,
    ))
print(json.dumps(dict(made=made, refused=refused, ranges=ranges)))
