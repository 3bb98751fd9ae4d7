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
//! that a stream claims before they allocate for it. A codec that panics all the
//! same gives [`Error::Panicked`], where panics unwind.
//!
//! # Compressions
//!
//! | Compression | Tag 259 | In | Out | Feature | Limits |
//! |---|---|---|---|---|---|
//! | none | 1 | ✓ | ✓ | | |
//! | CCITT RLE | 2 | ✓ | | `ccitt` | 1 bit, 1 sample |
//! | CCITT group 3 | 3 | ✓ | | `ccitt` | 1 bit, 1 sample; one or two dimensions; uncompressed mode is refused |
//! | CCITT group 4 | 4 | ✓ | | `ccitt` | 1 bit, 1 sample; uncompressed mode is refused |
//! | LZW | 5 | ✓ | ✓ | | also in the bit order of writers before TIFF 6.0 |
//! | JPEG | 7 | ✓ | ✓ | `jpeg` | baseline and progressive, 8 bits, 1 to 4 samples; lossless, arithmetic and 12-bit ones are refused |
//! | Deflate | 8 | ✓ | ✓ | | |
//! | NeXT | 32766 | ✓ | | | 2 bits, 1 sample |
//! | CCITT RLE, word aligned | 32771 | ✓ | | `ccitt` | 1 bit, 1 sample |
//! | PackBits | 32773 | ✓ | ✓ | | |
//! | ThunderScan | 32809 | ✓ | | | 4 bits, 1 sample |
//! | Deflate (old tag value) | 32946 | ✓ | ✓ | | |
//! | JPEG 2000 (Aperio, YCbCr) | 33003 | ✓ | | `jpeg2000` | as compression 34712 |
//! | JPEG 2000 (Aperio, RGB) | 33005 | ✓ | | `jpeg2000` | as compression 34712 |
//! | JPEG 2000 | 34712 | ✓ | | `jpeg2000` | integers of up to 16 bits; components as stored |
//! | LERC | 34887 | ✓ | | `lerc` | LERC 1 and 2, bare or inside Deflate or, with feature `zstd`, Zstandard |
//! | LZMA | 34925 | ✓ | | `lzma` | |
//! | PNG | 34933 | ✓ | | `png` | 8 and 16 bits, grey, RGB and alpha; no palettes |
//! | Zstandard | 50000 | ✓ | ✓ | `zstd` | |
//! | WebP | 50001 | ✓ | ✓ | `webp` | reads lossy and lossless, writes lossless |
//! | JPEG XL | 50002 | ✓ | | `jxl` | unsigned integers of 8 and 16 bits, floats of 16 and 32; grey or RGB and extra channels |
//! | JPEG XL (DNG) | 52546 | ✓ | | `jxl` | as compression 50002 |
//!
//! Others are refused by name; [`CodecRegistry::with`] adds one. [`Compression::known`]
//! is this table as data.
//!
//! # Features
//!
//! `ccitt`, `jpeg`, `lerc`, `lzma`, `webp`, `zstd`: the codec of that name. `simd`:
//! vector instructions in the JPEG codecs, and in the two that follow. These are on
//! by default. `jpeg2000` and `jxl` are not: they take long to compile; nor is `png`, which few
//! files need. None needs C.
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
mod planes;
mod predictor;
mod support;
pub mod tags;
mod ycbcr;

pub use codec::{Codec, CodecRegistry, Decoded};
pub use compression::Compression;
pub use decode::{DecodedBlock, decode_bands, decode_block};
pub use encode::{EncodeOptions, encode_block};
pub use error::Error;
pub use layout::{BlockLayout, ByteOrder, SampleFormat};
pub use support::Support;
