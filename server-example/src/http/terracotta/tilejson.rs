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
    let mut bounds = [f64::MAX, f64::MAX, f64::MIN, f64::MIN];
    let mut zooms: Option<(i8, i8)> = None;
    let mut name = String::new();
    for values in datasets {
        let found = find(state, catalog, values).await?;
        let [west, south, east, north] = found.metadata.bounds;
        bounds = [
            bounds[0].min(west),
            bounds[1].min(south),
            bounds[2].max(east),
            bounds[3].max(north),
        ];
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
    let [west, south, east, north] = bounds;
    let body = json!({
        "tilejson": "3.0.0",
        "name": name,
        "version": "1.0.0",
        "scheme": "xyz",
        "tiles": [tiles],
        "minzoom": minzoom,
        "maxzoom": maxzoom,
        "bounds": bounds,
        "center": [(west + east) / 2.0, (south + north) / 2.0, f64::from(minzoom)],
    });
    Ok(Answer::to(incoming, 0).json(&body))
}
