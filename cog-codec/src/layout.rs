//! What a block's decoding depends on.

use std::sync::Arc;

use cog_raster::SampleType;

use crate::{Compression, Error};

/// Byte order of multi-byte values (TIFF 6.0 §2).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum ByteOrder {
    /// `II`, least significant byte first.
    Little,
    /// `MM`, most significant byte first.
    Big,
}

/// Value of tag 339 `SampleFormat`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum SampleFormat {
    /// 1: unsigned integer.
    Unsigned,
    /// 2: two's complement integer.
    Signed,
    /// 3: IEEE floating point.
    Float,
    /// 4: not said; read as unsigned.
    Undefined,
    /// 5: complex integer.
    ComplexInt,
    /// 6: complex IEEE floating point.
    ComplexFloat,
}

/// Everything that a block's decoding depends on, besides its bytes.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct BlockLayout {
    /// Columns as encoded: a tile's full width, or the image's for a strip.
    pub width: u32,
    /// Rows as encoded: a tile's full height, or the strip's own rows.
    pub height: u32,
    /// Rows that the stream may hold beyond `height`, and that are not delivered: some writers code a last
    /// strip at the height of the others. A codec that has to decode a stream whole refuses one of more.
    pub rows_beyond: u32,
    /// Samples per pixel inside the block: 1 in a planar file (tag 284).
    pub samples: u16,
    /// Bits per sample (tag 258).
    pub bits: u16,
    /// Tag 339.
    pub format: SampleFormat,
    /// The file's byte order.
    pub byte_order: ByteOrder,
    /// Tag 266 `FillOrder` is 2: bits of a byte run from the least significant.
    pub fill_order_lsb: bool,
    /// Tag 259.
    pub compression: Compression,
    /// Tag 317: 1 none, 2 horizontal, 3 floating point.
    pub predictor: u16,
    /// Tag 262.
    pub photometric: u16,
    /// Tag 530: chroma subsampling across and down.
    pub ycbcr_subsampling: (u16, u16),
    /// Tag 347 `JPEGTables`.
    pub jpeg_tables: Option<Arc<[u8]>>,
    /// Second value of tag 50674 `LercParameters`: 0 bare, 1 inside Deflate, 2 inside Zstandard.
    pub lerc_additional_compression: u32,
    /// Tag 292 `T4Options`: bit 0 two dimensions, bit 1 uncompressed mode, bit 2 fill bits.
    pub t4_options: u32,
    /// Tag 293 `T6Options`: bit 1 uncompressed mode.
    pub t6_options: u32,
}

impl BlockLayout {
    /// An uncompressed little-endian block without predictor.
    #[must_use]
    pub const fn new(
        width: u32,
        height: u32,
        samples: u16,
        bits: u16,
        format: SampleFormat,
    ) -> Self {
        Self {
            width,
            height,
            rows_beyond: 0,
            samples,
            bits,
            format,
            byte_order: ByteOrder::Little,
            fill_order_lsb: false,
            compression: Compression::NONE,
            predictor: 1,
            photometric: 1,
            ycbcr_subsampling: (1, 1),
            jpeg_tables: None,
            lerc_additional_compression: 0,
            t4_options: 0,
            t6_options: 0,
        }
    }

    /// Sets the number of rows as encoded.
    #[must_use]
    pub const fn with_height(mut self, height: u32) -> Self {
        self.height = height;
        self
    }

    /// Sets how many rows the stream may hold beyond the block's.
    #[must_use]
    pub const fn with_rows_beyond(mut self, rows: u32) -> Self {
        self.rows_beyond = rows;
        self
    }

    /// Sets the byte order.
    #[must_use]
    pub const fn with_byte_order(mut self, byte_order: ByteOrder) -> Self {
        self.byte_order = byte_order;
        self
    }

    /// Sets whether bits run from the least significant (tag 266 = 2).
    #[must_use]
    pub const fn with_fill_order_lsb(mut self, lsb: bool) -> Self {
        self.fill_order_lsb = lsb;
        self
    }

    /// Sets the compression (tag 259).
    #[must_use]
    pub const fn with_compression(mut self, compression: Compression) -> Self {
        self.compression = compression;
        self
    }

    /// Sets the predictor (tag 317).
    #[must_use]
    pub const fn with_predictor(mut self, predictor: u16) -> Self {
        self.predictor = predictor;
        self
    }

