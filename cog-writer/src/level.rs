//! One level's strip of blocks.

use cog_codec::{BlockLayout, EncodeOptions, encode_block};
use cog_raster::Samples;

use crate::{Error, file::BlockRecord, pixel::Pixel, reduce::RowRef, spill::Spill};

/// How the blocks of every level are encoded.
#[derive(Clone, Debug)]
pub(crate) struct BlockEncoding {
    pub(crate) layout: BlockLayout,
    pub(crate) options: EncodeOptions,
    /// For the mask's blocks: one bit, Deflate.
    pub(crate) mask_layout: BlockLayout,
    pub(crate) mask_options: EncodeOptions,
}

/// A level: one strip of blocks in the making, and where the finished ones lie.
///
/// # Invariants
///
/// `strip` holds `bands × block × width` samples, of which the first `filled`
/// rows of each band are the strip's; `mask` is `block × width`.
#[derive(Debug)]
pub(crate) struct Level<T> {
    index: usize,
    width: usize,
    height: usize,
    block: usize,
    strip: Vec<T>,
    mask: Option<Vec<u8>>,
    filled: usize,
    rows: usize,
    pub(crate) blocks: Vec<BlockRecord>,
}

impl<T: Pixel> Level<T> {
    pub(crate) fn new(
        index: usize,
        size: (u32, u32),
        bands: usize,
        block: u32,
        mask: bool,
    ) -> Self {
        let (width, height, block) = (size.0 as usize, size.1 as usize, block as usize);
        Self {
            index,
            width,
            height,
            block,
            strip: vec![T::default(); bands * block * width],
            mask: mask.then(|| vec![0; block * width]),
            filled: 0,
            rows: 0,
            blocks: Vec::new(),
        }
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.rows == self.height
    }

    /// Rows that the strip still takes.
    pub(crate) fn room(&self) -> usize {
        (self.block - self.filled).min(self.height - self.rows)
    }

    /// Takes rows: for each band, and for the mask, as many as there is [`room`](Self::room) for.
    pub(crate) fn add<'a>(&mut self, bands: impl Iterator<Item = &'a [T]>, mask: Option<&[u8]>)
    where
        T: 'a,
    {
        let at = self.filled * self.width;
        let plane = self.block * self.width;
        let mut added = 0;
        for (strip, samples) in self.strip.chunks_exact_mut(plane).zip(bands) {
            strip[at..at + samples.len()].copy_from_slice(samples);
            added = samples.len() / self.width;
        }
        if let (Some(strip), Some(mask)) = (&mut self.mask, mask) {
            strip[at..at + mask.len()].copy_from_slice(mask);
        }
        self.filled += added;
        self.rows += added;
    }

    /// Whether the strip is to be encoded.
    pub(crate) fn is_full(&self) -> bool {
        self.filled > 0 && self.room() == 0
    }

    /// The strip's rows.
    pub(crate) fn strip_rows(&self) -> Vec<RowRef<'_, T>> {
        let plane = self.block * self.width;
        let row = |row: usize| {
            let within = row * self.width..(row + 1) * self.width;
            RowRef {
                bands: self
                    .strip
                    .chunks_exact(plane)
                    .map(|band| &band[within.clone()])
                    .collect(),
                mask: self.mask.as_ref().map(|mask| &mask[within.clone()]),
            }
        };
        (0..self.filled).map(row).collect()
    }

    /// Compresses the strip's blocks.
    pub(crate) fn encode(&self, encoding: &BlockEncoding) -> Result<Vec<Encoded>, Error> {
        let first = self.blocks.len();
        let across = self.width.div_ceil(self.block);
        let encode = |column: usize| -> Result<Encoded, Error> {
            let failed = |error: cog_codec::Error| Error::Compress {
                level: self.index,
                block: first + column,
                reason: error.to_string(),
            };
            let image = T::into_samples(self.cut(&self.strip, column));
            let image =
                encode_block(&encoding.layout, &image, &encoding.options).map_err(failed)?;
            let mask = self.mask.as_ref().map(|mask| {
                let mut bits = self.cut(mask, column);
                self.outside_is_masked(&mut bits, column);
                bits.iter_mut().for_each(|bit| *bit = u8::from(*bit != 0));
                encode_block(
                    &encoding.mask_layout,
                    &Samples::U8(bits),
                    &encoding.mask_options,
                )
            });
            Ok(Encoded {
                image,
                mask: mask.transpose().map_err(failed)?,
            })
        };
        #[cfg(feature = "parallel")]
        {
            use rayon::iter::{IntoParallelIterator, ParallelIterator};
            (0..across).into_par_iter().map(encode).collect()
        }
        #[cfg(not(feature = "parallel"))]
        (0..across).map(encode).collect()
    }

    /// Spills the strip's blocks; the strip is empty again.
    pub(crate) fn spill(
        &mut self,
        encoded: Vec<Encoded>,
        spill: &mut SpillWriter<'_>,
    ) -> Result<(), Error> {
        for Encoded { image, mask } in encoded {
            let record = BlockRecord {
                at: spill.position,
                bytes: length(&image)?,
                mask_bytes: mask.as_deref().map(length).transpose()?,
            };
            spill.write(&image)?;
            spill.write(mask.as_deref().unwrap_or_default())?;
            self.blocks.push(record);
        }
        self.filled = 0;
        Ok(())
    }

    /// Block `column` of the strip, plane by plane. Beyond the level's edge the last column and row
    /// repeat: cheap for every compression, and no false edge for a lossy one.
    fn cut<S: Copy>(&self, strip: &[S], column: usize) -> Vec<S> {
        let start = column * self.block;
        let columns = self.block.min(self.width - start);
        let plane = self.block * self.width;
        let mut out = Vec::with_capacity(strip.len() / plane * self.block * self.block);
        for plane in strip.chunks_exact(plane) {
            for row in 0..self.block {
                let row = row.min(self.filled - 1);
                let values = &plane[row * self.width + start..][..columns];
                out.extend_from_slice(values);
                out.resize(out.len() + self.block - columns, values[columns - 1]);
            }
        }
        out
    }

    fn outside_is_masked(&self, block: &mut [u8], column: usize) {
        let columns = self.block.min(self.width - column * self.block);
        for (row, values) in block.chunks_exact_mut(self.block).enumerate() {
            let valid = if row < self.filled { columns } else { 0 };
            values[valid..].fill(0);
        }
    }
}

/// A block's bytes, and its mask's.
#[derive(Debug)]
pub(crate) struct Encoded {
    image: Vec<u8>,
    mask: Option<Vec<u8>>,
}

fn length(block: &[u8]) -> Result<u32, Error> {
    u32::try_from(block.len()).map_err(|_| Error::Unsupported {
        reason: "a compressed block of 4 GiB or more; use smaller blocks".into(),
    })
}

/// The spill with the position it has reached.
#[derive(Debug)]
pub(crate) struct SpillWriter<'a> {
    pub(crate) spill: &'a mut dyn SpillDebug,
    pub(crate) position: u64,
}

/// [`Spill`] that can stand in a `Debug` struct.
pub(crate) trait SpillDebug: Spill + core::fmt::Debug {}
impl<T: Spill + core::fmt::Debug> SpillDebug for T {}

impl SpillWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.spill
            .write_all(bytes)
            .map_err(Error::io("write to the spill"))?;
        self.position += bytes.len() as u64;
        Ok(())
    }
}
