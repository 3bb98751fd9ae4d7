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
mod unit;

pub(crate) use array::parse as parse_npy;
pub use colormap::Colormap;
pub(crate) use colormap::{ColorIndex, Coloring};
pub use formula::ColorFormula;
pub(crate) use named::steps as steps_of;
pub use registry::Colormaps;
pub use rescale::rescale;
