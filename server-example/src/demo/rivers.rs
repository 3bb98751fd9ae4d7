//! Rivers as smooth lines, and how far every place is from them.

use super::{grid::Grid, hydrology::Drainage, noise::cell, terrain::FAR};
use rayon::prelude::*;

/// One short straight piece of a river.
#[derive(Clone, Copy, Debug)]
struct Reach {
    from: (f32, f32),
    to: (f32, f32),
    half_width: f32,
}

/// All rivers of the landscape.
#[derive(Debug)]
pub(crate) struct Rivers {
    reaches: Vec<Reach>,
}

impl Rivers {
    /// Follows the drainage wherever more than two square kilometres drain through a cell.
    pub(crate) fn trace(ground: &Grid, drainage: &Drainage) -> Self {
        const SOURCE: f32 = 2.0e6;
        let n = ground.n;
        let cell_size = ground.cell();
        let area = drainage.catchments(cell_size);
        // Moving each corner a little hides that water leaves a cell in eight directions only.
        let place = |i: usize| {
            let (col, row) = ((i % n) as i32, (i / n) as i32);
            (
                (col as f32 + 0.15 + 0.7 * cell(col, row, 401)) * cell_size,
                (row as f32 + 0.15 + 0.7 * cell(col, row, 402)) * cell_size,
            )
        };
        let mut reaches = Vec::new();
        for (i, &catchment) in area.iter().enumerate() {
            let to = drainage.receiver[i] as usize;
            if catchment < SOURCE || ground.values[i] <= 0.0 || to == i {
                continue;
            }
            let half_width = 1.5 + 1.25 * (catchment * 1e-6).sqrt();
            let next = drainage.receiver[to] as usize;
            // From the middle of this step to the middle of the next, bent towards the corner.
            let (a, b, c) = (place(i), place(to), place(next));
            let (start, end) = (middle(a, b), middle(b, c));
            let mut last = start;
            for step in 1..=4 {
                let now = bezier(start, b, end, step as f32 / 4.0);
                reaches.push(Reach {
                    from: last,
                    to: now,
                    half_width,
                });
                last = now;
            }
        }
        Self { reaches }
    }
}

/// Metres to the nearest bank on an `n × n` grid, negative in the water, at most [`FAR`].
pub(crate) fn river_distance(rivers: &Rivers, n: usize) -> Grid {
    let mut grid = Grid {
        n,
        values: vec![FAR; n * n],
    };
    let cell_size = grid.cell();
    // Each band of rows looks at the reaches that can touch it, so bands run side by side.
    const BAND: usize = 64;
    let mut by_band = vec![Vec::new(); n.div_ceil(BAND)];
    for reach in &rivers.reaches {
        let (low, high) = span(reach.from.1, reach.to.1, cell_size, n);
        for band in &mut by_band[low / BAND..=high / BAND] {
            band.push(*reach);
        }
    }
    grid.values
        .par_chunks_mut(n * BAND)
        .zip(by_band)
        .enumerate()
        .for_each(|(band, (values, reaches))| {
            let first = band * BAND;
            let rows = values.len() / n;
            for reach in reaches {
                let (top, bottom) = span(reach.from.1, reach.to.1, cell_size, n);
                let (left, right) = span(reach.from.0, reach.to.0, cell_size, n);
                for row in top.max(first)..=bottom.min(first + rows - 1) {
                    let v = (row as f32 + 0.5) * cell_size;
                    for col in left..=right {
                        let u = (col as f32 + 0.5) * cell_size;
                        let value = &mut values[(row - first) * n + col];
                        *value = value.min(distance((u, v), &reach) - reach.half_width);
                    }
                }
            }
        });
    grid
}

/// Cells between two coordinates, with a margin as wide as a valley floor.
fn span(a: f32, b: f32, cell_size: f32, n: usize) -> (usize, usize) {
    const MARGIN: f32 = 260.0;
    let cell = |m: f32| ((m / cell_size).max(0.0) as usize).min(n - 1);
    (cell(a.min(b) - MARGIN), cell(a.max(b) + MARGIN))
}

fn distance((u, v): (f32, f32), reach: &Reach) -> f32 {
    let (du, dv) = (reach.to.0 - reach.from.0, reach.to.1 - reach.from.1);
    let (pu, pv) = (u - reach.from.0, v - reach.from.1);
    let length = (du * du + dv * dv).max(1e-6);
    let t = ((pu * du + pv * dv) / length).clamp(0.0, 1.0);
    (pu - t * du).hypot(pv - t * dv)
}

fn middle(a: (f32, f32), b: (f32, f32)) -> (f32, f32) {
    ((a.0 + b.0) / 2.0, (a.1 + b.1) / 2.0)
}

fn bezier(a: (f32, f32), b: (f32, f32), c: (f32, f32), t: f32) -> (f32, f32) {
    let s = 1.0 - t;
    (
        s * s * a.0 + 2.0 * s * t * b.0 + t * t * c.0,
        s * s * a.1 + 2.0 * s * t * b.1 + t * t * c.1,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_is_negative_in_the_water_and_grows_away_from_it() {
        let rivers = Rivers {
            reaches: vec![Reach {
                from: (1000.0, 1000.0),
                to: (5000.0, 1000.0),
                half_width: 60.0,
            }],
        };
        let grid = river_distance(&rivers, 512);
        assert!(grid.bilinear(3000.0, 1000.0) < -30.0);
        let near = grid.bilinear(3000.0, 1200.0);
        assert!((near - 140.0).abs() < 5.0, "{near}");
        assert_eq!(grid.bilinear(3000.0, 9000.0), FAR);
    }
}
