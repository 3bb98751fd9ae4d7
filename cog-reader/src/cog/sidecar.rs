//! External overviews and masks, by GDAL's rules.

use super::level::{Level, sort};
use super::open::Cog;
use crate::error::Error;
use crate::neighbours::{Neighbours, beside};
use crate::{OpenOptions, ReadErrorKind};
use cog_raster::{BoxFuture, RasterSource, SampleType};
use std::sync::Arc;

/// Flag of `INTERNAL_MASK_FLAGS_n`: one mask for all bands (GDAL's `GMF_PER_DATASET`).
const PER_DATASET: u32 = 2;

/// Adds the levels of `LOCATION.ovr` where the file has no overviews of its
/// own, and the masks of `LOCATION.msk` (with its own `.ovr`) where it has none.
pub(super) async fn attach(
    levels: &mut Vec<Level>,
    location: &str,
    neighbours: &dyn Neighbours,
    options: &OpenOptions,
    problems: &mut Vec<String>,
) -> Result<(), Error> {
    let open = |wanted: bool, location: String| async move {
        match wanted {
            true => open_neighbour(neighbours, location, options).await,
            false => Ok(None),
        }
    };
    let has_overviews = levels.len() > 1;
    let has_mask = levels.iter().any(|level| level.mask.is_some());
    let (overviews, mask) = futures_util::future::try_join(
        open(!has_overviews, beside(location, ".ovr")),
        open(!has_mask, beside(location, ".msk")),
    )
    .await?;
    if let Some(overviews) = &overviews {
        add_overviews(levels, overviews, problems);
    }
    let Some(mask) = mask else {
        // Overviews' masks without a mask of the image say nothing of it.
        if levels[0].mask.is_none() {
            levels.iter_mut().for_each(|level| level.mask = None);
        }
        return Ok(());
    };
    let bands = levels[0].picture.image.samples;
    if !is_mask(&mask, bands, problems) {
        return Ok(());
    }
    let mut sources = vec![mask];
    let has_overviews = levels.len() > 1;
    if has_overviews && sources[0].inner.levels.len() == 1 {
        sources.extend(open(true, beside(sources[0].location(), ".ovr")).await?);
    }
    add_masks(levels, &sources);
    let unmasked = levels[1..].iter().any(|level| level.mask.is_none());
    if let Some(overviews) = overviews.filter(|_| unmasked) {
        let more = open(true, beside(overviews.location(), ".msk")).await?;
        add_masks(levels, &more.into_iter().collect::<Vec<_>>());
    }
    // A level that shows what the image hides is of no use.
    let before = levels.len();
    if levels[0].mask.is_some() {
        levels.retain(|level| level.mask.is_some());
    }
    if levels.len() < before {
        problems.push("overviews without a mask are left out, as the image has one".into());
    }
    Ok(())
}

/// Opens a neighbour; `None` where there is none.
fn open_neighbour<'a>(
    neighbours: &'a dyn Neighbours,
    location: String,
    options: &'a OpenOptions,
) -> BoxFuture<'a, Result<Option<Cog>, Error>> {
    Box::pin(async move {
        let opened = match neighbours.open_neighbour(&location).await {
            Ok(reader) => Cog::open(reader, options.clone().with_color(crate::Color::Stored)).await,
            Err(source) => Err(Error::Source { location, source }),
        };
        match opened {
            Ok(cog) => Ok(Some(cog)),
            // Buckets that may not be listed answer "denied" for what is not there.
            Err(Error::Source { source, .. })
                if matches!(
                    source.kind(),
                    ReadErrorKind::NotFound | ReadErrorKind::Denied
                ) =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    })
}

fn add_overviews(levels: &mut Vec<Level>, overviews: &Cog, problems: &mut Vec<String>) {
    let (bands, sample_type) = (
        levels[0].picture.image.samples,
        levels[0].picture.sample_type,
    );
    let (width, height) = (
        levels[0].picture.image.width,
        levels[0].picture.image.height,
    );
    for level in &overviews.inner.levels {
        let image = &level.picture.image;
        let fits = image.samples == bands
            && level.picture.sample_type == sample_type
            && image.width <= width
            && image.height <= height;
        if !fits {
            problems.push(format!(
                "the overview of {} × {} pixels in {} is left out: it has other bands or is larger than the image",
                image.width,
                image.height,
                overviews.location()
            ));
            continue;
        }
        levels.push(Level {
            picture: Arc::clone(&level.picture),
            mask: level.mask.clone(),
            home: Some(Arc::clone(&overviews.inner)),
            mask_home: Some(Arc::clone(&overviews.inner)),
        });
    }
    sort(levels);
}

/// A mask file says what kind of mask it holds.
fn is_mask(mask: &Cog, bands: u16, problems: &mut Vec<String>) -> bool {
    let items = &mask.info().metadata;
    let flags = |band: u16| {
        let text = items.get(&format!("INTERNAL_MASK_FLAGS_{}", u32::from(band) + 1))?;
        text.trim().parse::<u32>().ok()
    };
    let image = &mask.inner.levels[0].picture.image;
    let all = (0..bands).map(flags).collect::<Option<Vec<u32>>>();
    let complaint = match all {
        None => "it does not say what it masks (INTERNAL_MASK_FLAGS_1 …)",
        Some(_) if mask.inner.levels[0].picture.sample_type != SampleType::U8 => {
            "its samples are no bytes"
        }
        Some(flags) if flags.iter().all(|flags| flags & PER_DATASET != 0) && image.samples == 1 => {
            return true;
        }
        Some(flags)
            if flags.iter().all(|flags| flags & PER_DATASET == 0) && image.samples == bands =>
        {
            return true;
        }
        Some(_) => "its bands are neither one for all nor one for each of the image",
    };
    problems.push(format!("{} is ignored: {complaint}", mask.location()));
    false
}

/// Gives each level without a mask the first one of its size.
fn add_masks(levels: &mut [Level], sources: &[Cog]) {
    let samples = levels[0].picture.image.samples;
    for level in levels.iter_mut().filter(|level| level.mask.is_none()) {
        let size = |level: &Level| (level.picture.image.width, level.picture.image.height);
        let found = sources.iter().find_map(|cog| {
            let fits = |mask: &&Level| {
                size(mask) == size(level)
                    && mask.picture.sample_type == SampleType::U8
                    && matches!(mask.picture.image.samples, n if n == 1 || n == samples)
            };
            Some((cog, cog.inner.levels.iter().find(fits)?))
        });
        if let Some((cog, mask)) = found {
            level.mask = Some(Arc::clone(&mask.picture));
            level.mask_home = Some(Arc::clone(&cog.inner));
        }
    }
}
