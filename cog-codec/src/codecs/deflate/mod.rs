//! Deflate (RFC 1951) in a zlib wrapper (RFC 1950).

mod bits;
mod decode;
mod encode;
mod huffman;
mod log2;
mod matches;
mod statistics;
mod symbols;

#[cfg(feature = "lerc")]
pub(crate) use decode::inflate_to_vec;
pub(crate) use {decode::Deflate, encode::encode};
