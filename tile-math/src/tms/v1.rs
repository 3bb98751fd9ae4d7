//! Documents of version 1.0: OGC 17-083r2.

use serde_json::{Map, Value};

use super::set::TileMatrixSet;
use crate::error::shorten;
use crate::{Crs, Error};

/// The standard's pixel in metres.
const PIXEL: f64 = 0.28e-3;

impl TileMatrixSet {
    /// Reads a version 1.0 document, whose pixel sizes follow from the scale denominators.
    ///
    /// # Errors
    ///
    /// As [`from_json`](Self::from_json).
    pub fn from_v1_json(text: &str) -> Result<Self, Error> {
        let wrong = |at: &str, reason: &str| Error::InvalidTileMatrixSet {
            at: at.to_owned(),
            reason: reason.to_owned(),
        };
        let value: Value = serde_json::from_str(text)
            .map_err(|e| wrong("the document", &shorten(&e.to_string())))?;
        let Value::Object(mut set) = value else {
            return Err(wrong("the document", "expected an object"));
        };
        set.remove("type");
        let crs = set
            .remove("supportedCRS")
            .ok_or_else(|| wrong("supportedCRS", "it is missing"))?;
        let name = crs
            .as_str()
            .ok_or_else(|| wrong("supportedCRS", "expected a text"))?;
        let metres = Crs::parse(name)?.meters_per_unit();
        rename(&mut set, "identifier", "id");
        rename(&mut set, "abstract", "description");
        if let Some(Value::Object(bounds)) = set.get_mut("boundingBox") {
            bounds.remove("type");
            rename(bounds, "lowerCorner", "lowerLeft");
            rename(bounds, "upperCorner", "upperRight");
        }
        let Some(Value::Array(mut matrices)) = set.remove("tileMatrix") else {
            return Err(wrong("tileMatrix", "expected a list"));
        };
        for (i, matrix) in matrices.iter_mut().enumerate() {
            let Value::Object(matrix) = matrix else {
                return Err(wrong(&format!("tileMatrix[{i}]"), "expected an object"));
            };
            matrix.remove("type");
            rename(matrix, "identifier", "id");
            rename(matrix, "abstract", "description");
            rename(matrix, "topLeftCorner", "pointOfOrigin");
            let scale = matrix
                .get("scaleDenominator")
                .and_then(Value::as_f64)
                .ok_or_else(|| {
                    wrong(
                        &format!("tileMatrix[{i}].scaleDenominator"),
                        "expected a number",
                    )
                })?;
            matrix.insert("cellSize".to_owned(), Value::from(scale * PIXEL / metres));
        }
        set.insert("crs".to_owned(), crs);
        set.insert("tileMatrices".to_owned(), Value::Array(matrices));
        Self::from_value(Value::Object(set))
    }
}

fn rename(members: &mut Map<String, Value>, from: &str, to: &str) {
    if let Some(value) = members.remove(from) {
        members.insert(to.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_1_reads() {
        let text = r#"{"type":"TileMatrixSetType","title":"t","identifier":"Old",
            "supportedCRS":"http://www.opengis.net/def/crs/EPSG/0/3857",
            "tileMatrix":[{"type":"TileMatrixType","identifier":"0","scaleDenominator":559082264.0287178,
            "topLeftCorner":[-20037508.342789244,20037508.342789244],"tileWidth":256,"tileHeight":256,
            "matrixWidth":1,"matrixHeight":1}]}"#;
        let tms = TileMatrixSet::from_v1_json(text).expect("reads");
        assert_eq!(tms.id(), "Old");
        assert!((tms.matrices()[0].cell_size - 156_543.033_928_04).abs() < 1e-6);
        assert!(
            TileMatrixSet::from_json(text)
                .unwrap_err()
                .to_string()
                .contains("from_v1_json")
        );
    }
}
