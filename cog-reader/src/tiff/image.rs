//! What a directory says of its pixels.

use super::{BlockIndex, Directory};
use crate::error::Rule;
use cog_codec::tags;

/// How the pixels of one directory are stored.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Image {
    /// Columns, tag 256.
    pub width: u32,
    /// Rows, tag 257.
    pub height: u32,
    /// Samples per pixel, tag 277.
    pub samples: u16,
    /// Bits of a sample, tag 258.
    pub bits: u16,
    /// Tag 339: 1 unsigned, 2 signed, 3 float, 4 undefined, 5 complex integer, 6 complex float.
    pub sample_format: u16,
    /// Tag 284 is 2: each band has its own blocks.
    pub planar: bool,
    /// Tag 262, if there: 0 white is zero, 1 black is zero, 2 RGB, 3 palette, 5 CMYK, 6 YCbCr …
    pub photometric: Option<u16>,
    /// Tag 259.
    pub compression: u16,
    /// Tag 317.
    pub predictor: u16,
    /// Tag 266: 2 means that bits run from the low end of a byte.
    pub fill_order: u16,
    /// Tag 338, one for each sample beyond the photometric ones: 1 associated, 2 unassociated alpha.
    pub extra_samples: Vec<u16>,
    /// Tag 274: 1 is top-left. Pixels are delivered as stored, whatever it says.
    pub orientation: u16,
    /// Tiles or strips.
    pub shape: BlockShape,
    pub(crate) index: BlockIndex,
}

/// The size of tiles or strips.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum BlockShape {
    /// Tiles: tags 322 and 323. Tiles at the edge are stored whole.
    Tiles {
        /// Columns of a tile.
        width: u32,
        /// Rows of a tile.
        height: u32,
    },
    /// Strips as wide as the image: tag 278. The last one may be shorter.
    Strips {
        /// Rows of a strip, at most those of the image.
        rows: u32,
    },
}

impl Image {
    /// Reads the tags of a directory.
    pub(crate) fn parse(directory: &Directory) -> Result<Self, Rule> {
        let width = dimension(directory, tags::IMAGE_WIDTH, "ImageWidth")?;
        let height = dimension(directory, tags::IMAGE_LENGTH, "ImageLength")?;
        let samples = short(directory, tags::SAMPLES_PER_PIXEL, "SamplesPerPixel", 1)?.max(1);
        let shape = shape(directory, height)?;
        let planar = match short(
            directory,
            tags::PLANAR_CONFIGURATION,
            "PlanarConfiguration",
            1,
        )? {
            1 => false,
            // With one band both are the same, and some writers say 0.
            _ if samples == 1 => false,
            2 => true,
            found => {
                return Err(Rule::TagValue {
                    tag: tags::PLANAR_CONFIGURATION,
                    name: "PlanarConfiguration",
                    found: found.to_string(),
                });
            }
        };
        let optional = |tag: u16| {
            let value = directory.integer(tag)?;
            u16::try_from(value).ok()
        };
        let image = Self {
            width,
            height,
            samples,
            bits: uniform(directory, tags::BITS_PER_SAMPLE, "BitsPerSample", 1)?,
            sample_format: match uniform(directory, tags::SAMPLE_FORMAT, "SampleFormat", 1)? {
                0 => 1,
                format => format,
            },
            planar,
            photometric: optional(tags::PHOTOMETRIC_INTERPRETATION),
            compression: match short(directory, tags::COMPRESSION, "Compression", 1)? {
                // Old writers left it at 0.
                0 => 1,
                code => code,
            },
            predictor: short(directory, tags::PREDICTOR, "Predictor", 1)?,
            fill_order: short(directory, tags::FILL_ORDER, "FillOrder", 1)?,
            extra_samples: directory
                .integers(tags::EXTRA_SAMPLES)
                .unwrap_or_default()
                .into_iter()
                .take(usize::from(samples))
                .map(|kind| u16::try_from(kind).unwrap_or(0))
                .collect(),
            orientation: optional(tags::ORIENTATION).unwrap_or(1),
            shape,
            index: BlockIndex::new(directory, matches!(shape, BlockShape::Tiles { .. }))?,
        };
        // 2^31 × 2^31 blocks of one pixel in each of 65 535 planes pass 64 bits.
        if image.blocks() == u64::MAX {
            return Err(Rule::TagValue {
                tag: tags::IMAGE_WIDTH,
                name: "ImageWidth",
                found: format!("{width}, with {height} rows in {samples} planes of tiny blocks"),
            });
        }
        Ok(image)
    }

