//! Samples that are no whole number of bytes.

/// Bits of each byte in the other order (tag 266 `FillOrder`).
pub(crate) fn reverse(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().map(|byte| byte.reverse_bits()).collect()
}

/// Widens samples of `bits` bits (1 to 32), most significant bit first, each
/// row padded to a byte (TIFF 6.0, tag 258).
pub(crate) fn unpack(raw: &[u8], row_bytes: usize, row_len: usize, bits: u16) -> Vec<u32> {
    let mut out = Vec::with_capacity(raw.len() / row_bytes.max(1) * row_len);
    let mask = ((1_u64 << bits) - 1) as u32;
    for row in raw.chunks_exact(row_bytes) {
        let (mut held, mut count, mut bytes) = (0_u64, 0_u16, row.iter());
        for _ in 0..row_len {
            while count < bits {
                // A row holds all its samples, by the definition of its length.
                held = held << 8 | u64::from(bytes.next().copied().unwrap_or_default());
                count += 8;
            }
            count -= bits;
            out.push((held >> count) as u32 & mask);
        }
    }
    out
}

/// Samples of 1, 2 or 4 bits, straight to bytes.
pub(crate) fn unpack_small(raw: &[u8], row_bytes: usize, row_len: usize, bits: u16) -> Vec<u8> {
    match bits {
        1 => expand::<8>(raw, row_bytes, row_len),
        2 => expand::<4>(raw, row_bytes, row_len),
        _ => expand::<2>(raw, row_bytes, row_len),
    }
}

/// Each byte to the `PER` samples in it, all at once.
fn expand<const PER: usize>(raw: &[u8], row_bytes: usize, row_len: usize) -> Vec<u8> {
    let bits = 8 / PER;
    let mask = (1_u8 << bits) - 1;
    let mut out = vec![0; raw.len() / row_bytes.max(1) * row_len];
    let rows = out.chunks_exact_mut(row_len);
    for (out, raw) in rows.zip(raw.chunks_exact(row_bytes)) {
        let samples =
            |byte: u8| core::array::from_fn::<u8, PER, _>(|i| byte >> (8 - bits * (i + 1)) & mask);
        let (whole, rest) = out.as_chunks_mut::<PER>();
        for (out, &byte) in whole.iter_mut().zip(raw) {
            *out = samples(byte);
        }
        if let Some(&byte) = raw.get(whole.len()) {
            rest.copy_from_slice(&samples(byte)[..rest.len()]);
        }
    }
    out
}

/// The inverse of [`unpack`]; values must fit into `bits`.
pub(crate) fn pack(values: &[u32], row_len: usize, bits: u16) -> Vec<u8> {
    let mut out = Vec::new();
    for row in values.chunks_exact(row_len) {
        let (mut held, mut count) = (0_u64, 0_u16);
        for &value in row {
            held = held << bits | u64::from(value);
            count += bits;
            while count >= 8 {
                count -= 8;
                out.push((held >> count) as u8);
            }
        }
        if count > 0 {
            out.push((held << (8 - count)) as u8);
        }
    }
    out
}

/// The value's sign bit is bit `bits - 1`.
pub(crate) const fn sign_extend(value: u32, bits: u16) -> i32 {
    let shift = 32 - bits as u32;
    (value << shift).cast_signed() >> shift
}

/// A 24-bit float (1 sign, 7 exponent, 16 mantissa bits) as `f32`, exactly
/// (Adobe's TIFF Technote 3).
pub(crate) fn f24_to_f32(bits: u32) -> f32 {
    let sign = (bits >> 23 & 1) << 31;
    let (exponent, mantissa) = (bits >> 16 & 0x7f, bits & 0xffff);
    let magnitude = match (exponent, mantissa) {
        (0x7f, 0) => f32::INFINITY,
        (0x7f, _) => f32::from_bits(0xff << 23 | mantissa << 7),
        // 2^-62 · mantissa / 2^16: subnormal in 24 bits, normal in 32.
        (0, _) => mantissa as f32 * f32::from_bits((127 - 78) << 23),
        _ => f32::from_bits((exponent + 127 - 63) << 23 | mantissa << 7),
    };
    f32::from_bits(magnitude.to_bits() | sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_padded_to_bytes() {
        // Three samples of three bits: 101 010 111, then seven bits of padding.
        let raw = [0b1010_1011, 0b1000_0000];
        assert_eq!(unpack(&raw, 2, 3, 3), [5, 2, 7]);
        assert_eq!(pack(&[5, 2, 7], 3, 3), raw);
        assert_eq!(unpack_small(&[0b1001_1100], 1, 3, 2), [2, 1, 3]);
    }

    #[test]
    fn every_depth_survives_a_round_trip() {
        for bits in 1..=32_u16 {
            let most = ((1_u64 << bits) - 1) as u32;
            let values: Vec<u32> = (0..35_u32)
                .map(|i| i.wrapping_mul(0x9e37_79b9) & most)
                .collect();
            let packed = pack(&values, 7, bits);
            let row_bytes = (7 * usize::from(bits)).div_ceil(8);
            assert_eq!(unpack(&packed, row_bytes, 7, bits), values, "{bits} bits");
        }
    }

    #[test]
    fn floats_of_24_bits() {
        assert_eq!(f24_to_f32(0x3f_0000), 1.0);
        assert_eq!(f24_to_f32(0xbf_8000), -1.5);
        assert_eq!(f24_to_f32(0), 0.0);
        assert_eq!(f24_to_f32(0x7f_0000), f32::INFINITY);
        assert!(f24_to_f32(0x7f_0001).is_nan());
        assert_eq!(f24_to_f32(1), 2.0_f32.powi(-78));
    }

    #[test]
    fn signs_extend() {
        assert_eq!(sign_extend(0xfff, 12), -1);
        assert_eq!(sign_extend(0x7ff, 12), 2047);
        assert_eq!(sign_extend(u32::MAX, 32), -1);
    }
}
