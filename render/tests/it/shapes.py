"""Draws polygons with rasterio: masks as rio-tiler's `feature` cuts with, coverage as its `get_coverage_array`.

Run as `python shapes.py FOLDER`; prints JSON and leaves the folder empty.
"""

import json
import math

import numpy
from rasterio.features import rasterize
from rasterio.transform import Affine, from_bounds
from rasterio.crs import CRS
from rio_tiler.models import ImageData

random = numpy.random.default_rng(4)
WIDTH, HEIGHT = 61, 47


def ring(points):
    points = [[float(x), float(y)] for x, y in points]
    return points + points[:1]


def star(center, radius, count):
    angles = numpy.sort(random.uniform(0, 2 * math.pi, count))
    if random.random() < 0.5:
        angles = angles[::-1]
    radii = radius * random.uniform(0.3, 1, count)
    return ring(zip(center[0] + radii * numpy.cos(angles), center[1] + radii * numpy.sin(angles)))


def anywhere(margin=0.2):
    return (random.uniform(-margin, 1 + margin) * WIDTH, random.uniform(-margin, 1 + margin) * HEIGHT)


def polygon(rings):
    return dict(type="Polygon", coordinates=rings)


def multi(polygons):
    return dict(type="MultiPolygon", coordinates=polygons)


def shapes():
    """Shapes in pixels of the picture."""
    for _ in range(60):
        yield polygon([star(anywhere(), random.uniform(1, 60), random.integers(3, 12))])
    for _ in range(40):
        outline = star((30, 23), 45, 9)
        holes = [star(anywhere(0), random.uniform(1, 12), random.integers(3, 7)) for _ in range(3)]
        yield polygon([outline, *holes])
    for _ in range(40):
        # It crosses itself.
        yield polygon([ring([anywhere() for _ in range(random.integers(3, 9))])])
    for _ in range(40):
        yield multi([[star(anywhere(), random.uniform(1, 30), 5)] for _ in range(random.integers(2, 6))])
    for _ in range(80):
        # Vertices on the pixels' corners and centres.
        points = [[round(v * 2) / 2 for v in anywhere()] for _ in range(random.integers(3, 8))]
        yield polygon([ring(points)])
    for _ in range(40):
        # Nearly along the axes, near the pixels' edges.
        near = lambda v: round(v) + random.choice([0, 0.002, -0.002, 0.02, -0.02, 0.3])
        (a, b), (c, d) = anywhere(), anywhere()
        yield polygon([ring([(near(a), near(b)), (near(c), near(b)), (near(c), near(d)), (near(a), near(d))])])
    for _ in range(40):
        # Slivers.
        (a, b), (c, d) = anywhere(), anywhere()
        yield polygon([ring([(a, b), (c, d), (c + random.uniform(-0.1, 0.1), d + random.uniform(-0.1, 0.1))])])
    yield polygon([ring([(-1e6, -1e6), (1e6, -1e6), (1e6, 1e6), (-1e6, 1e6)])])
    yield polygon([ring([(5, 5), (5, 5), (5, 5), (5, 5)])])
    yield polygon([ring([(3, 4), (9, 4), (3, 4)])])
    yield polygon([ring([(200, 200), (210, 200), (205, 230)])])


GRIDS = [
    ("north-up", from_bounds(3.7, 45.1, 3.7 + WIDTH * 0.0123, 45.1 + HEIGHT * 0.0077, WIDTH, HEIGHT)),
    ("whole", Affine(1, 0, 0, 0, -1, HEIGHT)),
    ("turned", Affine(30, 7, 500_000, 9, -31, 5_000_000)),
]


def moved(part, affine):
    if isinstance(part[0], float):
        return list(affine * part)
    return [moved(p, affine) for p in part]


cases = []
for name, affine in GRIDS:
    for number, shape in enumerate(shapes()):
        shape = dict(shape, coordinates=moved(shape["coordinates"], affine))
        mask = rasterize([shape], out_shape=(HEIGHT, WIDTH), transform=affine, all_touched=True,
                         default_value=1, fill=0, dtype="uint8")
        case = dict(grid=name, affine=list(affine)[:6], width=WIDTH, height=HEIGHT, shape=json.dumps(shape),
                    mask="".join(map(str, mask.ravel())), coverage=None)
        if number % 5 == 0 and name != "turned":
            left, top = affine * (0, 0)
            right, bottom = affine * (WIDTH, HEIGHT)
            image = ImageData(numpy.ma.zeros((1, HEIGHT, WIDTH)), crs=CRS.from_epsg(4326),
                              bounds=(left, bottom, right, top))
            scale = [10, 7, 1][number // 5 % 3]
            shares = image.get_coverage_array(shape, CRS.from_epsg(4326), cover_scale=scale)
            # The image makes its affine of its bounds.
            case["affine"] = list(image.transform)[:6]
            case["mask"] = None
            case["scale"] = scale
            case["coverage"] = numpy.rint(shares * scale * scale).astype(int).ravel().tolist()
        cases.append(case)
print(json.dumps(cases))