    /// Columns of a block.
    #[must_use]
    pub const fn block_width(&self) -> u32 {
        match self.shape {
            BlockShape::Tiles { width, .. } => width,
            BlockShape::Strips { .. } => self.width,
        }
    }

    /// Rows of a block.
    #[must_use]
    pub const fn block_height(&self) -> u32 {
        match self.shape {
            BlockShape::Tiles { height, .. } => height,
            BlockShape::Strips { rows } => rows,
        }
    }

    /// Blocks side by side.
    #[must_use]
    pub const fn blocks_across(&self) -> u32 {
        self.width.div_ceil(self.block_width())
    }

    /// Blocks one above the other.
    #[must_use]
    pub const fn blocks_down(&self) -> u32 {
        self.height.div_ceil(self.block_height())
    }

    /// Planes of blocks: one for each band where bands are stored apart.
    #[must_use]
    pub const fn planes(&self) -> u16 {
        if self.planar { self.samples } else { 1 }
    }

    /// All blocks. They can be counted: a directory that claims more is not opened.
    #[must_use]
    pub const fn blocks(&self) -> u64 {
        (self.blocks_across() as u64 * self.blocks_down() as u64)
            .saturating_mul(self.planes() as u64)
    }

    /// The tiles or strips are tiles.
    #[must_use]
    pub const fn is_tiled(&self) -> bool {
        matches!(self.shape, BlockShape::Tiles { .. })
    }

    /// Rows that block row `row` really holds: the last strip may be short, tiles are whole.
    #[must_use]
    pub const fn rows_stored(&self, row: u32) -> u32 {
        match self.shape {
            BlockShape::Tiles { height, .. } => height,
            BlockShape::Strips { rows } => {
                let left = self.height - (row * rows);
                if left < rows { left } else { rows }
            }
        }
    }
}

fn shape(directory: &Directory, height: u32) -> Result<BlockShape, Rule> {
    // As in libtiff: what makes tiles is their size, whichever tags hold the offsets.
    if directory.entry(tags::TILE_WIDTH).is_some() || directory.entry(tags::TILE_LENGTH).is_some() {
        return Ok(BlockShape::Tiles {
            width: dimension(directory, tags::TILE_WIDTH, "TileWidth")?,
            height: dimension(directory, tags::TILE_LENGTH, "TileLength")?,
        });
    }
    // Missing, 0 and 2^32 - 1 all mean "one strip".
    let rows = match directory.integer(tags::ROWS_PER_STRIP) {
        None | Some(0) => height,
        Some(rows) => u32::try_from(rows).unwrap_or(height).min(height),
    };
    Ok(BlockShape::Strips { rows })
}

/// A size of at least one pixel and at most 2^31 - 1, as in GDAL.
fn dimension(directory: &Directory, tag: u16, name: &'static str) -> Result<u32, Rule> {
    let value = directory.required(tag, name)?;
    match u32::try_from(value) {
        Ok(value) if value > 0 && i32::try_from(value).is_ok() => Ok(value),
        _ => Err(Rule::TagValue {
            tag,
            name,
            found: value.to_string(),
        }),
    }
}

/// A tag with one 16-bit value, or its default.
fn short(directory: &Directory, tag: u16, name: &'static str, default: u16) -> Result<u16, Rule> {
    let Some(entry) = directory.entry(tag) else {
        return Ok(default);
    };
    let value = entry.integer().ok_or_else(|| entry.complaint())?;
    u16::try_from(value).map_err(|_| Rule::TagValue {
        tag,
        name,
        found: value.to_string(),
    })
}

/// A tag with one value for each band, of which the first counts for all.
///
/// libtiff, too, goes by the first where a trailing one differs: such files
/// have more values than bands or a wrong last one.
fn uniform(directory: &Directory, tag: u16, name: &'static str, default: u16) -> Result<u16, Rule> {
    let Some(entry) = directory.entry(tag) else {
        return Ok(default);
    };
    let values = entry.integers().ok_or_else(|| entry.complaint())?;
    let samples = directory.integer(tags::SAMPLES_PER_PIXEL).unwrap_or(1);
    let first = values.first().copied().unwrap_or(u64::from(default));
    let count = usize::try_from(samples).unwrap_or(usize::MAX);
    if values.iter().take(count).any(|&value| value != first) {
        return Err(Rule::MixedBands);
    }
    u16::try_from(first).map_err(|_| Rule::TagValue {
        tag,
        name,
        found: first.to_string(),
    })
}
