//! An open file.

use super::blocks::Data;
use super::info;
use super::level::{Level, levels};
use super::picture::Picture;
use super::sidecar;
use crate::cache::BlockKey;
use crate::color::{Color, Conversion};
use crate::error::{Error, Rule};
use crate::geo::Georeference;
use crate::io::{Flights, Pages, within};
use crate::tiff::{Image, Located, Tiff};
use crate::{Neighbours, ObjectState, OpenOptions, RangeReader};
use cog_raster::{RasterInfo, SourceError, SourceErrorKind};
use core::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;

/// An open TIFF: the first image of the file, its overviews and its masks.
///
/// Opening reads the header and the directories, not the pixels, and of the
/// block index only what lies among them. Cloning is cheap; clones share it.
#[derive(Clone, Debug)]
pub struct Cog {
    pub(super) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(super) pages: Pages,
    pub(super) options: OpenOptions,
    /// URL or path, for messages.
    pub(super) location: String,
    /// The file's part of cache keys.
    pub(super) identity: Arc<str>,
    /// Blocks that are being read, by whomever.
    pub(super) flights: Arc<Flights<BlockKey, Data>>,
    pub(super) levels: Vec<Level>,
    pub(super) info: RasterInfo,
    pub(super) tiff: Tiff,
    /// From the stored bands to those of `info`.
    pub(super) conversion: Option<Conversion>,
    geo: Georeference,
    problems: Vec<String>,
}

impl Cog {
    /// Opens a file: one request where header and directories are at its front.
    ///
    /// # Errors
    ///
    /// [`Error`]: nothing there, not a TIFF, broken, beyond the limits, or an
    /// image of a kind that cannot be read.
    pub async fn open(reader: Arc<dyn RangeReader>, options: OpenOptions) -> Result<Self, Error> {
        Self::open_in_time(reader, None, options).await
    }

    /// Opens a file and what lies beside it: overviews in `NAME.ovr` where the
    /// file has none, masks in `NAME.msk` (and `NAME.msk.ovr`, `NAME.ovr.msk`)
    /// where it has none, as GDAL does. Each costs a request, even where nothing is there.
    ///
    /// Their levels and masks are read like those of the file itself.
    /// [`info`](cog_raster::RasterSource::info) lists them, [`tiff`](Self::tiff) and
    /// [`validate`](crate::validate::validate) tell of the file alone.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open), also for a neighbour that is there and broken:
    /// the error's location then names the neighbour. One that is not there, or
    /// may not be seen, is no error.
    pub async fn open_with_sidecars(
        reader: Arc<dyn RangeReader>,
        neighbours: &dyn Neighbours,
        options: OpenOptions,
    ) -> Result<Self, Error> {
        Self::open_in_time(reader, Some(neighbours), options).await
    }

    async fn open_in_time(
        reader: Arc<dyn RangeReader>,
        neighbours: Option<&dyn Neighbours>,
        options: OpenOptions,
    ) -> Result<Self, Error> {
        let deadline = options.deadline.clone();
        let asked = Arc::clone(&reader);
        let work = Self::open_now(reader, neighbours, options);
        within(deadline.as_ref(), || asked.describe(), work).await
    }

    async fn open_now(
        reader: Arc<dyn RangeReader>,
        neighbours: Option<&dyn Neighbours>,
        options: OpenOptions,
    ) -> Result<Self, Error> {
        let location = reader.describe();
        let pages = Pages::open(
            reader,
            options.header_bytes,
            options.limits.index_bytes,
            options.coalesce,
        )
        .await?;
        let tiff = Tiff::read(&pages, &options.limits, options.follow_bytes as u64).await?;
        let mut problems = Vec::new();
        let open = |directory: &_| Picture::open(&tiff, directory, &location);
        let mut levels = levels(&tiff, open, &mut problems)?;
        let Some(directory) = tiff.directories().first() else {
            return Err(Error::Malformed {
                location,
                offset: 0,
                source: Rule::NoDirectory.into(),
            });
        };
        let image = &levels[0].picture.image;
        let limits = &options.limits;
        for (what, needed, limit) in [
            ("bands", image.samples.into(), limits.bands.into()),
            (
                "pixels of the image",
                u64::from(image.width) * u64::from(image.height),
                limits.pixels,
            ),
        ] {
            if needed > limit {
                return Err(Error::OverLimit {
                    location,
                    what,
                    needed,
                    limit,
                });
            }
        }
        if let Some(neighbours) = neighbours {
            sidecar::attach(&mut levels, &location, neighbours, &options, &mut problems).await?;
        }
        let geo = Georeference::parse(directory);
        problems.extend(geo.problems.iter().cloned());
        let mut info = info::build(directory, &levels, &geo, &mut problems);
        let main = &levels[0].picture;
        let conversion = match options.color {
            Color::Stored => None,
            Color::Rgb => {
                Conversion::of(directory, &main.image, main.sample_type).unwrap_or_else(|problem| {
                    problems.push(problem);
                    None
                })
            }
        };
        if let Some(conversion) = &conversion {
            conversion.describe(&mut info);
        }
        Ok(Self {
            inner: Arc::new(Inner {
                identity: identity(&location, &pages),
                flights: options
                    .byte_cache
                    .as_ref()
                    .map(|cache| Arc::clone(cache.flights()))
                    .unwrap_or_default(),
                pages,
                options,
                location,
                levels,
                info,
                tiff,
                conversion,
                geo,
                problems,
            }),
        })
    }

