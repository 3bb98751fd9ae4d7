//! Numbers to colours.

mod array;
mod colormap;
mod curve;
mod formula;
mod json;
mod legend;
mod named;
mod operate;
mod registry;
mod rescale;
mod saturation;

pub use colormap::Colormap;
pub(crate) use colormap::{ColorIndex, Coloring};
pub use formula::ColorFormula;
pub use registry::Colormaps;
pub use rescale::rescale;
