//! TileJSON of keyed datasets.

use super::{Refusal, address::written, found::find};
use crate::{
    http::{Answer, Incoming},
    params::{Pixels, invalid},
    state::ServerState,
};
use axum::response::Response;
use catalog::Catalog;
use cog_raster::RasterSource as _;
use serde_json::json;
use std::sync::Arc;

/// TileJSON 3.0.0 of the tiles beside the document's own path.
pub(super) async fn tilejson(
    state: &ServerState,
    incoming: &Incoming,
    prefix: &str,
    catalog: &Arc<dyn Catalog>,
    datasets: &[Vec<String>],
    pixels: &Pixels,
) -> Result<Response, Refusal> {
    let tms = state.names.tile_matrix_set(&pixels.tms)?;
    let format = incoming.query.first("tile_format").unwrap_or("png");
    if !["png", "jpg", "jpeg", "webp", "npy"].contains(&format) {
        return Err(invalid("tile_format", "Must be one of: png, jpg, webp, npy.").into());
    }
    let mut bounds: Option<[f64; 4]> = None;
    let mut zooms: Option<(i8, i8)> = None;
    let mut name = String::new();
    for values in datasets {
        let found = find(state, catalog, values).await?;
        let own = found.metadata.bounds;
        bounds = Some(bounds.map_or(own, |others| around(others, own)));
        let own = crate::ground::zooms(found.source.cog.info(), &tms)?;
        zooms = Some(zooms.map_or(own, |z| (z.0.min(own.0), z.1.max(own.1))));
        if name.is_empty() {
            name = values.join(" ");
        }
    }
    let (minzoom, maxzoom) = zooms.unwrap_or((tms.min_zoom(), tms.max_zoom()));
    let path = super::address::values(incoming.uri.path(), prefix);
    let path = written(path.split_last().map_or(&[], |(_, before)| before));
    let rest = incoming.query.without(&["tile_format"]);
    let rest = if rest.is_empty() {
        rest
    } else {
        format!("?{rest}")
    };
    let kind = prefix.trim_end_matches('/');
    let tiles = format!(
        "{}{kind}{path}/{{z}}/{{x}}/{{y}}.{format}{rest}",
        incoming.base_url()
    );
    let bounds = bounds.unwrap_or([-180.0, -90.0, 180.0, 90.0]);
    let body = json!({
        "tilejson": "3.0.0",
        "name": name,
        "version": "1.0.0",
        "scheme": "xyz",
        "tiles": [tiles],
        "minzoom": minzoom,
        "maxzoom": maxzoom,
        "bounds": bounds,
        "center": center(bounds, minzoom),
    });
    Ok(Answer::to(incoming, 0).json(&body))
}

/// The smaller box around two, in degrees; west is greater than east where it crosses the antimeridian.
fn around(a: [f64; 4], b: [f64; 4]) -> [f64; 4] {
    let (south, north) = (a[1].min(b[1]), a[3].max(b[3]));
    // One of the two begins it, and it goes on until both have ended.
    let from = |first: [f64; 4], second: [f64; 4]| {
        let offset = (second[0] - first[0]).rem_euclid(360.0);
        (first[0], across(first).max(offset + across(second)))
    };
    let (west, width) = [from(a, b), from(b, a)]
        .into_iter()
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .unwrap_or((-180.0, 360.0));
    if width >= 360.0 {
        return [-180.0, south, 180.0, north];
    }
    [west, south, to_180(west + width), north]
}

fn center(bounds: [f64; 4], zoom: i8) -> [f64; 3] {
    let [west, south, _, north] = bounds;
    let longitude = to_180(west + across(bounds) / 2.0);
    [longitude, (south + north) / 2.0, f64::from(zoom)]
}

/// Degrees from west to east.
fn across([west, _, east, _]: [f64; 4]) -> f64 {
    if east < west {
        east - west + 360.0
    } else {
        east - west
    }
}

fn to_180(longitude: f64) -> f64 {
    if longitude > 180.0 {
        longitude - 360.0
    } else {
        longitude
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_go_on_over_the_antimeridian() {
        let (here, there) = ([10.0, 0.0, 20.0, 5.0], [15.0, -5.0, 30.0, 1.0]);
        assert_eq!(around(here, there), [10.0, -5.0, 30.0, 5.0]);
        assert_eq!(center(here, 3), [15.0, 2.5, 3.0]);
        let over = [170.0, -10.0, -170.0, 10.0];
        assert_eq!(center(over, 0), [180.0, 0.0, 0.0]);
        assert_eq!(center([170.0, 0.0, -150.0, 0.0], 0)[0], -170.0);
        let east = [160.0, 0.0, 175.0, 1.0];
        assert_eq!(around(over, east), [160.0, -10.0, -170.0, 10.0]);
        assert_eq!(around(east, over), around(over, east));
        let west = [-175.0, 0.0, -160.0, 1.0];
        assert_eq!(around(east, west), [160.0, 0.0, -160.0, 1.0]);
        let world = [-180.0, -90.0, 180.0, 90.0];
        assert_eq!(around(world, over), world);
        assert_eq!(around(over, over), over);
    }
}
