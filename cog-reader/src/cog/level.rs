//! Which directories are the image, its overviews and their masks.

use super::open::Inner;
use super::picture::Picture;
use crate::error::Error;
use crate::tiff::{Directory, DirectoryKind, Tiff};
use cog_raster::SampleType;
use std::sync::Arc;

/// One resolution: imagery, and the mask directory that belongs to it.
#[derive(Debug)]
pub(crate) struct Level {
    pub(crate) picture: Arc<Picture>,
    pub(crate) mask: Option<Arc<Picture>>,
    /// The file of the imagery, where it is not this one.
    pub(super) home: Option<Arc<Inner>>,
    /// The file of the mask, where it is not this one.
    pub(super) mask_home: Option<Arc<Inner>>,
}

impl Level {
    fn new(picture: Picture) -> Self {
        Self {
            picture: Arc::new(picture),
            mask: None,
            home: None,
            mask_home: None,
        }
    }

    /// The imagery lies in the file that was opened.
    pub(crate) const fn is_internal(&self) -> bool {
        self.home.is_none()
    }
}

/// Bits of tag 254 (`NewSubfileType`).
const REDUCED: u32 = 1;
const MASK: u32 = 4;

/// Chooses by GDAL's rules: the first directory is the image; each later one
/// that is marked as reduced and has as many bands of the same type is an
/// overview; a mask belongs to the image, or to the overview of its size.
/// Other full-size directories are pages of their own and not part of this image.
///
/// Sub-directories (tag 330) of the first directory count too, where the chain
/// has no overview of that size: the other way to store overviews.
///
/// What does not fit is left out and noted in `problems`.
pub(crate) fn levels(
    tiff: &Tiff,
    open: impl Fn(&Directory) -> Result<Picture, Error>,
    problems: &mut Vec<String>,
) -> Result<Vec<Level>, Error> {
    let mut directories = tiff.directories().iter();
    // `Tiff::read` gives at least one directory, or an error.
    let Some(first) = directories.next() else {
        return Ok(Vec::new());
    };
    let main = Level::new(open(first)?);
    let bands = main.picture.image.samples;
    let sample_type = main.picture.sample_type;
    let mut levels = vec![main];
    let mut masks = Vec::new();
    for directory in directories {
        let from_chain = match directory.kind() {
            DirectoryKind::Chain => true,
            DirectoryKind::Sub { parent: 0 } => false,
            DirectoryKind::Sub { .. } => continue,
        };
        let kind = directory.subfile_type();
        if kind & (REDUCED | MASK) == 0 {
            continue;
        }
        let picture = match open(directory) {
            Ok(picture) => picture,
            Err(error @ (Error::Malformed { .. } | Error::Unsupported { .. })) => {
                problems.push(format!(
                    "the directory at byte {} is left out: {}",
                    directory.offset(),
                    chain(&error)
                ));
                continue;
            }
            Err(error) => return Err(error),
        };
        if kind & MASK != 0 {
            if picture.sample_type == SampleType::U8
                && (picture.image.samples == 1 || picture.image.samples == bands)
            {
                masks.push(Arc::new(picture));
            }
            continue;
        }
        let (width, height) = (picture.image.width, picture.image.height);
        let full = &levels[0].picture.image;
        let known = levels.iter().any(|level| {
            (level.picture.image.width, level.picture.image.height) == (width, height)
        });
        let fits = picture.image.samples == bands
            && picture.sample_type == sample_type
            && width <= full.width
            && height <= full.height;
        if fits && (from_chain || !known) {
            levels.push(Level::new(picture));
        }
    }
    sort(&mut levels);
    pair(&mut levels, masks);
    without_stragglers(&mut levels, problems);
    Ok(levels)
}

/// The overviews from large to small. Stable: the order in the file decides among equals.
pub(super) fn sort(levels: &mut [Level]) {
    levels[1..].sort_by_key(|level| {
        let image = &level.picture.image;
        core::cmp::Reverse((image.width, image.height))
    });
}

/// Gives each level the first mask of its size.
fn pair(levels: &mut [Level], masks: Vec<Arc<Picture>>) {
    for mask in masks {
        let size = (mask.image.width, mask.image.height);
        let free = levels.iter_mut().find(|level| {
            level.mask.is_none() && (level.picture.image.width, level.picture.image.height) == size
        });
        if let Some(level) = free {
            level.mask = Some(mask);
        }
    }
}

/// Drops overviews that are out of shape: without a mask where the image has
/// one, or wider but lower than the one before.
fn without_stragglers(levels: &mut Vec<Level>, problems: &mut Vec<String>) {
    let masked = levels[0].mask.is_some();
    // One mask for all bands, or one for each: on every level the same.
    let samples = levels[0].mask.as_ref().map(|mask| mask.image.samples);
    for level in levels.iter_mut() {
        level.mask = level
            .mask
            .take()
            .filter(|mask| Some(mask.image.samples) == samples);
    }
    if !masked {
        for level in levels.iter_mut() {
            level.mask = None;
        }
    }
    let mut height = u32::MAX;
    levels.retain(|level| {
        let image = &level.picture.image;
        let keep = (level.mask.is_some() || !masked) && image.height <= height;
        if keep {
            height = image.height;
        } else {
            problems.push(format!(
                "the overview of {} × {} pixels is left out: {}",
                image.width,
                image.height,
                if image.height > height {
                    "it is higher than a wider one"
                } else {
                    "it has no mask and the image has one"
                }
            ));
        }
        keep
    });
}

/// An error and its causes in one line.
fn chain(error: &dyn core::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}
