//! Subsampled chroma outside JPEG.

use crate::{BlockLayout, Compression, Error};

/// Tag 262: YCbCr.
const PHOTOMETRIC: u16 = 6;

/// How an uncompressed block of subsampled YCbCr is laid out: data units of
/// `across × down` luma samples, one Cb and one Cr.
///
/// # Specification
///
/// TIFF 6.0 §21 "YCbCr Images", "Ordering of Component Samples": units from
/// left to right, then from top to bottom; those at the edge are whole.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Units {
    across: usize,
    down: usize,
    per_row: usize,
}

impl Units {
    /// The units of a block; `None` where its samples are not subsampled.
    ///
    /// # Errors
    ///
    /// [`Error::Unsupported`] for what TIFF has no units for.
    pub(crate) fn of(layout: &BlockLayout) -> Result<Option<Self>, Error> {
        let (across, down) = layout.ycbcr_subsampling;
        if layout.photometric != PHOTOMETRIC
            || layout.compression == Compression::JPEG
            || (across, down) == (1, 1)
            || layout.samples == 1
        {
            return Ok(None);
        }
        let fits = |factor: u16| matches!(factor, 1 | 2 | 4);
        if layout.samples != 3 || layout.bits != 8 || !fits(across) || !fits(down) {
            return Err(Error::unsupported(format!(
                "YCbCr of {} samples of {} bits, subsampled {across} × {down},",
                layout.samples, layout.bits
            )));
        }
        if layout.predictor != 1 && crate::decode::takes_predictor(layout.compression) {
            return Err(Error::unsupported("a predictor on subsampled YCbCr"));
        }
        Ok(Some(Self {
            across: across.into(),
            down: down.into(),
            per_row: (layout.width as usize).div_ceil(across.into()),
        }))
    }

    const fn unit(self) -> usize {
        self.across * self.down + 2
    }

    /// Bytes of the units that hold the first `rows` rows. Never more than
    /// those of twice as many samples that are not subsampled, and sixteen rows.
    pub(crate) fn bytes(self, rows: u32) -> Option<usize> {
        let units = (rows as usize).div_ceil(self.down);
        units.checked_mul(self.per_row)?.checked_mul(self.unit())
    }

    /// Y, Cb and Cr of each pixel of the first `rows` rows, band by band;
    /// chroma is repeated over its unit, as libtiff does.
    pub(crate) fn expand(self, raw: &[u8], width: u32, rows: u32) -> Vec<u8> {
        let (width, rows) = (width as usize, rows as usize);
        let pixels = width * rows;
        let mut out = vec![0; pixels * 3];
        let (luma, chroma) = out.split_at_mut(pixels);
        let (blue, red) = chroma.split_at_mut(pixels);
        for (index, unit) in raw.chunks_exact(self.unit()).enumerate() {
            let (top, left) = (
                index / self.per_row * self.down,
                index % self.per_row * self.across,
            );
            let columns = self.across.min(width.saturating_sub(left));
            let (cb, cr) = (unit[self.unit() - 2], unit[self.unit() - 1]);
            for row in 0..self.down.min(rows.saturating_sub(top)) {
                let at = (top + row) * width + left;
                let from = row * self.across;
                luma[at..at + columns].copy_from_slice(&unit[from..from + columns]);
                blue[at..at + columns].fill(cb);
                red[at..at + columns].fill(cr);
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CodecRegistry, SampleFormat, decode_block};
    use cog_raster::Samples;

    #[test]
    fn units_at_the_edge_are_whole() {
        let layout = BlockLayout::new(3, 3, 3, 8, SampleFormat::Unsigned)
            .with_photometric(PHOTOMETRIC)
            .with_ycbcr_subsampling(2, 2);
        let raw: Vec<u8> = vec![
            1, 2, 4, 5, 100, 200, 3, 99, 6, 99, 101, 201, //
            7, 8, 99, 99, 102, 202, 9, 99, 99, 99, 103, 203,
        ];
        let block = decode_block(&CodecRegistry::default(), &layout, &raw, None).unwrap();
        let expected = [
            [1, 2, 3, 4, 5, 6, 7, 8, 9],
            [100, 100, 101, 100, 100, 101, 102, 102, 103],
            [200, 200, 201, 200, 200, 201, 202, 202, 203],
        ];
        assert_eq!(block.samples, Samples::U8(expected.concat()));
        let top = decode_block(&CodecRegistry::default(), &layout, &raw[..12], Some(1)).unwrap();
        assert_eq!(top.samples.len(), 9);
        assert!(decode_block(&CodecRegistry::default(), &layout, &raw[..23], None).is_err());
    }

    #[test]
    fn what_has_no_units_is_refused() {
        let layout =
            BlockLayout::new(4, 4, 3, 8, SampleFormat::Unsigned).with_photometric(PHOTOMETRIC);
        for (across, down) in [(3, 1), (0, 2), (2, 8)] {
            assert!(Units::of(&layout.clone().with_ycbcr_subsampling(across, down)).is_err());
        }
    }
}
