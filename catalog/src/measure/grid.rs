//! Which pixels are measured, and in which parts they are read.

use super::options::MeasureOptions;
use crate::Error;
use cog_raster::{LevelInfo, RasterInfo, Window};

/// Pixels of a part, about: enough for a read to be worth it, few enough for many at a time.
const PART_PIXELS: u64 = 1 << 20;

/// Columns and rows, ascending.
type Sampled = (Vec<u32>, Vec<u32>);

/// The pixels of one level, or some of its rows and columns.
#[derive(Clone, Debug)]
pub(super) struct Grid {
    pub(super) level: usize,
    /// Columns and rows that are measured.
    pub(super) size: (u32, u32),
    /// For each of them the level's, where not all are.
    sampled: Option<Sampled>,
    level_size: (u32, u32),
    part_size: (u32, u32),
}

impl Grid {
    pub(super) fn new(info: &RasterInfo, options: &MeasureOptions) -> Result<Self, Error> {
        let (width, height) = (info.width(), info.height());
        if width == 0 || height == 0 {
            return Err(Error::unmeasurable("the raster has no pixels"));
        }
        let (level, size) = match options.max_shape {
            Some([rows, columns]) => {
                let size = (columns.clamp(1, width), rows.clamp(1, height));
                (overview(&info.levels, size), size)
            }
            None => (0, (width, height)),
        };
        let found = info.levels[level];
        let level_size = (found.width, found.height);
        let pixels = u64::from(found.width) * u64::from(found.height);
        if pixels > options.most_pixels {
            return Err(Error::unmeasurable(format!(
                "{} × {} pixels would have to be read, more than {}: the raster needs overviews, or to be ingested with all its metadata",
                found.width, found.height, options.most_pixels
            )));
        }
        let sampled = (size != level_size)
            .then(|| (nearest(size.0, found.width), nearest(size.1, found.height)));
        Ok(Self {
            level,
            size,
            sampled,
            level_size,
            part_size: part_size(&found),
        })
    }

    pub(super) fn pixels(&self) -> u64 {
        u64::from(self.size.0) * u64::from(self.size.1)
    }

    fn across(&self) -> u64 {
        u64::from(self.level_size.0.div_ceil(self.part_size.0))
    }

    /// How many parts there are.
    pub(super) fn parts(&self) -> u64 {
        self.across() * u64::from(self.level_size.1.div_ceil(self.part_size.1))
    }

    /// The pixels of a part, in the level.
    pub(super) fn window(&self, part: u64) -> Option<Window> {
        if part >= self.parts() {
            return None;
        }
        let start = |index: u64, size: u32| u32::try_from(index * u64::from(size)).ok();
        let col = start(part % self.across(), self.part_size.0)?;
        let row = start(part / self.across(), self.part_size.1)?;
        Some(Window::new(
            col,
            row,
            self.part_size.0.min(self.level_size.0 - col),
            self.part_size.1.min(self.level_size.1 - row),
        ))
    }

    /// What is measured of a window: its place in the grid, and which of the window's columns and
    /// rows it is, where it is not all of them.
    pub(super) fn within(&self, window: &Window) -> (Window, Option<Sampled>) {
        let Some((columns, rows)) = &self.sampled else {
            return (*window, None);
        };
        let (col, columns) = part_of(columns, window.col, window.col_end());
        let (row, rows) = part_of(rows, window.row, window.row_end());
        let measured = Window::new(col, row, columns.len() as u32, rows.len() as u32);
        (measured, Some((columns, rows)))
    }
}

/// Of ascending positions those from `start` to before `end`, from `start` on, and the first's index.
fn part_of(positions: &[u32], start: u32, end: u64) -> (u32, Vec<u32>) {
    let first = positions.partition_point(|position| *position < start);
    let last = positions.partition_point(|position| u64::from(*position) < end);
    let part = positions[first..last].iter().map(|at| at - start).collect();
    (first as u32, part)
}

/// The positions of the nearest of `from` pixels to each of `count`, as GDAL takes them
/// (`GDALRasterBand::IRasterIO`, nearest neighbour).
fn nearest(count: u32, from: u32) -> Vec<u32> {
    let step = f64::from(from) / f64::from(count);
    (0..count)
        .map(|at| (((f64::from(at) + 0.5) * step + 1e-10) as u32).min(from - 1))
        .collect()
}

/// The level that GDAL reads to fill `size` (`GDALBandGetBestOverviewLevel2` for nearest neighbour): the
/// smallest that has the resolution wanted but for a fifth.
fn overview(levels: &[LevelInfo], size: (u32, u32)) -> usize {
    let shrinks = |level: (u32, u32)| {
        let columns = f64::from(levels[0].width) / f64::from(level.0.max(1));
        columns.min(f64::from(levels[0].height) / f64::from(level.1.max(1)))
    };
    let wanted = shrinks(size) * 1.2 + 0.1;
    let (mut best, mut best_shrinks) = (0, 0.0);
    for (index, level) in levels.iter().enumerate().skip(1) {
        let shrinks = shrinks((level.width, level.height));
        if shrinks < wanted && shrinks > best_shrinks {
            (best, best_shrinks) = (index, shrinks);
        }
    }
    best
}

