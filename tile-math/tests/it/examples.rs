//! The examples find what they say.

#[allow(dead_code, reason = "its `main`, which takes the command line")]
#[path = "../../examples/tiles_of_bbox.rs"]
mod tiles_of_bbox;

use tile_math::{BoundingBox, Tile};

#[test]
fn tiles_of_bbox() {
    // Innsbruck. By hand: x from (11.3 + 180) / 360 · 4096 = 2176.6, y likewise by Mercator's formula.
    let found = tiles_of_bbox::run(BoundingBox::new(11.3, 47.2, 11.5, 47.3), 12).unwrap();
    let expected: Vec<Tile> = (2176..=2178)
        .flat_map(|x| (1435..=1437).map(move |y| Tile::new(12, x, y)))
        .collect();
    assert_eq!(found.len(), expected.len());
    assert!(
        expected.iter().all(|tile| found.contains(tile)),
        "{found:?}"
    );

    let world = BoundingBox::new(-180.0, -85.0, 180.0, 85.0);
    let error = tiles_of_bbox::run(world, 20).unwrap_err();
    assert!(error.to_string().contains("100000"), "{error}");
}
