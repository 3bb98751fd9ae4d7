//! One function for each target.

mod arrival;
mod codec;
mod definitions;
mod expression;
mod files;
mod item;
mod masked;
mod metadata;
mod pattern;
mod round_trip;
mod shape;
mod structure;

pub use arrival::arrival;
pub use codec::{BlockInput, codec};
pub use definitions::definitions;
pub use expression::{expression, expression_seeds};
pub use files::{open, whole_read};
pub use item::{item, item_seeds};
pub use masked::{masked, masked_seeds};
pub use metadata::metadata;
pub use pattern::{pattern, pattern_seeds};
pub use round_trip::round_trip;
pub use shape::{shape, shape_seeds};
pub use structure::structure;
