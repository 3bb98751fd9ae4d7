//! The share of each pixel that a shape covers.

use super::area::Shape;
use super::burn;
use super::outline::{Pixels, ToPixels};
use crate::{Error, Grid};

/// TiTiler's greatest `cover_scale`.
const MOST_SCALE: u32 = 1000;

pub(super) fn coverage(shape: &Shape, grid: &Grid, scale: u32) -> Result<Vec<f64>, Error> {
    if !(1..=MOST_SCALE).contains(&scale) {
        return Err(Error::parameter(
            "cover_scale",
            format!("{scale} is not between 1 and {MOST_SCALE}"),
        ));
    }
    let too_large = || Error::parameter("cover_scale", "the picture has too many pixels for it");
    let pixels = Pixels {
        columns: grid.width.checked_mul(scale).ok_or_else(too_large)?,
        rows: grid.height.checked_mul(scale).ok_or_else(too_large)?,
    };
    let bits = burn::burn(shape, &ToPixels::of_grid(grid, scale)?, pixels)?;
    let (width, scale) = (grid.width as usize, scale as usize);
    let whole = (scale * scale) as f64;
    let mut shares = Vec::with_capacity(width * grid.height as usize);
    let mut counts = vec![0_u32; width];
    for row in 0..grid.height as usize {
        counts.fill(0);
        for part in row * scale..(row + 1) * scale {
            for (column, count) in counts.iter_mut().enumerate() {
                *count += bits.count(part, column * scale..(column + 1) * scale);
            }
        }
        shares.extend(counts.iter().map(|&count| f64::from(count) / whole));
    }
    Ok(shares)
}
