//! What several of the tests need.

use cog_codec::{BlockLayout, CodecRegistry, DecodedBlock, Error, SampleFormat, decode_block};
use cog_raster::{SampleType, Samples};
use half::f16;
use num_complex::Complex;

/// A generator of the same numbers on every machine (xorshift).
pub(crate) struct Numbers(u64);

impl Numbers {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }
}

/// Values with runs, ramps and noise, NaN and negative zero among the floats.
pub(crate) fn samples(sample_type: SampleType, len: usize, seed: u64) -> Samples {
    let mut numbers = Numbers::new(seed);
    let bits: Vec<u64> = (0..len * 2)
        .map(|index| match index / 11 % 3 {
            0 => 7,
            1 => (index as u64).wrapping_mul(0x0101_0101_0101_0101),
            _ => numbers.next(),
        })
        .collect();
    let one = bits.iter().copied().take(len);
    let two = bits.as_chunks::<2>().0.iter().copied();
    match sample_type {
        SampleType::U8 => Samples::U8(one.map(|v| v as u8).collect()),
        SampleType::I8 => Samples::I8(one.map(|v| v as i8).collect()),
        SampleType::U16 => Samples::U16(one.map(|v| v as u16).collect()),
        SampleType::I16 => Samples::I16(one.map(|v| v as i16).collect()),
        SampleType::U32 => Samples::U32(one.map(|v| v as u32).collect()),
        SampleType::I32 => Samples::I32(one.map(|v| v as i32).collect()),
        SampleType::U64 => Samples::U64(one.collect()),
        SampleType::I64 => Samples::I64(one.map(|v| v as i64).collect()),
        SampleType::F16 => Samples::F16(one.map(|v| f16::from_bits(v as u16)).collect()),
        SampleType::F32 => Samples::F32(one.map(|v| f32::from_bits(v as u32)).collect()),
        SampleType::F64 => Samples::F64(one.map(f64::from_bits).collect()),
        SampleType::ComplexI16 => {
            Samples::ComplexI16(two.map(|[a, b]| Complex::new(a as i16, b as i16)).collect())
        }
        SampleType::ComplexI32 => {
            Samples::ComplexI32(two.map(|[a, b]| Complex::new(a as i32, b as i32)).collect())
        }
        SampleType::ComplexF32 => Samples::ComplexF32(
            two.map(|[a, b]| Complex::new(f32::from_bits(a as u32), f32::from_bits(b as u32)))
                .collect(),
        ),
        SampleType::ComplexF64 => Samples::ComplexF64(
            two.map(|[a, b]| Complex::new(f64::from_bits(a), f64::from_bits(b)))
                .collect(),
        ),
    }
}

/// Bits and format of a sample type.
pub(crate) fn stored(sample_type: SampleType) -> (u16, SampleFormat) {
    let bits = sample_type.size() as u16 * 8;
    let format = match sample_type {
        SampleType::U8 | SampleType::U16 | SampleType::U32 | SampleType::U64 => {
            SampleFormat::Unsigned
        }
        SampleType::I8 | SampleType::I16 | SampleType::I32 | SampleType::I64 => {
            SampleFormat::Signed
        }
        SampleType::F16 | SampleType::F32 | SampleType::F64 => SampleFormat::Float,
        SampleType::ComplexI16 | SampleType::ComplexI32 => SampleFormat::ComplexInt,
        _ => SampleFormat::ComplexFloat,
    };
    (bits, format)
}

pub(crate) fn decode(layout: &BlockLayout, bytes: &[u8]) -> Result<DecodedBlock, Error> {
    decode_block(&CodecRegistry::default(), layout, bytes, None)
}

/// Decodes every number of rows and holds each against the whole block.
pub(crate) fn assert_fewer_rows_are_the_first(layout: &BlockLayout, bytes: &[u8]) {
    let registry = CodecRegistry::default();
    let whole = decode(layout, bytes).unwrap();
    let all = whole.samples.to_le_bytes();
    let plane = all.len() / usize::from(layout.samples);
    for rows in 1..=layout.height {
        let block = decode_block(&registry, layout, bytes, Some(rows)).unwrap();
        assert_eq!(block.rows, rows);
        let part = plane / layout.height as usize * rows as usize;
        let expected: Vec<u8> = all
            .chunks(plane)
            .flat_map(|band| &band[..part])
            .copied()
            .collect();
        assert_eq!(
            block.samples.to_le_bytes(),
            expected,
            "{rows} rows of {layout:?}"
        );
        let pixels = (layout.width * rows) as usize;
        let valid = whole.valid.as_ref().map(|valid| valid[..pixels].to_vec());
        assert_eq!(block.valid, valid);
    }
}

/// Bytes from hexadecimal digits.
pub(crate) fn hex(digits: &str) -> Vec<u8> {
    let digits: Vec<u8> = digits.bytes().filter(u8::is_ascii_hexdigit).collect();
    let value = |digit: u8| char::from(digit).to_digit(16).unwrap() as u8;
    let pairs = digits.as_chunks::<2>().0.iter();
    pairs
        .map(|&[high, low]| value(high) << 4 | value(low))
        .collect()
}
