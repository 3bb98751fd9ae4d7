//! SQLite files: how they are connected to.

use super::{dialect::Dialect, engine::engine, failure::failed};
use crate::{Error, OpenOptions};
use core::time::Duration;
use sqlx::sqlite::SqliteConnectOptions;
use std::path::Path;

engine!(sqlx::Sqlite, "BEGIN IMMEDIATE");

/// How long to wait for another process that writes.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a file is opened for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Access {
    Read,
    Write,
    Create,
    /// Only to be read, and nobody ever changes the file.
    #[cfg(feature = "sqlite-remote")]
    Fixed,
}

/// Opens a file, which must be there unless it is to be made.
pub(super) async fn connect(
    path: &Path,
    place: &str,
    access: Access,
    options: &OpenOptions,
) -> Result<PoolEngine, Error> {
    let limits = Limits {
        connect: PATIENCE,
        answer: None,
        connections: options.connections,
        // A file is there or it is not: nobody waits for it.
        outage: Duration::ZERO,
    };
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(access == Access::Create)
        .read_only(!matches!(access, Access::Write | Access::Create))
        .busy_timeout(PATIENCE);
    #[cfg(feature = "sqlite-remote")]
    let options = options.immutable(access == Access::Fixed);
    PoolEngine::connect(options, limits).await.map_err(|error| {
        match failed(Dialect::Sqlite, place, false, &error) {
            Error::Unusable { place, message } => Error::Unusable {
                place,
                message: obstacle(path).map_or(message, str::to_owned),
            },
            other => other,
        }
    })
}

/// What keeps a file from being opened, where SQLite only says that something does.
fn obstacle(path: &Path) -> Option<&'static str> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    if path.is_dir() {
        return Some("it is a folder, not a file");
    }
    if path.exists() {
        return None;
    }
    match folder {
        Some(folder) if !folder.exists() => Some("its folder is not there"),
        Some(folder) if !folder.is_dir() => Some("what should be its folder is a file"),
        _ => None,
    }
}

/// What tells a file from the one that takes its place.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct FileId {
    #[cfg(unix)]
    device: u64,
    #[cfg(unix)]
    inode: u64,
}

impl FileId {
    /// That of the file at a path; `None` if there is none, and where the system does not say.
    #[cfg(unix)]
    pub(super) fn of(path: &Path) -> Option<Self> {
        use std::os::unix::fs::MetadataExt as _;
        let metadata = std::fs::metadata(path).ok()?;
        Some(Self {
            device: metadata.dev(),
            inode: metadata.ino(),
        })
    }

    #[cfg(not(unix))]
    pub(super) fn of(_: &Path) -> Option<Self> {
        None
    }
}
