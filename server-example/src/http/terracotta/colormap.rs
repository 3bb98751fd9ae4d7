//! Which colours values have, as numbers and as a picture.

use super::Refusal;
use crate::{
    Error,
    http::{Answer, Incoming},
    params::{invalid, numbers, shade_map, value_colors},
    state::ServerState,
};
use axum::{extract::State, response::Response};
use cog_render::{ShadeMap, Shaded, Stretch};
use core::fmt::Write as _;
use serde_json::{Value, json};
use std::sync::Arc;

/// Most values of an answer.
const MOST_VALUES: u32 = 10_000;

/// Values and their colours, evenly spaced.
#[utoipa::path(
    get, path = "/colormap", tag = "Terracotta",
    params(
        ("stretch_range" = String, Query, description = "Least and greatest value as JSON", example = "[0,1]"),
        ("colormap" = Option<String>, Query, description = "Name of a colormap; grey by default"),
        ("num_values" = Option<u32>, Query, description = "How many values, 255 by default, at most 10000"),
    ),
    responses(
        (status = 200, description = "Values with red, green, blue and alpha, 0 to 255", body = Object, content_type = "application/json"),
        super::document::ListingFails,
    )
)]
pub(in crate::http) async fn colormap(
    State(state): State<Arc<ServerState>>,
    incoming: Incoming,
) -> Result<Response, Refusal> {
    let query = &incoming.query;
    let range = numbers(query, "stretch_range")?;
    let map = shade_map(query.first("colormap"), &state.names)?.unwrap_or_else(ShadeMap::grey);
    let count = match query.first("num_values") {
        None => 255,
        Some(text) => text
            .trim()
            .parse::<u32>()
            .ok()
            .filter(|count| *count <= MOST_VALUES)
            .ok_or_else(|| {
                let what = format_args!("Must be an integer from 0 to {MOST_VALUES}.").to_string();
                invalid("num_values", what)
            })?,
    };
    let body = json!({ "colormap": entries(range, &map, count) });
    Ok(Answer::to(&incoming, state.max_age).json(&body))
}

fn entries([low, high]: [f64; 2], map: &ShadeMap, count: u32) -> Vec<Value> {
    let stretch = Stretch::new(low, high);
    let step = (high - low) / f64::from(count.max(2) - 1);
    let value = |at: u32| match at {
        at if at + 1 == count && at > 0 => high,
        at => f64::from(at) * step + low,
    };
    let entry = |value: f64| {
        let color = map.colors()[usize::from(stretch.shade(value).max(1)) - 1];
        json!({ "value": value, "rgba": color.map(f64::from) })
    };
    (0..count).map(value).map(entry).collect()
}

/// A legend of a colormap, or of the colours of single values, as JSON. Beyond Terracotta.
#[utoipa::path(
    get, path = "/legend.{format}", tag = "Terracotta",
    params(
        ("format" = String, Path, description = "json, png or svg"),
        ("stretch_range" = Option<String>, Query, description = "Least and greatest value as JSON; not with explicit_color_map", example = "[0,1]"),
        ("colormap" = Option<String>, Query, description = "Name of a colormap; grey by default"),
        ("explicit_color_map" = Option<String>, Query, description = "Colours of single values, as for /singleband"),
        ("width" = Option<u32>, Query, description = "Columns of the picture, 256 by default, at most 4096"),
        ("height" = Option<u32>, Query, description = "Rows of the picture, 20 by default, at most 4096"),
    ),
    responses(
        (status = 200, description = "The legend", content((Object = "application/json"), (Vec<u8> = "image/png"), (String = "image/svg+xml"))),
        super::document::ListingFails,
    )
)]
pub(in crate::http) async fn legend(
    State(state): State<Arc<ServerState>>,
    incoming: Incoming,
) -> Result<Response, Refusal> {
    let query = &incoming.query;
    let side = |name: &str, usual: u32| match query.first(name) {
        None => Ok(usual),
        Some(text) => {
            let side = text.parse().ok().filter(|side| (1..=4096).contains(side));
            side.ok_or_else(|| invalid(name, "Must be an integer from 1 to 4096."))
        }
    };
    let (width, height) = (side("width", 256)?, side("height", 20)?);
    let steps: Vec<(f64, [u8; 4])> = match value_colors(query)? {
        Some(colors) => colors.entries().to_vec(),
        None => {
            let [low, high] = numbers(query, "stretch_range")?;
            let map = shade_map(query.first("colormap"), &state.names)?;
            let map = map.unwrap_or_else(ShadeMap::grey);
            let colors = map.colors().iter().enumerate();
            colors
                .map(|(at, color)| (low + (high - low) * at as f64 / 254.0, *color))
                .collect()
        }
    };
    let is_explicit = query.first("explicit_color_map").is_some();
    let answer = Answer::to(&incoming, state.max_age);
    match incoming.uri.path() {
        "/legend.png" => {
            let drawn = state.cpu.run(move || picture(&steps, width, height));
            Ok(answer.bytes("image/png", drawn.await??.into()))
        }
        "/legend.svg" => {
            let text = svg(&steps, is_explicit, width, height);
            Ok(answer.bytes("image/svg+xml", text.into_bytes().into()))
        }
        _ => {
            let entries = steps.iter();
            let entries = entries.map(|(value, color)| json!({ "value": value, "rgba": color }));
            let body = json!({
                "type": if is_explicit { "explicit" } else { "ramp" },
                "colormap": entries.collect::<Vec<_>>(),
            });
            Ok(answer.json(&body))
        }
    }
}

