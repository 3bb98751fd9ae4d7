//! One TIFF block between its compressed bytes and its samples.
//!
//! A TIFF stores an image as *blocks* (tiles or strips), each compressed on its
//! own. This crate turns one block's bytes into samples and back. It reads no
//! file, knows no directory, and keeps no state between blocks.
//!
//! ```text
//!            decode_block
//!   bytes ──► fill order ──► codec ──► predictor, byte order ──► widen, split ──► Samples
//!   bytes ◄───────────────── codec ◄── predictor, byte order ◄── pack, interleave ◄── Samples
//!            encode_block
//! ```
//!
//! # Example
//!
//! ```
//! use cog_codec::{
//!     BlockLayout, CodecRegistry, Compression, EncodeOptions, SampleFormat, decode_block,
//!     encode_block,
//! };
//! use cog_raster::Samples;
//!
//! // 3 columns × 2 rows of 16-bit samples, differenced, then deflated.
//! let layout = BlockLayout::new(3, 2, 1, 16, SampleFormat::Unsigned)
//!     .with_compression(Compression::DEFLATE)
//!     .with_predictor(2);
//! let samples = Samples::U16(vec![500, 501, 503, 400, 402, 404]);
//! let bytes = encode_block(&layout, &samples, &EncodeOptions::default())?;
//! let block = decode_block(&CodecRegistry::default(), &layout, &bytes, None)?;
//! assert_eq!(block.samples, samples);
//! # Ok::<(), cog_codec::Error>(())
//! ```
//!
//! # Untrusted input
//!
//! The output's length follows from the [`BlockLayout`] alone, never from the
//! bytes: a caller charges [`BlockLayout::decoded_len`] against its limits and
//! then decodes. Codecs stop when the output is full, and check the dimensions
//! that a stream claims before they allocate for it.
//!
//! # Compressions
//!
//! | Compression | Tag 259 | In | Out | Feature |
//! |---|---|---|---|---|
//! | none | 1 | ✓ | ✓ | |
//! | LZW, also old-style bit order | 5 | ✓ | ✓ | |
//! | JPEG, 8 bits | 7 | ✓ | ✓ | `jpeg` |
//! | Deflate | 8, 32946 | ✓ | ✓ | |
//! | PackBits | 32773 | ✓ | ✓ | |
//! | LERC, LERC + Deflate, LERC + Zstandard | 34887 | ✓ | | `lerc` |
//! | LZMA | 34925 | ✓ | | `lzma` |
//! | Zstandard | 50000 | ✓ | ✓ | `zstd` |
//! | WebP | 50001 | ✓ | lossless | `webp` |
//!
//! Others are refused by name; [`CodecRegistry::with`] adds one.
//!
//! # Features
//!
//! `jpeg`, `lerc`, `lzma`, `webp`, `zstd`: the codec of that name. `simd`: vector
//! instructions in the JPEG codecs. All are on by default, none needs C.
#![forbid(unsafe_code)]

mod bits;
mod bytes;
mod codec;
mod codecs;
mod compression;
mod decode;
mod encode;
mod error;
mod interleave;
mod layout;
mod predictor;
mod support;
pub mod tags;

pub use codec::{Codec, CodecRegistry, Decoded};
pub use compression::Compression;
pub use decode::{DecodedBlock, decode_block};
pub use encode::{EncodeOptions, encode_block};
pub use error::Error;
pub use layout::{BlockLayout, ByteOrder, SampleFormat};
pub use support::Support;
