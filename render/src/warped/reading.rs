//! What is read at a time.

use cog_raster::{LevelInfo, Window};
use core::ops::Range;

/// Windows of the source to read, each with the parts that it serves.
///
/// A source decodes whole blocks. One read for two neighbours saves those that both touch, and costs those that
/// lie between; so the windows of a run of parts are joined where all their blocks together are no more
/// than those of each half.
///
/// - `windows`: what each part needs, in an order in which neighbours are near.
/// - `most`: pixels that a joined window may have.
pub(super) fn reads(
    windows: &[Window],
    level: &LevelInfo,
    most: u64,
) -> Vec<(Window, Range<usize>)> {
    let mut found = Vec::new();
    cut(windows, 0, level, most, &mut found);
    found
}

/// Adds the reads for `windows`, the first of which is part `first`; how many pixels they decode.
fn cut(
    windows: &[Window],
    first: usize,
    level: &LevelInfo,
    most: u64,
    found: &mut Vec<(Window, Range<usize>)>,
) -> u64 {
    let Some(joined) = windows.iter().copied().reduce(|a, b| around(&a, &b)) else {
        return 0;
    };
    let together = decoded(&joined, level);
    let range = first..first + windows.len();
    if windows.len() == 1 {
        found.push((joined, range));
        return together;
    }
    let before = found.len();
    let (left, right) = windows.split_at(windows.len() / 2);
    let apart = cut(left, first, level, most, found).saturating_add(cut(
        right,
        first + left.len(),
        level,
        most,
        found,
    ));
    if joined.pixels() > most || together > apart {
        return apart;
    }
    found.truncate(before);
    found.push((joined, range));
    together
}

/// Pixels of the blocks that a window touches.
fn decoded(window: &Window, level: &LevelInfo) -> u64 {
    let length = |first: u32, end: u64, block: u32| {
        let block = u64::from(block.max(1));
        end.div_ceil(block) * block - u64::from(first) / block * block
    };
    length(window.col, window.col_end(), level.block_width).saturating_mul(length(
        window.row,
        window.row_end(),
        level.block_height,
    ))
}

/// The smallest window around two.
fn around(a: &Window, b: &Window) -> Window {
    let (col, row) = (a.col.min(b.col), a.row.min(b.row));
    // Both end within 32 bits, as they lie in a level.
    let length = |first: u32, end: u64| u32::try_from(end - u64::from(first)).unwrap_or(u32::MAX);
    Window::new(
        col,
        row,
        length(col, a.col_end().max(b.col_end())),
        length(row, a.row_end().max(b.row_end())),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Four windows side by side, as a turned source has them: each lower than the one before.
    fn stairs(step: u32) -> Vec<Window> {
        (0..4)
            .map(|at| Window::new(at * 500, at * step, 512, 512))
            .collect()
    }

    #[test]
    fn rows_as_wide_as_the_source_are_read_once() {
        let strips = LevelInfo::new(4096, 4096).with_blocks(4096, 1);
        let found = reads(&stairs(10), &strips, u64::MAX);
        assert_eq!(found, [(Window::new(0, 0, 2012, 542), 0..4)]);
    }

    #[test]
    fn blocks_between_windows_far_apart_are_not_read() {
        let tiles = LevelInfo::new(4096, 4096).with_blocks(128, 128);
        assert_eq!(reads(&stairs(0), &tiles, u64::MAX).len(), 1);
        let found = reads(&stairs(600), &tiles, u64::MAX);
        assert_eq!(found.len(), 4);
        assert_eq!(found[2], (Window::new(1000, 1200, 512, 512), 2..3));
    }

    #[test]
    fn no_joined_window_is_larger_than_it_may_be() {
        let strips = LevelInfo::new(4096, 4096).with_blocks(4096, 1);
        let found = reads(&stairs(0), &strips, 1012 * 512);
        assert_eq!(found.len(), 2);
        assert_eq!(found[1], (Window::new(1000, 0, 1012, 512), 2..4));
        assert!(reads(&[], &strips, 1).is_empty());
    }
}
