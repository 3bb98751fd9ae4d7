//! Databases of every kind, each new and empty.

use catalog::Keys;
use std::sync::atomic::{AtomicU64, Ordering};

/// A place for a catalog that is not there yet.
pub(crate) struct Place {
    /// For [`catalog::create`].
    pub(crate) url: String,
    _folder: Option<tempfile::TempDir>,
}

/// The keys of the contract.
pub(crate) fn keys() -> Keys {
    Keys::new(catalog::testkit::KEYS).unwrap()
}

/// A new SQLite file.
pub(crate) fn sqlite() -> Place {
    let folder = tempfile::tempdir().unwrap();
    Place {
        url: folder.path().join("a.sqlite").display().to_string(),
        _folder: Some(folder),
    }
}

/// A new name on a server; `None`, with a line saying so, where there is none.
pub(crate) fn server(variable: &str) -> Option<Place> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let Ok(server) = std::env::var(variable) else {
        println!("not run: {variable} is not set; `cargo xtask test` sets it");
        return None;
    };
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("smalti_{}_{number}", std::process::id());
    Some(Place {
        url: format!("{server}/{name}"),
        _folder: None,
    })
}

/// A new place on each server there is.
pub(crate) fn servers() -> Vec<Place> {
    ["SMALTI_MYSQL_URL", "SMALTI_POSTGRES_URL"]
        .into_iter()
        .filter_map(server)
        .collect()
}

/// A new place of every kind there is.
pub(crate) fn all() -> Vec<Place> {
    servers().into_iter().chain([sqlite()]).collect()
}
