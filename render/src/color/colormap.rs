//! What a colormap is and how values find their colour.

use super::{array, json, named};
use crate::Error;
use crate::text::excerpt;
use cog_raster::{Sample, SampleType};

/// From the values of one band to RGBA colours.
///
/// The kinds are rio-tiler's, told apart as there by their JSON form.
#[derive(Clone, Debug, PartialEq)]
pub struct Colormap(pub(super) Kind);

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// 256 steps from the least to the greatest value shown. A band that is not
    /// `u8` is rescaled first.
    Ramp(Box<[[u8; 4]; 256]>),
    /// Colour by index, from 0; other values are transparent.
    Table(Vec<[u8; 4]>),
    /// Colour by value, in the order of values; other values are transparent.
    Discrete(Vec<(f64, [u8; 4])>),
    /// Colour by range, least included, greatest not; of several the last one wins;
    /// other values are transparent.
    Intervals(Vec<(f64, f64, [u8; 4])>),
}

/// The number of a colour in a [`Coloring`]; [`Coloring::NONE`] is no colour.
pub(crate) type ColorIndex = u32;

impl Colormap {
    /// The colormap of that name, in upper or lower case; `_r` at its end reverses it.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidParameter`] that names some like it.
    pub fn named(name: &str) -> Result<Self, Error> {
        named::steps(name)
            .map(|steps| Self(Kind::Ramp(steps)))
            .ok_or_else(|| unknown(name, &named::names()))
    }

    /// Names that [`named`](Self::named) knows, reversed ones included, in order.
    #[must_use]
    pub fn names() -> Vec<String> {
        named::names()
    }

    /// A colormap as TiTiler's parameter `colormap` writes it:
    ///
    /// - an object with the keys 0 to 255: a colour per index;
    /// - any other object: a colour per value;
    /// - a list of `[[least, greatest], colour]`: a colour per range, least included, greatest not.
    ///
    /// Colours are `[r, g, b]`, `[r, g, b, a]`, `"#RGB"`, `"#RGBA"`, `"#RRGGBB"` or `"#RRGGBBAA"`.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidParameter`] that says which entry is wrong.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        json::parse(text).map_err(|message| Error::parameter("colormap", message))
    }

    /// 256 steps from the least to the greatest value, from a NumPy file of 256 × 4 or 256 × 3
    /// bytes: what rio-tiler reads from its directory of colormaps.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidParameter`] that says what the file is instead.
    pub fn from_npy(bytes: &[u8]) -> Result<Self, Error> {
        array::parse::<256>(bytes)
            .map(Self::from_steps)
            .map_err(|message| Error::parameter("colormap", message))
    }

    /// The colormap as [`from_json`](Self::from_json) reads it, colours as `[r, g, b, a]`; a ramp by the
    /// numbers of its steps.
    #[must_use]
    pub fn to_json(&self) -> String {
        json::write(&self.0).to_string()
    }

    /// A source's palette: a colour per index; larger indexes are transparent.
    #[must_use]
    pub const fn from_palette(palette: Vec<[u8; 4]>) -> Self {
        Self(Kind::Table(palette))
    }

    /// 256 steps from the least to the greatest value.
    #[must_use]
    pub fn from_steps(steps: [[u8; 4]; 256]) -> Self {
        Self(Kind::Ramp(Box::new(steps)))
    }

    /// The 256 steps, if it is that kind: what a legend shows.
    #[must_use]
    pub fn steps(&self) -> Option<&[[u8; 4]; 256]> {
        match &self.0 {
            Kind::Ramp(steps) => Some(steps),
            _ => None,
        }
    }

    /// The colormap says how values run from least to greatest, not which colour a value has.
    pub(crate) const fn is_ramp(&self) -> bool {
        matches!(self.0, Kind::Ramp(_))
    }

    /// Prepares looking up many values of one type.
    pub(crate) fn coloring<T: Sample>(&self) -> Coloring<'_> {
        let colors = match &self.0 {
            Kind::Ramp(steps) => steps.to_vec(),
            Kind::Table(colors) => colors.clone(),
            Kind::Discrete(values) => values.iter().map(|v| v.1).collect(),
            Kind::Intervals(ranges) => ranges.iter().map(|r| r.2).collect(),
        };
        let mut coloring = Coloring {
            kind: &self.0,
            colors,
            table: None,
        };
        // Few values are looked up once each.
        let count = match T::TYPE {
            SampleType::U8 => 256,
            SampleType::U16 => 65_536,
            _ => 0,
        };
        let search = matches!(self.0, Kind::Discrete(_) | Kind::Intervals(_));
        if search && count > 0 {
            coloring.table = Some(
                (0..count)
                    .map(|value| coloring.search(f64::from(value)))
                    .collect(),
            );
        }
        coloring
    }
}

