//! From values to shades.

/// The values that become the darkest and the brightest shade.
///
/// `high` may be less than `low`: then the ramp runs downwards. Where they are equal, what is greater
/// is bright and all else dark.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stretch {
    /// Becomes 0.
    pub low: f64,
    /// Becomes 1.
    pub high: f64,
}

impl Stretch {
    /// A stretch from `low` to `high`.
    #[must_use]
    pub const fn new(low: f64, high: f64) -> Self {
        Self { low, high }
    }

    /// A value's place between `low` and `high`, 0 to 1, cut off at both ends. NaN stays NaN.
    #[must_use]
    pub fn place(self, value: f64) -> f64 {
        clipped(self.scaled(value, 0.0, 1.0), 0.0, 1.0)
    }

    /// The shade of a value, 1 to 255; 0 for NaN.
    #[must_use]
    pub fn shade(self, value: f64) -> u8 {
        whole(self.scaled(value, 1.0, 255.0))
    }

    /// Terracotta's order of operations, so that the last bit is its, too.
    fn scaled(self, value: f64, from: f64, to: f64) -> f64 {
        /// Ends that are nearer to each other are equal.
        const EQUAL: f64 = 1e-8;
        let span = self.high - self.low;
        let factor = if span.abs() > EQUAL {
            (to - from) / span
        } else {
            1.0
        };
        (value - self.low) * factor + from
    }
}

/// The shade of a place from 0 to 1; what lies beyond is cut off, NaN is 0.
pub(super) fn shade_of(place: f64) -> u8 {
    Stretch::new(0.0, 1.0).shade(place)
}

fn clipped(value: f64, least: f64, most: f64) -> f64 {
    // Unlike `clamp` in the other order: NaN passes.
    if value < least {
        least
    } else if value > most {
        most
    } else {
        value
    }
}

/// Halves go to the even neighbour.
fn whole(value: f64) -> u8 {
    /// From here on neighbours are 1 apart, so that adding it rounds: `round_ties_even` calls a function where
    /// the processor at hand is not known to have an instruction.
    const LARGE: f64 = (1_u64 << 52) as f64;
    // A cast makes 0 of NaN.
    (clipped(value, 1.0, 255.0) + LARGE - LARGE) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_and_halves() {
        let stretch = Stretch::new(0.0, 254.0);
        for (value, shade) in [
            (-5.0, 1),
            (0.0, 1),
            (0.5, 2),
            (1.5, 2),
            (2.5, 4),
            (254.0, 255),
            (999.0, 255),
            (f64::INFINITY, 255),
            (f64::NEG_INFINITY, 1),
            (f64::NAN, 0),
        ] {
            assert_eq!(stretch.shade(value), shade, "{value}");
        }
    }

    #[test]
    fn ranges_may_fall_or_be_empty() {
        let falling = Stretch::new(10.0, 0.0);
        assert_eq!((falling.shade(10.0), falling.shade(0.0)), (1, 255));
        let empty = Stretch::new(5.0, 5.0);
        assert_eq!(
            (empty.place(5.0), empty.place(4.0), empty.place(7.0)),
            (0.0, 0.0, 1.0)
        );
        assert!(empty.place(f64::NAN).is_nan());
    }
}
