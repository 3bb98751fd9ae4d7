//! OGC API Maps: one source or layer as a picture of any place and size.

use super::wmts::of_layer;
use crate::{
    Error,
    dataset::{Area, Dataset, Wanted},
    ground::going_east,
    http::{Failure, Incoming, Path, pictures},
    params::{ImageParams, ReadParams, SourceParams, wrong},
    state::ServerState,
};
use axum::{extract::State, response::Response};
use cog_render::{Format, OutputSize};
use std::sync::Arc;
use tile_math::{BoundingBox, Crs};
use utoipa::IntoParams;

/// Place and size of a map.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "documents parameters")]
pub(crate) struct MapParams {
    /// Four or six numbers: least and greatest x, y (and height, which is left out).
    #[param(example = "8.9,45.9,9.3,46.2")]
    bbox: Option<String>,
    /// CRS of `bbox`: EPSG:4326 in the order longitude, latitude by default.
    #[param(rename = "bbox-crs")]
    bbox_crs: Option<String>,
    /// CRS of the map; the source's own by default.
    crs: Option<String>,
    /// Columns. With neither columns nor rows the longer side has at most 1024.
    #[param(minimum = 1, maximum = 16384)]
    width: Option<u32>,
    /// Rows.
    #[param(minimum = 1, maximum = 16384)]
    height: Option<u32>,
    /// png, jpeg or webp, or another format; what `Accept` says by default, else png.
    f: Option<String>,
}

/// What a request for a map asks for.
#[derive(Debug)]
struct Asked {
    /// Place, x first, and its CRS.
    place: Option<(BoundingBox, Crs)>,
    crs: Option<Crs>,
    size: OutputSize,
    format: Format,
}

/// The order of the numbers of a bounding box.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Order {
    /// x first, whatever the CRS says: TiTiler's.
    XFirst,
    /// As the CRS's authority says: OGC API's.
    OfCrs,
}

impl Asked {
    fn parse(incoming: &Incoming, order: Order) -> Result<Self, Error> {
        const MOST: u32 = 16_384;
        let query = &incoming.query;
        let crs = pictures::crs(incoming, "crs")?;
        let bbox_crs = pictures::crs(incoming, "bbox-crs")?;
        let place = query
            .text("bbox")
            .map(|text| bounding_box(text, bbox_crs, order))
            .transpose()?;
        let width = query.integer("width", 1, MOST)?;
        let height = query.integer("height", 1, MOST)?;
        let mut size = OutputSize::default();
        if width.is_none() && height.is_none() {
            size = OutputSize::at_most(1024);
        }
        (size.width, size.height) = (width, height);
        Ok(Self {
            place,
            crs,
            size,
            format: format(incoming)?,
        })
    }

    /// The pixels of the map.
    ///
    /// # Errors
    ///
    /// Those of opening the source, whose CRS the map has where the request names none.
    async fn area(self, state: &ServerState, incoming: &Incoming) -> Result<Area, Error> {
        let Some((bounds, bounds_crs)) = self.place else {
            return Ok(Area::Whole {
                crs: self.crs,
                size: self.size,
            });
        };
        let crs = match self.crs {
            Some(crs) => crs,
            None => {
                let dataset = Dataset::open(
                    state,
                    &Wanted::parse(incoming.kind, &incoming.query, &state.names)?,
                )
                .await?;
                // A source without a CRS refuses any box by itself.
                dataset
                    .info()
                    .crs
                    .clone()
                    .unwrap_or_else(|| bounds_crs.clone())
            }
        };
        Ok(Area::Part {
            bounds,
            bounds_crs,
            crs,
            size: self.size,
        })
    }
}

/// Four or six numbers as a box, x first.
fn bounding_box(text: &str, crs: Option<Crs>, order: Order) -> Result<(BoundingBox, Crs), Error> {
    let numbers: Option<Vec<f64>> = text
        .split(',')
        .take(7)
        .map(|number| number.trim().parse().ok().filter(|n: &f64| n.is_finite()))
        .collect();
    let box_of = match numbers.as_deref() {
        Some(&[a, b, c, d]) | Some(&[a, b, _, c, d, _]) => [a, b, c, d],
        _ => {
            return Err(wrong(
                "bbox",
                text,
                "four or six numbers with commas between",
            ));
        }
    };
    let crs = crs.unwrap_or_else(Crs::crs84);
    let [a, b, c, d] = box_of;
    let bounds = match order {
        Order::OfCrs if crs.axis_inverted() => BoundingBox::new(b, a, d, c),
        _ => BoundingBox::new(a, b, c, d),
    };
    let bounds = going_east(bounds, &crs);
    if bounds.left >= bounds.right || bounds.bottom >= bounds.top {
        return Err(wrong(
            "bbox",
            text,
            "a box: least x, least y, greatest x, greatest y",
        ));
    }
    Ok((bounds, crs))
}

