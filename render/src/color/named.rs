//! Colormaps that come with the crate. `data/README.md` says whose they are.

/// Names, in the order of the data.
pub(super) const NAMES: [&str; 8] = [
    "cividis", "gray", "greys", "inferno", "magma", "plasma", "terrain", "viridis",
];

/// RGB of 256 steps for each name.
static DATA: &[u8; NAMES.len() * 256 * 3] = include_bytes!("../../data/colormaps.bin");

/// The steps of the map of that name; `_r` at its end reverses them.
pub(super) fn steps(name: &str) -> Option<Box<[[u8; 4]; 256]>> {
    let name = name.to_ascii_lowercase();
    let (base, reversed) = match name.strip_suffix("_r") {
        Some(base) => (base, true),
        None => (name.as_str(), false),
    };
    let index = NAMES.iter().position(|known| *known == base)?;
    let data = &DATA[index * 768..][..768];
    let mut steps = Box::new([[0; 4]; 256]);
    for (step, rgb) in steps.iter_mut().zip(data.chunks_exact(3)) {
        *step = [rgb[0], rgb[1], rgb[2], 255];
    }
    if reversed {
        steps.reverse();
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
}
