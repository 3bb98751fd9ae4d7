//! The plainest way to make a picture: every pixel by itself, in `f64`, with the exact
//! transform. It shares no code with the crate but the vocabulary.

use cog_raster::{Affine, Complex, Nodata, Raster, RasterMask, Sample, Samples, with_samples};
use cog_render::{Grid, Resampling};
use std::cell::RefCell;
use tile_math::{Crs, Transformer};

/// One level of a source, as numbers.
pub(crate) struct Plain {
    pub(crate) columns: usize,
    pub(crate) rows: usize,
    /// Band by band.
    pub(crate) values: Vec<Vec<Complex<f64>>>,
    /// Band by band, 0 to 255.
    pub(crate) valid: Vec<Vec<u8>>,
    pub(crate) affine: Affine,
    pub(crate) crs: Crs,
    has_nodata: bool,
    transformer: RefCell<Option<Transformer>>,
}

/// A pixel of one band: its value and validity, if it has any.
pub(crate) type Pixel = Option<(Complex<f64>, f64)>;

impl Plain {
    pub(crate) fn new(
        raster: &Raster,
        nodata: &[Option<Nodata>],
        affine: Affine,
        crs: Crs,
    ) -> Self {
        let pixels = raster.pixels();
        let values = with_samples!(raster.samples(), T, buffer => {
            let complex = T::TYPE.is_complex();
            buffer.chunks(pixels).map(|band| {
                band.iter().map(|v| if complex { parts(*v) } else { Complex::new(v.to_f64(), 0.0) }).collect()
            }).collect()
        });
        let valid = (0..raster.bands())
            .map(|band| {
                let mut valid = match raster.mask() {
                    RasterMask::AllValid => vec![255; pixels],
                    mask => mask.of_band(band as usize).unwrap().values().to_vec(),
                };
                with_samples!(raster.samples(), T, buffer => {
                    let samples: &[T] = &buffer[band as usize * pixels..][..pixels];
                    for (sample, valid) in samples.iter().zip(&mut valid) {
                        if nodata[band as usize].is_some_and(|nodata| sample.is_nodata(&nodata)) {
                            *valid = 0;
                        }
                    }
                });
                valid
            })
            .collect();
        Self {
            columns: raster.columns() as usize,
            rows: raster.rows() as usize,
            values,
            valid,
            affine,
            crs,
            has_nodata: nodata.iter().any(Option::is_some),
            transformer: RefCell::default(),
        }
    }

    /// Made once for each target.
    fn transformer(&self, target: &Crs) -> Transformer {
        let mut kept = self.transformer.borrow_mut();
        match &*kept {
            Some(transformer) if transformer.from_crs() == target => transformer.clone(),
            _ => kept
                .insert(Transformer::new(target, &self.crs).unwrap())
                .clone(),
        }
    }

    /// Source column and row of a real position in the grid.
    pub(crate) fn position(&self, grid: &Grid, column: f64, row: f64) -> Option<(f64, f64)> {
        let (x, y) = grid.affine.apply(column, row);
        let target = grid.crs.as_ref().unwrap();
        let (x, y) = if target == &self.crs {
            (x, y)
        } else {
            self.transformer(target).transform(x, y).ok()?
        };
        let turns: &[f64] = if self.crs.is_geographic() {
            &[0.0, 360.0, -360.0]
        } else {
            &[0.0]
        };
        let inverse = self.affine.inverse().unwrap();
        let places: Vec<_> = turns
            .iter()
            .map(|turn| inverse.apply(x + turn, y))
            .collect();
        places
            .iter()
            .find(|place| self.holds(**place))
            .or(places.first())
            .copied()
    }

    fn holds(&self, (column, row): (f64, f64)) -> bool {
        (0.0..self.columns as f64).contains(&column) && (0.0..self.rows as f64).contains(&row)
    }

    /// Every pixel of every band. Pixels whose nearest neighbour hangs on a rounding are
    /// listed as second: nobody is held to them.
    pub(crate) fn render(&self, grid: &Grid, kernel: Resampling) -> (Vec<Vec<Pixel>>, Vec<bool>) {
        let widening = self.widening(grid);
        let mut out = vec![Vec::new(); self.values.len()];
        let mut doubtful = Vec::new();
        for row in 0..grid.height {
            for column in 0..grid.width {
                let center = (f64::from(column) + 0.5, f64::from(row) + 0.5);
                let place = self.position(grid, center.0, center.1);
                let near = |v: f64| (v - v.round()).abs() < 2e-4;
                let hangs = |(c, r): (f64, f64)| {
                    if kernel == Resampling::Average {
                        return self.touches(grid, center, (c, r));
                    }
                    near(c) || near(r)
                };
                doubtful.push(place.is_some_and(hangs));
                for (band, out) in out.iter_mut().enumerate() {
                    out.push(match place {
                        Some(place) if kernel == Resampling::Average => self
                            .extent(grid, center)
                            .and_then(|size| self.mean(band, place, size)),
                        Some(place) if self.holds(place) => {
                            self.pixel(band, kernel, place, widening)
                        }
                        _ => None,
                    });
                }
            }
        }
        (out, doubtful)
    }

    fn pixel(
        &self,
        band: usize,
        kernel: Resampling,
        (x, y): (f64, f64),
        widening: (f64, f64),
    ) -> Pixel {
        let at = |column: usize, row: usize| {
            let offset = row * self.columns + column;
            (
                self.values[band][offset],
                f64::from(self.valid[band][offset]),
            )
        };
        let own = at(x as usize, y as usize);
        match kernel {
            Resampling::Nearest => (own.1 > 0.0).then_some(own),
            _ if own.1 == 0.0 => None,
            Resampling::Cubic => {
                let cubic = |dx: f64, dy: f64| keys(dx / widening.0) * keys(dy / widening.1);
                let narrow = widening == (1.0, 1.0);
                if narrow && !self.surrounded(band, (x, y)) {
                    return self.sum(band, (x, y), |dx, dy| triangle(dx) * triangle(dy));
                }
                self.sum(band, (x, y), cubic)
            }
            _ => self.sum(band, (x, y), |dx, dy| {
                triangle(dx / widening.0) * triangle(dy / widening.1)
            }),
        }
    }

