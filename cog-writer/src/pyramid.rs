//! All levels, of one sample type.

use cog_raster::{Raster, RasterMask};

use crate::{
    Error, OverviewResampling,
    file::BlockRecord,
    level::{BlockEncoding, Level, SpillWriter},
    pixel::Pixel,
    reduce::{BandRule, Reducer},
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
pub(crate) struct TypedPyramid<T: Pixel> {
    levels: Vec<Level<T>>,
    /// `reducers[n]` makes the rows of level `n + 1` from those of level `n`.
    reducers: Vec<Reducer<T>>,
    /// Of the full resolution and of overviews.
    encodings: [BlockEncoding; 2],
    bands: usize,
    has_mask: bool,
}

impl<T: Pixel> TypedPyramid<T> {
    pub(crate) fn new(
        sizes: &[(u32, u32)],
        rules: &[BandRule],
        block: u32,
        has_mask: bool,
        resampling: OverviewResampling,
        encodings: [BlockEncoding; 2],
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
            encodings,
            bands: rules.len(),
            has_mask,
        }
    }

    /// Encodes a level's strip once it is full, and hands what follows from it to the next level.
    fn settle(&mut self, index: usize, spill: &mut SpillWriter<'_>) -> Result<(), Error> {
        let Some(level) = self.levels.get(index).filter(|level| level.is_full()) else {
            return Ok(());
        };
        let encoding = &self.encodings[index.min(1)];
        let encode = || level.encode(encoding);
        let reducer = self.reducers.get_mut(index);
        let reduce = || match reducer {
            Some(reducer) => reducer.push_all(&level.strip_rows()),
            None => Vec::new(),
        };
        #[cfg(feature = "parallel")]
        let (encoded, rows) = rayon::join(encode, reduce);
        #[cfg(not(feature = "parallel"))]
        let (encoded, rows) = (encode(), reduce());
        self.levels[index].spill(encoded?, spill)?;
        for row in rows {
            let next = &mut self.levels[index + 1];
            let row = row.borrow(self.bands);
            next.add(row.bands.into_iter(), row.mask);
            self.settle(index + 1, spill)?;
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
        let valid = (self.has_mask && mask.is_none()).then(|| vec![255; pixels]);
        let mask = mask.or(valid.as_deref());
        let mut done = 0;
        while done < pixels {
            let end = pixels.min(done + self.levels[0].room() * width);
            let bands = samples.chunks_exact(pixels);
            self.levels[0].add(
                bands.map(|band| &band[done..end]),
                mask.map(|mask| &mask[done..end]),
            );
            self.settle(0, spill)?;
            done = end;
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
