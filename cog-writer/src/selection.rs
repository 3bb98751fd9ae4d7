//! What of a source is written, and as what.

use cog_raster::{
    BoxFuture, LevelInfo, Mask, MaskKind, Nodata, Raster, RasterInfo, RasterMask, RasterSource,
    ReadRequest, SourceError, SourceErrorKind,
};

use crate::Error;

/// What of a source is written.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Selection {
    /// Bands, 0-based, in the order wanted; `None` is all of them.
    pub bands: Option<Vec<u32>>,
    /// Nodata instead of what the source declares.
    pub nodata: Option<Nodata>,
    /// Write a mask, of the source's mask, its alpha band or its nodata. The alpha band then goes
    /// away, unless `bands` names it, and so does nodata.
    pub add_mask: bool,
}

impl Selection {
    /// Chooses bands, 0-based.
    #[must_use]
    pub fn with_bands(mut self, bands: Vec<u32>) -> Self {
        self.bands = Some(bands);
        self
    }

    /// Replaces nodata.
    #[must_use]
    pub const fn with_nodata(mut self, nodata: Nodata) -> Self {
        self.nodata = Some(nodata);
        self
    }

    /// Chooses whether a mask is made.
    #[must_use]
    pub const fn with_add_mask(mut self, add_mask: bool) -> Self {
        self.add_mask = add_mask;
        self
    }
}

/// A source's full resolution as it is to be written.
#[derive(Debug)]
pub struct Selected<'a> {
    source: &'a dyn RasterSource,
    info: RasterInfo,
    bands: Vec<u32>,
    /// Nodata of each band, where the mask is made of it.
    masked_by: Option<Vec<Option<Nodata>>>,
}

impl<'a> Selected<'a> {
    /// The part of `source` that `selection` names.
    ///
    /// A mask for each band becomes one for all, valid where any band is: TIFF has no other.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidOption`] for a band that is not there.
    pub fn new(source: &'a dyn RasterSource, selection: &Selection) -> Result<Self, Error> {
        let whole = source.info();
        let count = u32::try_from(whole.bands.len()).unwrap_or(u32::MAX);
        let alpha = whole.alpha_band().and_then(|band| u32::try_from(band).ok());
        let bands = match &selection.bands {
            Some(bands) => bands.clone(),
            None => (0..count)
                .filter(|&band| !(selection.add_mask && Some(band) == alpha && count > 1))
                .collect(),
        };
        if let Some(band) = bands.iter().find(|&&band| band >= count) {
            return Err(Error::InvalidOption {
                option: format!("band {}", u64::from(*band) + 1),
                reason: format!("is not there: the source has bands 1 to {count}"),
            });
        }
        if bands.is_empty() {
            return Err(Error::InvalidOption {
                option: "bands".into(),
                reason: "none is chosen".into(),
            });
        }
        let mut info = whole.clone();
        info.levels = whole
            .levels
            .first()
            .map_or_else(|| vec![LevelInfo::new(0, 0)], |level| vec![*level]);
        info.bands = bands
            .iter()
            .filter_map(|&band| whole.bands.get(band as usize).cloned())
            .collect();
        if let Some(nodata) = selection.nodata {
            info.bands
                .iter_mut()
                .for_each(|band| band.nodata = Some(nodata));
        }
        if info.bands.len() != 1 {
            info.colormap = None;
        }
        info.mask_kind = match whole.mask_kind {
            _ if selection.add_mask => MaskKind::PerDataset,
            MaskKind::Alpha if info.alpha_band().is_some() => MaskKind::Alpha,
            MaskKind::None => MaskKind::None,
            _ => MaskKind::PerDataset,
        };
        let mut masked_by = None;
        if selection.add_mask {
            let nodata: Vec<_> = info
                .bands
                .iter_mut()
                .map(|band| band.nodata.take())
                .collect();
            masked_by = Some(nodata);
        }
        Ok(Self {
            source,
            info,
            bands,
            masked_by,
        })
    }

    fn with_mask(&self, raster: Raster) -> Result<Raster, SourceError> {
        let (bands, rows, columns) = (raster.bands(), raster.rows(), raster.columns());
        let mask = match self.info.mask_kind {
            MaskKind::PerDataset => Some(self.mask_of(&raster)),
            _ => None,
        };
        let shape = |error| {
            SourceError::new(SourceErrorKind::Malformed, "the mask does not fit").with_source(error)
        };
        let (samples, _) = raster.into_parts();
        let raster = Raster::new(bands, rows, columns, samples).map_err(shape)?;
        match mask {
            None => Ok(raster),
            Some(values) => {
                let mask = Mask::new(rows, columns, values).map_err(shape)?;
                raster
                    .with_mask(RasterMask::PerDataset(mask))
                    .map_err(shape)
            }
        }
    }

    /// 255 where any band is valid by its mask and by nodata, 0 elsewhere.
    fn mask_of(&self, raster: &Raster) -> Vec<u8> {
        let mut any = vec![0; raster.pixels()];
        for band in 0..raster.bands() {
            let nodata = self
                .masked_by
                .as_ref()
                .and_then(|values| values.get(band as usize));
            let nodata = nodata.and_then(Option::as_ref);
            let Some(valid) = raster.validity(band, nodata) else {
                continue;
            };
            for (any, &one) in any.iter_mut().zip(valid.values()) {
                *any |= if one == 0 { 0 } else { 255 };
            }
        }
        any
    }
}

impl RasterSource for Selected<'_> {
    fn info(&self) -> &RasterInfo {
        &self.info
    }

    fn read(&self, request: ReadRequest) -> BoxFuture<'_, Result<Raster, SourceError>> {
        Box::pin(async move {
            let bands = request.validate(&self.info)?;
            let bands: Vec<_> = bands
                .iter()
                .map(|&band| self.bands[band as usize])
                .collect();
            let wants_mask = self.info.mask_kind == MaskKind::PerDataset;
            let request = ReadRequest::new(0, request.window)
                .with_bands(bands)
                .with_mask(wants_mask);
            self.with_mask(self.source.read(request).await?)
        })
    }
}
