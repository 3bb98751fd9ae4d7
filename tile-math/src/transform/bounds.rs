//! The box around a transformed box.

use super::path::Path;
use crate::{BoundingBox, Crs, Error};

/// Most parts an edge may be cut into; more only costs time.
const MOST_PARTS: u32 = 10_000;

pub(super) fn transform(
    path: &Path,
    back: &Path,
    (from, to): (&Crs, &Crs),
    bounds: BoundingBox,
    densify: u32,
) -> Result<BoundingBox, Error> {
    let crossing = from.is_geographic() && bounds.left > bounds.right;
    if !bounds.is_finite()
        || bounds.bottom > bounds.top
        || (bounds.left > bounds.right && !crossing)
    {
        return Err(Error::InvalidArgument {
            name: "bounds",
            value: format!("{:?}", bounds.to_array()),
            expected: "left <= right and bottom <= top, all finite".to_owned(),
        });
    }
    if path.is_identity() {
        return Ok(bounds);
    }
    let ring = ring(bounds, crossing, from, densify.min(MOST_PARTS) + 1);
    let images: Vec<(f64, f64)> = ring.iter().filter_map(|&(x, y)| path.point(x, y)).collect();
    let plain = BoundingBox::of_points(images.iter().copied()).ok_or_else(|| Error::Transform {
        x: bounds.left,
        y: bounds.bottom,
        from: from.to_string(),
        to: to.to_string(),
    })?;
    if !to.is_geographic() {
        return Ok(plain);
    }
    Ok(geographic(back, from, to, bounds, crossing, &images, plain))
}

/// Points around the box, from the upper left corner, without repeating the first.
fn ring(b: BoundingBox, crossing: bool, from: &Crs, parts: u32) -> Vec<(f64, f64)> {
    let turn = full_turn(from);
    let right = if crossing { b.right + turn } else { b.right };
    let steps = f64::from(parts);
    let along = |a: f64, z: f64| move |i: u32| a + (z - a) * f64::from(i) / steps;
    let mut ring = Vec::with_capacity(parts as usize * 4);
    ring.extend((0..parts).map(along(b.top, b.bottom)).map(|y| (b.left, y)));
    ring.extend((0..parts).map(along(b.left, right)).map(|x| (x, b.bottom)));
    ring.extend((0..parts).map(along(b.bottom, b.top)).map(|y| (right, y)));
    ring.extend((0..parts).map(along(right, b.left)).map(|x| (x, b.top)));
    ring
}

/// 360 degrees in the CRS's own unit.
fn full_turn(crs: &Crs) -> f64 {
    core::f64::consts::TAU / crs.definition().unit
}

fn geographic(
    back: &Path,
    from: &Crs,
    to: &Crs,
    bounds: BoundingBox,
    crossing: bool,
    images: &[(f64, f64)],
    plain: BoundingBox,
) -> BoundingBox {
    let turn = full_turn(to);
    let (half, pole) = (turn / 2.0, turn / 4.0);
    // A geographic source reaches a pole only along its edge, which the ring has seen.
    let holds_pole = |latitude: f64| {
        !from.is_geographic()
            && back
                .point(0.0, latitude)
                .is_some_and(|(x, y)| bounds.contains(x, y))
    };
    let (north, south) = (holds_pole(pole), holds_pole(-pole));
    let mut result = plain;
    if north {
        result.top = pole;
    }
    if south {
        result.bottom = -pole;
    }
    if north || south {
        (result.left, result.right) = (-half, half);
        return result;
    }
    // Longitudes around the ring without jumps: the box is where they run, brought back into range.
    let mut run = Vec::with_capacity(images.len());
    let mut offset = 0.0;
    let mut previous: Option<f64> = None;
    for &(lon, _) in images {
        if let Some(before) = previous {
            let step = lon - before;
            if step > half * (10.0 / 9.0) {
                offset -= turn;
            } else if step < -half * (10.0 / 9.0) {
                offset += turn;
            }
        }
        previous = Some(lon);
        run.push(lon + offset);
    }
    let (least, most) = run
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(l, m), &v| {
            (l.min(v), m.max(v))
        });
    let whole = most - least >= turn * (1.0 - 1e-12);
    if whole && (crossing || offset != 0.0) {
        (result.left, result.right) = (-half, half);
    } else if least < -half || most > half {
        // The ring ran past the antimeridian.
        let wrap = |v: f64| {
            if v > half {
                v - turn
            } else if v < -half {
                v + turn
            } else {
                v
            }
        };
        (result.left, result.right) = (wrap(least), wrap(most));
    }
    result
}
