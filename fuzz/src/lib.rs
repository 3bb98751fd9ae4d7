//! What hostile input must not do, as plain functions of bytes.
//!
//! ```text
//!   cargo xtask fuzz TARGET ──► libFuzzer ─┐
//!                                          ├─► fuzz::TARGET(bytes)   panics, hangs, grows: a find
//!   cargo test -p fuzz      ──► corpus,  ──┘
//!                               regressions
//! ```
//!
//! | Target | Bytes are | Promise |
//! | --- | --- | --- |
//! | [`open`] | a file | `Cog::open` and `validate` give a value or an error |
//! | [`whole_read`] | a file | so does reading every level and mask, as stored and as RGB, and drawing it, within tight limits |
//! | [`structure`] | mutations of a file of [`seeds`], and of files beside it | the same, deeper inside |
//! | [`codec`] | a block layout and a block | decoding fills the block or says why not |
//! | [`arrival`] | a way of delivering a file | pixels and errors do not depend on it |
//! | [`round_trip`] | a raster and how to write it | what was written is read, or the options are refused |
//! | [`definitions`] | a CRS definition, a tile matrix set | a value or an error, and what was read is written |
//! | [`expression`] | samples, an expression, an algorithm and its parameters | a result whose pixels are finite, or an error |
//! | [`masked`] | samples and an expression of Terracotta's | a result whose valid pixels are finite, the same twice, or an error |
//! | [`pattern`] | a pattern of paths, and paths | an error, or values that stand in the path, which its folders lead to |
//! | [`shape`] | GeoJSON | a shape that is moved and drawn, or an error |
//! | [`item`] | a STAC item, and which assets of it | a value or an error, and the same twice |
//! | [`metadata`] | tags of GDAL and GeoTIFF | opening notes what is wrong with them |
//!
//! Files to start from are made by the project's own writer ([`seeds`]). What a fuzzer found once lies
//! in `regressions/TARGET/`, small inputs that reach far in `corpus/TARGET/`; the tests replay both.
#![forbid(unsafe_code)]

mod delivery;
mod foreign;
#[path = "../../cog-codec/tests/it/jpeg_streams.rs"]
mod jpeg_streams;
mod model;
mod mutation;
mod numbers;
mod odd;
mod reading;
mod seeds;
mod targets;
#[path = "../../cog-codec/tests/it/vectors.rs"]
mod vectors;

pub use delivery::{Delivery, SlicedReader};
pub use model::{Block, Directory, Entry, File, Values};
pub use mutation::{Mutation, Place, mutate};
pub use numbers::Numbers;
pub use reading::{Everything, Pixels, read_all_ways, read_everything, see, tight};
pub use seeds::{Seed, block_seeds, definition_seeds, seeds};
pub use targets::{
    BlockInput, arrival, codec, definitions, expression, expression_seeds, item, item_seeds,
    masked, masked_seeds, metadata, open, pattern, pattern_seeds, round_trip, shape, shape_seeds,
    structure, whole_read,
};
