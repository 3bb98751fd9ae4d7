//! What a JPEG block can be.

use crate::{BlockLayout, Compression, Error};

pub(super) const JPEG: Compression = Compression::JPEG;

/// Tag 262: YCbCr.
pub(super) const YCBCR: u16 = 6;

/// Refuses what no JPEG block can be.
pub(super) fn check(layout: &BlockLayout) -> Result<(), Error> {
    let (width, height) = (layout.width, layout.height);
    if layout.bits != 8 {
        let bits = layout.bits;
        return Err(Error::unsupported(format!("{JPEG} of {bits} bits")));
    }
    if !matches!(layout.samples, 1..=4) {
        let samples = layout.samples;
        return Err(Error::unsupported(format!("{JPEG} of {samples} samples")));
    }
    if width.max(height) > u32::from(u16::MAX) {
        return Err(Error::InvalidLayout {
            reason: format!("{JPEG} of {width} × {height} pixels; 65535 is the most"),
        });
    }
    Ok(())
}