    /// A box a little smaller or larger would cover nothing or something.
    fn touches(&self, grid: &Grid, center: (f64, f64), place: (f64, f64)) -> bool {
        let Some(size) = self.extent(grid, center) else {
            return false;
        };
        let covers = |band, share: f64| {
            self.mean(band, place, (size.0 * share, size.1 * share))
                .is_some()
        };
        (0..self.values.len()).any(|band| covers(band, 0.96) != covers(band, 1.04))
    }

    /// The mean of what a box covers.
    fn mean(&self, band: usize, place: (f64, f64), size: (f64, f64)) -> Pixel {
        self.sum(band, place, |dx, dy| {
            overlap(dx, size.0) * overlap(dy, size.1)
        })
    }

    /// The sixteen pixels around a position all count in full.
    fn surrounded(&self, band: usize, (x, y): (f64, f64)) -> bool {
        let (left, top) = ((x - 0.5).floor() as i64 - 1, (y - 0.5).floor() as i64 - 1);
        (top..top + 4).all(|row| {
            (left..left + 4).all(|column| {
                let inside = row >= 0
                    && column >= 0
                    && (row as usize) < self.rows
                    && (column as usize) < self.columns;
                inside && self.valid[band][row as usize * self.columns + column as usize] == 255
            })
        })
    }

    /// The mean of all source pixels that count, weighted by their distance.
    fn sum(&self, band: usize, (x, y): (f64, f64), weight: impl Fn(f64, f64) -> f64) -> Pixel {
        let (mut value, mut weights, mut density) = (Complex::new(0.0, 0.0), 0.0, 0.0);
        for row in 0..self.rows {
            for column in 0..self.columns {
                let offset = row * self.columns + column;
                let valid = self.valid[band][offset];
                let w = weight(column as f64 + 0.5 - x, row as f64 + 0.5 - y);
                if valid > 0 && w != 0.0 {
                    value += self.values[band][offset] * w;
                    weights += w;
                    density += w * f64::from(valid);
                }
            }
        }
        (weights > 1e-4).then(|| (value / weights, density / weights))
    }

    /// Size of a target pixel in source pixels.
    fn extent(&self, grid: &Grid, (column, row): (f64, f64)) -> Option<(f64, f64)> {
        let left = self.position(grid, column - 0.5, row)?;
        let right = self.position(grid, column + 0.5, row)?;
        let top = self.position(grid, column, row - 0.5)?;
        let bottom = self.position(grid, column, row + 0.5)?;
        let size = |of: fn((f64, f64)) -> f64| (of(right) - of(left)).hypot(of(bottom) - of(top));
        Some((size(|p| p.0), size(|p| p.1)))
    }

    /// Source pixels that the whole grid covers for each of its pixels: GDAL's scale, for grids of
    /// at most 128 rows. `src/widening.rs` has its rules.
    fn widening(&self, grid: &Grid) -> (f64, f64) {
        let (mut least, mut most) = ((f64::MAX, f64::MAX), (f64::MIN, f64::MIN));
        for row in 0..=grid.height {
            for column in 0..=grid.width {
                if let Some((x, y)) = self.position(grid, f64::from(column), f64::from(row)) {
                    least = (least.0.min(x), least.1.min(y));
                    most = (most.0.max(x), most.1.max(y));
                }
            }
        }
        let of = |least: f64, most: f64, length: usize, pixels: u32| {
            let (least, most, length) = (least.floor(), most.ceil(), length as f64);
            let covered = if self.has_nodata {
                most.min(length) - least.max(0.0)
            } else {
                (length - least.max(0.0)).min(most - least)
            };
            let ratio = covered / f64::from(pixels);
            if ratio < 1.0 / 0.95 {
                1.0
            } else if (ratio - ratio.round()).abs() < 0.05 {
                ratio.round()
            } else {
                ratio
            }
        };
        (
            of(least.0, most.0, self.columns, grid.width),
            of(least.1, most.1, self.rows, grid.height),
        )
    }
}

fn parts<T: Sample>(value: T) -> Complex<f64> {
    let one = T::into_samples(vec![value]);
    match one {
        Samples::ComplexI16(v) => Complex::new(v[0].re.into(), v[0].im.into()),
        Samples::ComplexI32(v) => Complex::new(v[0].re.into(), v[0].im.into()),
        Samples::ComplexF32(v) => Complex::new(v[0].re.into(), v[0].im.into()),
        Samples::ComplexF64(v) => v[0],
        other => panic!("{} is not complex", other.sample_type()),
    }
}

/// Length of a pixel at distance `d` that a box of `size` covers.
fn overlap(d: f64, size: f64) -> f64 {
    ((d + 0.5).min(size / 2.0) - (d - 0.5).max(-size / 2.0)).max(0.0)
}

fn triangle(d: f64) -> f64 {
    (1.0 - d.abs()).max(0.0)
}

fn keys(d: f64) -> f64 {
    let d = d.abs();
    if d < 1.0 {
        1.5 * d.powi(3) - 2.5 * d.powi(2) + 1.0
    } else if d < 2.0 {
        -0.5 * d.powi(3) + 2.5 * d.powi(2) - 4.0 * d + 2.0
    } else {
        0.0
    }
}
