//! WMS GetMap: what is asked for, and the picture of it.

use super::{
    canvas::Canvas,
    exception::{Dialect, Exception},
    kvp::Kvp,
    wms::{Found, Layers},
};
use crate::{
    Error,
    dataset::Area,
    http::{Answer, Timing, conditional::entity_tag},
    params::{ImageParams, wrong},
    state::ServerState,
};
use axum::response::Response;
use cog_render::{Error as RenderError, Format, Grid};
use std::sync::Arc;
use tile_math::{BoundingBox, Crs};

/// Layers that one map may show.
pub(super) const MOST_LAYERS: usize = 16;

/// Columns and rows that one map may have.
pub(super) const MOST_PIXELS: u32 = 4096;

/// What maps can be.
const FORMATS: [(&str, Format); 4] = [
    ("image/png", Format::Png),
    ("image/jpeg", Format::Jpeg),
    ("image/webp", Format::Webp),
    // TiTiler's name for a JPEG.
    ("image/jpg", Format::Jpeg),
];

/// What the capabilities list.
pub(super) fn media_types() -> Vec<&'static str> {
    FORMATS.map(|(name, _)| name).to_vec()
}

/// The pixels of a map.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub(super) crs: Crs,
    /// x first, whatever the request's order.
    pub(super) bounds: BoundingBox,
    pub(super) width: u32,
    pub(super) height: u32,
}

impl Frame {
    /// CRS (or SRS), BBOX, WIDTH, HEIGHT.
    pub(super) fn parse(kvp: &Kvp, dialect: Dialect) -> Result<Self, Exception> {
        let old = dialect == Dialect::Wms111;
        // Either name is taken: clients that switch versions often forget this.
        let name = match (old, kvp.text("crs"), kvp.text("srs")) {
            (false, Some(_), _) | (false, None, None) | (true, Some(_), None) => "crs",
            _ => "srs",
        };
        let text = kvp.required(dialect, name)?;
        let crs = Crs::parse(text).map_err(|e| {
            let code = if old { "InvalidSRS" } else { "InvalidCRS" };
            let error = Error::Request(format!("{}: {e}", name.to_ascii_uppercase()));
            dialect.exception(error, Some(code)).at(name)
        })?;
        let expected = "four numbers with commas between, the least two first";
        let [a, b, c, d] = kvp.read(dialect, "bbox", expected, |text| {
            let numbers: Option<Vec<f64>> = text
                .split(',')
                .take(5)
                .map(|n| n.trim().parse().ok().filter(|n: &f64| n.is_finite()))
                .collect();
            let numbers: [f64; 4] = numbers?.try_into().ok()?;
            (numbers[0] < numbers[2] && numbers[1] < numbers[3]).then_some(numbers)
        })?;
        let exchanged = !old && crs.axis_inverted();
        let bounds = if exchanged {
            BoundingBox::new(b, a, d, c)
        } else {
            BoundingBox::new(a, b, c, d)
        };
        let expected = format!("a whole number from 1 to {MOST_PIXELS}");
        let pixels = |name| {
            kvp.read(dialect, name, &expected, |text| {
                text.trim()
                    .parse()
                    .ok()
                    .filter(|n| (1..=MOST_PIXELS).contains(n))
            })
        };
        Ok(Self {
            crs,
            bounds,
            width: pixels("width")?,
            height: pixels("height")?,
        })
    }

    pub(super) fn grid(&self) -> Result<Grid, RenderError> {
        Grid::for_bounds(self.bounds, &self.crs, self.width, self.height)
    }
}

/// The map that a request asks for.
pub(super) async fn map(
    state: &ServerState,
    kvp: &Kvp,
    dialect: Dialect,
    layers: Layers<'_>,
) -> Result<Response, Exception> {
    let frame = Frame::parse(kvp, dialect)?;
    let format = format(kvp, dialect)?;
    let background = background(kvp, dialect, format)?;
    let found = layers.named(kvp, dialect, "layers")?;
    draw(state, kvp, &found, &frame, format, background)
        .await
        .map_err(|e| dialect.failed(e))
}

