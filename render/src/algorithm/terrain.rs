//! Slopes: what light and legs make of heights.

use super::definition::Algorithm;
use super::parameters::Parameters;
use super::pixels::{check, on_grid, real, refused};
use crate::{Error, Image, interrupt};
use cog_raster::Mask;
use tile_math::BoundingBox;

/// Shades heights as a light from `azimuth` would.
#[derive(Debug)]
pub(super) struct Hillshade {
    azimuth: f64,
    angle_altitude: f64,
    buffer: u32,
    z_exaggeration: f64,
}

impl Hillshade {
    pub(super) fn new(parameters: &Parameters) -> Self {
        Self {
            azimuth: (360.0 - parameters.number("azimuth")).to_radians(),
            angle_altitude: parameters.number("angle_altitude").to_radians(),
            buffer: parameters.integer("buffer").unsigned_abs(),
            z_exaggeration: parameters.number("z_exaggeration"),
        }
    }
}

impl Algorithm for Hillshade {
    fn apply(&self, image: &Image) -> Result<Image, Error> {
        let (sin_azimuth, cos_azimuth) = self.azimuth.sin_cos();
        let (sin_altitude, cos_altitude) = self.angle_altitude.sin_cos();
        let z = self.z_exaggeration;
        // With g the length of the gradient, the sine of the angle to the vertical is 1/√(1+g²), its cosine
        // g/√(1+g²), and the direction's are -x/g and y/g: no function of an angle is left.
        sloped(image, "hillshade", self.buffer, |down, across| {
            let (x, y) = (down * z, across * z);
            let lit = cos_altitude * (y * cos_azimuth - x * sin_azimuth);
            let shaded = (sin_altitude + lit) / (1.0 + x * x + y * y).sqrt();
            let value = 255.0 * (shaded + 1.0) / 2.0;
            // Rounds down; what is below 0 by a rounding error is 0.
            value.is_finite().then_some(value as u8)
        })
    }
}

/// Degrees of slope.
#[derive(Debug)]
pub(super) struct Slope {
    buffer: u32,
    z_exaggeration: f64,
}

impl Slope {
    pub(super) fn new(parameters: &Parameters) -> Self {
        Self {
            buffer: parameters.integer("buffer").unsigned_abs(),
            z_exaggeration: parameters.number("z_exaggeration"),
        }
    }
}

impl Algorithm for Slope {
    fn apply(&self, image: &Image) -> Result<Image, Error> {
        let bounds = image.bounds();
        let across = self.z_exaggeration * f64::from(image.width()) / bounds.width();
        let down = self.z_exaggeration * f64::from(image.height()) / bounds.height();
        sloped(image, "slope", self.buffer, |x, y| {
            let degrees = (x * down).hypot(y * across).atan().to_degrees();
            degrees.is_finite().then_some(degrees as f32)
        })
    }
}

/// An image of a function of the gradient (a row down, a column across) of the first band, without `buffer` pixels
/// on each side. A pixel counts where it and those that its gradient is taken from do.
fn sloped<T: cog_raster::Sample>(
    image: &Image,
    name: &str,
    buffer: u32,
    of: impl Fn(f64, f64) -> Option<T>,
) -> Result<Image, Error> {
    check(image, name, 1)?;
    let (rows, columns) = (image.height(), image.width());
    let (Some(inner_rows @ 1..), Some(inner_columns @ 1..)) =
        (inner(rows, buffer), inner(columns, buffer))
    else {
        return Err(refused(format!(
            "{name} cuts {buffer} pixels off each side, and of {columns} × {rows} nothing is left: ask for \
             buffer={buffer}, too"
        )));
    };
    if rows < 2 || columns < 2 {
        return Err(refused(format!("{name} needs two rows and two columns")));
    }
    let heights = real(image, 0);
    let alpha = image.band_mask(0).values();
    let width = columns as usize;
    let mut samples = Vec::with_capacity(inner_rows as usize * inner_columns as usize);
    let mut mask = Vec::with_capacity(samples.capacity());
    for row in buffer as usize..(buffer + inner_rows) as usize {
        interrupt::check()?;
        let (above, below) = (row.saturating_sub(1), (row + 1).min(rows as usize - 1));
        let line = |row: usize| &heights[row * width..][..width];
        let (above_line, line, below_line) = (line(above), line(row), line(below));
        let rows_apart = (below - above) as f64;
        for column in buffer as usize..(buffer + inner_columns) as usize {
            let (left, right) = (column.saturating_sub(1), (column + 1).min(width - 1));
            let down = (below_line[column] - above_line[column]) / rows_apart;
            let across = (line[right] - line[left]) / (right - left) as f64;
            let value = of(down, across).filter(|_| line[column].is_finite());
            samples.push(value.unwrap_or_default());
            let alpha = alpha[row * width + column];
            mask.push(if value.is_some() { alpha } else { 0 });
        }
    }
    let mask = Mask::new(inner_rows, inner_columns, mask).expect("a value for each pixel");
    let bounds = without(image, buffer);
    let grid = (inner_rows, inner_columns, bounds);
    Ok(on_grid(image, grid, samples, mask, &[name]))
}

fn inner(size: u32, buffer: u32) -> Option<u32> {
    size.checked_sub(buffer)?.checked_sub(buffer)
}

/// The bounds without `buffer` pixels on each side.
fn without(image: &Image, buffer: u32) -> BoundingBox {
    let bounds = image.bounds();
    let x = bounds.width() / f64::from(image.width()) * f64::from(buffer);
    let y = bounds.height() / f64::from(image.height()) * f64::from(buffer);
    BoundingBox::new(
        bounds.left + x,
        bounds.bottom + y,
        bounds.right - x,
        bounds.top - y,
    )
}
