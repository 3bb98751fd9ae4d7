//! Where the pixels lie on the ground: GeoTIFF tags to an affine, a CRS, control points.

use crate::tiff::Directory;
use cog_codec::tags;
use cog_raster::{Affine, ControlPoint};
use tile_math::{Crs, GeoKeys};

/// What a directory says of its place on the ground.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Georeference {
    /// The CRS of the geo keys, if they say one that is understood.
    pub crs: Option<Crs>,
    /// Pixels (outer corner of the upper left one at 0, 0) to CRS coordinates.
    pub affine: Option<Affine>,
    /// Ground control points: where there are tie points, but no affine.
    pub control_points: Vec<ControlPoint>,
    /// Geo key 1025 is `RasterPixelIsPoint`: the file's own coordinates are of
    /// pixel centres. `affine` and `control_points` are already those of corners.
    pub pixel_is_point: bool,
    /// The geo keys, if they could be parsed.
    pub keys: Option<GeoKeys>,
    /// What was there but could not be understood.
    pub problems: Vec<String>,
}

impl Georeference {
    /// Reads the tags of a directory. What cannot be understood is left out and noted.
    pub(crate) fn parse(directory: &Directory) -> Self {
        let mut geo = Self::default();
        geo.keys = geo.read_keys(directory);
        geo.pixel_is_point = geo.keys.as_ref().is_some_and(GeoKeys::pixel_is_point);
        if let Some(keys) = &geo.keys {
            match Crs::from_geokeys(keys) {
                Ok(crs) => geo.crs = crs,
                Err(error) => geo
                    .problems
                    .push(format!("the CRS is not understood: {error}")),
            }
        }
        geo.read_affine(directory);
        geo
    }

    fn read_keys(&mut self, directory: &Directory) -> Option<GeoKeys> {
        let words = directory.integers(tags::GEO_KEY_DIRECTORY)?;
        let words: Vec<u16> = words
            .iter()
            .map(|&word| u16::try_from(word).unwrap_or(0))
            .collect();
        let doubles = directory.reals(tags::GEO_DOUBLE_PARAMS).unwrap_or_default();
        let ascii = directory
            .entry(tags::GEO_ASCII_PARAMS)
            .and_then(|entry| entry.bytes())
            .cloned()
            .unwrap_or_default();
        match GeoKeys::parse(&words, &doubles, &ascii) {
            Ok(keys) => Some(keys),
            Err(error) => {
                self.problems.push(format!("broken geo keys: {error}"));
                None
            }
        }
    }

    /// GeoTIFF 1.1 §7.1.2 "Coordinate transformations", with GDAL's precedence:
    /// scale and tie point, then the matrix, then tie points alone.
    fn read_affine(&mut self, directory: &Directory) {
        let scale = directory.reals(tags::MODEL_PIXEL_SCALE).unwrap_or_default();
        let ties = directory.reals(tags::MODEL_TIEPOINT).unwrap_or_default();
        let matrix = directory
            .reals(tags::MODEL_TRANSFORMATION)
            .unwrap_or_default();
        let shift = if self.pixel_is_point { 0.5 } else { 0.0 };
        let affine = match (&scale[..], &ties[..], &matrix[..]) {
            (&[sx, sy, ..], &[i, j, _, x, y, _, ..], _) if sx != 0.0 && sy != 0.0 => {
                // A negative y scale is against the standard; what writers of it
                // mean is north-up, as GDAL has it too.
                let (a, e) = (sx, -sy.abs());
                Some(Affine::new(a, 0.0, x - i * a, 0.0, e, y - j * e))
            }
            (_, _, &[a, b, _, c, d, e, _, f, ..]) if matrix.len() == 16 => {
                Some(Affine::new(a, b, c, d, e, f))
            }
            _ => None,
        };
        match affine {
            Some(affine) if affine.is_finite() => {
                self.affine = Some(affine.translate(-shift, -shift));
            }
            Some(_) => self
                .problems
                .push("the transformation has coefficients that are not finite".into()),
            None => {
                self.control_points = ties
                    .as_chunks::<6>()
                    .0
                    .iter()
                    .map(|&[col, row, _, x, y, z]| ControlPoint {
                        col: col + shift,
                        row: row + shift,
                        x,
                        y,
                        z,
                    })
                    .collect();
            }
        }
    }

    /// Scale and offset of heights: with a vertical CRS, the third numbers of tags 33550
    /// (`ModelPixelScaleTag`) and 33922 (`ModelTiepointTag`) place the samples of a single band, as GDAL has it.
    pub(crate) fn vertical_scale(&self, directory: &Directory) -> Option<(f64, f64)> {
        // Below lie geographic CRSs of three dimensions and heights above an ellipsoid.
        const FIRST_VERTICAL: u16 = 5100;
        let crs = self.keys.as_ref()?.short(4096)?;
        if !(FIRST_VERTICAL..USER_DEFINED).contains(&crs) {
            return None;
        }
        let scale = directory.reals(tags::MODEL_PIXEL_SCALE)?;
        let ties = directory.reals(tags::MODEL_TIEPOINT)?;
        let (&[x, y, z, ..], &[_, _, from, _, _, to, ..]) = (&scale[..], &ties[..]) else {
            return None;
        };
        let says = x != 0.0 && y != 0.0 && z != 0.0;
        says.then_some((z, to - from * z))
    }

    /// Unit of heights: by geo key 4099 (`VerticalUnitsGeoKey`), else by the
    /// vertical CRS of key 4096, in EPSG's words.
    pub(crate) fn vertical_unit(&self) -> Option<&'static str> {
        let keys = self.keys.as_ref()?;
        if let Some(unit) = keys.short(4099) {
            return match unit {
                9001 => Some("metre"),
                9002 => Some("foot"),
                9003 => Some("US survey foot"),
                _ => None,
            };
        }
        match keys.short(4096)? {
            // EPSG's vertical CRSs in feet; all others are in metres.
            5614 | 6130..=6132 | 8050 | 8051 | 8228 | 8897 => Some("foot"),
            5702 | 6358..=6360 | 8052 | 8053 => Some("US survey foot"),
            5754 => Some("British foot (1936)"),
            0 | 32767 => None,
            _ => Some("metre"),
        }
    }
}

/// Geo keys: not in EPSG's list.
const USER_DEFINED: u16 = 32_767;
