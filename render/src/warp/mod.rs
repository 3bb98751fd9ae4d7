//! From the pixels read to the pixels wanted.
//!
//! One pass over the target, row by row of the blocks of the position map. What
//! depends on the position alone (offsets, weights) is worked out once per row
//! and used for all bands; what depends on the samples is compiled for each sample
//! type and kernel, so that no loop over pixels asks what it is doing. Nearest
//! neighbour copies samples and never converts them.
//!
//! Masks and nodata are honoured as GDAL's warper does: a source pixel that does
//! not count takes no part, and the weights of the others are scaled up to 1. The
//! target pixel is valid where the source pixel that holds its centre is; with kernels that
//! look at what a target pixel covers (average, mode, sum …), where any of that is. Beyond GDAL, each band's
//! nodata is its own: a pixel that is nodata in one band only is not mixed into its neighbours.
//!
//! Within one CRS GDAL's reader is at work and not its warper, with other rules for masks: no middle is
//! needed, each line of source pixels is brought to one value before lines are mixed, kernels that dip below zero
//! need half of a line in one piece, and masks and alpha are resampled like a band.

mod blend;
mod cover;
mod cubic;
mod few;
mod footprint;
mod gauss;
mod nearest;
mod quad;
mod run;
mod stripwise;
mod sum;
mod taps;
mod validity;

pub(crate) use run::warp;
pub(crate) use validity::NodataTest;

use run::{Extent, Kernel, Mixing};
