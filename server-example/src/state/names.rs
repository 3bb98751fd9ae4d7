//! What requests may name: tile matrix sets, colormaps, algorithms.

use crate::{Error, params::wrong};
use cog_render::{AlgorithmInfo, Algorithms, Colormap, Colormaps, ShadeMap};
use std::{collections::BTreeMap, path::Path, sync::Arc};
use tile_math::TileMatrixSet;

/// Names and what they stand for.
#[derive(Clone, Debug)]
pub struct Names {
    tile_matrix_sets: BTreeMap<String, Arc<TileMatrixSet>>,
    colormaps: Colormaps,
    /// Of 255 colours, for keyed datasets.
    shade_maps: BTreeMap<String, ShadeMap>,
    algorithms: Arc<Algorithms>,
    /// Of all that is not built in, its name and the digest of what it stands for.
    added: String,
}

impl Default for Names {
    /// What is built in.
    fn default() -> Self {
        let sets = TileMatrixSet::builtin_ids()
            .iter()
            .filter_map(|id| Some(((*id).to_owned(), TileMatrixSet::builtin(id)?)));
        Self {
            tile_matrix_sets: sets.collect(),
            colormaps: Colormaps::builtin(),
            shade_maps: BTreeMap::new(),
            algorithms: Arc::new(Algorithms::builtin()),
            added: String::new(),
        }
    }
}

impl Names {
    /// Adds the tile matrix sets of a folder's `.json` files, OGC's documents, by their `id`.
    ///
    /// # Errors
    ///
    /// [`Error::Request`] if the folder or a file cannot be read, or a document is not valid.
    pub fn add_tile_matrix_sets(&mut self, folder: &Path) -> Result<(), Error> {
        for (path, bytes) in files(folder, &["json"])? {
            let text = String::from_utf8_lossy(&bytes);
            let set = TileMatrixSet::from_json(&text).map_err(|error| refused(&path, &error))?;
            self.note(set.id(), &bytes);
            self.tile_matrix_sets
                .insert(set.id().to_owned(), Arc::new(set));
        }
        Ok(())
    }

    /// Adds the colormaps of a folder, by the names of the files: `.json` as a request's `colormap` writes
    /// them, `.npy` of 256 colours.
    ///
    /// # Errors
    ///
    /// [`Error::Request`] if the folder or a file cannot be read, or holds no colormap.
    pub fn add_colormaps(&mut self, folder: &Path) -> Result<(), Error> {
        for (path, bytes) in files(folder, &["json", "npy"])? {
            let is_array = path
                .extension()
                .is_some_and(|e| e.eq_ignore_ascii_case("npy"));
            let colormap = if is_array {
                Colormap::from_npy(&bytes)
            } else {
                Colormap::from_json(&String::from_utf8_lossy(&bytes))
            };
            let colormap = colormap.map_err(|error| refused(&path, &error))?;
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            self.note(&name, &bytes);
            self.colormaps
                .register(&name, colormap)
                .map_err(|error| refused(&path, &error))?;
        }
        Ok(())
    }

    /// Adds the colormaps of a folder as Terracotta keeps them: `NAME_rgba.npy` of 255 × 4 bytes.
    ///
    /// # Errors
    ///
    /// [`Error::Request`] if the folder or a file cannot be read, or holds no such colormap.
    pub fn add_shade_maps(&mut self, folder: &Path) -> Result<(), Error> {
        for (path, bytes) in files(folder, &["npy"])? {
            let stem = path.file_stem().unwrap_or_default().to_string_lossy();
            let Some(name) = stem.strip_suffix("_rgba") else {
                continue;
            };
            let map = ShadeMap::from_npy(&bytes).map_err(|error| refused(&path, &error))?;
            self.note(name, &bytes);
            self.shade_maps.insert(name.to_lowercase(), map);
        }
        Ok(())
    }

    /// The map of that name for keyed datasets: one that was added, Terracotta's, or any other of 256 steps.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] that lists the names.
    pub(crate) fn shade_map(&self, name: &str) -> Result<ShadeMap, Error> {
        if let Some(map) = self.shade_maps.get(name) {
            return Ok(map.clone());
        }
        let known = ShadeMap::named(name);
        let own = || self.colormaps.named(name).ok();
        match known {
            Ok(map) => Ok(map),
            Err(error) => match own().as_ref().and_then(|map| map.steps()) {
                Some(steps) => Ok(ShadeMap::from_steps(steps)),
                None => Err(error.into()),
            },
        }
    }

    /// The tile matrix set of that identifier.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] that lists the identifiers.
    pub fn tile_matrix_set(&self, id: &str) -> Result<Arc<TileMatrixSet>, Error> {
        self.tile_matrix_sets.get(id).cloned().ok_or_else(|| {
            let known: Vec<&str> = self.tile_matrix_sets.keys().map(String::as_str).collect();
            wrong("tms", id, &format!("one of {}", known.join(", ")))
        })
    }

