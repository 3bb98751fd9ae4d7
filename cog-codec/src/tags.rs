//! Tag numbers: TIFF 6.0 §8 and its supplements, GeoTIFF (OGC 19-008r4 §7), GDAL.

/// `NewSubfileType`.
pub const NEW_SUBFILE_TYPE: u16 = 254;
/// `SubfileType`.
pub const SUBFILE_TYPE: u16 = 255;
/// `ImageWidth`.
pub const IMAGE_WIDTH: u16 = 256;
/// `ImageLength`.
pub const IMAGE_LENGTH: u16 = 257;
/// `BitsPerSample`.
pub const BITS_PER_SAMPLE: u16 = 258;
/// `Compression`.
pub const COMPRESSION: u16 = 259;
/// `PhotometricInterpretation`.
pub const PHOTOMETRIC_INTERPRETATION: u16 = 262;
/// `FillOrder`.
pub const FILL_ORDER: u16 = 266;
/// `DocumentName`.
pub const DOCUMENT_NAME: u16 = 269;
/// `ImageDescription`.
pub const IMAGE_DESCRIPTION: u16 = 270;
/// `StripOffsets`.
pub const STRIP_OFFSETS: u16 = 273;
/// `Orientation`.
pub const ORIENTATION: u16 = 274;
/// `SamplesPerPixel`.
pub const SAMPLES_PER_PIXEL: u16 = 277;
/// `RowsPerStrip`.
pub const ROWS_PER_STRIP: u16 = 278;
/// `StripByteCounts`.
pub const STRIP_BYTE_COUNTS: u16 = 279;
/// `MinSampleValue`.
pub const MIN_SAMPLE_VALUE: u16 = 280;
/// `MaxSampleValue`.
pub const MAX_SAMPLE_VALUE: u16 = 281;
/// `XResolution`.
pub const X_RESOLUTION: u16 = 282;
/// `YResolution`.
pub const Y_RESOLUTION: u16 = 283;
/// `PlanarConfiguration`.
pub const PLANAR_CONFIGURATION: u16 = 284;
/// `FreeOffsets`.
pub const FREE_OFFSETS: u16 = 288;
/// `GrayResponseUnit`.
pub const GRAY_RESPONSE_UNIT: u16 = 290;
/// `T4Options`.
pub const T4_OPTIONS: u16 = 292;
/// `T6Options`.
pub const T6_OPTIONS: u16 = 293;
/// `ResolutionUnit`.
pub const RESOLUTION_UNIT: u16 = 296;
/// `PageNumber`.
pub const PAGE_NUMBER: u16 = 297;
/// `TransferFunction`.
pub const TRANSFER_FUNCTION: u16 = 301;
/// `Software`.
pub const SOFTWARE: u16 = 305;
/// `DateTime`.
pub const DATE_TIME: u16 = 306;
/// `Artist`.
pub const ARTIST: u16 = 315;
/// `HostComputer`.
pub const HOST_COMPUTER: u16 = 316;
/// `Predictor`.
pub const PREDICTOR: u16 = 317;
/// `WhitePoint`.
pub const WHITE_POINT: u16 = 318;
/// `PrimaryChromaticities`.
pub const PRIMARY_CHROMATICITIES: u16 = 319;
/// `ColorMap`.
pub const COLOR_MAP: u16 = 320;
/// `TileWidth`.
pub const TILE_WIDTH: u16 = 322;
/// `TileLength`.
pub const TILE_LENGTH: u16 = 323;
/// `TileOffsets`.
pub const TILE_OFFSETS: u16 = 324;
/// `TileByteCounts`.
pub const TILE_BYTE_COUNTS: u16 = 325;
/// `SubIFDs`.
pub const SUB_IFDS: u16 = 330;
/// `InkSet`.
pub const INK_SET: u16 = 332;
/// `TargetPrinter`.
pub const TARGET_PRINTER: u16 = 337;
/// `ExtraSamples`.
pub const EXTRA_SAMPLES: u16 = 338;
/// `SampleFormat`.
pub const SAMPLE_FORMAT: u16 = 339;
/// `SMinSampleValue`.
pub const S_MIN_SAMPLE_VALUE: u16 = 340;
/// `SMaxSampleValue`.
pub const S_MAX_SAMPLE_VALUE: u16 = 341;
/// `JPEGTables`.
pub const JPEG_TABLES: u16 = 347;
/// `YCbCrCoefficients`.
pub const YCBCR_COEFFICIENTS: u16 = 529;
/// `YCbCrSubSampling`.
pub const YCBCR_SUB_SAMPLING: u16 = 530;
/// `YCbCrPositioning`.
pub const YCBCR_POSITIONING: u16 = 531;
/// `ReferenceBlackWhite`.
pub const REFERENCE_BLACK_WHITE: u16 = 532;
/// `XMP`.
pub const XMP: u16 = 700;
/// `Copyright`.
pub const COPYRIGHT: u16 = 33432;
/// `ModelPixelScaleTag`.
pub const MODEL_PIXEL_SCALE: u16 = 33550;
/// `ModelTiepointTag`.
pub const MODEL_TIEPOINT: u16 = 33922;
/// `ModelTransformationTag`.
pub const MODEL_TRANSFORMATION: u16 = 34264;
/// `ICCProfile`.
pub const ICC_PROFILE: u16 = 34675;
/// `GeoKeyDirectoryTag`.
pub const GEO_KEY_DIRECTORY: u16 = 34735;
/// `GeoDoubleParamsTag`.
pub const GEO_DOUBLE_PARAMS: u16 = 34736;
/// `GeoAsciiParamsTag`.
pub const GEO_ASCII_PARAMS: u16 = 34737;
/// `GDAL_METADATA`.
pub const GDAL_METADATA: u16 = 42112;
/// `GDAL_NODATA`.
pub const GDAL_NODATA: u16 = 42113;
/// `LercParameters`.
pub const LERC_PARAMETERS: u16 = 50674;
/// `RPCCoefficientTag`.
pub const RPC_COEFFICIENTS: u16 = 50844;
