//! One tag and its values.

use super::{ByteOrder, Numbers};
use crate::error::Rule;
use bytes::Bytes;

/// How the values of an entry are stored: TIFF 6.0 §2 "Types", BigTIFF for 16 to 18.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the names are the standard's")]
pub enum FieldType {
    Byte = 1,
    Ascii = 2,
    Short = 3,
    Long = 4,
    Rational = 5,
    SByte = 6,
    Undefined = 7,
    SShort = 8,
    SLong = 9,
    SRational = 10,
    Float = 11,
    Double = 12,
    Ifd = 13,
    Long8 = 16,
    SLong8 = 17,
    Ifd8 = 18,
}

impl FieldType {
    /// The type with this code.
    #[must_use]
    pub const fn from_code(code: u16) -> Option<Self> {
        Some(match code {
            1 => Self::Byte,
            2 => Self::Ascii,
            3 => Self::Short,
            4 => Self::Long,
            5 => Self::Rational,
            6 => Self::SByte,
            7 => Self::Undefined,
            8 => Self::SShort,
            9 => Self::SLong,
            10 => Self::SRational,
            11 => Self::Float,
            12 => Self::Double,
            13 => Self::Ifd,
            16 => Self::Long8,
            17 => Self::SLong8,
            18 => Self::Ifd8,
            _ => return None,
        })
    }

    /// Bytes of one value.
    #[must_use]
    pub const fn size(self) -> u64 {
        match self {
            Self::Byte | Self::Ascii | Self::SByte | Self::Undefined => 1,
            Self::Short | Self::SShort => 2,
            Self::Long | Self::SLong | Self::Float | Self::Ifd => 4,
            Self::Rational
            | Self::SRational
            | Self::Double
            | Self::Long8
            | Self::SLong8
            | Self::Ifd8 => 8,
        }
    }
}

/// A tag with its values, as far as those were read.
#[derive(Clone, Debug)]
pub struct Entry {
    pub(super) tag: u16,
    pub(super) field_type: FieldType,
    pub(super) count: u64,
    pub(super) order: ByteOrder,
    pub(super) value: Value,
}

/// Where the values are.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// Here.
    Loaded(Bytes),
    /// At this offset in the file: not needed, or too long to be read at once.
    At(u64),
    /// Past the end of the file.
    Lost { at: u64, end: u64 },
}

impl Entry {
    /// The tag's number.
    #[must_use]
    pub const fn tag(&self) -> u16 {
        self.tag
    }

    /// How the values are stored.
    #[must_use]
    pub const fn field_type(&self) -> FieldType {
        self.field_type
    }

    /// Number of values.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The values' bytes in the file's byte order; `None` when they were not
    /// read: long arrays that are read in parts (block offsets), tags that this
    /// crate does not know, values past the end of the file.
    #[must_use]
    pub const fn bytes(&self) -> Option<&Bytes> {
        match &self.value {
            Value::Loaded(bytes) => Some(bytes),
            Value::At(_) | Value::Lost { .. } => None,
        }
    }

    pub(crate) const fn value(&self) -> &Value {
        &self.value
    }

    pub(crate) const fn order(&self) -> ByteOrder {
        self.order
    }

    /// The values as unsigned integers; `None` when they are of another kind,
    /// negative, or were not read.
    #[must_use]
    pub fn integers(&self) -> Option<Vec<u64>> {
        unsigned(self.field_type, self.order, self.bytes()?)
    }

    /// The first value as an unsigned integer.
    #[must_use]
    pub fn integer(&self) -> Option<u64> {
        let bytes = self.bytes()?;
        let first = bytes.get(..self.field_type.size() as usize)?;
        unsigned(self.field_type, self.order, first)?
            .first()
            .copied()
    }

    /// The values as real numbers; `None` when they are text or were not read.
    #[must_use]
    pub fn reals(&self) -> Option<Vec<f64>> {
        let (bytes, order) = (self.bytes()?, self.order);
        macro_rules! values {
            ($method:ident) => {
                chunks(bytes).map(|b| order.$method(b) as f64).collect()
            };
            ($method:ident as $type:ty) => {
                chunks(bytes)
                    .map(|b| order.$method(b) as $type as f64)
                    .collect()
            };
        }
        Some(match self.field_type {
            FieldType::Ascii | FieldType::Undefined => return None,
            FieldType::Byte => bytes.iter().map(|&b| f64::from(b)).collect(),
            FieldType::SByte => bytes.iter().map(|&b| f64::from(b as i8)).collect(),
            FieldType::Short => values!(u16),
            FieldType::SShort => values!(u16 as i16),
            FieldType::Long | FieldType::Ifd => values!(u32),
            FieldType::SLong => values!(u32 as i32),
            FieldType::Long8 | FieldType::Ifd8 => values!(u64),
            FieldType::SLong8 => values!(u64 as i64),
            FieldType::Float => chunks(bytes)
                .map(|b| f64::from(f32::from_bits(order.u32(b))))
                .collect(),
            FieldType::Double => chunks(bytes)
                .map(|b| f64::from_bits(order.u64(b)))
                .collect(),
            FieldType::Rational | FieldType::SRational => {
                let signed = self.field_type == FieldType::SRational;
                let part = |b: [u8; 4]| match (order.u32(b), signed) {
                    (value, true) => f64::from(value as i32),
                    (value, false) => f64::from(value),
                };
                chunks::<8>(bytes)
                    .map(|b| part([b[0], b[1], b[2], b[3]]) / part([b[4], b[5], b[6], b[7]]))
                    .collect()
            }
        })
    }

