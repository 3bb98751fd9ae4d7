//! Everything that can be read of a file, as a value that two readings can be held against each other by.

use std::sync::Arc;

use cog_raster::{RasterMask, RasterSource, ReadRequest, SourceErrorKind, Window};
use cog_reader::{Cog, Limits, OpenOptions, RangeReader, validate::validate};

/// All that a file says and holds, errors in words.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Everything {
    /// `RasterInfo`, the oddities and the validator's report, as text: NaN equals itself there.
    pub said: String,
    /// Samples and mask of every level, and of its last pixel alone; or why not.
    pub levels: Vec<Result<(Vec<u8>, Option<Vec<u8>>), String>>,
}

impl Everything {
    /// Levels that could be read.
    #[must_use]
    pub fn read(&self) -> usize {
        self.levels.iter().filter(|level| level.is_ok()).count()
    }
}

/// Limits of a process that opens anything: some megabytes at a time.
#[must_use]
pub fn tight() -> Limits {
    Limits::default()
        .with_value_bytes(1 << 20)
        .with_total_value_bytes(4 << 20)
        .with_directories(256)
        .with_block_bytes(2 << 20)
        .with_read_bytes(8 << 20)
        .with_read_blocks(8192)
        .with_bands(4096)
        .with_index_bytes(1 << 20)
}

/// Opens a file, validates it and reads all levels with their masks; the error is that of opening.
///
/// # Errors
///
/// Why the file cannot be opened, causes included.
///
/// # Panics
///
/// If a request for what the file itself has announced is called invalid.
pub fn read_everything(
    reader: Arc<dyn RangeReader>,
    options: OpenOptions,
) -> Result<Everything, String> {
    let cog = pollster::block_on(Cog::open(reader, options)).map_err(|error| chain(&error))?;
    let problems: Vec<&str> = cog.problems().collect();
    let report = pollster::block_on(validate(&cog)).map_err(|error| chain(&error));
    let said = format!("{:?}\n{problems:?}\n{report:?}", cog.info());
    let mut levels = Vec::new();
    for (level, size) in cog.info().levels.iter().enumerate() {
        let whole = Window::new(0, 0, size.width, size.height);
        let corner = Window::new(size.width - 1, size.height - 1, 1, 1);
        for window in [whole, corner] {
            let read = pollster::block_on(cog.read(ReadRequest::new(level, window)));
            levels.push(match read {
                Ok(raster) => {
                    assert_eq!(
                        (raster.columns(), raster.rows()),
                        (window.width, window.height)
                    );
                    let mask = match raster.mask() {
                        RasterMask::PerDataset(mask) => Some(mask.values().to_vec()),
                        _ => None,
                    };
                    Ok((raster.samples().to_le_bytes(), mask))
                }
                Err(error) => {
                    assert_ne!(error.kind(), SourceErrorKind::InvalidRequest, "{error}");
                    Err(chain(&error))
                }
            });
        }
    }
    Ok(Everything { said, levels })
}

/// An error and its causes in one line.
pub(crate) fn chain(error: &dyn core::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}
