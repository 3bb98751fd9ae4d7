//! WMS GetFeatureInfo: the values under a pixel of a map.

use super::{
    exception::{Dialect, Exception},
    kvp::Kvp,
    wms::{Found, Layers},
    wms_map::Frame,
};
use crate::{
    Error,
    dataset::{Area, Dataset},
    ground::number,
    http::{Answer, Timing},
    params::wrong,
    state::{Admission, ServerState},
};
use axum::response::Response;
use maud::html;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use tile_math::{BoundingBox, Crs, Transformer};

/// What the values can be written as, the default first.
pub(super) const MEDIA_TYPES: [&str; 4] = [
    "text/plain",
    "text/html",
    "application/json",
    "application/geo+json",
];

/// A layer's name, and its bands' names and values; none where the layer has nothing.
type Values = (String, Vec<(String, Option<f64>)>);

/// The values that a request asks for.
pub(super) async fn info(
    state: &ServerState,
    kvp: &Kvp,
    dialect: Dialect,
    layers: Layers<'_>,
) -> Result<Response, Exception> {
    let frame = Frame::parse(kvp, dialect)?;
    let (across, down) = match dialect {
        Dialect::Wms111 => ("x", "y"),
        _ => ("i", "j"),
    };
    let place = |name: &str, most: u32| {
        let text = kvp.required(dialect, name)?;
        text.parse::<u32>()
            .ok()
            .filter(|n| *n < most)
            .ok_or_else(|| {
                let upper = name.to_ascii_uppercase();
                let error = wrong(
                    &upper,
                    text,
                    &format!("a whole number from 0 to {}", most - 1),
                );
                dialect
                    .exception(Error::Request(error.to_string()), Some("InvalidPoint"))
                    .at(name)
            })
    };
    let pixel = frame.pixel(place(across, frame.width)?, place(down, frame.height)?);
    let asked = kvp.text("info_format").filter(|text| !text.is_empty());
    let media_type = match asked {
        None => None,
        Some(text) => Some(
            MEDIA_TYPES
                .into_iter()
                .find(|m| *m == text)
                .ok_or_else(|| {
                    let error = wrong(
                        "INFO_FORMAT",
                        text,
                        &format!("one of {}", MEDIA_TYPES.join(", ")),
                    );
                    dialect
                        .exception(Error::Request(error.to_string()), Some("InvalidFormat"))
                        .at("info_format")
                })?,
        ),
    };
    // What is asked must be among what the map shows.
    layers.named(kvp, dialect, "layers")?;
    let found = layers.named(kvp, dialect, "query_layers")?;
    answer(state, kvp, &found, &pixel, media_type)
        .await
        .map_err(|e| dialect.failed(e))
}

async fn answer(
    state: &ServerState,
    kvp: &Kvp,
    found: &[Found],
    pixel: &Frame,
    media_type: Option<&'static str>,
) -> Result<Response, Error> {
    let mut timing = Timing::start();
    let mut datasets = Vec::new();
    for layer in found {
        datasets.push(timing.stage("header", layer.open(state)).await?);
    }
    let mut admission = timing.stage("queue", state.cpu.admit()).await?;
    let mut values = Vec::new();
    for (layer, dataset) in found.iter().zip(&datasets) {
        let at = at(dataset, &mut admission, pixel, &mut timing).await?;
        values.push((layer.name.clone(), at));
    }
    let incoming = kvp.incoming(&[]);
    let answer = Answer::to(&incoming, state.max_age).timing(&timing);
    Ok(match media_type {
        None => answer.bytes("text/plain; charset=utf-8", bare(&values).into()),
        Some("text/html") => answer.bytes("text/html; charset=utf-8", page(&values).into()),
        Some(json @ ("application/json" | "application/geo+json")) => {
            answer.json_as(json, &collection(&values, pixel))
        }
        Some(_) => answer.bytes("text/plain; charset=utf-8", named(&values).into()),
    })
}

