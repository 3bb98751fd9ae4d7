//! Colormaps by name: those of the crate and one's own.

use super::colormap::unknown;
use crate::{Colormap, Error};
use std::collections::BTreeMap;

/// Named colormaps: those that come with the crate, and others added to them.
///
/// What a server fills from its directory of `.npy` and `.json` files.
#[derive(Clone, Debug, Default)]
pub struct Colormaps {
    own: BTreeMap<String, Colormap>,
}

impl Colormaps {
    /// The colormaps that come with the crate: [`Colormap::names`].
    #[must_use]
    pub fn builtin() -> Self {
        Self::default()
    }

    /// Adds a colormap. One of the same name gives way, one of the crate's too, as in rio-tiler.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidParameter`] if the name is empty, longer than 64 bytes, or holds anything but ASCII
    /// letters, digits, `_`, `-` and `.`: it is a part of addresses.
    pub fn register(&mut self, name: &str, colormap: Colormap) -> Result<(), Error> {
        let fit = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
        if name.is_empty() || name.len() > 64 || !name.chars().all(fit) {
            return Err(Error::parameter(
                "colormap_name",
                format!(
                    "{} cannot be a name: 1 to 64 letters, digits, _, - and . are",
                    crate::text::excerpt(name)
                ),
            ));
        }
        self.own.insert(name.to_owned(), colormap);
        Ok(())
    }

    /// The colormap of that name: one's own, exactly, else the crate's, in upper or lower case.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidParameter`] that names some like it.
    pub fn named(&self, name: &str) -> Result<Colormap, Error> {
        if let Some(colormap) = self.own.get(name) {
            return Ok(colormap.clone());
        }
        Colormap::named(name).map_err(|_| unknown(name, &self.names()))
    }

    /// All names, sorted.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let mut names = Colormap::names();
        names.extend(self.own.keys().cloned());
        names.sort();
        names.dedup();
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_maps_stand_beside_and_before_the_others() {
        let mut maps = Colormaps::builtin();
        let map = Colormap::from_json(r##"{"1": "#fff"}"##).unwrap();
        maps.register("Landcover", map.clone()).unwrap();
        maps.register("viridis", map.clone()).unwrap();
        assert_eq!(maps.named("Landcover").unwrap(), map);
        assert_eq!(maps.named("viridis").unwrap(), map);
        assert_eq!(
            maps.named("Magma").unwrap(),
            Colormap::named("magma").unwrap()
        );
        assert_eq!(maps.names().len(), 212);
        assert!(maps.names().is_sorted());
        let error = maps.named("Landcove").unwrap_err().to_string();
        assert!(error.contains("212"), "{error}");
        for name in ["", "a/b", "a b", "ä", &"a".repeat(65)] {
            assert!(maps.register(name, map.clone()).is_err(), "{name}");
        }
    }
}
