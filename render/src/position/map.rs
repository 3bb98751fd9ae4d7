//! The positions of all target pixels.

use super::block::{Axis, Block, Corners, Fit};
use super::lines::{Lines, around_both};
use super::polynomial::{SAMPLE_COUNT, sample_points};
use super::{ExactMap, Polynomial};
use core::ops::Range;

/// Greatest error of a position in source pixels, where rounding allows it.
pub(super) const TOLERANCE: f64 = 1e-5;
/// Blocks start with this side.
const LARGEST: u32 = 256;
/// A block with no longer side is computed pixel by pixel rather than cut.
const SMALLEST: u32 = 8;

/// Extent of a target pixel in source pixels, along source columns and rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scale {
    pub(crate) columns: f64,
    pub(crate) rows: f64,
}

impl Scale {
    /// From how the source position changes along a target column step and a row
    /// step: the box that spreads as far along each axis as the image of the pixel, which may be
    /// turned.
    fn of_steps(along_columns: (f64, f64), along_rows: (f64, f64)) -> Self {
        Self {
            columns: along_columns.0.hypot(along_rows.0),
            rows: along_columns.1.hypot(along_rows.1),
        }
    }

    const fn is_finite(self) -> bool {
        self.columns.is_finite() && self.rows.is_finite()
    }
}

/// Where the pixels of a target lie in one level of a source.
#[derive(Clone, Debug)]
pub(crate) struct PositionMap {
    blocks: Vec<Block>,
    /// The middle one of the extents, for blocks that know none.
    typical: Scale,
    /// Source columns and rows that target pixels reach, before clipping to the source.
    reach: Option<(Range<f64>, Range<f64>)>,
    largest: Scale,
}

impl PositionMap {
    /// The positions of `width × height` target pixels in a level of `columns × rows` pixels.
    pub(crate) fn new(
        map: &ExactMap,
        (width, height): (u32, u32),
        (columns, rows): (u32, u32),
        typical: Scale,
    ) -> Self {
        let mut blocks = Vec::new();
        if map.is_separable() {
            blocks.push(separable(map, width, height));
        } else {
            let mut cutter = Cutter {
                map,
                source: (f64::from(columns), f64::from(rows)),
                witnesses: witnesses(map, columns, rows),
                tolerance: TOLERANCE.max(map.rounding(width, height)),
                x: Vec::with_capacity(SAMPLE_COUNT),
                y: Vec::with_capacity(SAMPLE_COUNT),
                blocks: &mut blocks,
            };
            for top in (0..height).step_by(LARGEST as usize) {
                for left in (0..width).step_by(LARGEST as usize) {
                    let right = left.saturating_add(LARGEST).min(width);
                    let bottom = top.saturating_add(LARGEST).min(height);
                    cutter.cut(left..right, top..bottom);
                }
            }
        }
        Self::of(blocks, typical, (columns, rows))
    }

    /// The same in blocks of at most `block` pixels, counted from the target's upper left corner, and where GDAL's
    /// approximating transformer has them if it warps block by block.
    ///
    /// - `outlines`: those of pixels will be asked for.
    pub(crate) fn in_blocks(
        map: &ExactMap,
        (width, height): (u32, u32),
        (columns, rows): (u32, u32),
        typical: Scale,
        block: (u32, u32),
        outlines: bool,
    ) -> Self {
        let strips = |length: u32, block: u32| {
            (0..length)
                .step_by(block as usize)
                .map(move |start| start..start.saturating_add(block).min(length))
        };
        let mut blocks = Vec::new();
        if map.is_separable() {
            // Straight lines are exact there.
            let whole = separable(map, width, height);
            blocks.extend(strips(width, block.0).map(|columns| whole.columns(columns)));
        } else {
            for rows in strips(height, block.1) {
                for columns in strips(width, block.0) {
                    let lines = |offset: f64| Lines::new(map, &columns, &rows, offset);
                    let fit = Fit::Lines {
                        centers: lines(0.5),
                        corners: outlines.then(|| (lines(0.0), lines(1.0))),
                    };
                    blocks.push(Block {
                        columns,
                        rows: rows.clone(),
                        fit,
                    });
                }
            }
            let size = (f64::from(columns), f64::from(rows));
            blocks.retain(|block| block.reach(size.0, size.1, typical).is_some());
        }
        Self::of(blocks, typical, (columns, rows))
    }