/// What `Accept` may choose, the usual one first.
const FORMATS: [Format; 4] = [Format::Png, Format::Jpeg, Format::Webp, Format::Tif];

/// The format that a request asks for: `f`, else `Accept`, else PNG.
///
/// # Errors
///
/// [`Error::Parameter`] if `f` is none.
pub(super) fn format(incoming: &Incoming) -> Result<Format, Error> {
    if let Some(name) = incoming.query.text("f") {
        return crate::params::format(name);
    }
    let preferred = incoming.preferred(&FORMATS.map(Format::media_type));
    let named = FORMATS
        .into_iter()
        .find(|format| Some(format.media_type()) == preferred);
    Ok(named.unwrap_or(Format::Png))
}

/// A map of a source.
///
/// The numbers of `bbox` are in the order x, y, as TiTiler reads them.
#[utoipa::path(
    get,
    path = "/cog/map",
    tag = "OGC",
    operation_id = "map",
    params(SourceParams, MapParams, ReadParams, ImageParams),
    responses(crate::http::openapi::Drawn, crate::http::openapi::DrawingFails)
)]
pub(crate) async fn of_source(
    State(state): State<Arc<ServerState>>,
    incoming: Incoming,
) -> Result<Response, Failure> {
    let asked = Asked::parse(&incoming, Order::XFirst)?;
    draw(&state, incoming, asked).await
}

/// A map of a served layer.
///
/// The numbers of `bbox` are in the order of the axes of `bbox-crs`.
#[utoipa::path(
    get, path = "/collections/{id}/map", tag = "OGC", operation_id = "collection_map",
    params(
        ("id" = String, Path, description = "A layer's id; see /layers", example = "dem"),
        ("style" = Option<String>, Query, description = "A style of the layer: default, or a colormap's name for layers of one band"),
        MapParams,
    ),
    responses(crate::http::openapi::Drawn, crate::http::openapi::DrawingFails)
)]
pub(crate) async fn of_collection(
    State(state): State<Arc<ServerState>>,
    Path(id): Path<String>,
    incoming: Incoming,
) -> Result<Response, Failure> {
    let asked = Asked::parse(&incoming, Order::OfCrs)?;
    let style = incoming.query.text("style").unwrap_or_default().to_owned();
    let incoming = of_layer(&state, incoming, &id, &style)?;
    draw(&state, incoming, asked).await
}

async fn draw(state: &ServerState, incoming: Incoming, asked: Asked) -> Result<Response, Failure> {
    let format = asked.format;
    let area = asked.area(state, &incoming).await?;
    let incoming = incoming.of_format(format.name());
    pictures::draw(state, &incoming, area, Some(format)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_is_read_in_the_order_asked_for() {
        let read = |text, crs: Option<&str>, order| {
            bounding_box(text, crs.map(|c| Crs::parse(c).unwrap()), order)
                .map(|(b, _)| b.to_array())
        };
        let (xy, native) = (Order::XFirst, Order::OfCrs);
        assert_eq!(read("1,2,3,4", None, native).unwrap(), [1.0, 2.0, 3.0, 4.0]);
        assert_eq!(
            read("1,2,3,4", Some("[EPSG:4326]"), native).unwrap(),
            [2.0, 1.0, 4.0, 3.0]
        );
        assert_eq!(
            read("1,2,3,4", Some("EPSG:4326"), xy).unwrap(),
            [1.0, 2.0, 3.0, 4.0]
        );
        assert_eq!(
            read("1,2,-9,3,4,9", None, xy).unwrap(),
            [1.0, 2.0, 3.0, 4.0]
        );
        assert_eq!(
            read("170,2,-170,4", None, xy).unwrap(),
            [170.0, 2.0, 190.0, 4.0]
        );
        for text in [
            "",
            "1,2,3",
            "1,2,3,4,5",
            "1,4,3,2",
            "nan,0,1,1",
            "0,0,0,0,inf,1",
            "1,2,3,4,5,6,7",
        ] {
            assert_eq!(read(text, None, xy).unwrap_err().status(), 422, "{text}");
        }
    }
}
