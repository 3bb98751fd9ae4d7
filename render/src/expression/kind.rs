//! The types that steps compute in.

use cog_raster::SampleType;

/// NumExpr's kinds, in the order in which one gives way to the next.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Kind {
    /// 0 or 1.
    Bool,
    I32,
    I64,
    F32,
    F64,
    /// Of two binary64.
    Complex,
}

impl Kind {
    /// What samples of a type become, and between which whole numbers they lie, if they are whole.
    pub(super) fn of_samples(sample_type: SampleType) -> (Self, Option<Range>) {
        use SampleType as S;
        let (least, most) = match sample_type {
            S::U8 => (0, i128::from(u8::MAX)),
            S::I8 => (i128::from(i8::MIN), i128::from(i8::MAX)),
            S::U16 => (0, i128::from(u16::MAX)),
            S::I16 => (i128::from(i16::MIN), i128::from(i16::MAX)),
            S::U32 => (0, i128::from(u32::MAX)),
            S::I32 => (i128::from(i32::MIN), i128::from(i32::MAX)),
            S::U64 => (0, i128::from(u64::MAX)),
            S::I64 => (i128::from(i64::MIN), i128::from(i64::MAX)),
            S::F16 | S::F32 => return (Self::F32, None),
            S::F64 => return (Self::F64, None),
            _ => return (Self::Complex, None),
        };
        let range = Range::new(least, most);
        (range.kind(), Some(range).filter(|r| r.kind() != Self::F64))
    }

    /// The type of the samples that hold a result. A truth is 0 or 1.
    pub(super) const fn samples(self) -> SampleType {
        match self {
            Self::Bool => SampleType::U8,
            Self::I32 => SampleType::I32,
            Self::I64 => SampleType::I64,
            Self::F32 => SampleType::F32,
            Self::F64 => SampleType::F64,
            Self::Complex => SampleType::ComplexF64,
        }
    }

    pub(super) const fn is_whole(self) -> bool {
        matches!(self, Self::Bool | Self::I32 | Self::I64)
    }

    /// NumPy's common type, which several blocks share as the bands of one image.
    pub(super) fn joined(self, other: Self) -> Self {
        match (self.min(other), self.max(other)) {
            (Self::I32 | Self::I64, Self::F32) => Self::F64,
            (_, greater) => greater,
        }
    }

    /// For messages.
    pub(super) const fn text(self) -> &'static str {
        match self {
            Self::Bool => "true or false",
            Self::I32 | Self::I64 => "a whole number",
            Self::F32 | Self::F64 => "a decimal number",
            Self::Complex => "a complex number",
        }
    }
}

/// Between which whole numbers a value lies, both included.
///
/// Known for every whole value from the types of the samples and the constants, it tells which type holds
/// the result of an operation whatever the pixels are: nothing wraps around.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Range {
    pub(super) least: i128,
    pub(super) most: i128,
}

/// What no type holds; far enough from the ends of `i128` that sums of it are in reach.
const BEYOND: i128 = 1 << 100;

impl Range {
    pub(super) fn new(least: i128, most: i128) -> Self {
        Self {
            least: least.clamp(-BEYOND, BEYOND),
            most: most.clamp(-BEYOND, BEYOND),
        }
    }

    /// The range of the ends of something monotone in each argument.
    fn around(ends: [i128; 4]) -> Self {
        let least = ends.iter().copied().fold(BEYOND, i128::min);
        let most = ends.iter().copied().fold(-BEYOND, i128::max);
        Self::new(least, most)
    }

    /// The narrowest kind of number that holds it; a float where no integer does.
    pub(super) fn kind(self) -> Kind {
        let within = |least: i128, most: i128| least <= self.least && self.most <= most;
        if within(i128::from(i32::MIN), i128::from(i32::MAX)) {
            Kind::I32
        } else if within(i128::from(i64::MIN), i128::from(i64::MAX)) {
            Kind::I64
        } else {
            Kind::F64
        }
    }

    /// The range of all 64-bit integers touches it: a band of such, of which nothing better is known.
    fn is_unbounded(self) -> bool {
        self.least <= i128::from(i64::MIN) || self.most >= i128::from(i64::MAX)
    }

    /// What an operation of 64-bit integers gives: where nothing better is known of an operand than its type,
    /// results beyond the type's ends become the ends.
    pub(super) fn saturated(self, a: Self, b: Self) -> Self {
        if a.is_unbounded() || b.is_unbounded() {
            let (least, most) = (i128::from(i64::MIN), i128::from(i64::MAX));
            Self::new(self.least.clamp(least, most), self.most.clamp(least, most))
        } else {
            self
        }
    }