/// Whole blocks, as a block that is cut is decoded again for each piece.
fn part_size(level: &LevelInfo) -> (u32, u32) {
    let block = |size: u32, whole: u32| if size == 0 { whole } else { size.min(whole) };
    let width = block(level.block_width, level.width);
    let height = block(level.block_height, level.height);
    let times = |size: u32, most: u64, whole: u32| {
        let times = u32::try_from(most.max(1)).unwrap_or(u32::MAX);
        size.saturating_mul(times).min(whole)
    };
    let block_pixels = u64::from(width) * u64::from(height);
    let part_width = times(width, PART_PIXELS / block_pixels, level.width);
    if part_width < level.width {
        return (part_width, height);
    }
    let row_pixels = u64::from(part_width) * u64::from(height);
    (
        part_width,
        times(height, PART_PIXELS / row_pixels, level.height),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use cog_raster::SampleType;

    fn info(sizes: &[(u32, u32)], block: (u32, u32)) -> RasterInfo {
        let mut info = RasterInfo::new(SampleType::U8, 1, sizes[0].0, sizes[0].1);
        info.levels = sizes
            .iter()
            .map(|&(width, height)| LevelInfo::new(width, height).with_blocks(block.0, block.1))
            .collect();
        info
    }

    fn covered(grid: &Grid) -> u64 {
        (0..grid.parts())
            .map(|part| grid.window(part).unwrap().pixels())
            .sum()
    }

    #[test]
    fn parts_are_whole_blocks_and_cover_the_raster_once() {
        for (size, block, part) in [
            ((5000, 3000), (512, 512), (2048, 512)),
            ((5000, 3000), (5000, 1), (5000, 209)),
            ((5000, 3000), (16, 16), (5000, 208)),
            ((700, 30), (512, 512), (700, 30)),
            ((9, 9), (0, 0), (9, 9)),
            ((u32::MAX, 1), (u32::MAX, 1), (u32::MAX, 1)),
            ((4000, 4000), (4000, 4000), (4000, 4000)),
        ] {
            let grid = Grid::new(&info(&[size], block), &MeasureOptions::exact()).unwrap();
            let first = grid.window(0).unwrap();
            assert_eq!((first.width, first.height), part, "{size:?} {block:?}");
            assert_eq!(covered(&grid), u64::from(size.0) * u64::from(size.1));
            assert!(grid.window(grid.parts()).is_none());
        }
    }

    #[test]
    fn a_thumbnail_is_of_the_overview_that_gdal_takes() {
        let all = [
            (8192, 8192),
            (4096, 4096),
            (2048, 2048),
            (1024, 1024),
            (512, 512),
        ];
        let of = |sizes: &[(u32, u32)], most: [u32; 2]| {
            let options = MeasureOptions::quick().with_max_shape(most[0], most[1]);
            Grid::new(&info(sizes, (512, 512)), &options).unwrap()
        };
        let grid = of(&all, [1024, 1024]);
        assert_eq!(
            (grid.level, grid.size, grid.sampled.is_none()),
            (3, (1024, 1024), true)
        );
        // A fifth less resolution will do.
        assert_eq!(of(&all, [700, 700]).level, 3);
        assert_eq!(of(&all, [600, 600]).level, 4);
        assert_eq!(of(&all[..1], [100, 7]).level, 0);
        assert_eq!(of(&[(100, 50)], [1024, 1024]).size, (100, 50));
    }

    #[test]
    fn each_sampled_pixel_lies_in_one_part() {
        let options = MeasureOptions::quick().with_max_shape(333, 777);
        let grid = Grid::new(&info(&[(5000, 3000)], (256, 256)), &options).unwrap();
        let mut seen = 0;
        for part in 0..grid.parts() {
            let window = grid.window(part).unwrap();
            let (measured, sampled) = grid.within(&window);
            let (columns, rows) = sampled.unwrap();
            assert!(columns.iter().all(|column| *column < window.width));
            assert!(rows.iter().all(|row| *row < window.height));
            seen += measured.pixels();
        }
        assert_eq!(seen, 333 * 777);
    }

    #[test]
    fn a_huge_raster_without_overviews_has_no_thumbnail() {
        let huge = info(&[(u32::MAX, u32::MAX)], (512, 512));
        let error = Grid::new(&huge, &MeasureOptions::quick()).unwrap_err();
        assert!(error.to_string().contains("overviews"), "{error}");
        assert!(Grid::new(&info(&[(0, 5)], (1, 1)), &MeasureOptions::exact()).is_err());
    }
}
