//! Shapes on grids: GDAL's pixels to the last one, and bounded time whatever comes.

use cog_raster::Affine;
use cog_render::{Error, Grid, Shape};
use tile_math::{BoundingBox, Crs};

fn grid(affine: [f64; 6], width: u32, height: u32) -> Grid {
    let [a, b, c, d, e, f] = affine;
    let mut grid = Grid::for_bounds(
        BoundingBox::new(0.0, 0.0, 1.0, 1.0),
        &Crs::wgs84(),
        width,
        height,
    )
    .unwrap();
    grid.affine = Affine::new(a, b, c, d, e, f);
    grid
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn rasterio_draws_the_same() {
    let Some((folder, cases)) = crate::oracle::make("shapes.py") else {
        return;
    };
    std::fs::remove_dir_all(&folder).unwrap();
    let cases = cases.as_array().unwrap();
    assert!(cases.len() > 1000);
    let mut wrong = Vec::new();
    for (number, case) in cases.iter().enumerate() {
        let text = case["shape"].as_str().unwrap();
        let shape = Shape::from_geojson(text).unwrap();
        let affine: [f64; 6] = serde_json::from_value(case["affine"].clone()).unwrap();
        let size = |key: &str| u32::try_from(case[key].as_u64().unwrap()).unwrap();
        let grid = grid(affine, size("width"), size("height"));
        let differ = if let Some(expected) = case["mask"].as_str() {
            let mask = shape.mask(&grid).unwrap();
            let ours = mask
                .values()
                .iter()
                .map(|v| if *v == 255 { b'1' } else { b'0' });
            ours.zip(expected.bytes()).filter(|(a, b)| a != b).count()
        } else {
            let scale = size("scale");
            let expected: Vec<u32> = serde_json::from_value(case["coverage"].clone()).unwrap();
            let ours = shape.coverage(&grid, scale).unwrap();
            let whole = f64::from(scale * scale);
            ours.iter()
                .zip(expected)
                .filter(|(a, b)| (*a * whole).round() != f64::from(*b))
                .count()
        };
        if differ > 0 {
            wrong.push(format!(
                "{number} ({}): {differ} pixels: {text}",
                case["grid"]
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
}

/// Drawn by rasterio 1.4.4 with GDAL 3.10.3.
#[test]
fn polygons_touch_these_pixels() {
    let whole = [1.0, 0.0, 0.0, 0.0, -1.0, 6.0];
    for (ring, expected) in [
        // Along pixel boundaries nothing beside is touched.
        (
            "[1,1],[5,1],[5,4],[1,4],[1,1]",
            "........ ........ .####... .####... .####... ........",
        ),
        (
            "[1.2,1.2],[5.2,1.2],[5.2,4.2],[1.2,4.2],[1.2,1.2]",
            "........ .#####.. .#####.. .#####.. .#####.. ........",
        ),
        (
            "[0.5,0.5],[7.5,1],[3,5.5],[0.5,0.5]",
            "..##.... ..###... .#####.. .######. ######## ########",
        ),
        // A sliver that holds no centre.
        (
            "[0.1,5.9],[7.9,0.2],[7.9,0.1],[0.1,5.9]",
            "##...... .##..... ..###... ....##.. .....##. ......##",
        ),
    ] {
        let text = format!(r#"{{"type": "Polygon", "coordinates": [[{ring}]]}}"#);
        let mask = Shape::from_geojson(&text)
            .unwrap()
            .mask(&grid(whole, 8, 6))
            .unwrap();
        let rows: Vec<String> = mask
            .values()
            .chunks(8)
            .map(|row| {
                row.iter()
                    .map(|v| if *v == 0 { '.' } else { '#' })
                    .collect()
            })
            .collect();
        assert_eq!(rows.join(" "), expected, "{ring}");
    }
}

#[test]
fn a_hole_is_not_covered() {
    let text = r#"{"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [
        [[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]], [[1, 1], [1, 3], [3, 3], [3, 1], [1, 1]]]}}"#;
    let shape = Shape::from_geojson(text).unwrap();
    let shares = shape
        .coverage(&grid([2.0, 0.0, 0.0, 0.0, -2.0, 4.0], 2, 2), 10)
        .unwrap();
    assert_eq!(shares, [0.75; 4]);
    for scale in [0, 1001] {
        let error = shape.coverage(&grid([1.0, 0.0, 0.0, 0.0, -1.0, 4.0], 4, 4), scale);
        assert!(matches!(
            error,
            Err(Error::InvalidParameter {
                parameter: "cover_scale",
                ..
            })
        ));
    }
}

/// A hundred thousand vertices from top to bottom.
#[test]
fn a_hostile_outline_is_drawn_or_refused_soon() {
    let positions: Vec<String> = (0..100_000)
        .map(|k| {
            format!(
                "[{},{}]",
                f64::from(k) * 1e-2,
                if k % 2 == 0 { -1e9 } else { 1e9 }
            )
        })
        .collect();
    let text = format!(
        r#"{{"type": "Polygon", "coordinates": [[{},{}]]}}"#,
        positions.join(","),
        positions[0]
    );
    let shape = Shape::from_geojson(&text).unwrap();
    let north_up = [1.0, 0.0, 0.0, 0.0, -1.0, 0.0];
    assert!(
        shape
            .mask(&grid(north_up, 1000, 100))
            .unwrap()
            .is_all_valid()
    );
    let error = shape.coverage(&grid(north_up, 1000, 1000), 20).unwrap_err();
    assert!(matches!(error, Error::OverLimit { .. }), "{error}");
    let error = shape
        .coverage(&grid(north_up, 10_000, 10_000), 1000)
        .unwrap_err();
    assert!(matches!(error, Error::OverLimit { .. }), "{error}");
    let error = shape
        .coverage(&grid(north_up, 10_000_000, 1), 1000)
        .unwrap_err();
    assert!(matches!(error, Error::InvalidParameter { .. }), "{error}");
}

#[test]
fn numbers_at_the_end_of_their_range_do_no_harm() {
    for ring in [
        "[-1e308,-1e308],[1e308,-1e308],[1e308,1e308],[-1e308,-1e308]",
        "[1e-320,0],[0,1e-320],[1e-320,1e-320],[1e-320,0]",
        "[4294967296,0.3],[-4294967296,5.1],[0,2147483648.5],[4294967296,0.3]",
    ] {
        let text = format!(r#"{{"type": "Polygon", "coordinates": [[{ring}]]}}"#);
        let shape = Shape::from_geojson(&text).unwrap();
        for affine in [
            [1.0, 0.0, 0.0, 0.0, -1.0, 6.0],
            [1e-300, 0.0, 0.0, 0.0, -1e-300, 0.0],
            [1e-9, 1e-9, 0.0, -1e-9, 2e-9, 0.0],
            [1e9, 0.0, -1e12, 0.0, -1e9, 1e12],
        ] {
            let mask = shape.mask(&grid(affine, 8, 6));
            assert!(mask.is_ok(), "{ring} {affine:?}");
        }
        // One column of two thousand million rows is as far from the origin as it gets.
        let _ = shape
            .mask(&grid([1.0, 0.0, 0.0, 0.0, -1.0, 6.0], 1, 30_000_000))
            .unwrap();
    }
    let shape = Shape::rectangle(BoundingBox::new(0.0, 0.0, 1.0, 1.0)).unwrap();
    assert!(
        shape
            .mask(&grid([0.0, 0.0, 0.0, 0.0, 0.0, 0.0], 8, 6))
            .is_err()
    );
}
