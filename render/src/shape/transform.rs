//! Shapes from one CRS to another.

use super::area::{Polygon, Ring, Shape};
use crate::Error;
use crate::grid::transformer;
use tile_math::{BoundingBox, Crs, Transformer};

/// How far off an edge may be, as a share of the shape's size.
const TOLERANCE: f64 = 2e-5;

/// How often an edge may be halved.
const MOST_HALVINGS: u32 = 10;

/// Most positions after halving.
const MOST_POSITIONS: usize = 2_000_000;

type Point = (f64, f64);

pub(super) fn transformed(shape: &Shape, from: &Crs, to: &Crs) -> Result<Shape, Error> {
    let transformer = transformer(from, to)?;
    let wraps = to.is_geographic();
    let corners = place_all(shape, &transformer)?;
    let size = corners.width().hypot(corners.height());
    let mut densifier = Densifier {
        transformer: &transformer,
        tolerance: size * TOLERANCE,
        wraps,
        left: MOST_POSITIONS,
    };
    let polygons = shape
        .polygons
        .iter()
        .map(|polygon| {
            let rings: Result<Polygon, Error> =
                polygon.iter().map(|ring| densifier.ring(ring)).collect();
            rings.map(|rings| if wraps { beside_outline(rings) } else { rings })
        })
        .collect::<Result<_, _>>()?;
    Ok(Shape { polygons })
}

/// The box around the images of all positions.
fn place_all(shape: &Shape, transformer: &Transformer) -> Result<BoundingBox, Error> {
    let mut places = Vec::new();
    for &position in shape.polygons.iter().flatten().flatten() {
        places.push(place(transformer, position)?);
    }
    BoundingBox::of_points(places).ok_or_else(|| Error::parameter("geometry", "no position"))
}

fn place(transformer: &Transformer, (x, y): Point) -> Result<Point, Error> {
    transformer.transform(x, y).map_err(|e| {
        Error::projection(
            format!("{x},{y} has no place in {}", transformer.to_crs()),
            e,
        )
    })
}

struct Densifier<'a> {
    transformer: &'a Transformer,
    tolerance: f64,
    wraps: bool,
    /// How many positions may still be added.
    left: usize,
}

impl Densifier<'_> {
    fn ring(&mut self, ring: &Ring) -> Result<Ring, Error> {
        let mut placed = vec![place(self.transformer, ring[0])?];
        for edge in ring.windows(2) {
            let start = *placed.last().expect("it starts with a position");
            let end = self.beside(start, place(self.transformer, edge[1])?);
            self.edge((edge[0], start), (edge[1], end), &mut placed);
        }
        // Around a pole the ring ends a turn further; it is closed where it started.
        if placed.first() != placed.last() {
            placed.push(placed[0]);
        }
        Ok(placed)
    }

    /// Adds the end of an edge and what lies between, in order. Source and place of both ends are given.
    fn edge(&mut self, from: (Point, Point), to: (Point, Point), placed: &mut Vec<Point>) {
        // What is still to be added, the next on top.
        let mut waiting = vec![(to, 0)];
        let mut last = from;
        while let Some((next, halvings)) = waiting.pop() {
            if halvings < MOST_HALVINGS
                && self.left > 0
                && let Some(middle) = self.bend(last, next)
            {
                self.left -= 1;
                waiting.push((next, halvings + 1));
                waiting.push((middle, halvings + 1));
                continue;
            }
            // An image that jumped to the other side is brought back beside its neighbour.
            let beside = self.beside(last.1, next.1);
            placed.push(beside);
            last = (next.0, beside);
        }
    }

    /// The middle of an edge that is not straight, told at its middle and, for bends that turn
    /// there, at its quarter.
    fn bend(&self, from: (Point, Point), to: (Point, Point)) -> Option<(Point, Point)> {
        let at = |source: Point| {
            let place = self.transformer.point(source.0, source.1)?;
            Some(self.beside(from.1, place))
        };
        let half = middle(from.0, to.0);
        let (at_half, at_quarter) = (at(half)?, at(middle(from.0, half))?);
        let off = |place| distance(place, from.1, to.1) > self.tolerance;
        (off(at_half) || off(at_quarter)).then_some((half, at_half))
    }

    /// The longitude of `next` that is nearest to the one of `last`.
    fn beside(&self, last: Point, next: Point) -> Point {
        if !self.wraps {
            return next;
        }
        let turns = ((last.0 - next.0) / 360.0).round();
        (next.0 + 360.0 * turns, next.1)
    }
}

/// How far a point lies from the line through two others.
fn distance(p: Point, a: Point, b: Point) -> f64 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let length = dx.hypot(dy);
    if length == 0.0 {
        return (p.0 - a.0).hypot(p.1 - a.1);
    }
    ((p.0 - a.0) * dy - (p.1 - a.1) * dx).abs() / length
}

fn middle(a: Point, b: Point) -> Point {
    (f64::midpoint(a.0, b.0), f64::midpoint(a.1, b.1))
}

