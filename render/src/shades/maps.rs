//! Colormaps of 255 colours.

use crate::Error;
use crate::color::{parse_npy, steps_of};
use crate::text::excerpt;

/// Colours for the shades 1 to 255, of which 1 is the least and 255 the greatest value.
///
/// The names are Terracotta's, and so are the colours: those of matplotlib at 255 even places. Beyond, one
/// can be made of any [`Colormap`](crate::Colormap) of 256 steps.
#[derive(Clone, Debug, PartialEq)]
pub struct ShadeMap(Box<[[u8; 4]; 255]>);

impl ShadeMap {
    /// The map of that name, in lower case.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidParameter`] that lists the names.
    pub fn named(name: &str) -> Result<Self, Error> {
        find(name)
            .map(|colors| Self(Box::new(colors)))
            .ok_or_else(|| {
                Error::parameter(
                    "colormap",
                    format!(
                        "{} is not one of {}",
                        excerpt(name),
                        Self::names().join(", ")
                    ),
                )
            })
    }

    /// Names that [`named`](Self::named) knows, sorted.
    #[must_use]
    pub fn names() -> Vec<String> {
        let both = |name: &&str| {
            let reversed = (!WITHOUT_REVERSE.contains(name)).then(|| format!("{name}_r"));
            core::iter::once((*name).to_owned()).chain(reversed)
        };
        let mut names: Vec<String> = NAMES.iter().flat_map(both).collect();
        names.sort();
        names
    }

    /// Shades of grey: the shade itself.
    #[must_use]
    pub fn grey() -> Self {
        Self(Box::new(core::array::from_fn(|at| {
            // 255 of them.
            let shade = at as u8 + 1;
            [shade, shade, shade, 255]
        })))
    }

    /// The colours of a NumPy file of 255 × 4 bytes, or 3: what Terracotta reads from its folder of maps.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidParameter`] that says what the file is instead.
    pub fn from_npy(bytes: &[u8]) -> Result<Self, Error> {
        parse_npy(bytes)
            .map(|colors| Self(Box::new(colors)))
            .map_err(|message| Error::parameter("colormap", message))
    }

    /// The colours of a map of 256 steps, at 255 even places.
    #[must_use]
    pub fn from_steps(steps: &[[u8; 4]; 256]) -> Self {
        Self(Box::new(core::array::from_fn(|at| steps[place(at, 256)])))
    }

    /// The first 255 of some colours, as they are.
    #[must_use]
    pub fn from_colors(colors: &[[u8; 4]; 256]) -> Self {
        Self(Box::new(core::array::from_fn(|at| colors[at])))
    }

    /// The colours, RGBA, of the shades 1 to 255.
    #[must_use]
    pub const fn colors(&self) -> &[[u8; 4]; 255] {
        &self.0
    }
}

/// Names without the reversed ones.
const NAMES: [&str; 88] = [
    "accent",
    "afmhot",
    "autumn",
    "binary",
    "blues",
    "bone",
    "brbg",
    "brg",
    "bugn",
    "bupu",
    "bwr",
    "cividis",
    "cloud",
    "cmrmap",
    "cool",
    "coolwarm",
    "copper",
    "cubehelix",
    "dark2",
    "flag",
    "gist_earth",
    "gist_gray",
    "gist_grey",
    "gist_heat",
    "gist_ncar",
    "gist_rainbow",
    "gist_stern",
    "gist_yarg",
    "gist_yerg",
    "gnbu",
    "gnuplot",
    "gnuplot2",
    "gray",
    "grays",
    "greens",
    "grey",
    "greys",
    "hot",
    "hsv",
    "inferno",
    "jet",
    "magma",
    "nipy_spectral",
    "ocean",
    "oranges",
    "orrd",
    "paired",
    "pastel1",
    "pastel2",
    "pink",
    "piyg",
    "plasma",
    "prgn",
    "prism",
    "pubu",
    "pubugn",
    "puor",
    "purd",
    "purples",
    "rainbow",
    "rdbu",
    "rdgy",
    "rdpu",
    "rdylbu",
    "rdylgn",
    "reds",
    "seismic",
    "set1",
    "set2",
    "set3",
    "spectral",
    "spring",
    "summer",
    "tab10",
    "tab20",
    "tab20b",
    "tab20c",
    "terrain",
    "turbo",
    "twilight",
    "twilight_shifted",
    "viridis",
    "winter",
    "wistia",
    "ylgn",
    "ylgnbu",
    "ylorbr",
    "ylorrd",
];

/// Those that have no reversed twin.
const WITHOUT_REVERSE: [&str; 5] = ["cloud", "gist_grey", "gist_yerg", "grays", "grey"];