    /// All directories, as the file declares them.
    #[must_use]
    pub fn tiff(&self) -> &Tiff {
        &self.inner.tiff
    }

    /// Where the pixels lie on the ground, control points included.
    #[must_use]
    pub fn georeference(&self) -> &Georeference {
        &self.inner.geo
    }

    /// How the pixels of a level are stored.
    #[must_use]
    pub fn image(&self, level: usize) -> Option<&Image> {
        Some(&self.inner.levels.get(level)?.picture.image)
    }

    /// How the mask of a level is stored, where it is a directory of its own.
    #[must_use]
    pub fn mask_image(&self, level: usize) -> Option<&Image> {
        let mask = self.inner.levels.get(level)?.mask.as_ref()?;
        Some(&mask.image)
    }

    /// What is odd about the file but did not keep it from being opened:
    /// ignored directories, tags and values, a CRS that is not understood.
    pub fn problems(&self) -> impl Iterator<Item = &str> {
        let structure = self.inner.tiff.problems().iter();
        structure.chain(&self.inner.problems).map(String::as_str)
    }

    /// The URL or path.
    #[must_use]
    pub fn location(&self) -> &str {
        &self.inner.location
    }

    /// What changes when the file does, such as an `ETag`, if the store tells one.
    #[must_use]
    pub fn validator(&self) -> Option<String> {
        self.inner.pages.object().validator
    }

    /// Length of the file in bytes, if the store has told.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        self.inner.pages.size()
    }

    /// The reader behind.
    #[must_use]
    pub fn reader(&self) -> &Arc<dyn RangeReader> {
        self.inner.pages.reader()
    }

    /// A read has found that the file, or what lies beside it, was replaced since it was opened. All
    /// further reads of what is not kept fail; open it anew.
    #[must_use]
    pub fn is_replaced(&self) -> bool {
        let is_home_replaced = |home: &Arc<Inner>| home.pages.is_replaced();
        self.inner.pages.is_replaced() || self.homes().any(is_home_replaced)
    }

    /// The other files that levels and masks lie in, some perhaps more than once.
    fn homes(&self) -> impl Iterator<Item = &Arc<Inner>> {
        let levels = self.inner.levels.iter();
        levels.flat_map(|level| level.home.iter().chain(&level.mask_home))
    }

    /// Where what lies beside the file was found, and what identified it when it was opened.
    pub(crate) fn sidecars(&self) -> Vec<(String, ObjectState)> {
        let mut found: Vec<(String, ObjectState)> = Vec::new();
        for home in self.homes() {
            if found.iter().all(|(location, _)| *location != home.location) {
                found.push((home.location.clone(), home.pages.object()));
            }
        }
        found
    }

    /// Bytes that it holds: about, and without the pages of its index.
    pub(crate) fn memory(&self) -> u64 {
        // The constant stands for what is made of the tags.
        self.inner.pages.header_len() + self.inner.tiff.memory() + 8 * 1024
    }

    pub(crate) fn levels(&self) -> &[Level] {
        &self.inner.levels
    }

    /// Finds blocks of an image; `blocks` ascend.
    pub(crate) async fn locate(
        &self,
        picture: &Picture,
        blocks: &[u64],
    ) -> Result<Vec<Located>, Error> {
        let inner = &self.inner;
        let index = &picture.image.index;
        index.locate(&inner.pages, &inner.location, blocks).await
    }
}

/// What names the same bytes: place and validator, or, where there is no
/// validator, a name that no other opening has.
fn identity(location: &str, pages: &Pages) -> Arc<str> {
    static OPENINGS: AtomicU64 = AtomicU64::new(0);
    let object = pages.object();
    match object.validator {
        Some(validator) => format!("{location}\n{validator}\n{:?}", object.size).into(),
        None => {
            let opening = OPENINGS.fetch_add(1, Ordering::Relaxed);
            format!("{location}\n#{opening}").into()
        }
    }
}

/// The seam's own check, as this crate's error.
pub(super) fn invalid(error: SourceError) -> Error {
    debug_assert_eq!(error.kind(), SourceErrorKind::InvalidRequest);
    Error::InvalidRequest {
        message: error.to_string(),
    }
}
