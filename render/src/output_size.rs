//! How large a picture of a given shape becomes.

use crate::Error;

/// The size of a preview or a part, by TiTiler's rules.
///
/// - `width` and `height`: exactly those;
/// - one of them: the other follows from the shape, rounded up;
/// - `max_size`: the longer side, no larger than the source has pixels; the
///   other side follows, rounded up; ignored beside `width` or `height`;
/// - nothing: the source's resolution.
///
/// [`aligned`](Self::aligned) first widens the area to whole pixels of the source.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct OutputSize {
    /// Columns.
    pub width: Option<u32>,
    /// Rows.
    pub height: Option<u32>,
    /// Longest side.
    pub max_size: Option<u32>,
    /// The area is widened to whole pixels of the source (rio-tiler's `align_bounds_with_dataset`).
    pub align: bool,
}

impl OutputSize {
    /// The source's resolution.
    #[must_use]
    pub const fn native() -> Self {
        Self {
            width: None,
            height: None,
            max_size: None,
            align: false,
        }
    }

    /// Exactly `width × height`.
    #[must_use]
    pub const fn exactly(width: u32, height: u32) -> Self {
        Self {
            width: Some(width),
            height: Some(height),
            max_size: None,
            align: false,
        }
    }

    /// No side longer than `size`.
    #[must_use]
    pub const fn at_most(size: u32) -> Self {
        Self {
            width: None,
            height: None,
            max_size: Some(size),
            align: false,
        }
    }

    /// The area widened to whole pixels of the source, or of the source as it would be in the picture's CRS:
    /// then a shape's coverage is one of source pixels.
    #[must_use]
    pub const fn aligned(mut self) -> Self {
        self.align = true;
        self
    }

    /// Columns and rows for a shape of `columns × rows` source pixels, which need not be whole.
    pub(crate) fn resolve(self, columns: f64, rows: f64) -> Result<(u32, u32), Error> {
        if [self.width, self.height, self.max_size].contains(&Some(0)) {
            return Err(Error::parameter(
                "size",
                "width, height and max_size start at 1",
            ));
        }
        // Python's rounding, of halves to even; and its ratios: of whole pixels for the longest side, else not.
        let whole = |length: f64| {
            // What is a half but for rounding is one.
            let half = (length * 2.0).round() / 2.0;
            let near = (length - half).abs() <= 1e-9 * length;
            let length = if near { half } else { length };
            length.round_ties_even().max(1.0)
        };
        let ratio = rows / columns;
        let (width, height) = match (self.width, self.height, self.max_size) {
            (Some(width), Some(height), _) => return Ok((width, height)),
            (Some(width), None, _) => (f64::from(width), (f64::from(width) * ratio).ceil()),
            (None, Some(height), _) => ((f64::from(height) / ratio).ceil(), f64::from(height)),
            (None, None, Some(max)) if whole(columns).max(whole(rows)) >= f64::from(max) => {
                let max = f64::from(max);
                let ratio = whole(rows) / whole(columns);
                if ratio > 1.0 {
                    ((max / ratio).ceil(), max)
                } else {
                    (max, (max * ratio).ceil())
                }
            }
            _ => (whole(columns), whole(rows)),
        };
        // A cast saturates; the limits on output then refuse what is too large.
        Ok(((width as u32).max(1), (height as u32).max(1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_follow_titilers_rules() {
        let size = |width, height, max_size| {
            OutputSize {
                width,
                height,
                max_size,
                align: false,
            }
            .resolve(2000.0, 1001.0)
            .unwrap()
        };
        assert_eq!(size(None, None, None), (2000, 1001));
        assert_eq!(size(None, None, Some(1024)), (1024, 513));
        assert_eq!(size(None, None, Some(4000)), (2000, 1001));
        assert_eq!(size(Some(100), None, Some(10)), (100, 51));
        assert_eq!(size(None, Some(100), None), (200, 100));
        assert_eq!(size(Some(7), Some(9), Some(1)), (7, 9));
        let halves = OutputSize::at_most(9).resolve(2.5, 1.5 - 1e-13).unwrap();
        assert_eq!(halves, (2, 2));
        assert!(OutputSize::at_most(0).resolve(1.0, 1.0).is_err());
    }

    #[test]
    fn a_long_and_thin_source_keeps_a_pixel() {
        assert_eq!(OutputSize::at_most(10).resolve(1e9, 1.0).unwrap(), (10, 1));
        assert_eq!(OutputSize::at_most(10).resolve(1.0, 1e9).unwrap(), (1, 10));
    }
}
