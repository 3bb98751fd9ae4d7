//! A raster as text, for people.

use crate::{Raster, RasterMask, Sample, Samples, with_samples};
use core::fmt;

/// The shape in one line, then each band row by row, as NumPy prints an array:
/// of long rows and columns the first and the last three, of many bands
/// likewise. `-` is a pixel that the mask calls not valid.
///
/// # Example
///
/// ```
/// use cog_raster::{Raster, Samples};
///
/// let raster = Raster::new(1, 2, 3, Samples::I16(vec![7, 12, 0, -3, 100, 5]))?;
/// assert_eq!(
///     raster.to_string(),
///     "1 band × 2 rows × 3 columns of int16\n    7   12    0\n   -3  100    5\n"
/// );
/// # Ok::<(), cog_raster::ShapeError>(())
/// ```
impl fmt::Display for Raster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |n: u32, one: &str| format!("{n} {one}{}", if n == 1 { "" } else { "s" });
        writeln!(
            f,
            "{} × {} × {} of {}",
            count(self.bands(), "band"),
            count(self.rows(), "row"),
            count(self.columns(), "column"),
            self.sample_type()
        )?;
        for band in shown(self.bands()) {
            let Some(band) = band else {
                writeln!(f, "…")?;
                continue;
            };
            if self.bands() > 1 {
                writeln!(f, "band {}", u64::from(band) + 1)?;
            }
            write_band(self, band, f)?;
        }
        Ok(())
    }
}

fn write_band(raster: &Raster, band: u32, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let cells: Vec<Option<Vec<String>>> = shown(raster.rows())
        .map(|row| {
            let row = row?;
            let columns = shown(raster.columns());
            Some(
                columns
                    .map(|column| cell(raster, band, row, column))
                    .collect(),
            )
        })
        .collect();
    let width = cells.iter().flatten().flatten().map(|c| c.chars().count());
    let width = width.max().unwrap_or(0);
    for row in cells {
        let row = row.unwrap_or_else(|| vec!["…".to_owned()]);
        let row: Vec<String> = row.iter().map(|c| format!("{c:>width$}")).collect();
        writeln!(f, "  {}", row.join("  "))?;
    }
    Ok(())
}

fn cell(raster: &Raster, band: u32, row: u32, column: Option<u32>) -> String {
    let Some(column) = column else {
        return "…".to_owned();
    };
    let pixel = row as usize * raster.columns() as usize + column as usize;
    let mask = match raster.mask() {
        RasterMask::AllValid => None,
        mask => mask.of_band(band as usize),
    };
    if mask.is_some_and(|mask| mask.values().get(pixel) == Some(&0)) {
        return "-".to_owned();
    }
    let index = band as usize * raster.pixels() + pixel;
    text(raster.samples(), index)
}

fn text(samples: &Samples, index: usize) -> String {
    fn of<T: Sample + fmt::Display>(buffer: &[T], index: usize) -> String {
        buffer.get(index).map_or_else(String::new, T::to_string)
    }
    with_samples!(samples, T, buffer => of::<T>(buffer, index))
}

/// The indices that are shown of `len`, `None` where some are left out.
fn shown(len: u32) -> impl Iterator<Item = Option<u32>> {
    let (head, tail) = if len <= 2 * EDGE + 2 {
        (len, len)
    } else {
        (EDGE, len - EDGE)
    };
    let gap = (head < tail).then_some(None);
    (0..head).map(Some).chain(gap).chain((tail..len).map(Some))
}

/// What is shown at either end of something long.
const EDGE: u32 = 3;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Complex, Mask};

    #[test]
    fn what_is_long_is_cut_in_the_middle() {
        let samples = Samples::U8((0..=255).cycle().take(2 * 9 * 20).collect());
        let text = Raster::new(2, 9, 20, samples).unwrap().to_string();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "2 bands × 9 rows × 20 columns of uint8");
        assert_eq!(lines[1], "band 1");
        assert_eq!(lines[2], "    0    1    2    …   17   18   19");
        assert_eq!(lines[5], "    …");
        assert_eq!(lines.len(), 1 + 2 * 8);
    }

    #[test]
    fn eight_of_anything_are_shown_in_full() {
        let text = |n: u32| {
            let all: Vec<_> = shown(n).collect();
            (all.len(), all.iter().filter(|i| i.is_none()).count())
        };
        assert_eq!(text(0), (0, 0));
        assert_eq!(text(8), (8, 0));
        assert_eq!(text(9), (7, 1));
        assert_eq!(text(u32::MAX), (7, 1));
    }

    #[test]
    fn masked_pixels_and_every_kind_of_number() {
        let mask = Mask::new(1, 2, vec![0, 255]).unwrap();
        let raster = Raster::new(1, 1, 2, Samples::F32(vec![0.5, f32::NAN])).unwrap();
        let raster = raster.with_mask(RasterMask::PerDataset(mask)).unwrap();
        assert!(raster.to_string().ends_with("\n    -  NaN\n"), "{raster}");
        let complex = Samples::ComplexI16(vec![Complex::new(1, -2)]);
        let raster = Raster::new(1, 1, 1, complex).unwrap();
        assert!(raster.to_string().ends_with("\n  1-2i\n"), "{raster}");
        let empty = Raster::new(1, 0, 5, Samples::U8(Vec::new())).unwrap();
        assert_eq!(empty.to_string(), "1 band × 0 rows × 5 columns of uint8\n");
    }
}
