//! Which codecs this build has.

use std::sync::Arc;

use crate::{BlockLayout, Codec, Compression, EncodeOptions, Error};

/// All codecs of this build.
pub(crate) fn builtin() -> Vec<(Compression, Arc<dyn Codec>)> {
    let mut codecs: Vec<(Compression, Arc<dyn Codec>)> = vec![
        (
            Compression::NONE,
            Arc::new(super::uncompressed::Uncompressed),
        ),
        (Compression::PACKBITS, Arc::new(super::packbits::PackBits)),
        (Compression::LZW, Arc::new(super::lzw::Lzw)),
        (Compression::DEFLATE, Arc::new(super::deflate::Deflate)),
        (Compression::DEFLATE_OLD, Arc::new(super::deflate::Deflate)),
    ];
    #[cfg(feature = "jpeg")]
    codecs.push((Compression::JPEG, Arc::new(super::jpeg::Jpeg)));
    #[cfg(feature = "lerc")]
    codecs.push((Compression::LERC, Arc::new(super::lerc::Lerc)));
    #[cfg(feature = "lzma")]
    codecs.push((Compression::LZMA, Arc::new(super::lzma::Lzma)));
    #[cfg(feature = "zstd")]
    codecs.push((Compression::ZSTD, Arc::new(super::zstd::Zstd)));
    #[cfg(feature = "webp")]
    codecs.push((Compression::WEBP, Arc::new(super::webp::Webp)));
    codecs
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
            super::deflate::encode(&rows, options.level)
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
