//! What of each compression can be read and written, as a table to print.

use crate::Compression;

/// What this crate does with one value of tag 259.
///
/// [`Compression::known`] lists them all, so that documents can be made from
/// the code; a [`CodecRegistry`](crate::CodecRegistry) may hold others beside.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Support {
    /// The value of tag 259.
    pub compression: Compression,
    /// The feature of this crate that brings the codec; `None` if it is always
    /// there, or nowhere.
    pub feature: Option<&'static str>,
    /// Some build reads it: this one only if [`enabled`](Self::enabled).
    pub reads: bool,
    /// Some build writes it.
    pub writes: bool,
    /// The codec is in this build.
    pub enabled: bool,
    /// What is read and what is refused, in a few words; empty if there is nothing to say.
    pub limits: &'static str,
}

/// One row a compression: how it is supported, by which feature, and what is to be said of it.
macro_rules! table {
    ($($constant:ident: $reads:literal $writes:literal $(, $feature:literal)?; $limits:literal;)*) => {
        const TABLE: &[Support] = &[$(Support {
            compression: Compression::$constant,
            feature: table!(@feature $($feature)?),
            reads: $reads,
            writes: $writes,
            enabled: ($reads || $writes) $(&& cfg!(feature = $feature))?,
            limits: $limits,
        },)*];
    };
    (@feature) => { None };
    (@feature $feature:literal) => { Some($feature) };
}

table! {
    NONE: true true; "";
    CCITT_RLE: true false, "ccitt"; "1 bit, 1 sample";
    CCITT_G3: true false, "ccitt"; "1 bit, 1 sample; one or two dimensions; uncompressed mode is refused";
    CCITT_G4: true false, "ccitt"; "1 bit, 1 sample; uncompressed mode is refused";
    LZW: true true; "also in the bit order of writers before TIFF 6.0";
    JPEG_OLD: false false; "";
    JPEG: true true, "jpeg"; "baseline and progressive, 8 bits, 1 to 4 samples; lossless, arithmetic and 12-bit ones are refused";
    DEFLATE: true true; "";
    NEXT: true false; "2 bits, 1 sample";
    CCITT_RLE_WORD: true false, "ccitt"; "1 bit, 1 sample";
    PACKBITS: true true; "";
    THUNDERSCAN: true false; "4 bits, 1 sample";
    PIXARLOG: false false; "";
    DEFLATE_OLD: true true; "";
    JPEG2000_APERIO_YCBCR: true false, "jpeg2000"; "as compression 34712";
    JPEG2000_APERIO_RGB: true false, "jpeg2000"; "as compression 34712";
    JBIG: false false; "";
    SGILOG: false false; "";
    SGILOG24: false false; "";
    JPEG2000: true false, "jpeg2000"; "integers of up to 16 bits; components as stored";
    LERC: true false, "lerc"; "LERC 1 and 2, bare or inside Deflate or, with feature `zstd`, Zstandard";
    LZMA: true false, "lzma"; "";
    PNG: true false, "png"; "8 and 16 bits, grey, RGB and alpha; no palettes";
    JPEG_XR: false false; "";
    ZSTD: true true, "zstd"; "";
    WEBP: true true, "webp"; "reads lossy and lossless, writes lossless";
    JPEG_XL: true false, "jxl"; "unsigned integers of 8 and 16 bits, floats of 16 and 32; grey or RGB and extra channels";
    JPEG_XL_DNG: true false, "jxl"; "as compression 50002";
}

impl Compression {
    /// Every compression that has a name here, in the order of the tag's values.
    #[must_use]
    pub const fn known() -> &'static [Support] {
        TABLE
    }

    /// What is known of this compression.
    #[must_use]
    pub fn support(self) -> Option<&'static Support> {
        TABLE.iter().find(|row| row.compression == self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BlockLayout, CodecRegistry, EncodeOptions, Error, SampleFormat, encode_block};
    use cog_raster::Samples;

    #[test]
    fn the_table_is_what_the_registry_has() {
        let registry = CodecRegistry::default();
        for value in 0..=u16::MAX {
            let compression = Compression(value);
            let enabled = compression
                .support()
                .is_some_and(|row| row.reads && row.enabled);
            assert_eq!(registry.supports(compression), enabled, "{compression}");
            assert_eq!(
                compression.support().is_some(),
                compression.name() != "unknown",
                "{compression}"
            );
        }
        assert!(TABLE.is_sorted_by_key(|row| row.compression));
    }

    /// The table in the crate's documentation is made of this one.
    #[test]
    fn the_documentation_says_the_same() {
        let mark = |said: bool| if said { " ✓ " } else { " " };
        let cell = |text: String| {
            if text.is_empty() {
                " ".into()
            } else {
                format!(" {text} ")
            }
        };
        let mut table = String::new();
        for row in TABLE.iter().filter(|row| row.reads || row.writes) {
            let (name, value) = (row.compression.name(), row.compression.0);
            let feature = row
                .feature
                .map_or(String::new(), |name| format!("`{name}`"));
            let (feature, limits) = (cell(feature), cell(row.limits.to_owned()));
            let (reads, writes) = (mark(row.reads), mark(row.writes));
            table += &format!("//! | {name} | {value} |{reads}|{writes}|{feature}|{limits}|\n");
        }
        assert!(
            include_str!("lib.rs").contains(&table),
            "it should be:\n{table}"
        );
    }

    #[test]
    fn what_the_table_says_is_written_is_written() {
        let samples = Samples::U8(vec![7; 16 * 16 * 3]);
        for row in TABLE {
            let layout = BlockLayout::new(16, 16, 3, 8, SampleFormat::Unsigned)
                .with_photometric(6)
                .with_compression(row.compression);
            let result = encode_block(&layout, &samples, &EncodeOptions::default());
            if row.writes && row.enabled {
                assert!(result.is_ok(), "{}", row.compression);
            } else {
                assert!(
                    matches!(result, Err(Error::Unsupported { .. })),
                    "{}",
                    row.compression
                );
            }
        }
    }
}
