//! Zstandard: the usual frame is decoded by ourselves, all else by `zstd-rs`, which also encodes.

mod codec;
mod frame;
mod fse;
mod literals;
mod reverse;
mod sequences;

#[cfg(feature = "lerc")]
pub(crate) use codec::decompress;
pub(crate) use codec::{Zstd, encode};
