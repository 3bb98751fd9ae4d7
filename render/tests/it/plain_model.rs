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
                let area = covers(kernel).then(|| self.outline(grid, (column, row)));
                doubtful.push(match (&area, place) {
                    // Its many points may miss a sliver.
                    (Some(Some(area)), _) if kernel == Resampling::Sum => (0..self.values.len())
                        .any(|band| {
                            let sum = self.integral(grid, band, (column, row), area);
                            sum.is_none()
                                && self.statistic(band, Resampling::Average, area).is_some()
                        }),
                    (Some(Some(area)), _) => area.iter().any(|&(c, r)| near(c) || near(r)),
                    (None, Some((c, r))) => near(c) || near(r),
                    _ => false,
                });
                for (band, out) in out.iter_mut().enumerate() {
                    out.push(match (&area, place) {
                        (Some(Some(area)), _) if kernel == Resampling::Sum => {
                            self.integral(grid, band, (column, row), area)
                        }
                        (Some(Some(area)), _) => self.statistic(band, kernel, area),
                        (None, Some(place)) if self.holds(place) => {
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
            Resampling::CubicSpline => self.sum(band, (x, y), |dx, dy| {
                spline(dx / widening.0) * spline(dy / widening.1)
            }),
            Resampling::Lanczos => {
                let near = |d: f64, widening: f64| d.abs() < 3.0 * widening;
                let (mut all, mut there) = (0, 0);
                for row in 0..self.rows {
                    for column in 0..self.columns {
                        let (dx, dy) = (column as f64 + 0.5 - x, row as f64 + 0.5 - y);
                        if near(dx, widening.0) && near(dy, widening.1) {
                            all += 1;
                            there += usize::from(at(column, row).1 > 0.0);
                        }
                    }
                }
                if there < all / 2 {
                    return None;
                }
                self.sum(band, (x, y), |dx, dy| {
                    lanczos(dx / widening.0) * lanczos(dy / widening.1)
                })
            }
            _ => self.sum(band, (x, y), |dx, dy| {
                triangle(dx / widening.0) * triangle(dy / widening.1)
            }),
        }
    }

    /// The corners of a target pixel: upper left, upper right, lower right, lower left.
    fn outline(&self, grid: &Grid, (column, row): (u32, u32)) -> Option<[(f64, f64); 4]> {
        let mut corners = [(0.0, 0.0); 4];
        for (corner, (dx, dy)) in corners.iter_mut().zip([(0, 0), (1, 0), (1, 1), (0, 1)]) {
            *corner = self.position(grid, f64::from(column + dx), f64::from(row + dy))?;
        }
        Some(corners)
    }

    /// A statistic of the pixels in the box between the ends of the diagonal.
    fn statistic(&self, band: usize, kernel: Resampling, outline: &[(f64, f64); 4]) -> Pixel {
        let (a, b) = (outline[0], outline[2]);
        let (left, right) = (a.0.min(b.0), a.0.max(b.0));
        let (top, bottom) = (a.1.min(b.1), a.1.max(b.1));
        // How much of the pixel at `at` is between two ends; those at the edge go on beyond it.
        let share = |at: usize, length: usize, from: f64, to: f64| {
            let inside = from < length as f64 && to > 0.0;
            let begin = if at == 0 { f64::MIN } else { at as f64 };
            let end = if at + 1 == length {
                f64::MAX
            } else {
                at as f64 + 1.0
            };
            if inside {
                to.min(end) - from.max(begin)
            } else {
                0.0
            }
        };
        let mut cells = Vec::new();
        for row in 0..self.rows {
            let down = share(row, self.rows, top, bottom);
            for column in 0..self.columns {
                let across = share(column, self.columns, left, right);
                let at = row * self.columns + column;
                let valid = f64::from(self.valid[band][at]);
                if across > 0.0 && down > 0.0 && valid > 0.0 {
                    cells.push((self.values[band][at], across * down, valid));
                }
            }
        }
        let total: f64 = cells.iter().map(|cell| cell.1).sum();
        let density = cells.iter().map(|cell| cell.1 * cell.2).sum::<f64>() / total;
        let mut sorted: Vec<f64> = cells.iter().map(|cell| cell.0.re).collect();
        sorted.sort_by(f64::total_cmp);
        let quantile = |part: f64| {
            let at = (part * sorted.len() as f64).ceil() as usize;
            Complex::new(sorted[at.max(1) - 1], 0.0)
        };
        let mean = |of: fn(Complex<f64>) -> Complex<f64>| {
            let sum: Complex<f64> = cells.iter().map(|cell| of(cell.0) * cell.1).sum();
            sum / total
        };
        if cells.is_empty() {
            return None;
        }
        let value = match kernel {
            Resampling::Average => mean(|v| v),
            Resampling::Rms => {
                let mean = mean(|v| Complex::new(v.re * v.re, v.im * v.im));
                Complex::new(mean.re.sqrt(), mean.im.sqrt())
            }
            Resampling::Max => Complex::new(sorted[sorted.len() - 1], 0.0),
            Resampling::Min => Complex::new(sorted[0], 0.0),
            Resampling::Med => quantile(0.5),
            Resampling::Q1 => quantile(0.25),
            Resampling::Q3 => quantile(0.75),
            Resampling::Mode => {
                let count = |value| cells.iter().filter(|cell| cell.0 == value).count();
                let most = cells.iter().map(|cell| count(cell.0)).max()?;
                // The first of which that many have been met.
                (1..=cells.len()).find_map(|n| {
                    let met = &cells[..n];
                    let value = met[n - 1].0;
                    (met.iter().filter(|cell| cell.0 == value).count() == most).then_some(value)
                })?
            }
            other => panic!("{other} is no statistic"),
        };
        Some((value, density))
    }

    /// The sum over a target pixel: many points in it, each worth its share of the outline's area.
    fn integral(
        &self,
        grid: &Grid,
        band: usize,
        (column, row): (u32, u32),
        outline: &[(f64, f64); 4],
    ) -> Pixel {
        const SIDE: u32 = 8;
        let twice: f64 = (0..4)
            .map(|k| {
                let ((x0, y0), (x1, y1)) = (outline[k], outline[(k + 1) % 4]);
                x0 * y1 - x1 * y0
            })
            .sum();
        let share = (twice / 2.0).abs() / f64::from(SIDE * SIDE);
        let (mut sum, mut density, mut found) = (Complex::new(0.0, 0.0), 0.0, 0.0);
        let along = |at: u32, k: u32| f64::from(at) + (f64::from(k) + 0.5) / f64::from(SIDE);
        for j in 0..SIDE {
            for i in 0..SIDE {
                let place = self.position(grid, along(column, i), along(row, j))?;
                if !self.holds(place) {
                    continue;
                }
                let at = place.1 as usize * self.columns + place.0 as usize;
                let valid = f64::from(self.valid[band][at]);
                if valid > 0.0 {
                    sum += self.values[band][at] * share;
                    density += valid;
                    found += 1.0;
                }
            }
        }
        (found > 0.0).then(|| (sum, density / found))
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
        (weights > 1e-4).then(|| (value / weights, (density / weights).clamp(0.0, 255.0)))
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

/// The kernel looks at what a target pixel covers.
pub(crate) fn covers(kernel: Resampling) -> bool {
    !matches!(
        kernel,
        Resampling::Nearest
            | Resampling::Bilinear
            | Resampling::Cubic
            | Resampling::CubicSpline
            | Resampling::Lanczos
    )
}

fn spline(d: f64) -> f64 {
    let cube = |d: f64| d.max(0.0).powi(3);
    (cube(d + 2.0) - 4.0 * cube(d + 1.0) + 6.0 * cube(d) - 4.0 * cube(d - 1.0) + cube(d - 2.0))
        / 6.0
}

fn lanczos(d: f64) -> f64 {
    let sinc = |d: f64| match d * std::f64::consts::PI {
        0.0 => 1.0,
        angle => angle.sin() / angle,
    };
    if d.abs() < 3.0 {
        sinc(d) * sinc(d / 3.0)
    } else {
        0.0
    }
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
