//! The built-in codecs, one file each.

mod builtin;
mod deflate;
#[cfg(feature = "jpeg")]
mod jpeg;
#[cfg(feature = "lerc")]
mod lerc;
#[cfg(feature = "lzma")]
mod lzma;
mod lzw;
mod packbits;
mod uncompressed;
#[cfg(feature = "webp")]
mod webp;
#[cfg(feature = "zstd")]
mod zstd;

pub(crate) use builtin::{builtin, encode};
