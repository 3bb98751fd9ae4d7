//! Draws polygons as GDAL does with `ALL_TOUCHED=TRUE`.
//!
//! Two passes for each polygon: the pixels whose centre lies inside, and those that an edge
//! touches. What counts as touched is GDAL's choice, to the constant: an edge that runs along
//! a pixel boundary touches neither side. So a shape made of pixels covers these and no more.

use super::area::Shape;
use super::bits::Bits;
use super::outline::{Pixels, ToPixels};
use crate::{Error, interrupt};

/// Most bits of a picture that is drawn on: 256 MiB.
const MOST_BITS: u64 = 1 << 31;

/// Most steps from pixel to pixel, about three seconds' worth.
const MOST_STEPS: u64 = 1 << 29;

/// So near to a pixel boundary an edge is on it.
const ALIGNED: f64 = 1e-4;

/// An edge that leaves its row or column by less runs along it.
const STRAIGHT: f64 = 0.01;

/// The least step to the next row.
const LEAST_STEP: f64 = 1e-9;

type Point = (f64, f64);

/// The pixels that the shape touches.
pub(super) fn burn(shape: &Shape, to_pixels: &ToPixels, pixels: Pixels) -> Result<Bits, Error> {
    Error::check_limit(
        "drawing the shape",
        u64::from(pixels.columns) * u64::from(pixels.rows),
        MOST_BITS,
        "ask for fewer pixels or a smaller cover_scale",
    )?;
    let polygons: Vec<Vec<Vec<Point>>> = shape
        .polygons
        .iter()
        .map(|polygon| to_pixels.rings(polygon))
        .collect();
    let steps = polygons
        .iter()
        .map(|rings| steps(rings, pixels))
        .fold(0, u64::saturating_add);
    Error::check_steps(
        "the shape's outline",
        steps,
        MOST_STEPS,
        "simplify the shape, or ask for fewer pixels or a smaller cover_scale",
    )?;
    let mut bits = Bits::new(pixels);
    for rings in &polygons {
        interrupt::check()?;
        fill(rings, pixels, &mut bits);
        for ring in rings {
            for edge in ring.windows(2) {
                touch(edge[0], edge[1], pixels, &mut bits);
            }
        }
    }
    Ok(bits)
}

/// What drawing a polygon takes: a step for each pixel an edge may pass, and one for each word filled.
fn steps(rings: &[Vec<Point>], pixels: Pixels) -> u64 {
    let (columns, rows) = (f64::from(pixels.columns), f64::from(pixels.rows));
    let length = |a: f64, b: f64, end: f64| (a.clamp(0.0, end) - b.clamp(0.0, end)).abs();
    let edges: f64 = rings
        .iter()
        .flat_map(|ring| ring.windows(2))
        .map(|edge| {
            let [a, b] = [edge[0], edge[1]];
            2.0 + length(a.0, b.0, columns) + 2.0 * length(a.1, b.1, rows)
        })
        .sum();
    let words =
        window(rings, pixels).map_or(0, |window| (window.words() as u64) * (window.rows as u64));
    // A cast saturates.
    (edges as u64).saturating_add(words)
}

/// The rows and words of the picture that a polygon lies in.
struct Window {
    row: usize,
    rows: usize,
    word: usize,
    /// From the first bit of `word` to the end of the row or of the polygon.
    columns: usize,
}

impl Window {
    const fn words(&self) -> usize {
        self.columns.div_ceil(64)
    }
}

fn window(rings: &[Vec<Point>], pixels: Pixels) -> Option<Window> {
    let (mut least, mut most) = ((f64::MAX, f64::MAX), (f64::MIN, f64::MIN));
    for &(x, y) in rings.iter().flatten() {
        // A position too far off to have pixel coordinates is clamped with the others.
        let (x, y) = (bounded(x), bounded(y));
        least = (least.0.min(x), least.1.min(y));
        most = (most.0.max(x), most.1.max(y));
    }
    let span = |least: f64, most: f64, length: u32| {
        let first = least.floor().max(0.0);
        let end = (most.floor() + 1.0).min(f64::from(length));
        // Both are whole and between 0 and `length`.
        (first < end).then_some((first as usize, end as usize))
    };
    let (row, end) = span(least.1, most.1, pixels.rows)?;
    let (column, columns_end) = span(least.0, most.0, pixels.columns)?;
    let word = column / 64;
    Some(Window {
        row,
        rows: end - row,
        word,
        columns: columns_end - word * 64,
    })
}

/// NaN and what no pixel number could hold come to the ends of what one can.
fn bounded(v: f64) -> f64 {
    v.max(f64::from(i32::MIN)).min(f64::from(i32::MAX))
}