/// Other spellings.
const ALIASES: [(&str, &str); 4] = [
    ("gist_grey", "gist_gray"),
    ("gist_yerg", "gist_yarg"),
    ("grays", "greys"),
    ("grey", "gray"),
];

/// Maps of few colours, and how many.
const QUALITATIVE: [(&str, usize); 12] = [
    ("accent", 8),
    ("dark2", 8),
    ("paired", 12),
    ("pastel1", 9),
    ("pastel2", 8),
    ("set1", 9),
    ("set2", 8),
    ("set3", 12),
    ("tab10", 10),
    ("tab20", 20),
    ("tab20b", 20),
    ("tab20c", 20),
];

/// RGB of the 510 colours of twilight, which has more than a byte can number.
static TWILIGHT: &[u8; 510 * 3] = include_bytes!("../../data/twilight.bin");

/// Which of `count` colours the shade `at` + 1 has: 255 even places from the first to the last, as matplotlib
/// looks them up.
fn place(at: usize, count: usize) -> usize {
    (at * count / 254).min(count - 1)
}

fn find(name: &str) -> Option<[[u8; 4]; 255]> {
    let base = name.strip_suffix("_r").unwrap_or(name);
    NAMES.binary_search(&base).ok()?;
    if base != name && WITHOUT_REVERSE.contains(&base) {
        return None;
    }
    Some(match base {
        "cloud" => core::array::from_fn(cloud),
        "twilight" | "twilight_shifted" => {
            let shifted = base == "twilight_shifted";
            core::array::from_fn(|at| twilight(place(at, 510), shifted, base != name))
        }
        _ => {
            let alias = ALIASES.iter().find(|(alias, _)| *alias == name);
            let steps = steps_of(alias.map_or(name, |(_, name)| name))?;
            let few = QUALITATIVE.iter().find(|(few, _)| *few == base);
            core::array::from_fn(|at| match few {
                // The middle of the colour's steps.
                Some((_, count)) => steps[(2 * place(at, *count) + 1) * 255 / (2 * count)],
                None => steps[place(at, 256)],
            })
        }
    })
}

/// White that fades into nothing.
fn cloud(at: usize) -> [u8; 4] {
    if at == 0 {
        return [0; 4];
    }
    let byte = |value: usize| u8::try_from(value).unwrap_or(u8::MAX);
    let light = byte((257 + at) / 2);
    [light, light, light, byte(at * 3 / 2)]
}

/// A colour of twilight; shifted it starts in the middle and runs backwards.
fn twilight(place: usize, shifted: bool, reversed: bool) -> [u8; 4] {
    let place = if reversed == shifted {
        place
    } else {
        509 - place
    };
    let place = if shifted { (place + 255) % 510 } else { place };
    let [r, g, b] = TWILIGHT.as_chunks().0[place];
    [r, g, b, 255]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_terracottas_171() {
        let names = ShadeMap::names();
        assert_eq!(names.len(), 171);
        assert!(NAMES.is_sorted() && names.is_sorted());
        for name in &names {
            let map = ShadeMap::named(name).unwrap();
            let opaque = map.colors().iter().all(|color| color[3] == 255);
            assert_eq!(opaque, name != "cloud", "{name}");
        }
        for name in ["Viridis", "cloud_r", "grey_r", "viridis_r_r", "", "algae"] {
            let error = ShadeMap::named(name).unwrap_err().to_string();
            assert!(error.contains("ylorrd_r"), "{error}");
        }
    }

    #[test]
    fn reversed_twins_run_backwards() {
        for name in ["viridis", "tab10", "twilight", "twilight_shifted"] {
            let map = ShadeMap::named(name).unwrap();
            let reversed = ShadeMap::named(&format!("{name}_r")).unwrap();
            let ends = |map: &ShadeMap| (map.colors()[0], map.colors()[254]);
            let (first, last) = ends(&map);
            assert_eq!(ends(&reversed), (last, first), "{name}");
        }
        let shifted = ShadeMap::named("twilight_shifted").unwrap();
        let twilight = ShadeMap::named("twilight").unwrap();
        assert_ne!(shifted.colors()[0], twilight.colors()[0]);
    }

    #[test]
    fn qualitative_maps_have_their_colours() {
        let map = ShadeMap::named("set1").unwrap();
        let mut colors = map.colors().to_vec();
        colors.dedup();
        assert_eq!(colors.len(), 9);
        assert_eq!(map.colors()[0], [228, 26, 28, 255]);
    }

    #[test]
    fn grey_is_the_shade() {
        assert_eq!(ShadeMap::grey().colors()[0], [1, 1, 1, 255]);
        assert_eq!(ShadeMap::grey().colors()[254], [255; 4]);
    }
}