    fn magnitude(self) -> i128 {
        self.least.abs().max(self.most.abs())
    }

    pub(super) fn union(self, other: Self) -> Self {
        Self::new(self.least.min(other.least), self.most.max(other.most))
    }

    pub(super) fn negated(self) -> Self {
        Self::new(-self.most, -self.least)
    }

    pub(super) fn inverted(self) -> Self {
        Self::new(-self.most - 1, -self.least - 1)
    }

    pub(super) fn added(self, other: Self) -> Self {
        Self::new(self.least + other.least, self.most + other.most)
    }

    pub(super) fn multiplied(self, other: Self) -> Self {
        let times = |a: i128, b: i128| a.saturating_mul(b);
        Self::around([
            times(self.least, other.least),
            times(self.least, other.most),
            times(self.most, other.least),
            times(self.most, other.most),
        ])
    }

    /// Of a division that rounds down; by 0 it gives 0.
    pub(super) fn floor_divided(self, by: Self) -> Self {
        if by.least >= 0 {
            Self::new(self.least.min(0), self.most.max(0))
        } else {
            let magnitude = self.magnitude();
            Self::new(-magnitude, magnitude)
        }
    }

    /// Of the remainder of that division, which has the divisor's sign; by 0 it is 0.
    pub(super) fn remainder(by: Self) -> Self {
        Self::new(by.least.min(0), by.most.max(0))
    }

    /// `None` where the exponent may be negative.
    pub(super) fn power(self, exponent: Self) -> Option<Self> {
        let highest = u32::try_from(exponent.most.min(1 << 20)).ok()?;
        if exponent.least < 0 {
            return None;
        }
        let magnitude = self.magnitude().max(1);
        // A power of 2 or more is beyond after at most 100 doublings.
        let most = magnitude.checked_pow(highest).unwrap_or(BEYOND);
        let least = if self.least < 0 { -most } else { 0 };
        Some(Self::new(least, most))
    }

    /// Of `&`, `|` and `^`: no bit is set that neither side has, all above are as the sign.
    pub(super) fn bits(self, other: Self) -> Self {
        let least = self.least.min(other.least).min(0);
        let most = self.most.max(other.most).max(0);
        let width = 128 - most.max(-least - 1).max(0).leading_zeros();
        let most = (1i128 << width) - 1;
        Self::new(if least < 0 { -most - 1 } else { 0 }, most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_hold_what_operations_give() {
        let values = [-9, -4, -1, 0, 1, 3, 8];
        let ranges: Vec<Range> = values
            .iter()
            .flat_map(|a| values.iter().map(move |b| (*a, *b)))
            .filter(|(a, b)| a <= b)
            .map(|(a, b)| Range::new(a, b))
            .collect();
        for a in &ranges {
            for b in &ranges {
                for x in a.least..=a.most {
                    for y in b.least..=b.most {
                        let within = |range: Range, value: i128| {
                            assert!(
                                range.least <= value && value <= range.most,
                                "{a:?} {b:?} {x} {y}: {value} not in {range:?}"
                            );
                        };
                        within(a.added(*b), x + y);
                        within(a.multiplied(*b), x * y);
                        within(a.bits(*b), x & y);
                        within(a.bits(*b), x | y);
                        within(a.bits(*b), x ^ y);
                        within(a.negated(), -x);
                        within(a.inverted(), !x);
                        within(a.union(*b), x);
                        if y != 0 {
                            let quotient = (x as f64 / y as f64).floor() as i128;
                            within(a.floor_divided(*b), quotient);
                            within(Range::remainder(*b), x - quotient * y);
                        }
                        if let Some(power) = a.power(*b) {
                            within(power, x.pow(u32::try_from(y).unwrap()));
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn the_kind_of_samples_is_numexprs() {
        for (sample_type, kind) in [
            (SampleType::U16, Kind::I32),
            (SampleType::I32, Kind::I32),
            (SampleType::U32, Kind::I64),
            (SampleType::I64, Kind::I64),
            (SampleType::U64, Kind::F64),
            (SampleType::F16, Kind::F32),
            (SampleType::ComplexI16, Kind::Complex),
        ] {
            assert_eq!(Kind::of_samples(sample_type).0, kind, "{sample_type}");
        }
    }

    #[test]
    fn nothing_is_too_large_to_say_so() {
        let most = Range::new(i128::MIN, i128::MAX);
        for range in [
            most.added(most),
            most.multiplied(most),
            most.power(Range::new(0, i128::MAX)).unwrap(),
            most.bits(most),
            most.inverted(),
        ] {
            assert_eq!(range.kind(), Kind::F64);
        }
    }
}
