//! Any text as a shape.

use cog_render::{Grid, Shape};
use tile_math::{BoundingBox, Crs};

/// The bytes are GeoJSON; what is a shape is moved to other CRSs and drawn.
///
/// # Panics
///
/// On a find.
pub fn shape(bytes: &[u8]) {
    let Ok(text) = core::str::from_utf8(bytes) else {
        return;
    };
    let Ok(shape) = Shape::from_geojson(text) else {
        return;
    };
    let degrees = Crs::wgs84();
    draw(&shape, &degrees);
    draw(&shape.joined(), &degrees);
    for code in [3857, 32632, 3031] {
        let crs = Crs::from_epsg(code).expect("a CRS of the register");
        if let Ok(moved) = shape.transformed(&degrees, &crs) {
            draw(&moved, &crs);
        }
    }
}

/// Draws the shape on its own box and on one that it only meets.
fn draw(shape: &Shape, crs: &Crs) {
    let whole = shape.bounds();
    assert!(whole.is_finite(), "{whole:?}");
    let center = (
        f64::midpoint(whole.left, whole.right),
        f64::midpoint(whole.bottom, whole.top),
    );
    let part = BoundingBox::new(center.0, whole.bottom, whole.right, center.1);
    for (bounds, size) in [(whole, (16, 9)), (part, (5, 7))] {
        let Ok(grid) = Grid::for_bounds(bounds, crs, size.0, size.1) else {
            continue;
        };
        let Ok(mask) = shape.mask(&grid) else {
            continue;
        };
        assert!(mask.values().iter().all(|value| [0, 255].contains(value)));
        if let Ok(shares) = shape.coverage(&grid, 3) {
            assert_eq!(shares.len(), mask.values().len());
            assert!(shares.iter().all(|share| (0.0..=1.0).contains(share)));
        }
    }
}

/// Shapes of every kind, right and wrong.
pub fn shape_seeds() -> Vec<Vec<u8>> {
    [
        r#"{"type":"Polygon","coordinates":[[[0,0],[4,0],[4,3],[0,3],[0,0]],[[1,1],[1,2],[2,2],[1,1]]]}"#,
        r#"{"type":"MultiPolygon","coordinates":[[[[170,-5],[180,-5],[180,5],[170,5],[170,-5]]],[[[-180,-5],[-170,-5],[-170,5],[-180,-5]]]]}"#,
        r#"{"type":"Feature","properties":{"a":null},"geometry":{"type":"Polygon","coordinates":[[[9,45,100],[9.5,45,1],[9.2,46,3],[9,45,100]]]}}"#,
        r#"{"type":"Feature","bbox":[1,2,3,4],"geometry":null}"#,
        r#"{"type":"Polygon","coordinates":[[[-180,-90],[180,-90],[180,90],[-180,90],[-180,-90]]]}"#,
        r#"{"type":"Polygon","coordinates":[[[0,0],[1e308,0],[-1e308,1e-308],[0,0]]]}"#,
        r#"{"type":"Polygon","coordinates":[[[0,0],[1,1],[0,1],[1,0],[0,0]]]}"#,
        r#"{"type":"Polygon","coordinates":[[],[[0,0]]]}"#,
        r#"{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1,2]}]}"#,
        r#"{"type":"FeatureCollection","features":[]}"#,
    ]
    .map(|text| text.as_bytes().to_vec())
    .into()
}
