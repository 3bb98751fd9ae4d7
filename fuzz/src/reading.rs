//! Everything that can be read of a file, as a value that two readings can be held against each other by.

use std::sync::Arc;

use cog_raster::{BoxFuture, RasterMask, RasterSource, ReadRequest, SourceErrorKind, Window};
use cog_reader::{
    Cog, Color, Limits, MemoryReader, Neighbours, OpenOptions, RangeReader, ReadError,
    ReadErrorKind, validate::validate,
};
use cog_render::{Grid, OutputSize, ReadOptions};
use tile_math::{Tile, TileMatrixSet};

/// All that a file says and holds, errors in words.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Everything {
    /// `RasterInfo`, the oddities and the validator's report, as text: NaN equals itself there.
    pub said: String,
    /// Samples and masks of every level, and of its last pixel alone; or why not.
    pub levels: Vec<Result<Pixels, String>>,
}

/// Samples as little-endian bytes, and the masks: none, one, or one for each band.
pub type Pixels = (Vec<u8>, Vec<Vec<u8>>);

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
    Ok(everything_of(&cog))
}

/// [`read_everything`], and the colours as RGB, and what lies beside the file: `neighbours` are the bytes of
/// what ends in `.ovr` and in `.msk`.
///
/// # Errors
///
/// Why the file cannot be opened, causes included.
///
/// # Panics
///
/// As [`read_everything`].
pub fn read_all_ways(
    bytes: impl Into<bytes::Bytes>,
    neighbours: Option<[bytes::Bytes; 2]>,
    limits: Limits,
) -> Result<Everything, String> {
    let reader: Arc<dyn RangeReader> = Arc::new(MemoryReader::new("file.tif", bytes));
    let options = OpenOptions::default().with_limits(limits);
    let stored = pollster::block_on(Cog::open(Arc::clone(&reader), options.clone()));
    let stored = stored.map_err(|error| chain(&error))?;
    let everything = everything_of(&stored);
    let colours = options.clone().with_color(Color::Rgb);
    match pollster::block_on(Cog::open(Arc::clone(&reader), colours)) {
        // Another colour space, or a conversion that went wrong and says so.
        Ok(cog) if format!("{:?}", cog.info()) != format!("{:?}", stored.info()) => {
            everything_of(&cog);
        }
        Ok(_) => {}
        Err(error) => panic!("opened as stored, but not as RGB: {}", chain(&error)),
    }
    if let Some(files) = neighbours {
        let beside = Beside(files);
        let open = Cog::open_with_sidecars(reader, &beside, options);
        if let Ok(cog) = pollster::block_on(open) {
            everything_of(&cog);
        }
    }
    Ok(everything)
}

/// Two files beside one.
#[derive(Debug)]
struct Beside([bytes::Bytes; 2]);

impl Neighbours for Beside {
    fn open_neighbour<'a>(
        &'a self,
        location: &'a str,
    ) -> BoxFuture<'a, Result<Arc<dyn RangeReader>, ReadError>> {
        Box::pin(async move {
            let bytes = match location.rsplit('.').next() {
                Some("ovr") => &self.0[0],
                Some("msk") => &self.0[1],
                _ => return Err(ReadError::new(ReadErrorKind::NotFound, "nothing")),
            };
            Ok(Arc::new(MemoryReader::new(location, bytes.clone())) as Arc<dyn RangeReader>)
        })
    }
}

/// Looks at where the pixels lie, and draws them from afar as a tile server does.
///
/// # Panics
///
/// If a place is not a number.
pub fn see(cog: &Cog) {
    let info = cog.info();
    let (width, height) = (f64::from(info.width()), f64::from(info.height()));
    if let Some(placement) = info.placement() {
        for (col, row) in [
            (0.0, 0.0),
            (width, height),
            (width / 3.0, 0.5),
            (-1e300, f64::NAN),
        ] {
            let ground = placement.to_ground(col, row);
            let back = ground.and_then(|(x, y)| placement.to_pixels(x, y));
            for (x, y) in ground.into_iter().chain(back) {
                assert!(x.is_finite() && y.is_finite(), "{x}, {y}");
            }
        }
        let _ = (placement.to_pixels(f64::MAX, 0.0), info.straightened());
    }
    let options = ReadOptions::default().with_limits(
        cog_render::Limits::default()
            .with_source_bytes(4 << 20)
            .with_output_bytes(1 << 20),
    );
    let Some(tms) = TileMatrixSet::builtin("WebMercatorQuad") else {
        return;
    };
    let _ = cog_render::zoom_range(info, &tms);
    let _ = pollster::block_on(cog_render::preview(
        cog,
        None,
        OutputSize::at_most(16),
        &options,
    ));
    for tile in [Tile::new(0, 0, 0), Tile::new(17, 9, 5)] {
        if let Ok(grid) = Grid::for_tile(&tms, tile, Some((16, 16)), 0.0) {
            let _ = pollster::block_on(cog_render::read(cog, &grid, &options));
        }
    }
}

fn everything_of(cog: &Cog) -> Everything {
    let problems: Vec<&str> = cog.problems().collect();
    let report = pollster::block_on(validate(cog)).map_err(|error| chain(&error));
    let said = format!("{:?}\n{problems:?}\n{report:?}", cog.info());
    see(cog);
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
                    let masks = match raster.mask() {
                        RasterMask::PerDataset(mask) => core::slice::from_ref(mask),
                        RasterMask::PerBand(masks) => masks,
                        _ => &[],
                    };
                    let masks = masks.iter().map(|mask| mask.values().to_vec());
                    Ok((raster.samples().to_le_bytes(), masks.collect()))
                }
                Err(error) => {
                    assert_ne!(error.kind(), SourceErrorKind::InvalidRequest, "{error}");
                    Err(chain(&error))
                }
            });
        }
    }
    Everything { said, levels }
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
