//! Which blocks a window needs.

use super::picture::Picture;
use cog_raster::Window;
use std::sync::Arc;

/// One block that a read needs.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) picture: Arc<Picture>,
    /// Index in the block arrays.
    pub(super) block: u64,
    /// The block's place among its neighbours.
    pub(super) across: u32,
    pub(super) down: u32,
    /// The band of a planar image; 0 where a block holds all bands.
    pub(super) plane: u16,
}

impl Part {
    /// The pixels of the block that are in the image.
    pub(super) fn window(&self) -> Window {
        let image = &self.picture.image;
        let (col, row) = (
            self.across * image.block_width(),
            self.down * image.block_height(),
        );
        Window::new(
            col,
            row,
            image.block_width().min(image.width - col),
            image.block_height().min(image.height - row),
        )
    }
}

/// Number of blocks that `window` of one picture needs, before they are listed.
pub(super) fn count(picture: &Picture, window: &Window, planes: usize) -> u64 {
    let (across, down) = spans(picture, window);
    u64::from(across.end - across.start) * u64::from(down.end - down.start) * planes as u64
}

/// Blocks of `window`, ascending. `bands` are sorted; in a chunky image every block holds all of them.
pub(super) fn parts(picture: &Arc<Picture>, window: &Window, bands: &[u32]) -> Vec<Part> {
    let image = &picture.image;
    let (across, down) = spans(picture, window);
    let planes: Vec<u16> = if image.planar {
        bands
            .iter()
            .filter_map(|&band| u16::try_from(band).ok())
            .collect()
    } else {
        vec![0]
    };
    let per_row = u64::from(image.blocks_across());
    let per_plane = per_row * u64::from(image.blocks_down());
    let mut parts = Vec::new();
    for plane in planes {
        for down in down.clone() {
            for across in across.clone() {
                parts.push(Part {
                    picture: Arc::clone(picture),
                    block: u64::from(plane) * per_plane
                        + u64::from(down) * per_row
                        + u64::from(across),
                    across,
                    down,
                    plane,
                });
            }
        }
    }
    parts
}

/// Block columns and rows that `window`, which fits into the image and is not empty, touches.
fn spans(picture: &Picture, window: &Window) -> (core::ops::Range<u32>, core::ops::Range<u32>) {
    let image = &picture.image;
    let span = |start: u32, length: u32, block: u32| {
        let last = start + (length - 1);
        start / block..last / block + 1
    };
    (
        span(window.col, window.width, image.block_width()),
        span(window.row, window.height, image.block_height()),
    )
}
