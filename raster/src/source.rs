//! The seam between whoever has pixels and whoever wants them.

use crate::{
    BoxFuture, MaybeSend, MaybeSync, Raster, RasterInfo, SourceError, SourceErrorKind, Window,
};
use core::fmt::Debug;

/// Something that holds pixels at one or more resolutions and delivers windows.
///
/// # Contract
///
/// This trait is for *implementers*; it has no default methods, so a wrapper
/// cannot forget one. `testkit::check_source` (feature `testkit`) tests what of
/// this can be tested; run it on yours. An implementation must
///
/// - return exactly `bands × window.height × window.width` samples of
///   `info().sample_type`, in the order of the bands asked for, as stored:
///   scale and offset are not applied, nodata is not replaced;
/// - fill what the file leaves out (sparse blocks) with nodata, or 0 where
///   there is none;
/// - with [`ReadRequest::mask`], deliver the mask that `info().mask_kind`
///   announces: a mask directory's 0 or 255, or the alpha band's values, even
///   if the alpha band is not among the bands asked for; without it, or where
///   the kind is `None`, `RasterMask::AllValid`;
/// - refuse a level, window or band that it does not have with
///   [`SourceErrorKind::InvalidRequest`]; see [`ReadRequest::validate`];
/// - never panic and never allocate more than its limits, whatever the bytes
///   behind it hold;
/// - leave nothing broken when the future is dropped half-way.
///
/// No runtime is assumed: a future may be polled by any executor.
pub trait RasterSource: Debug + MaybeSend + MaybeSync {
    /// What the source holds. Cheap: everything was read when it was opened.
    fn info(&self) -> &RasterInfo;

    /// Reads a window.
    ///
    /// # Errors
    ///
    /// [`SourceError`]: the request does not fit, or the bytes cannot be had or decoded.
    fn read(&self, request: ReadRequest) -> BoxFuture<'_, Result<Raster, SourceError>>;
}

/// What to read. New fields are not a breaking change.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct ReadRequest {
    /// Level: 0 is the full resolution, 1 and up are the overviews.
    pub level: usize,
    /// Pixels of that level.
    pub window: Window,
    /// Bands, 0-based, in the order wanted, repeats allowed; `None` is all of them.
    pub bands: Option<Vec<u32>>,
    /// Whether the mask is wanted. Reading it may cost requests.
    pub mask: bool,
}

impl ReadRequest {
    /// All bands of a window, with the mask.
    #[must_use]
    pub const fn new(level: usize, window: Window) -> Self {
        Self {
            level,
            window,
            bands: None,
            mask: true,
        }
    }

    /// Chooses the bands, 0-based.
    #[must_use]
    pub fn with_bands(mut self, bands: impl Into<Vec<u32>>) -> Self {
        self.bands = Some(bands.into());
        self
    }

    /// Chooses whether the mask is wanted.
    #[must_use]
    pub const fn with_mask(mut self, mask: bool) -> Self {
        self.mask = mask;
        self
    }

    /// Checks the request against what a source holds and resolves the bands.
    ///
    /// # Errors
    ///
    /// [`SourceErrorKind::InvalidRequest`] with a message that says what the source has.
    pub fn validate(&self, info: &RasterInfo) -> Result<Vec<u32>, SourceError> {
        let invalid = |message: String| SourceError::new(SourceErrorKind::InvalidRequest, message);
        let Some(level) = info.levels.get(self.level) else {
            return Err(invalid(format!(
                "level {} is not there: 0 is the full resolution, {} the last overview",
                self.level,
                info.levels.len().saturating_sub(1)
            )));
        };
        if self.window.is_empty() || !self.window.fits(level.width, level.height) {
            return Err(invalid(format!(
                "window {} (column, row, width, height) is empty or does not fit into level {} of {} × {} pixels",
                self.window, self.level, level.width, level.height
            )));
        }
        let count = u32::try_from(info.bands.len()).unwrap_or(u32::MAX);
        match &self.bands {
            None => Ok((0..count).collect()),
            Some(bands) if bands.is_empty() => Err(invalid("no band is asked for".into())),
            Some(bands) => match bands.iter().find(|&&band| band >= count) {
                Some(band) => Err(invalid(format!(
                    "band {} is not there: the source has bands 1 to {count}",
                    u64::from(*band) + 1
                ))),
                None => Ok(bands.clone()),
            },
        }
    }
}