    fn of(blocks: Vec<Block>, typical: Scale, (columns, rows): (u32, u32)) -> Self {
        let mut this = Self {
            blocks,
            typical,
            reach: None,
            largest: typical,
        };
        this.measure(f64::from(columns), f64::from(rows));
        this
    }

    /// Blocks of target pixels, disjoint; pixels in none lie nowhere in the source.
    pub(crate) fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// The middle one of the extents of target pixels.
    pub(crate) const fn typical(&self) -> Scale {
        self.typical
    }

    /// Source column and row of the target's upper left corner, where the map is separable.
    pub(crate) fn corner(&self) -> Option<(f64, f64)> {
        match &self.blocks.first()?.fit {
            Fit::Separable { columns, rows } => {
                Some((columns.edges.first()?[0], rows.edges.first()?[0]))
            }
            _ => None,
        }
    }

    /// The largest extents of target pixels that lie in the source.
    pub(crate) const fn largest(&self) -> Scale {
        self.largest
    }

    /// Source columns and rows that target pixels cover, inside the level;
    /// `None` when they cover nothing of it.
    pub(crate) fn reach(&self) -> Option<(Range<f64>, Range<f64>)> {
        self.reach.clone()
    }

    fn measure(&mut self, columns: f64, rows: f64) {
        let mut reach: Option<(Range<f64>, Range<f64>)> = None;
        let mut largest = self.typical;
        for block in &self.blocks {
            let Some((x, y, scale)) = block.reach(columns, rows, self.typical) else {
                continue;
            };
            largest.columns = largest.columns.max(scale.columns);
            largest.rows = largest.rows.max(scale.rows);
            reach = Some(match reach {
                None => (x, y),
                Some((a, b)) => (union(&a, &x), union(&b, &y)),
            });
        }
        (self.reach, self.largest) = (reach, largest);
    }
}

impl Block {
    /// Source columns and rows, inside a source of `columns × rows` pixels, that the
    /// block's pixels cover, and the largest of their extents; `None` if they cover none.
    fn reach(
        &self,
        columns: f64,
        rows: f64,
        typical: Scale,
    ) -> Option<(Range<f64>, Range<f64>, Scale)> {
        match &self.fit {
            Fit::Separable {
                columns: across,
                rows: down,
            } => {
                let (x, width) = across.reach(columns)?;
                let (y, height) = down.reach(rows)?;
                Some((
                    x,
                    y,
                    Scale {
                        columns: width,
                        rows: height,
                    },
                ))
            }
            Fit::Polynomial { polynomial, scale } => {
                let ([left, right], [top, bottom]) = polynomial.range();
                let (x, y) = (clip(left..right, columns)?, clip(top..bottom, rows)?);
                let largest = scale.0.into_iter().fold(typical, |a, b| Scale {
                    columns: a.columns.max(b.columns),
                    rows: a.rows.max(b.rows),
                });
                Some((x, y, largest))
            }
            Fit::Lines { centers, .. } => {
                let mut reach: Option<(Range<f64>, Range<f64>)> = None;
                let count = self.columns.end - self.columns.start;
                centers.for_each_end(count, |first, last| {
                    let (x, y) = around_both(first, last, typical);
                    if let (Some(x), Some(y)) = (clip(x, columns), clip(y, rows)) {
                        reach = Some(match &reach {
                            None => (x, y),
                            Some((a, b)) => (union(a, &x), union(b, &y)),
                        });
                    }
                });
                reach.map(|(x, y)| (x, y, typical))
            }
            Fit::Exact {
                columns: across,
                rows: down,
                ..
            } => {
                let mut reach: Option<(Range<f64>, Range<f64>)> = None;
                for (&x, &y) in across.iter().zip(down) {
                    let x = clip(around(x, typical.columns), columns);
                    let y = clip(around(y, typical.rows), rows);
                    if let (Some(x), Some(y)) = (x, y) {
                        reach = Some(match reach {
                            None => (x, y),
                            Some((a, b)) => (union(&a, &x), union(&b, &y)),
                        });
                    }
                }
                reach.map(|(x, y)| (x, y, typical))
            }
        }
    }
}