/// Sets the pixels whose centre is inside by the even-odd rule. A centre on an edge is inside where the
/// polygon lies to its right or below.
fn fill(rings: &[Vec<Point>], pixels: Pixels, bits: &mut Bits) {
    let Some(window) = window(rings, pixels) else {
        return;
    };
    let mut parity = Bits::new(Pixels {
        // Both come from numbers of 32 bits.
        columns: window.columns as u32,
        rows: window.rows as u32,
    });
    let start = (window.word * 64) as f64;
    for edge in rings.iter().flat_map(|ring| ring.windows(2)) {
        let [from, to] = [edge[0], edge[1]];
        if from.1 == to.1 {
            horizontal(from, to, bits);
            continue;
        }
        let (top, bottom) = if from.1 < to.1 {
            (from, to)
        } else {
            (to, from)
        };
        // The rows whose centre is in [top, bottom).
        let first = (top.1 - 0.5).ceil().max(window.row as f64);
        let end = (bottom.1 - 0.5)
            .ceil()
            .min((window.row + window.rows) as f64);
        let mut row = first;
        while row < end {
            let y = row + 0.5;
            let x = (y - top.1) * (bottom.0 - top.0) / (bottom.1 - top.1) + top.0;
            let column = ((bounded(x) + 0.5).floor() - start).max(0.0);
            // `row` is one of the window's; a column too far right is not flipped.
            parity.flip_from(row as usize - window.row, column as usize);
            row += 1.0;
        }
    }
    parity.fill();
    bits.join(&parity, window.row, window.word);
}

/// GDAL draws the horizontal edges that lie on centres and have the polygon above them.
fn horizontal(from: Point, to: Point, bits: &mut Bits) {
    if from.0 > to.0 && (from.1 - 0.5).fract() == 0.0 {
        let column = |x: f64| (bounded(x) + 0.5).floor() as i64;
        bits.set_span((from.1 - 0.5) as i64, column(to.0)..column(from.0));
    }
}

/// Sets the pixels that an edge touches.
fn touch(from: Point, to: Point, pixels: Pixels, bits: &mut Bits) {
    let (columns, rows) = (f64::from(pixels.columns), f64::from(pixels.rows));
    let beside = |a: f64, b: f64, end: f64| (a < 0.0 && b < 0.0) || (a > end && b > end);
    if beside(from.1, to.1, rows) || beside(from.0, to.0, columns) {
        return;
    }
    // Left to right.
    let ((mut x, mut y), (mut end_x, end_y)) = if from.0 > to.0 {
        (to, from)
    } else {
        (from, to)
    };
    let on_boundary =
        |a: f64, b: f64| (a - a.round()).abs() < ALIGNED && (b - b.round()).abs() < ALIGNED;
    let along = |a: f64, b: f64| a.floor() == b.floor() || (a - b).abs() < STRAIGHT;
    if along(x, end_x) {
        if !on_boundary(x, end_x) {
            let (top, bottom) = (y.min(end_y), y.max(end_y));
            let first = bounded(top.floor()).max(0.0) as i64;
            let last = bounded((bottom - ALIGNED).floor()).min(rows - 1.0) as i64;
            let column = end_x.floor() as i64;
            (first..=last).for_each(|row| bits.set(column, row));
        }
        return;
    }
    if along(y, end_y) {
        if !on_boundary(y, end_y) {
            let last = bounded((end_x - ALIGNED).floor()) as i64;
            bits.set_span(y.floor() as i64, bounded(x.floor()) as i64..last + 1);
        }
        return;
    }
    let slope = (end_y - y) / (end_x - x);
    let mut clipped_y = end_y;
    if end_x > columns {
        clipped_y -= (end_x - columns) * slope;
        end_x = columns;
    }
    if x < 0.0 {
        y += (0.0 - x) * slope;
        x = 0.0;
    }
    if clipped_y > y {
        if y < 0.0 {
            x += (0.0 - y) / slope;
            y = 0.0;
        }
    } else {
        if y >= rows {
            x += (rows - y) / slope;
            y = rows;
        }
        if clipped_y < 0.0 {
            end_x -= clipped_y / slope;
        }
    }
    // Far from the origin the least step may vanish beside `y`; no edge needs as many.
    let most = 2 * (u64::from(pixels.columns) + u64::from(pixels.rows)) + 8;
    for _ in 0..most {
        if !(x >= 0.0 && x < end_x) {
            break;
        }
        let (column, row) = (x.floor(), y.floor());
        if (slope > 0.0 && row >= rows) || (slope < 0.0 && row < 0.0) {
            // It leads away from here on.
            break;
        }
        bits.set(column as i64, row as i64);
        let step_x = (x + 1.0).floor() - x;
        let step_y = step_x * slope;
        if (y + step_y).floor() == row {
            x += step_x;
            y += step_y;
            continue;
        }
        let step_y = if slope < 0.0 {
            (row - y).min(-LEAST_STEP)
        } else {
            (row + 1.0 - y).max(LEAST_STEP)
        };
        x += step_y / slope;
        y += step_y;
    }
}
