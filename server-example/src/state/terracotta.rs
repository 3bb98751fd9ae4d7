//! How keyed datasets are answered: Terracotta's settings.

use cog_render::Resampling;

/// Origins whose pages may ask for pictures, where nothing is said: those of this machine.
pub(crate) const OWN_ORIGINS: &str = r"http[s]?://(localhost|127\.0\.0\.1)(:[0-9]+)?$";

/// What Terracotta calls its settings, as far as answers depend on them.
///
/// The defaults are Terracotta's.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TerracottaOptions {
    /// Rows and columns of a tile where a request does not say (`DEFAULT_TILE_SIZE`).
    pub default_tile_size: (u32, u32),
    /// Rows and columns of what is read for metadata that a request asks for first (`LAZY_LOADING_MAX_SHAPE`).
    pub lazy_loading_max_shape: (u32, u32),
    /// The kernel that makes pixels smaller (`RESAMPLING_METHOD`).
    pub resampling_method: Resampling,
    /// The kernel between CRSs (`REPROJECTION_METHOD`).
    pub reprojection_method: Resampling,
    /// Origins whose pages may ask for what is not a picture: `*`, names, or regular expressions
    /// (`ALLOWED_ORIGINS_METADATA`).
    pub allowed_origins_metadata: Vec<String>,
    /// Origins whose pages may ask for pictures (`ALLOWED_ORIGINS_TILES`).
    pub allowed_origins_tiles: Vec<String>,
    /// Most datasets of one `POST /metadata` (`MAX_POST_METADATA_KEYS`).
    pub max_post_metadata_keys: usize,
    /// 0, not at all, to 9, as much as possible; 1 is the fastest (`PNG_COMPRESS_LEVEL`).
    pub png_compress_level: u8,
    /// What a tile is where there is nothing.
    pub empty_tile: EmptyTile,
    /// `p2` is the third percentile and `p99` none, as in Terracotta; else the second, and `p0` and
    /// `p100` are the range's ends.
    pub percentiles_as_terracotta: bool,
}

impl Default for TerracottaOptions {
    fn default() -> Self {
        Self {
            default_tile_size: (256, 256),
            lazy_loading_max_shape: (1024, 1024),
            resampling_method: Resampling::Average,
            reprojection_method: Resampling::Bilinear,
            allowed_origins_metadata: vec!["*".to_owned()],
            allowed_origins_tiles: vec![OWN_ORIGINS.to_owned()],
            max_post_metadata_keys: 100,
            png_compress_level: 1,
            empty_tile: EmptyTile::default(),
            percentiles_as_terracotta: false,
        }
    }
}

/// How a tile is answered that no dataset reaches.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum EmptyTile {
    /// 200 and a transparent picture, as Terracotta.
    #[default]
    Picture,
    /// 204 and nothing.
    NoContent,
    /// 404 and a message.
    NotFound,
}
