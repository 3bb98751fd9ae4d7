//! Laws that hold for all tiles and points.

use proptest::prelude::*;
use tile_math::{Crs, Tile, TileMatrixSet, Transformer};

fn any_set() -> impl Strategy<Value = std::sync::Arc<TileMatrixSet>> {
    prop::sample::select(TileMatrixSet::builtin_ids())
        .prop_map(|id| TileMatrixSet::builtin(id).unwrap())
}

proptest! {
    #[test]
    fn a_tiles_middle_lies_in_it(tms in any_set(), z in 0.0..1.0_f64, x in 0.0..1.0_f64, y in 0.0..1.0_f64) {
        let span = f64::from(tms.max_zoom()) - f64::from(tms.min_zoom());
        let zoom = (f64::from(tms.min_zoom()) + span * z).round() as i8;
        let (width, height) = tms.extrema(zoom).unwrap();
        let row = (f64::from(height - 1) * y).round() as u32;
        let coalesce = tms.matrix(zoom).unwrap().coalesce(row);
        let column = (f64::from(width - 1) * x).round() as u32;
        let tile = Tile::new(zoom, column - column % coalesce, row);
        let (cx, cy) = tms.xy_bounds(tile).unwrap().center();
        prop_assert_eq!(tms.tile_at(cx, cy, zoom).unwrap(), tile);
        prop_assert!(tms.is_valid(tile));
        for parent in tms.parents(tile).unwrap() {
            prop_assert!(tms.xy_bounds(parent).unwrap().intersects(&tms.xy_bounds(tile).unwrap()));
        }
    }

    #[test]
    fn quadkeys_return(z in 0_i8..24, x in any::<u32>(), y in any::<u32>()) {
        let tms = TileMatrixSet::builtin("WebMercatorQuad").unwrap();
        let tile = Tile::new(z, x % (1 << z), y % (1 << z));
        let key = tms.quadkey(tile).unwrap();
        prop_assert_eq!(tms.tile_from_quadkey(&key).unwrap(), tile);
        if let Some(parent) = tms.parent(tile).unwrap() {
            prop_assert_eq!(tms.quadkey(parent).unwrap(), &key[..key.len() - 1]);
        }
    }

    #[test]
    fn transforms_return(code in prop::sample::select(vec![3857_u32, 3395, 32633, 3035, 2154, 5070, 3413, 2056, 27700, 5514, 28992, 2193]), u in 0.05..0.95_f64, v in 0.05..0.95_f64) {
        let crs = Crs::from_epsg(code).unwrap();
        let a = crs.area_of_use().unwrap().to_array();
        let east = if a[2] < a[0] { a[2] + 360.0 } else { a[2] };
        let (lon, lat) = (a[0] + (east - a[0]) * u, a[1] + (a[3] - a[1]) * v);
        let t = Transformer::new(&crs.geographic(), &crs).unwrap();
        let (x, y) = t.transform(lon, lat).unwrap();
        let (lon2, lat2) = t.inverse().transform(x, y).unwrap();
        let turn = (lon2 - lon).abs();
        prop_assert!(turn.min((turn - 360.0).abs()) < 1e-9 && (lat2 - lat).abs() < 1e-9, "{lon} {lat} {lon2} {lat2}");
    }
}