impl Frame {
    /// One pixel of the frame, as a frame.
    fn pixel(&self, column: u32, row: u32) -> Self {
        let BoundingBox { left, top, .. } = self.bounds;
        let (across, down) = (
            self.bounds.width() / f64::from(self.width),
            self.bounds.height() / f64::from(self.height),
        );
        let (x, y) = (
            left + across * f64::from(column),
            top - down * f64::from(row),
        );
        Self {
            crs: self.crs.clone(),
            bounds: BoundingBox::new(x, y - down, x + across, y),
            width: 1,
            height: 1,
        }
    }
}

/// The values of the bands that the map would show.
async fn at(
    dataset: &Dataset,
    admission: &mut Admission,
    pixel: &Frame,
    timing: &mut Timing,
) -> Result<Vec<(String, Option<f64>)>, Error> {
    let area = Arc::new(Area::Grid(pixel.grid()?));
    let image = dataset.read(admission, &area, timing).await?;
    if image.is_empty() {
        return Ok(Vec::new());
    }
    let bands = image.bands().iter().enumerate();
    Ok(bands
        .map(|(index, band)| (band.name.clone(), image.value(index, 0, 0)))
        .collect())
}

/// TiTiler's form: the values with commas between, a line for each layer.
fn bare(values: &[Values]) -> String {
    let line = |(_, bands): &Values| {
        let texts: Vec<String> = bands.iter().map(|(_, value)| text(*value)).collect();
        texts.join(",")
    };
    values.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// A line for each band.
fn named(values: &[Values]) -> String {
    let mut out = String::new();
    for (layer, bands) in values {
        for (band, value) in bands {
            out.push_str(&format!("{layer} {band} = {}\n", text(*value)));
        }
        if bands.is_empty() {
            out.push_str(&format!("{layer}: nothing here\n"));
        }
    }
    out
}

fn page(values: &[Values]) -> String {
    let page = html! {
        table {
            @for (layer, bands) in values {
                tr { th colspan="2" { (layer) } }
                @for (band, value) in bands {
                    tr { td { (band) } td { (text(*value)) } }
                }
                @if bands.is_empty() { tr { td colspan="2" { "nothing here" } } }
            }
        }
    };
    page.into_string()
}

/// A feature for each layer, at the pixel's centre.
fn collection(values: &[Values], pixel: &Frame) -> Value {
    let (x, y) = pixel.bounds.center();
    let place = Transformer::new(&pixel.crs, &Crs::crs84())
        .and_then(|transformer| transformer.transform(x, y))
        .ok();
    let geometry = place
        .map(|(lon, lat)| json!({ "type": "Point", "coordinates": [number(lon), number(lat)] }));
    let features: Vec<Value> = values
        .iter()
        .map(|(layer, bands)| {
            let properties: Map<String, Value> = bands
                .iter()
                .map(|(band, value)| (band.clone(), value.map_or(Value::Null, number)))
                .collect();
            json!({ "type": "Feature", "id": layer, "geometry": geometry, "properties": properties })
        })
        .collect();
    json!({ "type": "FeatureCollection", "features": features })
}

fn text(value: Option<f64>) -> String {
    value.map_or_else(|| "null".to_owned(), |value| value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pixel_counts_from_the_upper_left() {
        let frame = Frame {
            crs: Crs::web_mercator(),
            bounds: BoundingBox::new(0.0, 0.0, 100.0, 50.0),
            width: 10,
            height: 5,
        };
        assert_eq!(frame.pixel(0, 0).bounds.to_array(), [0.0, 40.0, 10.0, 50.0]);
        assert_eq!(
            frame.pixel(9, 4).bounds.to_array(),
            [90.0, 0.0, 100.0, 10.0]
        );
    }

    #[test]
    fn nothing_and_names_are_written_safely() {
        let values = [
            (
                "<a>".to_owned(),
                vec![("b1".to_owned(), Some(1.5)), ("b2".to_owned(), None)],
            ),
            ("out".to_owned(), Vec::new()),
        ];
        assert_eq!(bare(&values), "1.5,null\n");
        assert_eq!(
            named(&values),
            "<a> b1 = 1.5\n<a> b2 = null\nout: nothing here\n"
        );
        assert!(page(&values).contains("&lt;a&gt;"));
    }
}
