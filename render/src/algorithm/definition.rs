//! The seam for algorithms.

use crate::{Error, Image};
use core::fmt::Debug;

/// Makes an image of another: a hillshade of heights, an index of two bands.
///
/// Implement it and [`register`](crate::Algorithms::register) what builds it, to have it beside the built-in ones.
pub trait Algorithm: Debug + Send + Sync {
    /// The image made of `image`. It may have other bands, another type and, where margins are cut off, a smaller
    /// grid.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidParameter`] for `algorithm` if the image is none that the algorithm takes: too few bands,
    /// complex samples.
    fn apply(&self, image: &Image) -> Result<Image, Error>;
}
