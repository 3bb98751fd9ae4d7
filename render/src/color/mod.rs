//! Numbers to colours.

mod colormap;
mod json;
mod named;
mod rescale;

pub use colormap::Colormap;
pub(crate) use colormap::{ColorIndex, Coloring};
pub use rescale::rescale;