impl Axis {
    /// What of `0..length` the pixels cover, and the largest of their extents.
    fn reach(&self, length: f64) -> Option<(Range<f64>, f64)> {
        let mut reach: Option<(Range<f64>, f64)> = None;
        for (&center, &extent) in self.centers.iter().zip(&self.extents) {
            if let Some(this) = clip(around(center, extent), length) {
                reach = Some(match reach {
                    None => (this, extent),
                    Some((range, largest)) => (union(&range, &this), largest.max(extent)),
                });
            }
        }
        reach
    }
}

impl Block {
    /// Some of the columns of a block whose columns and rows are apart; a block of another kind as it is.
    fn columns(&self, range: Range<u32>) -> Self {
        let Fit::Separable { columns, rows } = &self.fit else {
            return self.clone();
        };
        let part = range.start as usize..range.end as usize;
        Self {
            columns: range,
            rows: self.rows.clone(),
            fit: Fit::Separable {
                columns: Axis {
                    centers: columns.centers[part.clone()].to_vec(),
                    extents: columns.extents[part.clone()].to_vec(),
                    edges: columns.edges[part].to_vec(),
                },
                rows: rows.clone(),
            },
        }
    }
}

/// What lies within half of `extent` from `center`.
fn around(center: f64, extent: f64) -> Range<f64> {
    center - extent / 2.0..center + extent / 2.0
}

fn union(a: &Range<f64>, b: &Range<f64>) -> Range<f64> {
    a.start.min(b.start)..a.end.max(b.end)
}

/// The part of a range inside `0..length`, if any.
fn clip(range: Range<f64>, length: f64) -> Option<Range<f64>> {
    let clipped = range.start.max(0.0)..range.end.min(length);
    (clipped.start < clipped.end).then_some(clipped)
}

/// One row and one column, exactly. An extent that cannot be told (an edge of the
/// pixel lies nowhere) is twice the distance to the edge that can.
fn separable(map: &ExactMap, width: u32, height: u32) -> Block {
    let axis = |length: u32, of_columns: bool| {
        // Edge, centre, edge, centre, … edge.
        let count = 2 * length as usize + 1;
        let along: Vec<f64> = (0..count).map(|k| k as f64 / 2.0).collect();
        // Along the other axis any position does that has an image; the middle is likely one.
        let across = |fraction: f64| {
            let other = f64::from(if of_columns { height } else { width });
            vec![other * fraction; count]
        };
        for fraction in [0.5, 0.25, 0.75, 0.0, 1.0] {
            let (mut x, mut y) = if of_columns {
                (along.clone(), across(fraction))
            } else {
                (across(fraction), along.clone())
            };
            map.apply(&mut x, &mut y);
            let found = if of_columns { x } else { y };
            if found.iter().any(|v| v.is_finite()) {
                return axis_of(&found);
            }
        }
        axis_of(&vec![f64::NAN; count])
    };
    Block {
        columns: 0..width,
        rows: 0..height,
        fit: Fit::Separable {
            columns: axis(width, true),
            rows: axis(height, false),
        },
    }
}

fn axis_of(edges_and_centers: &[f64]) -> Axis {
    let pixels = edges_and_centers.windows(3).step_by(2);
    let mut axis = Axis::default();
    for pixel in pixels {
        let [before, center, after] = [pixel[0], pixel[1], pixel[2]];
        let halves = [(center - before).abs(), (after - center).abs()];
        let half = match halves.map(f64::is_finite) {
            [true, true] => {
                let (less, more) = (halves[0].min(halves[1]), halves[0].max(halves[1]));
                // Where longitudes jump, only the half before or after it is the pixel's.
                (more > 4.0 * less).then_some(less)
            }
            [true, false] => Some(halves[0]),
            [false, true] => Some(halves[1]),
            [false, false] => Some(0.5),
        };
        let edges = match half {
            Some(half) => [center - half, center + half],
            None => [before, after],
        };
        axis.centers.push(center);
        axis.extents.push((edges[1] - edges[0]).abs());
        axis.edges.push(edges);
    }
    // A pixel that lies nowhere still has a size.
    for extent in axis.extents.iter_mut().filter(|extent| extent.is_nan()) {
        *extent = 1.0;
    }
    axis
}

