//! What is known of a raster's pixels.

use crate::Error;
use serde_json::Value;

/// Percentiles that are kept: 1, 2 … 99.
pub const PERCENTILES: usize = 99;

/// What is known of a raster's pixels, so that a map need not read them first.
///
/// What is written passes [`check`](Self::check). What is read from a database that another program filled
/// may lack more: only the bounds are then always numbers. Terracotta adds up `float32` in `float32`, so that
/// the mean of large values is infinite; SQLite keeps NaN as NULL, which is NaN here.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Metadata {
    /// West, south, east, north in degrees (EPSG:4326); always finite.
    pub bounds: [f64; 4],
    /// Outline of the valid pixels in degrees, a GeoJSON geometry; null if a database does not say.
    pub convex_hull: Value,
    /// Valid pixels of all, in per cent; as read, perhaps not finite.
    pub valid_percentage: f64,
    /// Least and greatest valid value, in order; as read, perhaps not finite.
    pub range: (f64, f64),
    /// Mean of the valid values; as read, perhaps not finite.
    pub mean: f64,
    /// Their standard deviation, of the population; as read, perhaps not finite.
    pub stdev: f64,
    /// The values below which 1, 2 … 99 per cent of them lie; as read, perhaps some not finite, and empty if
    /// a database does not say.
    pub percentiles: Vec<f32>,
    /// Whatever else was said when the raster came into the catalog; null where that was no JSON value, such
    /// as Python's NaN.
    pub extra: Value,
}

impl Metadata {
    /// Metadata of a raster with one value everywhere in a box: what tests start from.
    #[must_use]
    pub fn constant(bounds: [f64; 4], value: f64) -> Self {
        let [west, south, east, north] = bounds;
        let ring = [
            [west, south],
            [east, south],
            [east, north],
            [west, north],
            [west, south],
        ];
        Self {
            bounds,
            convex_hull: serde_json::json!({ "type": "Polygon", "coordinates": [ring] }),
            valid_percentage: 100.0,
            range: (value, value),
            mean: value,
            stdev: 0.0,
            percentiles: vec![value as f32; PERCENTILES],
            extra: serde_json::json!({}),
        }
    }

    /// The numbers make sense together, so that every reader of the catalog can use them.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if a number is not finite, bounds or range are not ordered, there are not
    /// 99 percentiles, or the hull is no geometry. East may be less than west: the raster then
    /// crosses the antimeridian.
    pub fn check(&self) -> Result<(), Error> {
        self.check_read()?;
        let numbers = [
            self.valid_percentage,
            self.range.0,
            self.range.1,
            self.mean,
            self.stdev,
        ];
        let wrong = if !numbers.iter().all(|number| number.is_finite()) {
            "a number is not finite"
        } else if self.percentiles.len() != PERCENTILES {
            "there are not 99 percentiles"
        } else if !self.convex_hull["type"].is_string() {
            "the convex hull is no GeoJSON geometry"
        } else {
            return Ok(());
        };
        Err(Error::invalid(format!("metadata: {wrong}")))
    }

    /// What must hold even of metadata that another program wrote, for a tile to be drawn with them.
    pub(crate) fn check_read(&self) -> Result<(), Error> {
        let [_, south, _, north] = self.bounds;
        let wrong = if !self.bounds.iter().all(|number| number.is_finite()) {
            "the bounds are not finite"
        } else if south > north {
            "the bounds' south lies north of their north"
        } else if self.range.0 > self.range.1 {
            "the range's least value is greater than its greatest"
        } else {
            return Ok(());
        };
        Err(Error::invalid(format!("metadata: {wrong}")))
    }

    /// The percentiles as Terracotta stores them: 99 little-endian `float32`.
    #[cfg(feature = "sql")]
    pub(crate) fn percentile_bytes(&self) -> Vec<u8> {
        self.percentiles
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect()
    }

    /// The inverse; `None` if the length is not that of 99.
    #[cfg(feature = "sql")]
    pub(crate) fn percentiles_of(bytes: &[u8]) -> Option<Vec<f32>> {
        let (values, rest) = bytes.as_chunks::<4>();
        (rest.is_empty() && values.len() == PERCENTILES).then(|| {
            values
                .iter()
                .map(|value| f32::from_le_bytes(*value))
                .collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_reader_could_use_is_refused() {
        let good = Metadata::constant([1.0, 2.0, 3.0, 4.0], 5.0);
        good.check().unwrap();
        let spoil: [fn(&mut Metadata); 5] = [
            |m| m.mean = f64::NAN,
            |m| m.bounds = [1.0, 5.0, 3.0, 4.0],
            |m| m.range = (2.0, 1.0),
            |m| m.percentiles.truncate(98),
            |m| m.convex_hull = Value::Null,
        ];
        for spoil in spoil {
            let mut bad = good.clone();
            spoil(&mut bad);
            assert!(bad.check().is_err(), "{bad:?}");
        }
        let mut over = good;
        over.bounds = [179.0, 2.0, -179.0, 4.0];
        over.check().unwrap();
    }
}
