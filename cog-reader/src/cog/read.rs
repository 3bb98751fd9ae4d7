//! Fetching and decoding in one call.

use super::fetch::Fetched;
use super::load::Ends;
use super::open::Cog;
use crate::error::Error;
use crate::io::within;
use cog_raster::{BoxFuture, Raster, RasterInfo, RasterSource, ReadRequest, SourceError, Window};

impl Cog {
    /// Reads all bands of a window, with the mask.
    ///
    /// [`RasterSource::read`] is the same with a choice of bands and the seam's
    /// error; [`Cog::fetch`] stops before the decoding.
    ///
    /// # Shape and units
    ///
    /// `window` is in pixels of `level`: 0 is the full resolution, 1 and up are
    /// the overviews of `info().levels`. The raster has the window's shape.
    ///
    /// # Errors
    ///
    /// [`Error`]: the window does not fit, is beyond the limits, or its bytes
    /// cannot be had or decoded.
    pub async fn read_window(&self, level: usize, window: Window) -> Result<Raster, Error> {
        self.read_request(&ReadRequest::new(level, window)).await
    }

    /// All of it within the deadline.
    async fn read_request(&self, request: &ReadRequest) -> Result<Raster, Error> {
        let deadline = self.inner.options.deadline.as_ref();
        let location = || self.inner.location.clone();
        within(deadline, location, self.read_now(request)).await
    }

    async fn read_now(&self, request: &ReadRequest) -> Result<Raster, Error> {
        let fetched = self.fetch_by(request, Ends::Guessed).await?;
        let guessed = fetched.is_guessed();
        match self.decode(fetched).await {
            Err(Error::Block { .. }) if guessed => {
                let fetched = self.fetch_by(request, Ends::Looked).await?;
                self.decode(fetched).await
            }
            result => result,
        }
    }

    async fn decode(&self, fetched: Fetched) -> Result<Raster, Error> {
        let Some(executor) = &self.inner.options.executor else {
            return fetched.decode();
        };
        let location = self.inner.location.clone();
        crate::executor::run(&**executor, move || fetched.decode())
            .await
            .unwrap_or_else(|| {
                Err(Error::Source {
                    location,
                    source: crate::ReadError::new(
                        crate::ReadErrorKind::Unavailable,
                        "decoding was abandoned by its executor; it may be shutting down",
                    ),
                })
            })
    }
}

impl RasterSource for Cog {
    fn info(&self) -> &RasterInfo {
        &self.inner.info
    }

    fn read(&self, request: ReadRequest) -> BoxFuture<'_, Result<Raster, SourceError>> {
        Box::pin(async move { Ok(self.read_request(&request).await?) })
    }
}
