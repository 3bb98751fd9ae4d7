//! The crate's error.

/// Why a coordinate, a CRS, a tile or a tile matrix set cannot be used.
///
/// Variants say who must act: the caller's input ([`UnknownCrs`](Self::UnknownCrs),
/// [`InvalidTile`](Self::InvalidTile) …), a document or file
/// ([`InvalidCrs`](Self::InvalidCrs), [`InvalidTileMatrixSet`](Self::InvalidTileMatrixSet) …)
/// or this build, which lacks an ability ([`UnsupportedCrs`](Self::UnsupportedCrs)).
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The text or code names a CRS that no registry of this build lists.
    #[error("unknown CRS {crs}: {reason}")]
    UnknownCrs {
        /// The CRS as the caller named it, shortened when long.
        crs: String,
        /// What was looked for, and what to try instead.
        reason: String,
    },
    /// The CRS is known, but its method or units cannot be computed here.
    #[error("unsupported CRS {crs}: {reason}")]
    UnsupportedCrs {
        /// Name of the CRS.
        crs: String,
        /// The method, datum or unit that is missing.
        reason: String,
    },
    /// A CRS definition (WKT, PROJJSON, PROJ string, GeoKeys) breaks its format's rules.
    #[error("malformed CRS definition at {at}: {reason}")]
    InvalidCrs {
        /// Where: a byte offset, a JSON path, or a GeoKey.
        at: String,
        /// The rule that was broken.
        reason: String,
    },
    /// The point has no image in the target CRS.
    #[error("point ({x}, {y}) in {from} has no coordinates in {to}")]
    Transform {
        /// First coordinate, in the source CRS.
        x: f64,
        /// Second coordinate, in the source CRS.
        y: f64,
        /// Name of the source CRS.
        from: String,
        /// Name of the target CRS.
        to: String,
    },
    /// The tile matrix set has no such matrix.
    #[error("zoom {zoom} is not in tile matrix set {tms}: {reason}")]
    InvalidZoom {
        /// The zoom asked for.
        zoom: i32,
        /// Identifier of the tile matrix set.
        tms: String,
        /// Its range, and why it cannot be extended.
        reason: String,
    },
    /// The tile's column or row lies outside its matrix.
    #[error("tile {tile} is outside its matrix of {width} x {height} tiles in {tms}")]
    InvalidTile {
        /// The tile as `z/x/y`.
        tile: String,
        /// Identifier of the tile matrix set.
        tms: String,
        /// Columns of the matrix.
        width: u64,
        /// Rows of the matrix.
        height: u64,
    },
    /// The text is not a quadkey, or the tile matrix set is not a quadtree.
    #[error("quadkey {quadkey:?}: {reason}")]
    InvalidQuadkey {
        /// The quadkey, shortened when long, or the tile it was asked of.
        quadkey: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A tile matrix set document breaks the rules of OGC 17-083r4.
    #[error("invalid tile matrix set at {at}: {reason}")]
    InvalidTileMatrixSet {
        /// JSON path or member, such as `tileMatrices[3].cellSize`.
        at: String,
        /// The rule that was broken.
        reason: String,
    },
    /// An argument is outside its range.
    #[error("{name} is {value}: {expected}")]
    InvalidArgument {
        /// Name of the argument.
        name: &'static str,
        /// Its value.
        value: String,
        /// What is accepted.
        expected: String,
    },
    /// The request or document is larger than the limit.
    #[error("{what} needs {needed}, the limit is {limit}")]
    LimitExceeded {
        /// What is limited, with its unit.
        what: &'static str,
        /// How much was asked for.
        needed: u64,
        /// The limit.
        limit: u64,
    },
}

/// At most 120 characters of `text`, for messages about untrusted input.
pub(crate) fn shorten(text: &str) -> String {
    const MOST: usize = 120;
    let text = text.trim();
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
