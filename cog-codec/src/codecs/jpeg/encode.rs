//! From rows to a JPEG stream.

use jpeg_encoder::{ChromaSubsamplingMethod, ColorType, Encoder, SamplingFactor};

use super::{JPEG, YCBCR, check};
use crate::{BlockLayout, Error};

/// Grey, or YCbCr from RGB with the layout's subsampling.
pub(crate) fn encode(layout: &BlockLayout, rows: &[u8], quality: u8) -> Result<Vec<u8>, Error> {
    check(layout)?;
    let color = match (layout.samples, layout.photometric) {
        (1, _) => ColorType::Luma,
        (3, YCBCR) => ColorType::Rgb,
        (samples, photometric) => {
            let what = format!("writing {JPEG} of {samples} samples, photometric {photometric}");
            return Err(Error::unsupported(what));
        }
    };
    let sampling = match layout.ycbcr_subsampling {
        (1, 1) => SamplingFactor::F_1_1,
        (2, 1) => SamplingFactor::F_2_1,
        (2, 2) => SamplingFactor::F_2_2,
        other => {
            let what = format!("writing {JPEG} subsampled {other:?}");
            return Err(Error::unsupported(what));
        }
    };
    // `check` has seen to it that both sides fit.
    let (width, height) = (layout.width as u16, layout.height as u16);
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, quality.clamp(1, 100));
    encoder.set_sampling_factor(sampling);
    // As libjpeg does; the default takes one pixel of four.
    encoder.set_chroma_subsampling_method(ChromaSubsamplingMethod::Average);
    encoder
        .encode(rows, width, height, color)
        .map_err(|error| Error::malformed(JPEG, error))?;
    Ok(out)
}