/// A strip of the colours, from left to right.
fn picture(steps: &[(f64, [u8; 4])], width: u32, height: u32) -> Result<Vec<u8>, Error> {
    // No map has more than 255.
    let place = |column: u32| (2 * column as usize + 1) * steps.len() / (2 * width as usize);
    let line: Vec<u8> = (0..width).map(|column| place(column) as u8 + 1).collect();
    let mut colors = [[0; 4]; 256];
    for (to, (_, color)) in colors.iter_mut().zip(steps) {
        *to = *color;
    }
    let shades = line.repeat(height as usize);
    let shaded = Shaded::of_band(width, height, shades, Some(&ShadeMap::from_colors(&colors)))?;
    Ok(shaded.to_png(9)?)
}

/// A strip with its values, or a list of colours with theirs.
fn svg(steps: &[(f64, [u8; 4])], is_explicit: bool, width: u32, height: u32) -> String {
    const LINE: u32 = 16;
    let fill = |[r, g, b, a]: [u8; 4]| {
        let opacity = f64::from(a) / 255.0;
        format!("fill=\"rgb({r},{g},{b})\" fill-opacity=\"{opacity:.3}\"")
    };
    let rows = u32::try_from(steps.len()).unwrap_or(1);
    let high = if is_explicit {
        rows * height
    } else {
        height + LINE
    };
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{high}\" viewBox=\"0 0 {width} {high}\" font-family=\"sans-serif\" font-size=\"11\">"
    );
    for (at, (value, color)) in steps.iter().enumerate() {
        let fill = fill(*color);
        let _ = if is_explicit {
            let (top, middle) = (at as u32 * height, at as u32 * height + height / 2);
            write!(
                out,
                "<rect x=\"0\" y=\"{top}\" width=\"{height}\" height=\"{height}\" {fill}/><text x=\"{}\" y=\"{middle}\" dominant-baseline=\"middle\">{value}</text>",
                height + 6
            )
        } else {
            let wide = f64::from(width) / f64::from(rows);
            let left = at as f64 * wide;
            // A little wider, so that no background shows between them.
            write!(
                out,
                "<rect x=\"{left:.2}\" y=\"0\" width=\"{:.2}\" height=\"{height}\" {fill}/>",
                wide + 0.5
            )
        };
    }
    if let (false, Some((low, _)), Some((most, _))) = (is_explicit, steps.first(), steps.last()) {
        let base = height + LINE - 4;
        let middle = f64::midpoint(*low, *most);
        let _ = write!(
            out,
            "<text x=\"0\" y=\"{base}\">{low}</text><text x=\"{}\" y=\"{base}\" text-anchor=\"middle\">{middle}</text><text x=\"{width}\" y=\"{base}\" text-anchor=\"end\">{most}</text>",
            width / 2
        );
    }
    out.push_str("</svg>");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_evenly_spaced_and_ends_exact() {
        let map = ShadeMap::named("viridis").unwrap();
        let told = entries([0.0, 1.0], &map, 3);
        assert_eq!(
            told[0],
            json!({ "value": 0.0, "rgba": [68.0, 1.0, 84.0, 255.0] })
        );
        assert_eq!(
            told[1],
            json!({ "value": 0.5, "rgba": [32.0, 144.0, 140.0, 255.0] })
        );
        assert_eq!(told[2]["value"], 1.0);
        assert_eq!(entries([0.1, 0.7], &map, 7)[6]["value"], 0.7);
        assert_eq!(entries([3.0, 9.0], &map, 1)[0]["value"], 3.0);
        assert!(entries([0.0, 1.0], &map, 0).is_empty());
    }

    #[test]
    fn legends_are_strips_and_lists() {
        let steps = [(1.0, [255, 0, 0, 255]), (2.0, [0, 0, 255, 128])];
        assert_eq!(&picture(&steps, 10, 3).unwrap()[1..4], b"PNG");
        let list = svg(&steps, true, 100, 20);
        assert!(
            list.contains("fill=\"rgb(0,0,255)\" fill-opacity=\"0.502\"")
                && list.contains(">2</text>")
        );
        assert!(svg(&steps, false, 100, 20).contains(">1.5</text>"));
    }
}