/// Target positions of a few source pixels: blocks that hold one must not be
/// dropped for lying elsewhere.
fn witnesses(map: &ExactMap, columns: u32, rows: u32) -> Vec<(f64, f64)> {
    const SIDE: u32 = 5;
    let along = |k: u32, length: u32| f64::from(length) * (f64::from(k) + 0.5) / f64::from(SIDE);
    (0..SIDE)
        .flat_map(|j| (0..SIDE).map(move |i| (i, j)))
        .filter_map(|(i, j)| map.back(along(i, columns), along(j, rows)))
        .collect()
}

/// Cuts the target into blocks.
struct Cutter<'a> {
    map: &'a ExactMap,
    source: (f64, f64),
    witnesses: Vec<(f64, f64)>,
    tolerance: f64,
    x: Vec<f64>,
    y: Vec<f64>,
    blocks: &'a mut Vec<Block>,
}

impl Cutter<'_> {
    /// Depth is bounded: sides halve from `LARGEST` to `SMALLEST`.
    fn cut(&mut self, columns: Range<u32>, rows: Range<u32>) {
        self.sample(&columns, &rows);
        if self.lies_elsewhere(&columns, &rows) {
            return;
        }
        let (polynomial, error) = Polynomial::fit(&self.x, &self.y);
        if error <= self.tolerance {
            let scale = corner_scales(&polynomial, columns.len() as f64, rows.len() as f64);
            self.blocks.push(Block {
                columns,
                rows,
                fit: Fit::Polynomial { polynomial, scale },
            });
            return;
        }
        let (width, height) = (columns.end - columns.start, rows.end - rows.start);
        if width.max(height) <= SMALLEST {
            self.blocks.push(Block::exact(columns, rows, self.map));
            return;
        }
        let halves = |range: Range<u32>, longer: bool| {
            let middle = range.start + (range.end - range.start).div_ceil(2);
            if longer && middle < range.end {
                vec![range.start..middle, middle..range.end]
            } else {
                vec![range]
            }
        };
        for rows in halves(rows, height * 2 > width) {
            for columns in halves(columns.clone(), width * 2 > height) {
                self.cut(columns, rows.clone());
            }
        }
    }

    fn sample(&mut self, columns: &Range<u32>, rows: &Range<u32>) {
        let (left, top) = (f64::from(columns.start), f64::from(rows.start));
        let (half_width, half_height) = (columns.len() as f64 / 2.0, rows.len() as f64 / 2.0);
        self.x.clear();
        self.y.clear();
        for (x, y) in sample_points() {
            self.x.push(left + half_width * (x + 1.0));
            self.y.push(top + half_height * (y + 1.0));
        }
        self.map.apply(&mut self.x, &mut self.y);
    }

    /// Nothing of the block lies in the source, as far as its samples tell: their
    /// box, widened by its own size where the samples have gaps and by a quarter
    /// where they have none, misses the source.
    fn lies_elsewhere(&self, columns: &Range<u32>, rows: &Range<u32>) -> bool {
        let inside = |&(x, y): &(f64, f64)| {
            x >= f64::from(columns.start)
                && x <= f64::from(columns.end)
                && y >= f64::from(rows.start)
                && y <= f64::from(rows.end)
        };
        if self.witnesses.iter().any(inside) {
            return false;
        }
        let (mut left, mut right) = (f64::INFINITY, f64::NEG_INFINITY);
        let (mut top, mut bottom) = (f64::INFINITY, f64::NEG_INFINITY);
        let mut gaps = false;
        for (&x, &y) in self.x.iter().zip(&self.y) {
            if x.is_finite() && y.is_finite() {
                (left, right) = (left.min(x), right.max(x));
                (top, bottom) = (top.min(y), bottom.max(y));
            } else {
                gaps = true;
            }
        }
        if left > right {
            return true;
        }
        let widening = if gaps { 1.0 } else { 0.25 };
        let (dx, dy) = (
            (right - left) * widening + 1.0,
            (bottom - top) * widening + 1.0,
        );
        right + dx < 0.0
            || left - dx > self.source.0
            || bottom + dy < 0.0
            || top - dy > self.source.1
    }
}

