//! From a request to the bytes of the blocks it needs.

use super::assemble;
use super::blocks::{Data, Input};
use super::load::Ends;
use super::open::{Cog, Inner, invalid};
use super::picture::Picture;
use super::plan;
use crate::error::Error;
use crate::io::within;
use cog_raster::{MaskKind, Raster, ReadRequest, Window};
use std::sync::Arc;

/// What a read needs, fetched but not decoded: the value between I/O and CPU.
///
/// It owns everything, so it can be sent to another thread.
#[derive(Debug)]
pub struct Fetched {
    pub(super) cog: Arc<Inner>,
    pub(super) level: usize,
    pub(super) window: Window,
    /// Bands wanted, in the order wanted.
    pub(super) bands: Vec<u32>,
    /// The alpha band, if it is to become the mask.
    pub(super) alpha: Option<u32>,
    pub(super) imagery: Vec<Input>,
    pub(super) mask: Option<(Arc<Picture>, Vec<Input>)>,
    /// The file of the imagery, and that of the mask.
    pub(super) home: Arc<Inner>,
    pub(super) mask_home: Arc<Inner>,
    /// Bands that the conversion makes, where there is one; `bands` are then what it takes.
    pub(super) outputs: Option<Vec<u32>>,
    /// The conversion's alpha, opaque all over, is the mask.
    pub(super) opaque: bool,
}

impl Fetched {
    /// Bytes that wait to be decoded.
    #[must_use]
    pub fn stored_bytes(&self) -> usize {
        let masks = self.mask.iter().flat_map(|(_, inputs)| inputs);
        self.imagery
            .iter()
            .chain(masks)
            .map(|input| match &input.data {
                Data::Stored { bytes, .. } => bytes.len(),
                Data::Sparse | Data::Decoded(_) => 0,
            })
            .sum()
    }

    /// Blocks that wait to be decoded.
    #[must_use]
    pub fn stored_blocks(&self) -> usize {
        let masks = self.mask.iter().flat_map(|(_, inputs)| inputs);
        self.imagery
            .iter()
            .chain(masks)
            .filter(|input| matches!(input.data, Data::Stored { .. }))
            .count()
    }

    /// The end of a block was not looked up in the index but taken to be the
    /// next block's start, which spares a request and holds in all but strange
    /// files. If decoding fails then, [`Cog::fetch_exactly`] may help;
    /// reading ([`RasterSource::read`](cog_raster::RasterSource::read)) tries that by itself.
    #[must_use]
    pub fn is_guessed(&self) -> bool {
        let masks = self.mask.iter().flat_map(|(_, inputs)| inputs);
        self.imagery
            .iter()
            .chain(masks)
            .any(|input| matches!(input.data, Data::Stored { guessed: true, .. }))
    }

    /// Decodes and puts together: CPU only. With the feature `parallel` several
    /// blocks are decoded at a time, on the `rayon` pool that this is called in.
    ///
    /// # Errors
    ///
    /// [`Error::Block`] for a block that cannot be decoded, [`Error::Unsupported`] for how it is stored.
    pub fn decode(self) -> Result<Raster, Error> {
        assemble::decode(self)
    }
}

impl Cog {
    /// Fetches what a read needs: I/O only.
    ///
    /// # Errors
    ///
    /// [`Error`]: the request does not fit, is beyond the limits, or the bytes cannot be had.
    pub async fn fetch(&self, request: &ReadRequest) -> Result<Fetched, Error> {
        self.fetch_in_time(request, Ends::Guessed).await
    }

    /// Fetches what a read needs, and takes nobody's word but the index's for
    /// where a block ends: for a second try where [`Fetched::is_guessed`] and decoding failed.
    ///
    /// # Errors
    ///
    /// Those of [`fetch`](Self::fetch).
    pub async fn fetch_exactly(&self, request: &ReadRequest) -> Result<Fetched, Error> {
        self.fetch_in_time(request, Ends::Looked).await
    }

    async fn fetch_in_time(&self, request: &ReadRequest, ends: Ends) -> Result<Fetched, Error> {
        let deadline = self.inner.options.deadline.as_ref();
        let location = || self.inner.location.clone();
        within(deadline, location, self.fetch_by(request, ends)).await
    }

