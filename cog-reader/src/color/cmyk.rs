//! CMYK inks to RGB light.

/// Red, green and blue of four inks, each 0 (none) to 255 (full).
///
/// No colour management: each light is what the black ink leaves of what its
/// complementary ink leaves, as `TIFFReadRGBAImage` of libtiff (and so GDAL) has it.
///
/// # Specification
///
/// TIFF 6.0 §16 "CMYK Images": `PhotometricInterpretation` 5, `InkSet` 1.
pub(super) fn rgb([cyan, magenta, yellow, black]: [u8; 4]) -> [u8; 3] {
    let left = u16::from(255 - black);
    [cyan, magenta, yellow].map(|ink| (left * u16::from(255 - ink) / 255) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ink_takes_light() {
        assert_eq!(rgb([0, 0, 0, 0]), [255, 255, 255]);
        assert_eq!(rgb([9, 99, 200, 255]), [0, 0, 0]);
        assert_eq!(rgb([255, 0, 0, 0]), [0, 255, 255]);
        assert_eq!(rgb([0, 0, 128, 51]), [204, 204, 101]);
    }
}
