//! How a served layer is drawn where a client names a style and nothing else.

use crate::{
    Error,
    state::{Layer, Names},
};

/// The style that every layer has.
pub(super) const DEFAULT: &str = "default";

/// Colormaps that capabilities list for layers of one band. Requests may name any other of `/colorMaps`.
const LISTED: [&str; 8] = [
    "viridis",
    "magma",
    "terrain",
    "gist_earth",
    "rdylgn",
    "rdbu",
    "spectral",
    "gray",
];

/// A style's name, and its title for people.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Style {
    pub(super) id: String,
    pub(super) title: String,
    /// The colormap, of which there is a legend.
    pub(super) colormap: Option<String>,
}

/// The styles that a layer's description lists, the default first.
pub(super) fn styles(names: &Names, layer: &Layer) -> Vec<Style> {
    let default = Style {
        id: DEFAULT.into(),
        title: "As the file says".into(),
        colormap: None,
    };
    let mut styles = vec![default];
    if takes_colormaps(layer) {
        let known = LISTED.iter().filter(|name| names.colormap(name).is_ok());
        styles.extend(known.map(|name| Style {
            id: (*name).into(),
            title: format!("Colormap {name}"),
            colormap: Some((*name).into()),
        }));
    }
    styles
}

/// TiTiler's parameters that draw a layer in a style; an empty name is the default.
///
/// # Errors
///
/// [`Error::Request`] if the layer has no such style.
pub(super) fn parameters(
    names: &Names,
    layer: &Layer,
    style: &str,
) -> Result<Vec<(String, String)>, Error> {
    let mut pairs = stretch(layer);
    if !matches!(style, "" | DEFAULT) {
        if !takes_colormaps(layer) || names.colormap(style).is_err() {
            let known: Vec<String> = styles(names, layer)
                .into_iter()
                .map(|style| style.id)
                .collect();
            let shown: String = style.chars().take(80).collect();
            return Err(Error::Request(format!(
                "layer {:?} has no style {shown:?}; it has {}",
                layer.id,
                known.join(", ")
            )));
        }
        pairs.push(("colormap_name".into(), style.into()));
    }
    Ok(pairs)
}

/// Whether a colormap can be laid over the layer: it shows one band, which has no colours of its own.
fn takes_colormaps(layer: &Layer) -> bool {
    shown(layer).len() == 1 && !layer.colormap
}

/// The bands shown: those that say that they are red, green and blue, else the first three, else the first.
fn shown(layer: &Layer) -> Vec<usize> {
    let of_color = |color: &str| {
        let mut bands = layer.bands.iter();
        bands.position(|band| band.color_interpretation == color)
    };
    match [of_color("red"), of_color("green"), of_color("blue")] {
        [Some(red), Some(green), Some(blue)] => vec![red, green, blue],
        _ if layer.bands.len() >= 3 => vec![0, 1, 2],
        _ => vec![0],
    }
}

/// The bands shown, and the values that are black and white where the samples are no shades themselves.
fn stretch(layer: &Layer) -> Vec<(String, String)> {
    if layer.colormap {
        return Vec::new();
    }
    let shown: Vec<_> = shown(layer)
        .into_iter()
        .filter_map(|index| layer.bands.get(index))
        .collect();
    let mut pairs: Vec<(String, String)> = shown
        .iter()
        .map(|band| ("bidx".into(), band.index.to_string()))
        .collect();
    let colors = shown.len() == 3 && layer.dtype == "uint8";
    if !colors {
        // One range for all: what three bands show keeps its hue.
        let low = shown
            .iter()
            .map(|band| band.min)
            .fold(f64::INFINITY, f64::min);
        let high = shown
            .iter()
            .map(|band| band.max)
            .fold(f64::NEG_INFINITY, f64::max);
        if low < high {
            pairs.push(("rescale".into(), format!("{low},{high}")));
        }
    }
    pairs
}
