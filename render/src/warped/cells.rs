//! Cells of a grid, and how each is warped.

use crate::plan::plan_part;
use crate::{Error, Grid, Plan, ReadOptions};
use cog_raster::{RasterInfo, Window};

/// Columns and rows of a cell.
pub(super) const CELL: u32 = 512;
/// A cell that needs too much of the source is cut, down to this many columns and rows.
const SMALLEST: u32 = 16;

/// Pixels of a grid and how they follow from the source's.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) window: Window,
    pub(super) plan: Plan,
}

/// The cells of a grid that a window touches, row by row.
pub(super) fn rows(grid: &Grid, window: Window) -> impl Iterator<Item = Vec<Window>> + use<> {
    let (width, height) = (grid.width, grid.height);
    let cells = move |first: u32, end: u64| {
        (first / CELL..)
            .map(|at| at * CELL)
            .take_while(move |&at| u64::from(at) < end)
    };
    cells(window.row, window.row_end()).map(move |row| {
        cells(window.col, window.col_end())
            .map(|col| Window::new(col, row, CELL.min(width - col), CELL.min(height - row)))
            .collect()
    })
}

/// Adds what a cell consists of: itself, its parts where it needs more of the source than may be read at a
/// time, nothing where it shares no ground with it.
pub(super) fn plan_cell(
    info: &RasterInfo,
    grid: &Grid,
    options: &ReadOptions,
    window: Window,
    parts: &mut Vec<Part>,
) -> Result<(), Error> {
    let cell = Grid {
        crs: grid.crs.clone(),
        affine: grid
            .affine
            .translate(f64::from(window.col), f64::from(window.row)),
        width: window.width,
        height: window.height,
    };
    match plan_part(info, &cell, options) {
        Ok(plan) => {
            parts.push(Part { window, plan });
            Ok(())
        }
        Err(Error::OutsideBounds { .. }) => Ok(()),
        Err(Error::OverLimit { .. }) if window.width.max(window.height) > SMALLEST => {
            for quarter in quarters(window) {
                plan_cell(info, grid, options, quarter, parts)?;
            }
            Ok(())
        }
        Err(error) => Err(error),
    }
}

/// Its halves along each side that is longer than the smallest.
fn quarters(window: Window) -> Vec<Window> {
    let halves = |first: u32, length: u32| {
        if length <= SMALLEST {
            return vec![(first, length)];
        }
        let half = length / 2;
        vec![(first, half), (first + half, length - half)]
    };
    let mut quarters = Vec::new();
    for (row, height) in halves(window.row, window.height) {
        for (col, width) in halves(window.col, window.width) {
            quarters.push(Window::new(col, row, width, height));
        }
    }
    quarters
}

#[cfg(test)]
mod tests {
    use super::*;
    use tile_math::{BoundingBox, Crs};

    #[test]
    fn cells_cover_a_window_and_end_with_the_grid() {
        let bounds = BoundingBox::new(0.0, 0.0, 10.0, 10.0);
        let grid = Grid::for_bounds(bounds, &Crs::wgs84(), 1100, 600).unwrap();
        let found: Vec<_> = rows(&grid, Window::new(511, 512, 514, 1)).collect();
        let row = |col, width| Window::new(col, 512, width, 88);
        assert_eq!(found, [[row(0, 512), row(512, 512), row(1024, 76)]]);
        assert_eq!(rows(&grid, Window::new(0, 0, 512, 600)).count(), 2);
    }

    #[test]
    fn parts_cover_what_they_are_cut_from() {
        let found = quarters(Window::new(512, 0, 77, 16));
        assert_eq!(
            found,
            [Window::new(512, 0, 38, 16), Window::new(550, 0, 39, 16)]
        );
        assert_eq!(quarters(Window::new(0, 0, 512, 512)).len(), 4);
    }
}