    /// Sets the photometric interpretation (tag 262).
    #[must_use]
    pub const fn with_photometric(mut self, photometric: u16) -> Self {
        self.photometric = photometric;
        self
    }

    /// Sets the chroma subsampling (tag 530).
    #[must_use]
    pub const fn with_ycbcr_subsampling(mut self, across: u16, down: u16) -> Self {
        self.ycbcr_subsampling = (across, down);
        self
    }

    /// Sets the shared JPEG tables (tag 347).
    #[must_use]
    pub fn with_jpeg_tables(mut self, tables: Option<Arc<[u8]>>) -> Self {
        self.jpeg_tables = tables;
        self
    }

    /// Sets what LERC blobs are wrapped in (tag 50674).
    #[must_use]
    pub const fn with_lerc_additional_compression(mut self, compression: u32) -> Self {
        self.lerc_additional_compression = compression;
        self
    }

    /// Sets how CCITT group 3 is coded (tag 292).
    #[must_use]
    pub const fn with_t4_options(mut self, options: u32) -> Self {
        self.t4_options = options;
        self
    }

    /// Sets how CCITT group 4 is coded (tag 293).
    #[must_use]
    pub const fn with_t6_options(mut self, options: u32) -> Self {
        self.t6_options = options;
        self
    }

    /// Type of the decoded samples: depths between the types' are widened to
    /// the next one, as GDAL does; 24-bit floats to `f32`.
    ///
    /// # Errors
    ///
    /// [`Error::Unsupported`] for depths that no type holds.
    pub fn sample_type(&self) -> Result<SampleType, Error> {
        use SampleFormat::{ComplexFloat, ComplexInt, Float, Signed, Undefined, Unsigned};
        Ok(match (self.format, self.bits) {
            (Unsigned | Undefined, 1..=8) => SampleType::U8,
            (Unsigned | Undefined, 9..=16) => SampleType::U16,
            (Unsigned | Undefined, 17..=32) => SampleType::U32,
            (Unsigned | Undefined, 64) => SampleType::U64,
            (Signed, 1..=8) => SampleType::I8,
            (Signed, 9..=16) => SampleType::I16,
            (Signed, 17..=32) => SampleType::I32,
            (Signed, 64) => SampleType::I64,
            (Float, 16) => SampleType::F16,
            (Float, 24 | 32) => SampleType::F32,
            (Float, 64) => SampleType::F64,
            (ComplexInt, 32) => SampleType::ComplexI16,
            (ComplexInt, 64) => SampleType::ComplexI32,
            (ComplexFloat, 64) => SampleType::ComplexF32,
            (ComplexFloat, 128) => SampleType::ComplexF64,
            (format, bits) => {
                return Err(Error::unsupported(format!(
                    "a sample of {bits} bits, format {format:?},"
                )));
            }
        })
    }

    /// Bytes of one uncompressed row, padded to a whole byte.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidLayout`] if that is more than memory can address.
    pub fn row_bytes(&self) -> Result<usize, Error> {
        let bits = u64::from(self.width)
            .checked_mul(u64::from(self.samples))
            .and_then(|count| count.checked_mul(u64::from(self.bits)));
        bits.and_then(|bits| usize::try_from(bits.div_ceil(8)).ok())
            .ok_or_else(|| self.too_large())
    }

    /// Bytes of the uncompressed block, before widening.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidLayout`] if that is more than memory can address.
    pub fn encoded_len(&self) -> Result<usize, Error> {
        self.row_bytes()?
            .checked_mul(self.height as usize)
            .ok_or_else(|| self.too_large())
    }

    /// Bytes of the decoded samples: what a caller charges to its limits.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidLayout`], [`Error::Unsupported`].
    pub fn decoded_len(&self) -> Result<usize, Error> {
        let pixels = u64::from(self.width) * u64::from(self.height);
        pixels
            .checked_mul(u64::from(self.samples))
            .and_then(|n| n.checked_mul(self.sample_type().ok()?.size() as u64))
            .and_then(|n| usize::try_from(n).ok())
            .ok_or_else(|| self.sample_type().err().unwrap_or_else(|| self.too_large()))
    }

    pub(crate) fn too_large(&self) -> Error {
        Error::InvalidLayout {
            reason: format!(
                "{} × {} pixels of {} samples of {} bits are more than memory can address",
                self.width, self.height, self.samples, self.bits
            ),
        }
    }
}