    /// All tile matrix sets, by identifier.
    pub fn tile_matrix_sets(&self) -> impl Iterator<Item = &Arc<TileMatrixSet>> {
        self.tile_matrix_sets.values()
    }

    /// The colormap of that name, in upper or lower case.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] that lists the names.
    pub fn colormap(&self, name: &str) -> Result<Colormap, Error> {
        Ok(self.colormaps.named(name)?)
    }

    /// Names of the colormaps, in order.
    #[must_use]
    pub fn colormaps(&self) -> Vec<String> {
        self.colormaps.names()
    }

    /// The algorithms.
    #[must_use]
    pub fn algorithms(&self) -> &Algorithms {
        &self.algorithms
    }

    /// The algorithm of that name.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] that lists the names.
    pub(crate) fn algorithm(&self, name: &str) -> Result<&AlgorithmInfo, Error> {
        self.algorithms.describe(name).ok_or_else(|| {
            let known: Vec<&str> = self.algorithms.names().collect();
            wrong("algorithm", name, &format!("one of {}", known.join(", ")))
        })
    }

    /// Text that differs where what was added to the built-in names does.
    pub(crate) fn added(&self) -> &str {
        &self.added
    }

    fn note(&mut self, name: &str, what: &[u8]) {
        self.added.push_str(name);
        self.added.push_str(&crate::http::tag_of(what));
    }

    /// Knows other algorithms: those built in with some of the caller's, for instance.
    pub fn set_algorithms(&mut self, algorithms: Algorithms) {
        for name in algorithms.names() {
            let info = algorithms.describe(name).map(|info| info.to_json());
            self.note(name, info.unwrap_or_default().as_bytes());
        }
        self.algorithms = Arc::new(algorithms);
    }
}

/// The files of a folder with one of those extensions, in the order of their names.
fn files(folder: &Path, extensions: &[&str]) -> Result<Vec<(std::path::PathBuf, Vec<u8>)>, Error> {
    /// Larger files are none of those that belong here.
    const MOST_BYTES: u64 = 16 << 20;
    let listed = std::fs::read_dir(folder).map_err(|error| refused(folder, &error))?;
    let mut paths = Vec::new();
    for entry in listed {
        let path = entry.map_err(|error| refused(folder, &error))?.path();
        let extension = path.extension().and_then(|e| e.to_str());
        if extension.is_some_and(|e| extensions.iter().any(|known| known.eq_ignore_ascii_case(e))) {
            paths.push(path);
        }
    }
    paths.sort();
    let mut read = Vec::new();
    for path in paths {
        let size = path
            .metadata()
            .map_err(|error| refused(&path, &error))?
            .len();
        if size > MOST_BYTES {
            let message = format!(
                "{} has {size} bytes, the most is {MOST_BYTES}",
                path.display()
            );
            return Err(Error::Request(message));
        }
        let bytes = std::fs::read(&path).map_err(|error| refused(&path, &error))?;
        read.push((path, bytes));
    }
    Ok(read)
}

fn refused(path: &Path, error: &dyn core::fmt::Display) -> Error {
    Error::Request(format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_refused_with_what_is() {
        let names = Names::default();
        assert_eq!(names.tile_matrix_sets().count(), 13);
        assert!(names.tile_matrix_set("WebMercatorQuad").is_ok());
        let error = names.tile_matrix_set("Flat").unwrap_err().to_string();
        assert!(
            error.contains("\"Flat\"") && error.contains("WorldCRS84Quad"),
            "{error}"
        );
        assert!(names.colormap("Viridis").is_ok());
        let error = names.colormap("viridi").unwrap_err().to_string();
        assert!(error.contains("viridis_r"), "{error}");
    }

    #[test]
    fn a_folder_adds_tile_matrix_sets_and_a_wrong_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let text = TileMatrixSet::builtin("NZTM2000Quad").unwrap().to_json();
        let text = text.replace("NZTM2000Quad", "Mine");
        std::fs::write(folder.path().join("a.json"), text).unwrap();
        std::fs::write(folder.path().join("readme.txt"), "x").unwrap();
        let mut names = Names::default();
        names.add_tile_matrix_sets(folder.path()).unwrap();
        assert!(names.tile_matrix_set("Mine").is_ok());
        std::fs::write(folder.path().join("b.json"), "{}").unwrap();
        let error = names.add_tile_matrix_sets(folder.path()).unwrap_err();
        assert!(error.to_string().contains("b.json"), "{error}");
        let missing = folder.path().join("none");
        assert!(names.add_tile_matrix_sets(&missing).is_err());
    }
}