/// There is no colormap of that name; those that begin alike, else some that all know.
pub(super) fn unknown(name: &str, known: &[String]) -> Error {
    let mut start = name.chars().take(2).collect::<String>();
    start.make_ascii_lowercase();
    let mut alike: Vec<&str> = known
        .iter()
        .filter(|known| !start.is_empty() && known.starts_with(&start))
        .map(String::as_str)
        .collect();
    if alike.is_empty() {
        alike = vec!["gray", "viridis", "terrain", "rdylgn"];
    }
    let (name, count, alike) = (excerpt(name), known.len(), alike.join(", "));
    Error::parameter(
        "colormap_name",
        format!("{name} is not one of the {count} there are: {alike} …"),
    )
}

/// A colormap ready for the values of one sample type.
#[derive(Debug)]
pub(crate) struct Coloring<'a> {
    kind: &'a Kind,
    colors: Vec<[u8; 4]>,
    /// Colour of every value of a small type.
    table: Option<Vec<ColorIndex>>,
}

impl Coloring<'_> {
    /// No colour: transparent.
    pub(crate) const NONE: ColorIndex = ColorIndex::MAX;

    /// All colours.
    pub(crate) fn colors(&self) -> &[[u8; 4]] {
        &self.colors
    }

    /// The colour of a value.
    pub(crate) fn index<T: Sample>(&self, sample: T) -> ColorIndex {
        let value = sample.to_f64();
        match &self.table {
            // Small types are whole and not negative.
            Some(table) => table.get(value as usize).copied().unwrap_or(Self::NONE),
            None => self.search(value),
        }
    }

    fn search(&self, value: f64) -> ColorIndex {
        let number = |index: usize| ColorIndex::try_from(index).unwrap_or(Self::NONE);
        match self.kind {
            Kind::Ramp(_) | Kind::Table(_) => {
                let inside = value >= 0.0 && value < self.colors.len() as f64;
                // Cut off like a cast to an integer.
                if inside {
                    number(value as usize)
                } else {
                    Self::NONE
                }
            }
            Kind::Discrete(values) => {
                let found = values.binary_search_by(|v| v.0.total_cmp(&(value + 0.0)));
                found.map_or(Self::NONE, number)
            }
            Kind::Intervals(ranges) => ranges
                .iter()
                .rposition(|(least, greatest, _)| value >= *least && value < *greatest)
                .map_or(Self::NONE, number),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn color<T: Sample>(map: &Colormap, value: T) -> Option<[u8; 4]> {
        let coloring = map.coloring::<T>();
        let index = coloring.index(value);
        coloring.colors().get(index as usize).copied()
    }

    #[test]
    fn unknown_names_say_what_exists() {
        for (wrong, known) in [
            ("rainbows", "rainbow_r"),
            ("😀", "viridis"),
            ("", "viridis"),
        ] {
            let error = Colormap::named(wrong).unwrap_err().to_string();
            assert!(error.contains(known) && error.contains(wrong), "{error}");
        }
        for name in Colormap::names() {
            assert!(Colormap::named(&name).unwrap().steps().is_some());
        }
    }

    #[test]
    fn discrete_values_match_exactly() {
        let map = Colormap::from_json(r##"{"1": "#f00", "-3": [1, 2, 3, 4]}"##).unwrap();
        assert_eq!(color(&map, 1_u8), Some([255, 0, 0, 255]));
        assert_eq!(color(&map, 2_u8), None);
        assert_eq!(color(&map, -3_i16), Some([1, 2, 3, 4]));
        assert_eq!(color(&map, 1.5_f32), None);
        assert_eq!(color(&map, f64::NAN), None);
    }

    #[test]
    fn later_intervals_win_and_the_greatest_is_out() {
        let map = Colormap::from_json(r##"[[[0, 10], "#010101"], [[5, 7], "#020202"]]"##).unwrap();
        assert_eq!(color(&map, 4.9_f64), Some([1, 1, 1, 255]));
        assert_eq!(color(&map, 5_u8), Some([2, 2, 2, 255]));
        assert_eq!(color(&map, 7_u16), Some([1, 1, 1, 255]));
        assert_eq!(color(&map, 10_u16), None);
    }

    #[test]
    fn palettes_end() {
        let map = Colormap::from_palette(vec![[1, 1, 1, 255], [2, 2, 2, 0]]);
        assert_eq!(color(&map, 1_u8), Some([2, 2, 2, 0]));
        assert_eq!(color(&map, 2_u8), None);
        assert_eq!(color(&map, -1_i16), None);
    }
}
