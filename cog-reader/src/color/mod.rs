//! Stored colours to RGB, where that is asked for.

mod cmyk;
mod conversion;
mod lab;
mod ycbcr;

pub use self::conversion::Color;
pub(crate) use self::conversion::Conversion;
