//! Which codecs this build has.

use std::sync::Arc;

use crate::{BlockLayout, Codec, Compression, EncodeOptions, Error};

/// All codecs of this build.
pub(crate) fn builtin() -> Vec<(Compression, Arc<dyn Codec>)> {
    fn entry(
        compression: Compression,
        codec: impl Codec + 'static,
    ) -> (Compression, Arc<dyn Codec>) {
        (compression, Arc::new(codec))
    }
    Vec::from([
        entry(Compression::NONE, super::uncompressed::Uncompressed),
        entry(Compression::PACKBITS, super::packbits::PackBits),
        entry(Compression::LZW, super::lzw::Lzw),
        entry(Compression::DEFLATE, super::deflate::Deflate),
        entry(Compression::DEFLATE_OLD, super::deflate::Deflate),
        entry(Compression::NEXT, super::next::Next),
        entry(Compression::THUNDERSCAN, super::thunderscan::ThunderScan),
        #[cfg(feature = "ccitt")]
        entry(Compression::CCITT_RLE, super::ccitt::Ccitt),
        #[cfg(feature = "ccitt")]
        entry(Compression::CCITT_RLE_WORD, super::ccitt::Ccitt),
        #[cfg(feature = "ccitt")]
        entry(Compression::CCITT_G3, super::ccitt::Ccitt),
        #[cfg(feature = "ccitt")]
        entry(Compression::CCITT_G4, super::ccitt::Ccitt),
        #[cfg(feature = "jpeg2000")]
        entry(Compression::JPEG2000, super::jpeg2000::Jpeg2000),
        #[cfg(feature = "jpeg2000")]
        entry(
            Compression::JPEG2000_APERIO_YCBCR,
            super::jpeg2000::Jpeg2000,
        ),
        #[cfg(feature = "jpeg2000")]
        entry(Compression::JPEG2000_APERIO_RGB, super::jpeg2000::Jpeg2000),
        #[cfg(feature = "jxl")]
        entry(Compression::JPEG_XL, super::jxl::JpegXl),
        #[cfg(feature = "jxl")]
        entry(Compression::JPEG_XL_DNG, super::jxl::JpegXl),
        #[cfg(feature = "jpeg")]
        entry(Compression::JPEG, super::jpeg::Jpeg),
        #[cfg(feature = "lerc")]
        entry(Compression::LERC, super::lerc::Lerc),
        #[cfg(feature = "lzma")]
        entry(Compression::LZMA, super::lzma::Lzma),
        #[cfg(feature = "png")]
        entry(Compression::PNG, super::png::Png),
        #[cfg(feature = "zstd")]
        entry(Compression::ZSTD, super::zstd::Zstd),
        #[cfg(feature = "webp")]
        entry(Compression::WEBP, super::webp::Webp),
    ])
}

/// Compresses rows as an uncompressed TIFF would hold them.
pub(crate) fn encode(
    layout: &BlockLayout,
    rows: Vec<u8>,
    options: &EncodeOptions,
) -> Result<Vec<u8>, Error> {
    match layout.compression {
        Compression::NONE => Ok(rows),
        Compression::PACKBITS => super::packbits::encode(layout, &rows),
        Compression::LZW => super::lzw::encode(&rows),
        Compression::DEFLATE | Compression::DEFLATE_OLD => {
            Ok(super::deflate::encode(&rows, options.level))
        }
        #[cfg(feature = "zstd")]
        Compression::ZSTD => super::zstd::encode(&rows, options.level),
        #[cfg(feature = "jpeg")]
        Compression::JPEG => super::jpeg::encode(layout, &rows, options.quality),
        #[cfg(feature = "webp")]
        Compression::WEBP => super::webp::encode(layout, &rows),
        other => Err(Error::unsupported(format!("writing {other}"))),
    }
}