/// Extents of the pixels at a block's corners.
fn corner_scales(polynomial: &Polynomial, width: f64, height: f64) -> Corners {
    Corners(
        [(-1.0, -1.0), (1.0, -1.0), (-1.0, 1.0), (1.0, 1.0)].map(|(x, y): (f64, f64)| {
            let (dx, dy) = (2.0 / width, 2.0 / height);
            let here = polynomial.point(x, y);
            // Steps go inwards, so that they stay in the block.
            let across = polynomial.point(x - x.signum() * dx, y);
            let down = polynomial.point(x, y - y.signum() * dy);
            Scale::of_steps(
                (across.0 - here.0, across.1 - here.1),
                (down.0 - here.0, down.1 - here.1),
            )
        }),
    )
}

/// The size of a target pixel in source pixels (across, down) where both overlap: the
/// middle one of a few, and the extents there. `None` where nothing can be told.
pub(crate) fn typical_ratio(
    map: &ExactMap,
    (width, height): (u32, u32),
    (columns, rows): (u32, u32),
) -> Option<((f64, f64), Scale)> {
    const SIDE: u32 = 5;
    let (w, h) = (f64::from(width), f64::from(height));
    let (source_w, source_h) = (f64::from(columns), f64::from(rows));
    let spread = |k: u32, length: f64| length * (f64::from(k) + 0.5) / f64::from(SIDE);
    let grid = || (0..SIDE).flat_map(|j| (0..SIDE).map(move |i| (i, j)));
    let in_target: Vec<(f64, f64)> = grid().map(|(i, j)| (spread(i, w), spread(j, h))).collect();
    let in_source = |&&(x, y): &&(f64, f64)| {
        let (c, r) = map.point(x, y);
        (0.0..source_w).contains(&c) && (0.0..source_h).contains(&r)
    };
    let mut points: Vec<(f64, f64)> = in_target.iter().filter(in_source).copied().collect();
    if points.is_empty() {
        // The source is a spot in the target, or beside it.
        points = grid()
            .filter_map(|(i, j)| map.back(spread(i, source_w), spread(j, source_h)))
            .collect();
        let inside = |&(x, y): &(f64, f64)| (0.0..=w).contains(&x) && (0.0..=h).contains(&y);
        if points.iter().any(inside) {
            points.retain(inside);
        }
    }
    if points.is_empty() {
        points = in_target;
    }
    let mut found: Vec<[f64; 4]> = points
        .iter()
        .filter_map(|&(x, y)| {
            let (here, across, down) = (
                map.point(x, y),
                map.point(x + 1.0, y),
                map.point(x, y + 1.0),
            );
            let across = (across.0 - here.0, across.1 - here.1);
            let down = (down.0 - here.0, down.1 - here.1);
            let scale = Scale::of_steps(across, down);
            let sizes = (across.0.hypot(across.1), down.0.hypot(down.1));
            scale
                .is_finite()
                .then_some([sizes.0, sizes.1, scale.columns, scale.rows])
        })
        .collect();
    if found.is_empty() {
        return None;
    }
    let middle = found.len() / 2;
    let mut median = |part: usize| {
        found.sort_by(|a, b| a[part].total_cmp(&b[part]));
        found[middle][part]
    };
    let ratio = (median(0), median(1));
    Some((
        ratio,
        Scale {
            columns: median(2),
            rows: median(3),
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Grid;
    use crate::position::{Outlines, Row};
    use cog_raster::{Affine, RasterInfo, SampleType};
    use tile_math::{Crs, Tile, TileMatrixSet};

    /// Blocks of each kind and the greatest error of a position inside the source.
    fn examine(epsg: u32, affine: Affine, side: u32, tile: Tile) -> ([usize; 3], f64) {
        let mut info = RasterInfo::new(SampleType::U8, 1, side, side);
        info.crs = Some(Crs::from_epsg(epsg).unwrap());
        info.affine = Some(affine);
        let tms = TileMatrixSet::builtin("WebMercatorQuad").unwrap();
        let grid = Grid::for_tile(&tms, tile, None, 0.0).unwrap();
        let map = ExactMap::new(&info, &grid).unwrap();
        let (_, typical) = typical_ratio(&map, (256, 256), (side, side)).unwrap();
        let positions = PositionMap::new(&map, (256, 256), (side, side), typical);
        let mut kinds = [0; 3];
        let mut seen = vec![false; 1 << 16];
        let mut greatest = 0.0_f64;
        let inside = |(x, y): (f64, f64)| {
            let side = f64::from(side);
            (0.0..side).contains(&x) && (0.0..side).contains(&y)
        };
        for block in positions.blocks() {
            kinds[match block.fit {
                Fit::Separable { .. } => 0,
                Fit::Polynomial { .. } => 1,
                Fit::Lines { .. } | Fit::Exact { .. } => 2,
            }] += 1;
            block.for_each_row(&mut Row::default(), Outlines::Nothing, typical, |row| {
                for (k, (&x, &y)) in row.columns.iter().zip(&row.rows).enumerate() {
                    let column = row.column + k as u32;
                    seen[(row.row * 256 + column) as usize] = true;
                    let exact = map.point(f64::from(column) + 0.5, f64::from(row.row) + 0.5);
                    if inside(exact) {
                        greatest = greatest.max((x - exact.0).abs().max((y - exact.1).abs()));
                    }
                }
            });
        }
        for pixel in (0..1 << 16).filter(|&pixel: &u32| !seen[pixel as usize]) {
            let place = (f64::from(pixel % 256) + 0.5, f64::from(pixel / 256) + 0.5);
            assert!(
                !inside(map.point(place.0, place.1)),
                "{epsg} {tile}: {place:?} was dropped"
            );
        }
        (kinds, greatest)
    }

    #[test]
    fn one_polynomial_does_for_most_tiles() {
        let utm = Affine::new(10.0, 0.0, 400_000.0, 0.0, -10.0, 5_100_000.0);
        let tms = TileMatrixSet::builtin("WebMercatorQuad").unwrap();
        for zoom in [8, 12, 20, 24] {
            let tile = tms.tile(3.0, 45.0, zoom).unwrap();
            let (kinds, error) = examine(32_631, utm, 20_000, tile);
            assert_eq!(kinds, [0, 1, 0], "{tile}");
            assert!(error < 2e-5, "{tile}: {error}");
        }
        let degrees = Affine::new(0.001, 0.0, -10.0, 0.0, -0.001, 60.0);
        let (kinds, error) = examine(4326, degrees, 20_000, Tile::new(5, 16, 11));
        assert_eq!(kinds, [1, 0, 0]);
        assert!(error < 1e-8, "{error}");
    }

    #[test]
    fn the_whole_world_is_cut_only_where_the_source_is() {
        let utm = Affine::new(100.0, 0.0, 400_000.0, 0.0, -100.0, 5_100_000.0);
        let polar = Affine::new(10_000.0, 0.0, -4e6, 0.0, -10_000.0, 4e6);
        let europe = Affine::new(5_000.0, 0.0, 2.5e6, 0.0, -5_000.0, 5.5e6);
        for (epsg, affine, side) in [
            (32_631, utm, 2_000),
            (3413, polar, 800),
            (3035, europe, 800),
        ] {
            for tile in [
                Tile::new(0, 0, 0),
                Tile::new(1, 1, 0),
                Tile::new(2, 1, 0),
                Tile::new(3, 4, 2),
            ] {
                let (kinds, error) = examine(epsg, affine, side, tile);
                assert!(error < 2e-5, "{epsg} {tile}: {error} with {kinds:?}");
                assert!(kinds[2] * 64 < 1 << 14, "{epsg} {tile}: {kinds:?}");
            }
        }
    }
}
