//! All levels, of one sample type.

use cog_raster::{Raster, RasterMask};

use crate::{
    Error, OverviewResampling,
    file::BlockRecord,
    level::{BlockEncoding, Level, SpillWriter},
    reduce::{BandRule, Pixel, Reducer, Row},
};

/// The pyramid without its sample type.
pub(crate) trait Pyramid: Send {
    /// Takes rows of the full resolution.
    fn push(&mut self, rows: &Raster, spill: &mut SpillWriter<'_>) -> Result<(), Error>;
    /// The blocks of every level, the full resolution first, once all rows are in.
    fn blocks(&mut self) -> Option<Vec<Vec<BlockRecord>>>;
}

/// All levels, of one sample type.
#[derive(Debug)]
pub(crate) struct TypedPyramid<T> {
    levels: Vec<Level<T>>,
    /// `reducers[n]` makes the rows of level `n + 1` from those of level `n`.
    reducers: Vec<Reducer<T>>,
    encoding: BlockEncoding,
    has_mask: bool,
}

impl<T: Pixel> TypedPyramid<T> {
    pub(crate) fn new(
        sizes: &[(u32, u32)],
        rules: &[BandRule],
        block: u32,
        has_mask: bool,
        resampling: OverviewResampling,
        encoding: BlockEncoding,
    ) -> Self {
        let level = |(index, &size): (usize, &(u32, u32))| {
            Level::new(index, size, rules.len(), block, has_mask)
        };
        Self {
            levels: sizes.iter().enumerate().map(level).collect(),
            reducers: sizes
                .windows(2)
                .map(|pair| Reducer::new(pair[0], pair[1], rules.to_vec(), resampling))
                .collect(),
            encoding,
            has_mask,
        }
    }

    fn push_row(&mut self, row: Row<T>, spill: &mut SpillWriter<'_>) -> Result<(), Error> {
        let mut rows = vec![row];
        for index in 0..self.levels.len() {
            let mut next = Vec::new();
            for row in &rows {
                self.levels[index].push(row, &self.encoding, spill)?;
                if let Some(reducer) = self.reducers.get_mut(index) {
                    next.extend(reducer.push(row));
                }
            }
            if next.is_empty() {
                break;
            }
            rows = next;
        }
        Ok(())
    }
}

impl<T: Pixel> Pyramid for TypedPyramid<T> {
    fn push(&mut self, rows: &Raster, spill: &mut SpillWriter<'_>) -> Result<(), Error> {
        let wrong_type = || Error::InvalidRows {
            reason: format!(
                "samples of {} announced, {} came",
                T::TYPE,
                rows.sample_type()
            ),
        };
        let samples = rows.samples().as_slice::<T>().ok_or_else(wrong_type)?;
        let mask = match rows.mask() {
            RasterMask::PerDataset(mask) if self.has_mask => Some(mask.values()),
            _ => None,
        };
        let (width, pixels) = (rows.columns() as usize, rows.pixels());
        for index in 0..rows.rows() as usize {
            let at = index * width;
            let bands = samples.chunks_exact(pixels);
            let row = Row {
                samples: bands
                    .flat_map(|band| &band[at..at + width])
                    .copied()
                    .collect(),
                mask: self.has_mask.then(|| match mask {
                    Some(mask) => mask[at..at + width].to_vec(),
                    None => vec![255; width],
                }),
            };
            self.push_row(row, spill)?;
        }
        Ok(())
    }

    fn blocks(&mut self) -> Option<Vec<Vec<BlockRecord>>> {
        if !self.levels.iter().all(Level::is_complete) {
            return None;
        }
        Some(
            self.levels
                .iter_mut()
                .map(|level| core::mem::take(&mut level.blocks))
                .collect(),
        )
    }
}