async fn draw(
    state: &ServerState,
    kvp: &Kvp,
    found: &[Found],
    frame: &Frame,
    format: Format,
    background: [u8; 4],
) -> Result<Response, Error> {
    let mut timing = Timing::start();
    let mut sources = Vec::new();
    for layer in found {
        // Mistakes show before anything is opened.
        let style = ImageParams::parse(&layer.query(), &state.names)?;
        let dataset = timing.stage("header", layer.open(state)).await?;
        sources.push((dataset, style));
    }
    let incoming = kvp.incoming(&[]);
    let tags: Option<Vec<String>> = sources.iter().map(|(d, _)| incoming.tag(d)).collect();
    let tag = tags.map(|tags| entity_tag(tags.iter().map(String::as_str)));
    let mut answer = Answer::to(&incoming, state.max_age)
        .tag(tag)
        .kept_in(&state.pictures);
    if let Some(response) = answer.known() {
        return Ok(response);
    }
    let mut admission = timing.stage("queue", state.cpu.admit()).await?;
    let mut canvas = Canvas::new(frame.width, frame.height, background);
    let area = Arc::new(Area::Grid(frame.grid()?));
    // The first is at the bottom (OGC 06-042, 7.3.3.3).
    for (dataset, style) in sources {
        let image = dataset.read(&mut admission, &area, &mut timing).await?;
        let laid = state.cpu.run(move || {
            let picture = cog_render::style(&image, &style, Format::Png)?;
            canvas.lay(&picture)?;
            Ok::<_, Error>(canvas)
        });
        canvas = timing.stage("style", laid).await??;
    }
    let encoded = state.cpu.run(move || canvas.encode(format));
    let encoded = timing.stage("encode", encoded).await??;
    let answer = answer.timing(&timing);
    Ok(answer.bytes(format.media_type(), encoded.into()))
}

/// FORMAT.
fn format(kvp: &Kvp, dialect: Dialect) -> Result<Format, Exception> {
    let text = kvp.required(dialect, "format")?;
    let known = FORMATS
        .iter()
        .find(|(name, _)| text.eq_ignore_ascii_case(name));
    known.map(|(_, format)| *format).ok_or_else(|| {
        let error = wrong(
            "FORMAT",
            text,
            &format!("one of {}", media_types().join(", ")),
        );
        dialect
            .exception(Error::Request(error.to_string()), Some("InvalidFormat"))
            .at("format")
    })
}

/// TRANSPARENT and BGCOLOR: what shows where no layer has anything.
fn background(kvp: &Kvp, dialect: Dialect, format: Format) -> Result<[u8; 4], Exception> {
    let given = |name: &str| kvp.text(name).is_some_and(|text| !text.is_empty());
    let mut transparent = false;
    if given("transparent") {
        transparent = kvp.read(dialect, "transparent", "TRUE or FALSE", |text| {
            match text.to_ascii_lowercase().as_str() {
                "true" => Some(true),
                "false" => Some(false),
                _ => None,
            }
        })?;
    }
    let mut color = [255; 3];
    if given("bgcolor") {
        color = kvp.read(dialect, "bgcolor", "a colour as 0xRRGGBB", |text| {
            let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
            let digits = digits.or_else(|| text.strip_prefix('#')).unwrap_or(text);
            let hexadecimal = digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit());
            let number = u32::from_str_radix(digits, 16)
                .ok()
                .filter(|_| hexadecimal)?;
            let [_, r, g, b] = number.to_be_bytes();
            Some([r, g, b])
        })?;
    }
    let [r, g, b] = color;
    let clear = transparent && format.has_alpha();
    Ok([r, g, b, if clear { 0 } else { 255 }])
}