    /// The value as text up to the first NUL, bytes that are not UTF-8
    /// replaced; `None` when it is of another kind or was not read.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        let bytes = match self.field_type {
            FieldType::Ascii | FieldType::Byte | FieldType::Undefined | FieldType::SByte => {
                self.bytes()?
            }
            _ => return None,
        };
        let end = bytes.iter().position(|&b| b == 0).unwrap_or(bytes.len());
        Some(String::from_utf8_lossy(&bytes[..end]).into_owned())
    }

    /// The rule that is broken when this entry is needed and is not at hand or of the wrong kind.
    pub(crate) fn complaint(&self) -> Rule {
        match self.value {
            Value::Lost { at, end } => Rule::ValuePastEnd {
                tag: self.tag,
                at,
                end,
            },
            Value::Loaded(_) | Value::At(_) => Rule::FieldType {
                tag: self.tag,
                found: self.field_type as u16,
            },
        }
    }
}

/// `bytes` as unsigned integers of `field_type`: the one place that reads arrays of offsets.
pub(crate) fn unsigned(field_type: FieldType, order: ByteOrder, bytes: &[u8]) -> Option<Vec<u64>> {
    match field_type {
        FieldType::Byte | FieldType::Undefined => Some(bytes.iter().map(|&b| b.into()).collect()),
        FieldType::Short => Some(chunks(bytes).map(|b| order.u16(b).into()).collect()),
        FieldType::Long | FieldType::Ifd => {
            Some(chunks(bytes).map(|b| order.u32(b).into()).collect())
        }
        FieldType::Long8 | FieldType::Ifd8 => Some(chunks(bytes).map(|b| order.u64(b)).collect()),
        FieldType::SByte => bytes.iter().map(|&b| u64::try_from(b as i8).ok()).collect(),
        FieldType::SShort => chunks(bytes)
            .map(|b| u64::try_from(order.u16(b) as i16).ok())
            .collect(),
        FieldType::SLong => chunks(bytes)
            .map(|b| u64::try_from(order.u32(b) as i32).ok())
            .collect(),
        FieldType::SLong8 => chunks(bytes)
            .map(|b| u64::try_from(order.u64(b) as i64).ok())
            .collect(),
        FieldType::Ascii
        | FieldType::Rational
        | FieldType::SRational
        | FieldType::Float
        | FieldType::Double => None,
    }
}

fn chunks<const N: usize>(bytes: &[u8]) -> impl Iterator<Item = [u8; N]> + '_ {
    bytes.as_chunks::<N>().0.iter().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(field_type: FieldType, order: ByteOrder, bytes: &'static [u8]) -> Entry {
        Entry {
            tag: 1,
            field_type,
            count: bytes.len() as u64 / field_type.size(),
            order,
            value: Value::Loaded(Bytes::from_static(bytes)),
        }
    }

    #[test]
    fn integers_in_both_orders() {
        let little = entry(FieldType::Short, ByteOrder::Little, &[1, 0, 2, 1]);
        assert_eq!(little.integers(), Some(vec![1, 258]));
        let big = entry(FieldType::Long, ByteOrder::Big, &[0, 0, 1, 0]);
        assert_eq!(big.integer(), Some(256));
        assert_eq!(big.reals(), Some(vec![256.0]));
        let negative = entry(FieldType::SShort, ByteOrder::Big, &[0xff, 0xff]);
        assert_eq!(negative.integers(), None);
        assert_eq!(negative.reals(), Some(vec![-1.0]));
    }

    #[test]
    fn rationals_and_text() {
        let entry_ = entry(
            FieldType::SRational,
            ByteOrder::Big,
            &[0xff, 0xff, 0xff, 0xfd, 0, 0, 0, 2],
        );
        assert_eq!(entry_.reals(), Some(vec![-1.5]));
        assert_eq!(entry_.integers(), None);
        let text = entry(FieldType::Ascii, ByteOrder::Big, b"a\xffb\0c");
        assert_eq!(text.text().as_deref(), Some("a\u{fffd}b"));
        assert_eq!(text.integer(), None);
    }

    #[test]
    fn a_truncated_value_gives_what_is_whole() {
        let entry_ = entry(FieldType::Long, ByteOrder::Little, &[1, 0, 0, 0, 9, 9]);
        assert_eq!(entry_.integers(), Some(vec![1]));
    }
}