    pub(super) async fn fetch_by(
        &self,
        request: &ReadRequest,
        ends: Ends,
    ) -> Result<Fetched, Error> {
        let inner = &self.inner;
        let bands = request.validate(&inner.info).map_err(invalid)?;
        let level = &inner.levels[request.level];
        let window = request.window;
        let (bands, outputs) = match &inner.conversion {
            Some(conversion) => ((0..conversion.inputs()).collect(), Some(bands)),
            None => (bands, None),
        };
        let alpha = inner
            .info
            .alpha_band()
            .filter(|_| {
                outputs.is_none() && request.mask && inner.info.mask_kind == MaskKind::Alpha
            })
            .and_then(|band| u32::try_from(band).ok());
        let mut planes: Vec<u32> = bands.iter().copied().chain(alpha).collect();
        planes.sort_unstable();
        planes.dedup();
        let mask = level.mask.as_ref().filter(|_| request.mask);
        let wanted = bands.len() + usize::from(alpha.is_some());
        self.charge(&level.picture, mask, &window, wanted, planes.len())?;

        let imagery = plan::parts(&level.picture, &window, &planes);
        let masks = mask.map_or_else(Vec::new, |mask| {
            let planes: &[u32] = if mask.image.samples == 1 {
                &[0]
            } else {
                &planes
            };
            plan::parts(mask, &window, planes)
        });
        let home = level.home.as_ref().unwrap_or(inner);
        let mask_home = level.mask_home.as_ref().unwrap_or(inner);
        let blocks = async {
            if masks.is_empty() || Arc::ptr_eq(home, mask_home) {
                return home.blocks(&window, imagery, masks, ends).await;
            }
            let (imagery, masks) = futures_util::future::try_join(
                home.blocks(&window, imagery, Vec::new(), ends),
                mask_home.blocks(&window, masks, Vec::new(), ends),
            )
            .await?;
            Ok((imagery.0, masks.0))
        };
        let (imagery, masks) = blocks.await?;
        Ok(Fetched {
            cog: Arc::clone(inner),
            level: request.level,
            window,
            bands,
            alpha,
            imagery,
            mask: mask.map(|mask| (Arc::clone(mask), masks)),
            home: Arc::clone(home),
            mask_home: Arc::clone(mask_home),
            opaque: outputs.is_some() && request.mask && inner.info.mask_kind == MaskKind::Alpha,
            outputs,
        })
    }

    /// Checks what the request will cost before anything is listed or allocated.
    fn charge(
        &self,
        picture: &Picture,
        mask: Option<&Arc<Picture>>,
        window: &Window,
        bands: usize,
        planes: usize,
    ) -> Result<(), Error> {
        let limits = &self.inner.options.limits;
        let check = |what: &'static str, needed: u64, limit: u64| {
            if needed > limit {
                return Err(Error::OverLimit {
                    location: self.inner.location.clone(),
                    what,
                    needed,
                    limit,
                });
            }
            Ok(())
        };
        let sample = picture.sample_type.size() as u64;
        let bytes = window
            .pixels()
            .saturating_mul(bands as u64)
            .saturating_mul(sample)
            .saturating_add(mask.map_or(0, |mask| {
                let masks = if mask.image.samples == 1 { 1 } else { bands };
                window.pixels().saturating_mul(masks as u64)
            }));
        // What 32 bits cannot address is beyond any limit.
        let address = isize::MAX as u64 / 2;
        check("bytes of a read", bytes, limits.read_bytes.min(address))?;
        let count = |picture: &Picture| {
            plan::count(
                picture,
                window,
                if picture.image.planar { planes } else { 1 },
            )
        };
        let blocks = count(picture);
        let masks = mask.map_or(0, |mask| count(mask));
        let all = blocks.saturating_add(masks);
        check("blocks of a read", all, limits.read_blocks)?;
        // Uncompressed blocks cost what is read of them.
        let decoded = |picture: &Picture, blocks: u64| match picture.stored_row_bytes() {
            Some(_) => 0,
            None => picture.block_bytes().saturating_mul(blocks),
        };
        let decoded =
            decoded(picture, blocks).saturating_add(mask.map_or(0, |mask| decoded(mask, masks)));
        check("decoded bytes of a read", decoded, limits.decoded_bytes)?;
        for picture in core::iter::once(picture).chain(mask.map(|mask| &**mask)) {
            // Uncompressed blocks are read by rows.
            let rows = picture.stored_row_bytes();
            let bytes = rows.map_or(picture.block_bytes(), |row| {
                row.saturating_mul(window.height.min(picture.image.block_height()).into())
            });
            check("bytes of a decoded block", bytes, limits.block_bytes)?;
        }
        Ok(())
    }
}
