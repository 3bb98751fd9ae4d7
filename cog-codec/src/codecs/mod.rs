//! The built-in codecs, one file each.

mod builtin;
#[cfg(feature = "ccitt")]
mod ccitt;
mod deflate;
#[cfg(feature = "jpeg")]
mod jpeg;
#[cfg(feature = "jpeg2000")]
mod jpeg2000;
#[cfg(feature = "jxl")]
mod jxl;
#[cfg(feature = "lerc")]
mod lerc;
#[cfg(feature = "lerc")]
mod lerc_fast;
#[cfg(feature = "lerc")]
mod lerc_huffman;
#[cfg(feature = "lerc")]
mod lerc_range;
#[cfg(feature = "lzma")]
mod lzma;
mod lzw;
mod next;
mod packbits;
#[cfg(feature = "png")]
mod png;
mod thunderscan;
mod uncompressed;
#[cfg(feature = "webp")]
mod webp;
#[cfg(feature = "zstd")]
mod zstd;

pub(crate) use builtin::{builtin, encode};
