//! What is known of a raster's pixels, found by reading them once, in little memory.
//!
//! ```text
//!   Measurement  which parts to read ──► Accumulator ──┐ push, per part, on any thread
//!        ▲                               Accumulator ──┤ merge
//!        └──── another pass, or Metadata ◄─────────────┘ advance
//! ```
//!
//! Samples of up to 16 bits are counted value by value. Wider ones are kept while they fit the
//! memory given, and are read once per 16 bits of their width where they do not: each pass counts the
//! next 16 bits of the values that share their first bits with a percentile. Either way all numbers
//! are those of all valid pixels.

mod accumulator;
mod counts;
mod drive;
mod grid;
mod ground;
mod hull;
mod measurement;
mod moments;
mod options;
mod ordered;
mod ring;
mod select;

pub use accumulator::Accumulator;
pub use drive::measure;
pub use measurement::{Measurement, Part};
pub use options::MeasureOptions;
