//! Colormaps that come with the crate. `data/README.md` says whose they are.

/// Names, sorted, in the order of the data; `data/make_colormaps.py` prints them.
const NAMES: [&str; 107] = [
    "accent",
    "afmhot",
    "algae",
    "amp",
    "autumn",
    "balance",
    "binary",
    "blues",
    "bone",
    "brbg",
    "brg",
    "bugn",
    "bupu",
    "bwr",
    "cfastie",
    "cividis",
    "cmrmap",
    "cool",
    "coolwarm",
    "copper",
    "cubehelix",
    "curl",
    "dark2",
    "deep",
    "delta",
    "dense",
    "diff",
    "flag",
    "gist_earth",
    "gist_gray",
    "gist_heat",
    "gist_ncar",
    "gist_rainbow",
    "gist_stern",
    "gist_yarg",
    "gnbu",
    "gnuplot",
    "gnuplot2",
    "gray",
    "greens",
    "greys",
    "haline",
    "hot",
    "hsv",
    "ice",
    "inferno",
    "jet",
    "magma",
    "matter",
    "nipy_spectral",
    "ocean",
    "oranges",
    "orrd",
    "oxy",
    "paired",
    "pastel1",
    "pastel2",
    "phase",
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
    "rain",
    "rainbow",
    "rdbu",
    "rdgy",
    "rdpu",
    "rdylbu",
    "rdylgn",
    "reds",
    "rplumbo",
    "schwarzwald",
    "seismic",
    "set1",
    "set2",
    "set3",
    "solar",
    "spectral",
    "speed",
    "spring",
    "summer",
    "tab10",
    "tab20",
    "tab20b",
    "tab20c",
    "tarn",
    "tempo",
    "terrain",
    "thermal",
    "topo",
    "turbid",
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

/// Those that have no reversed twin, as in rio-tiler.
const WITHOUT_REVERSE: [&str; 3] = ["cfastie", "rplumbo", "schwarzwald"];

/// RGB of 256 steps for each name.
static DATA: &[u8; NAMES.len() * SIZE] = include_bytes!("../../data/colormaps.bin");

/// Where a reversed map is not quite the map backwards: number of the map, place in it, byte.
static REVERSED: &[u8] = include_bytes!("../../data/reversed.bin");

/// Bytes of a map.
const SIZE: usize = 256 * 3;

/// All names, reversed ones too, sorted.
pub(super) fn names() -> Vec<String> {
    let with_reversed = |name: &&str| {
        let reversed = (!WITHOUT_REVERSE.contains(name)).then(|| format!("{name}_r"));
        core::iter::once((*name).to_owned()).chain(reversed)
    };
    let mut names: Vec<String> = NAMES.iter().flat_map(with_reversed).collect();
    names.sort();
    names
}

/// The steps of the map of that name, in upper or lower case; `_r` at its end reverses it.
pub(crate) fn steps(name: &str) -> Option<Box<[[u8; 4]; 256]>> {
    let name = name.to_ascii_lowercase();
    let base = name.strip_suffix("_r");
    let number = NAMES.binary_search(&base.unwrap_or(&name)).ok()?;
    let mut bytes = [0; SIZE];
    bytes.copy_from_slice(&DATA[number * SIZE..][..SIZE]);
    if let Some(base) = base {
        if WITHOUT_REVERSE.contains(&base) {
            return None;
        }
        for step in 0..128 {
            for channel in 0..3 {
                bytes.swap(step * 3 + channel, (255 - step) * 3 + channel);
            }
        }
        for [map, low, high, byte] in REVERSED.as_chunks().0 {
            if usize::from(*map) == number {
                bytes[usize::from(u16::from_le_bytes([*low, *high]))] = *byte;
            }
        }
    }
    let mut steps = Box::new([[0; 4]; 256]);
    for (step, [r, g, b]) in steps.iter_mut().zip(bytes.as_chunks().0) {
        *step = [*r, *g, *b, 255];
    }
    Some(steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_where_matplotlib_has_them() {
        let ends = |name| steps(name).map(|s| (s[0], s[255])).unwrap();
        assert_eq!(ends("viridis"), ([68, 1, 84, 255], [253, 231, 36, 255]));
        assert_eq!(ends("Magma_r"), ([251, 252, 191, 255], [0, 0, 3, 255]));
        assert_eq!(ends("gray"), ([0, 0, 0, 255], [255, 255, 255, 255]));
        assert_eq!(ends("terrain").0, [51, 51, 153, 255]);
        assert!(steps("viridis_r_r").is_none() && steps("_r").is_none());
    }

    #[test]
    fn there_are_rio_tilers_211() {
        let names = names();
        assert_eq!(names.len(), 211);
        assert!(names.iter().all(|name| steps(name).is_some()));
        assert!(NAMES.is_sorted() && steps("cfastie_r").is_none());
        assert!(REVERSED.len().is_multiple_of(4));
    }

    #[test]
    fn reversed_maps_are_theirs_backwards_but_for_rounding() {
        let (map, reversed) = (steps("blues").unwrap(), steps("blues_r").unwrap());
        let mut differing = 0;
        for (a, b) in map.iter().rev().zip(&*reversed) {
            for (a, b) in a.iter().zip(b) {
                assert!(a.abs_diff(*b) <= 1);
                differing += usize::from(a != b);
            }
        }
        assert!(differing > 0);
    }
}
