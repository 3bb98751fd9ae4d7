//! From a store to a file on the disk.

use crate::{Error, OpenOptions};
use core::time::Duration;
use futures_util::StreamExt as _;
use object_store::{GetOptions, GetResult, ObjectMeta, ObjectStore, path::Path as StorePath};
use std::{
    io,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
    time::SystemTime,
};
use tokio::io::AsyncWriteExt as _;

/// What tells a version of an object from another.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Tag {
    etag: Option<String>,
    modified: String,
    size: u64,
}

impl Tag {
    fn of(meta: &ObjectMeta) -> Self {
        Self {
            etag: meta.e_tag.clone(),
            modified: meta.last_modified.to_rfc3339(),
            size: meta.size,
        }
    }

    /// Whether it is certainly the same version; without an ETag, by time and size.
    fn is(&self, other: &Self) -> bool {
        match (&self.etag, &other.etag) {
            (Some(one), Some(other)) => one == other,
            _ => self == other,
        }
    }

    fn hash(&self) -> u64 {
        let text = match &self.etag {
            Some(etag) => etag.clone(),
            None => format!("{} {}", self.modified, self.size),
        };
        fnv(text.as_bytes())
    }
}

/// An object, and where its copies go.
pub(super) struct Source<'a> {
    pub(super) store: &'a dyn ObjectStore,
    pub(super) path: &'a StorePath,
    pub(super) place: &'a str,
    pub(super) options: &'a OpenOptions,
}

impl Source<'_> {
    /// The file with the object's newest version; `None` if that is the known one.
    pub(super) async fn fetch(&self, known: Option<&Tag>) -> Result<Option<(PathBuf, Tag)>, Error> {
        let options = GetOptions {
            if_none_match: known.and_then(|tag| tag.etag.clone()),
            ..GetOptions::default()
        };
        let got = match self.store.get_opts(self.path, options).await {
            Ok(got) => got,
            Err(object_store::Error::NotModified { .. }) => return Ok(None),
            Err(error) => return Err(self.failed(&error)),
        };
        let tag = Tag::of(&got.meta);
        if known.is_some_and(|known| known.is(&tag)) {
            return Ok(None);
        }
        let most = self.options.most_bytes;
        if tag.size > most {
            return Err(self.unusable(&format!("it has {} bytes, the most is {most}", tag.size)));
        }
        let folder = &self.options.cache_folder;
        let named = format!("{}{:016x}.sqlite", self.prefix(), tag.hash());
        let file = folder.join(named);
        if file.is_file() {
            touch(&file);
            return Ok(Some((file, tag)));
        }
        let disk = |error: io::Error| self.unusable(&format!("{}: {error}", folder.display()));
        tokio::fs::create_dir_all(folder).await.map_err(disk)?;
        let part = Part::new(folder, &self.prefix());
        self.write(got, &part.0).await?;
        tokio::fs::rename(&part.0, &file).await.map_err(disk)?;
        Ok(Some((file, tag)))
    }

    /// Writes the whole object, to the disk.
    async fn write(&self, got: GetResult, file: &Path) -> Result<(), Error> {
        let expected = got.meta.size;
        let disk = |error: io::Error| self.unusable(&format!("{}: {error}", file.display()));
        let mut stream = got.into_stream();
        let mut out = tokio::fs::File::create(file).await.map_err(disk)?;
        let mut written = 0;
        while let Some(bytes) = stream.next().await {
            let bytes = bytes.map_err(|error| self.failed(&error))?;
            written += bytes.len() as u64;
            if written > self.options.most_bytes {
                return Err(self.unusable("it has more bytes than were told"));
            }
            out.write_all(&bytes).await.map_err(disk)?;
        }
        if written != expected {
            return Err(Error::Unavailable {
                place: self.place.to_owned(),
                message: format!("{written} bytes came instead of {expected}"),
            });
        }
        out.sync_all().await.map_err(disk)
    }

    /// Takes away copies that nobody has used for long: other processes may use those that are younger.
    pub(super) fn clean(&self) {
        let age = Duration::from_secs(86_400).max(self.options.cache_ttl.saturating_mul(10));
        let prefix = self.prefix();
        let entries = std::fs::read_dir(&self.options.cache_folder);
        for entry in entries.into_iter().flatten().flatten() {
            let is_old = || -> io::Result<bool> {
                let modified = entry.metadata()?.modified()?;
                Ok(SystemTime::now()
                    .duration_since(modified)
                    .is_ok_and(|elapsed| elapsed > age))
            };
            let is_ours = entry.file_name().to_string_lossy().starts_with(&prefix);
            if is_ours && is_old().unwrap_or(false) {
                // One that stays costs space only.
                let _ = std::fs::remove_file(entry.path());
            }
        }
    }

    /// How the names of this object's copies begin.
    fn prefix(&self) -> String {
        format!("{:016x}-", fnv(self.place.as_bytes()))
    }

    pub(super) fn unusable(&self, message: &str) -> Error {
        Error::Unusable {
            place: self.place.to_owned(),
            message: message.to_owned(),
        }
    }

    fn failed(&self, error: &object_store::Error) -> Error {
        // Not in the store's words, which may repeat an address with all that is in it.
        match error {
            object_store::Error::NotFound { .. } => self.unusable("there is no such object"),
            object_store::Error::PermissionDenied { .. }
            | object_store::Error::Unauthenticated { .. } => {
                self.unusable("the store does not let us read it")
            }
            _ => Error::Unavailable {
                place: self.place.to_owned(),
                message: "the store does not answer, or not as expected".to_owned(),
            },
        }
    }
}

/// Notes that a copy is in use.
pub(super) fn touch(file: &Path) {
    let touched = std::fs::File::options()
        .append(true)
        .open(file)
        .and_then(|file| file.set_modified(SystemTime::now()));
    // It then counts as older than it is, and is copied again once it was taken away.
    drop(touched);
}

/// A file that is not whole yet, taken away unless it was given its name.
struct Part(PathBuf);

impl Part {
    fn new(folder: &Path, prefix: &str) -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        Self(folder.join(format!("{prefix}{}-{number}.part", std::process::id())))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // Usually it has its name by now.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// FNV-1a, 64 bits: for names of files, not against adversaries.
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
