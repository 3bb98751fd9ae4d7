//! Is this a *Cloud Optimized* GeoTIFF, and if not, why?

use crate::Cog;
use crate::error::Error;
use crate::tiff::Located;

/// What [`validate`] found, in the terms of GDAL's and rio-cogeo's validators.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// What keeps the file from being a COG.
    pub errors: Vec<String>,
    /// What a COG had better not have, but may.
    pub warnings: Vec<String>,
    /// Where the parts lie, full resolution first.
    pub levels: Vec<LevelLayout>,
    /// The file carries GDAL's notes on its layout.
    pub has_ghost_area: bool,
}

/// Where a level lies in the file.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct LevelLayout {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Stored in tiles.
    pub tiled: bool,
    /// Offset of the directory.
    pub directory: u64,
    /// Offset of the first block; `None` where that block is left out.
    pub first_block: Option<u64>,
}

impl Report {
    /// No errors; when `strict`, no warnings either.
    #[must_use]
    pub fn is_valid(&self, strict: bool) -> bool {
        self.errors.is_empty() && (!strict || self.warnings.is_empty())
    }
}

/// Sides up to this need neither tiles nor overviews.
const SMALL: u32 = 512;

/// Where a COG's main directory starts at the latest: behind the header and GDAL's ghost area.
const MAIN_DIRECTORY: u64 = 300;

/// Checks the layout of a file by the rules of GDAL's
/// `validate_cloud_optimized_geotiff.py` and of `rio cogeo validate`: tiles,
/// overviews that shrink, directories first and in order, pixels of the
/// smallest overview first. Pixels are not read.
///
/// # Errors
///
/// [`Error`] when the block index cannot be read.
pub async fn validate(cog: &Cog) -> Result<Report, Error> {
    let mut report = Report {
        has_ghost_area: cog.tiff().ghost().is_some(),
        ..Report::default()
    };
    for level in cog.levels().iter().filter(|level| level.is_internal()) {
        let image = &level.picture.image;
        let located = cog.locate(&level.picture, &[0]).await?;
        report.levels.push(LevelLayout {
            width: image.width,
            height: image.height,
            tiled: image.is_tiled(),
            directory: level.picture.directory,
            first_block: match located.first() {
                Some(Located::At { offset, .. } | Located::Unknown { offset }) => Some(*offset),
                Some(Located::Sparse) | None => None,
            },
        });
    }
    check_sizes(&mut report);
    check_order(&mut report);
    if let Some(ghost) = cog.tiff().ghost()
        && ghost.is_void()
    {
        report.warnings.push(
            "the file was changed after it was made a COG (KNOWN_INCOMPATIBLE_EDITION=YES); make it anew"
                .into(),
        );
    }
    for problem in cog.tiff().problems() {
        report.warnings.push(problem.clone());
    }
    Ok(report)
}

fn check_sizes(report: &mut Report) {
    let large = |level: &LevelLayout| level.width > SMALL || level.height > SMALL;
    for (index, level) in report.levels.iter().enumerate() {
        if large(level) && !level.tiled {
            report.errors.push(format!(
                "{} is {} × {} pixels, more than {SMALL}, but is not tiled",
                name(index),
                level.width,
                level.height
            ));
        }
    }
    if let [only] = &report.levels[..]
        && large(only)
    {
        report.warnings.push(format!(
            "the image is more than {SMALL} pixels wide or high and has no overviews; add some"
        ));
    }
}

fn check_order(report: &mut Report) {
    let levels = &report.levels;
    let mut errors = Vec::new();
    if let Some(main) = levels.first()
        && main.directory > MAIN_DIRECTORY
    {
        errors.push(format!(
            "the main directory is at byte {}, it should be among the first {MAIN_DIRECTORY}",
            main.directory
        ));
    }
    for (index, pair) in levels.windows(2).enumerate() {
        let (before, after) = (&pair[0], &pair[1]);
        if after.directory < before.directory {
            errors.push(format!(
                "the directory of {} is at byte {}, before that of {} at byte {}",
                name(index + 1),
                after.directory,
                name(index),
                before.directory
            ));
        }
        if let (Some(before), Some(after)) = (before.first_block, after.first_block)
            && before < after
        {
            errors.push(format!(
                "the pixels of {} start at byte {before}, before those of {} at byte {after}",
                name(index),
                name(index + 1),
            ));
        }
    }
    if let Some(last) = levels.last()
        && let Some(first_block) = last.first_block
        && first_block < last.directory
    {
        errors.push(format!(
            "the pixels of {} start at byte {first_block}, before its directory at byte {}",
            name(levels.len() - 1),
            last.directory
        ));
    }
    report.errors.extend(errors);
}

fn name(level: usize) -> String {
    match level {
        0 => "the full resolution".into(),
        level => format!("overview {level}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(size: u32, directory: u64, first_block: u64) -> LevelLayout {
        LevelLayout {
            width: size,
            height: size,
            tiled: true,
            directory,
            first_block: Some(first_block),
        }
    }

    fn check(levels: &[LevelLayout]) -> Report {
        let mut report = Report {
            levels: levels.to_vec(),
            ..Report::default()
        };
        check_sizes(&mut report);
        check_order(&mut report);
        report
    }

    #[test]
    fn a_proper_layout_has_no_errors() {
        let report = check(&[level(1024, 192, 9000), level(512, 700, 2000)]);
        assert!(report.is_valid(true), "{report:?}");
    }

    #[test]
    fn each_disorder_is_named() {
        let report = check(&[level(1024, 9_000, 500), level(512, 8_000, 7_000)]);
        assert_eq!(report.errors.len(), 4, "{report:?}");
        let untiled = LevelLayout {
            tiled: false,
            ..level(600, 8, 300)
        };
        let report = check(&[untiled]);
        assert_eq!((report.errors.len(), report.warnings.len()), (1, 1));
        assert!(!report.is_valid(false));
    }
}
