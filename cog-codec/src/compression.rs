//! Values of tag 259.

/// Value of tag 259 `Compression`.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Compression(pub u16);

macro_rules! compressions {
    ($($constant:ident = $value:literal, $name:literal;)*) => {
        impl Compression {
            $(#[doc = $name] pub const $constant: Self = Self($value);)*

            /// The compression's usual name; `"unknown"` if the value has none here.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$constant => $name,)*
                    _ => "unknown",
                }
            }
        }
    };
}

compressions! {
    NONE = 1, "none";
    CCITT_RLE = 2, "CCITT RLE";
    CCITT_G3 = 3, "CCITT group 3";
    CCITT_G4 = 4, "CCITT group 4";
    LZW = 5, "LZW";
    JPEG_OLD = 6, "old-style JPEG";
    JPEG = 7, "JPEG";
    DEFLATE = 8, "Deflate";
    NEXT = 32766, "NeXT";
    CCITT_RLE_WORD = 32771, "CCITT RLE, word aligned";
    PACKBITS = 32773, "PackBits";
    THUNDERSCAN = 32809, "ThunderScan";
    PIXARLOG = 32909, "PixarLog";
    DEFLATE_OLD = 32946, "Deflate (old tag value)";
    JPEG2000_APERIO_YCBCR = 33003, "JPEG 2000 (Aperio, YCbCr)";
    JPEG2000_APERIO_RGB = 33005, "JPEG 2000 (Aperio, RGB)";
    JBIG = 34661, "JBIG";
    SGILOG = 34676, "SGI LogLuv";
    SGILOG24 = 34677, "SGI LogLuv 24";
    JPEG2000 = 34712, "JPEG 2000";
    LERC = 34887, "LERC";
    LZMA = 34925, "LZMA";
    PNG = 34933, "PNG";
    JPEG_XR = 34934, "JPEG XR";
    ZSTD = 50000, "Zstandard";
    WEBP = 50001, "WebP";
    JPEG_XL = 50002, "JPEG XL";
    JPEG_XL_DNG = 52546, "JPEG XL (DNG)";
}

impl core::fmt::Display for Compression {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} (compression {})", self.name(), self.0)
    }
}
