//! SQLite files: how they are connected to.

use super::{dialect::Dialect, engine::engine, failure::failed};
use crate::{Error, OpenOptions};
use core::time::Duration;
use sqlx::sqlite::SqliteConnectOptions;
use std::{
    fs::Metadata,
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

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
    pub(super) fn of(path: &Path) -> Option<Self> {
        Self::from(&std::fs::metadata(path).ok()?)
    }

    #[cfg(unix)]
    fn from(metadata: &Metadata) -> Option<Self> {
        use std::os::unix::fs::MetadataExt as _;
        Some(Self {
            device: metadata.dev(),
            inode: metadata.ino(),
        })
    }

    #[cfg(not(unix))]
    const fn from(_: &Metadata) -> Option<Self> {
        None
    }
}

/// The log of what is not yet in the file at a path: beside the file itself, wherever a link to it lies.
pub(super) fn log_of(path: &Path) -> PathBuf {
    let mut log = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    log.as_mut_os_string().push("-wal");
    log
}

/// Sizes and times of the file that is `file`, and of its log of what is not yet in it: what every writer changes.
/// `None` if another file lies there, or one of the two was written so lately that another write might not show.
pub(super) fn written(path: &Path, log: &Path, file: Option<FileId>) -> Option<[u64; 4]> {
    let own = std::fs::metadata(path).ok()?;
    if FileId::from(&own) != file {
        return None;
    }
    let [size, time] = settled(&own)?;
    let [log_size, log_time] = match std::fs::metadata(log) {
        Ok(log) => settled(&log)?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => [0, 0],
        Err(_) => return None,
    };
    Some([size, time, log_size, log_time])
}

/// Size and time (ns) of a file that was not written lately.
fn settled(metadata: &Metadata) -> Option<[u64; 2]> {
    /// The coarsest clocks of file systems tick every two seconds.
    const LATELY: Duration = Duration::from_secs(3);
    let modified = metadata.modified().ok()?;
    // One in the future is no better than one just now.
    let age = SystemTime::now().duration_since(modified).ok()?;
    let since = modified.duration_since(UNIX_EPOCH).ok()?;
    let time = u64::try_from(since.as_nanos()).ok()?;
    (age >= LATELY).then_some([metadata.len(), time])
}