/// Holes follow their outline over the antimeridian.
fn beside_outline(mut rings: Polygon) -> Polygon {
    let Some((outline, holes)) = rings.split_first_mut() else {
        return rings;
    };
    let center = |ring: &Ring| {
        BoundingBox::of_points(ring.iter().copied()).map_or(0.0, |bounds| bounds.center().0)
    };
    let middle = center(outline);
    for hole in holes {
        let turns = ((middle - center(hole)) / 360.0).round();
        hole.iter_mut().for_each(|p| p.0 += 360.0 * turns);
    }
    rings
}

/// How near to ±180 degrees a cut is taken for one.
const CUT: f64 = 1e-6;

pub(super) fn joined(shape: &Shape) -> Shape {
    let bounds: Vec<BoundingBox> = shape
        .polygons
        .iter()
        .map(|polygon| {
            BoundingBox::of_points(polygon.iter().flatten().copied())
                .expect("a shape has finite positions")
        })
        .collect();
    let at_cut = |degrees: f64, cut: f64| (degrees - cut).abs() < CUT;
    let eastern = |b: &BoundingBox| at_cut(b.right, 180.0) && b.left > 0.0;
    let western = |b: &BoundingBox| at_cut(b.left, -180.0) && b.right < 0.0;
    // Every part lies on one side of the cut, and both sides are reached.
    let one_sided = bounds.iter().all(|b| {
        (b.left >= 0.0 && b.right <= 180.0 + CUT) || (b.right <= 0.0 && b.left >= -180.0 - CUT)
    });
    if !(one_sided && bounds.iter().any(eastern) && bounds.iter().any(western)) {
        return shape.clone();
    }
    let polygons = shape
        .polygons
        .iter()
        .zip(&bounds)
        .map(|(polygon, bounds)| {
            let turn = if bounds.right <= 0.0 { 360.0 } else { 0.0 };
            let moved = |ring: &Ring| ring.iter().map(|&(x, y)| (x + turn, y)).collect();
            polygon.iter().map(moved).collect()
        })
        .collect();
    Shape { polygons }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rectangle(left: f64, bottom: f64, right: f64, top: f64) -> Shape {
        Shape::rectangle(BoundingBox::new(left, bottom, right, top)).unwrap()
    }

    #[test]
    fn a_parallel_bends_and_a_meridian_of_mercator_does_not() {
        let wide = rectangle(-10.0, 40.0, 20.0, 60.0);
        let laea = Crs::from_epsg(3035).unwrap();
        let bent = wide.transformed(&Crs::wgs84(), &laea).unwrap();
        assert!(bent.polygons[0][0].len() > 50);
        // Back, every added position lies on the rectangle's edges.
        let back = bent.transformed(&laea, &Crs::wgs84()).unwrap();
        for &(x, y) in &back.polygons[0][0] {
            let near = |a: f64, b: f64| (a - b).abs() < 2e-3;
            assert!(
                near(x, -10.0) || near(x, 20.0) || near(y, 40.0) || near(y, 60.0),
                "{x} {y}"
            );
        }
        let mercator = wide
            .transformed(&Crs::wgs84(), &Crs::web_mercator())
            .unwrap();
        assert_eq!(mercator.polygons[0][0].len(), 5);
    }

    #[test]
    fn an_outline_over_the_antimeridian_goes_on() {
        let zone_1 = Crs::from_epsg(32601).unwrap();
        // West of zone 1 begins the last degree of zone 60.
        let shape = rectangle(100_000.0, 6_000_000.0, 400_000.0, 6_100_000.0);
        let degrees = shape.transformed(&zone_1, &Crs::wgs84()).unwrap();
        let bounds = degrees.bounds();
        assert!(bounds.width() < 10.0, "{bounds:?}");
        assert!(bounds.left < -180.0 || bounds.right > 180.0, "{bounds:?}");
    }

    #[test]
    fn a_cut_shape_is_joined() {
        let mut cut = rectangle(170.0, -5.0, 180.0, 5.0);
        cut.polygons
            .extend(rectangle(-180.0, -5.0, -175.0, 5.0).polygons);
        assert_eq!(
            cut.joined().bounds(),
            BoundingBox::new(170.0, -5.0, 185.0, 5.0)
        );
        let mut world = rectangle(-180.0, -5.0, 10.0, 5.0);
        world
            .polygons
            .extend(rectangle(20.0, -5.0, 180.0, 5.0).polygons);
        assert_eq!(world.joined(), world);
        let one = rectangle(-180.0, -90.0, 180.0, 90.0);
        assert_eq!(one.joined(), one);
    }

    #[test]
    fn what_has_no_place_is_refused() {
        let beyond = rectangle(0.0, 0.0, 1.0, 95.0);
        let laea = Crs::from_epsg(3035).unwrap();
        assert!(beyond.transformed(&Crs::wgs84(), &laea).is_err());
    }
}
