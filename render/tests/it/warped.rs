//! Every kernel between two CRSs, against GDAL's own warper: sources placed by control points, and one over
//! the antimeridian that shrinks.
//!
//! Runs where `SMALTI_PYTHON` names a Python with rasterio; `control_points.rs` and `warp.rs` are the twins
//! that need none.

use crate::oracle::{compare, make};

#[test]
fn gdals_warper_agrees() {
    let Some((folder, listing)) = make("warped.py") else {
        return;
    };
    let tiles = listing["tiles"].as_array().unwrap();
    let wrong: Vec<String> = tiles.iter().filter_map(compare).collect();
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(tiles.len() >= 140);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
