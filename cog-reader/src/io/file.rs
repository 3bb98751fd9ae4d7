//! A file on a local disk.

use crate::{DecodeExecutor, ObjectState, RangeReader, ReadError, ReadErrorKind};
use bytes::Bytes;
use cog_raster::BoxFuture;
use core::ops::Range;
use std::fs::{File, Metadata};
use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

/// A file on a local disk, opened once and read by position.
///
/// Reads block the thread that polls. From the page cache that is some
/// microseconds; where disks or network mounts are slow, give an executor
/// ([`with_executor`](Self::with_executor)) that runs them elsewhere.
#[derive(Clone, Debug)]
pub struct FileReader {
    file: Arc<File>,
    name: String,
    state: ObjectState,
    executor: Option<Arc<dyn DecodeExecutor>>,
}

impl FileReader {
    /// Opens a file. Confining the path to what may be read is the caller's job.
    ///
    /// # Errors
    ///
    /// [`ReadError`] if there is no such file, it may not be read, or it is a directory, a pipe or a device.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, ReadError> {
        let path = path.as_ref();
        let name = path.display().to_string();
        // Before it is opened: a pipe that nobody writes to would never be.
        let metadata = std::fs::metadata(path).map_err(|e| explain(&name, e))?;
        let wrong = match (metadata.is_dir(), metadata.is_file()) {
            (true, _) => Some("a directory, not a TIFF file; name a file inside it"),
            (_, false) => Some("a pipe, socket or device, not a file"),
            _ => None,
        };
        if let Some(wrong) = wrong {
            let message = format!("{name} is {wrong}");
            return Err(ReadError::new(ReadErrorKind::NotFound, message));
        }
        let file = File::open(path).map_err(|e| explain(&name, e))?;
        let metadata = file.metadata().map_err(|e| explain(&name, e))?;
        Ok(Self {
            state: ObjectState::new(Some(metadata.len()), Some(validator(&metadata))),
            file: Arc::new(file),
            name,
            executor: None,
        })
    }

    /// Sets where blocking reads run.
    #[must_use]
    pub fn with_executor(mut self, executor: Arc<dyn DecodeExecutor>) -> Self {
        self.executor = Some(executor);
        self
    }

    /// Another file, read as this one is.
    pub(crate) fn open_other(&self, path: &str) -> Result<Self, ReadError> {
        let executor = self.executor.clone();
        Ok(Self {
            executor,
            ..Self::open(path)?
        })
    }

    fn read_now(&self, ranges: &[Range<u64>]) -> Result<Vec<Bytes>, ReadError> {
        let size = self.state.size.unwrap_or(0);
        let parts = ranges
            .iter()
            .map(|range| {
                let (start, end) = (range.start.min(size), range.end.min(size));
                let len = usize::try_from(end.saturating_sub(start)).unwrap_or(usize::MAX);
                let mut buffer = vec![0; len];
                let read = read_full(&self.file, &mut buffer, start)
                    .map_err(|e| explain(&self.name, e))?;
                buffer.truncate(read);
                Ok(Bytes::from(buffer))
            })
            .collect::<Result<_, ReadError>>()?;
        // Looked at afterwards, so that what was written during the read counts too.
        let metadata = self.file.metadata().map_err(|e| explain(&self.name, e))?;
        if self.state.validator.as_deref() != Some(&*validator(&metadata)) {
            return Err(ReadError::new(
                ReadErrorKind::Changed,
                format!("{} was changed while it was read; open it anew", self.name),
            ));
        }
        Ok(parts)
    }
}

impl RangeReader for FileReader {
    fn read_ranges<'a>(
        &'a self,
        ranges: &'a [Range<u64>],
    ) -> BoxFuture<'a, Result<Vec<Bytes>, ReadError>> {
        Box::pin(async move {
            let Some(executor) = &self.executor else {
                return self.read_now(ranges);
            };
            let (reader, ranges) = (self.clone(), ranges.to_vec());
            let job = crate::executor::run(&**executor, move || reader.read_now(&ranges));
            job.await.unwrap_or_else(|| {
                Err(ReadError::new(
                    ReadErrorKind::Unavailable,
                    format!("reading {} was abandoned by its executor", self.name),
                ))
            })
        })
    }

    fn state(&self) -> ObjectState {
        self.state.clone()
    }

    fn describe(&self) -> String {
        self.name.clone()
    }
}

/// Fills `buffer` from `offset` on; stops at the end of the file.
fn read_full(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut done = 0;
    while done < buffer.len() {
        match read_at(file, &mut buffer[done..], offset + done as u64) {
            Ok(0) => break,
            Ok(n) => done += n,
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(done)
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}

/// Length and modification time; on Unix the inode too, since tools that
/// replace a file by renaming another over it keep none of it.
fn validator(metadata: &Metadata) -> String {
    let modified = metadata
        .modified()
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
        .map_or(0, |age| age.as_nanos());
    #[cfg(unix)]
    let inode = std::os::unix::fs::MetadataExt::ino(metadata);
    #[cfg(not(unix))]
    let inode = 0;
    format!("{inode:x}-{modified:x}-{:x}", metadata.len())
}

fn explain(name: &str, error: io::Error) -> ReadError {
    let (kind, message) = match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => {
            (ReadErrorKind::NotFound, format!("there is no file {name}"))
        }
        ErrorKind::PermissionDenied => (
            ReadErrorKind::Denied,
            format!("{name} may not be read by this user"),
        ),
        ErrorKind::IsADirectory => (
            ReadErrorKind::NotFound,
            format!("{name} is a directory, not a TIFF file; name a file inside it"),
        ),
        _ => (
            ReadErrorKind::Unavailable,
            format!("{name} could not be read"),
        ),
    };
    ReadError::new(kind, message).with_source(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs jobs on another thread, or drops them.
    #[derive(Debug)]
    struct Other(bool);

    impl DecodeExecutor for Other {
        fn run(&self, job: Box<dyn FnOnce() + Send>) {
            if self.0 {
                std::thread::spawn(job);
            }
        }
    }

    #[test]
    fn reads_by_position_and_says_what_is_wrong() {
        let folder = std::env::temp_dir().join(format!("cog-reader-file-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("abc");
        std::fs::write(&path, b"abcdef").unwrap();
        let reader = FileReader::open(&path).unwrap();
        let parts = reader.read_now(&[4..9, 1..3, 7..8]).unwrap();
        assert_eq!(parts, [&b"ef"[..], b"bc", b""]);
        assert_eq!(reader.state().size, Some(6));

        // Elsewhere, and where nobody does it.
        let ranges = [2..4, 5..6];
        let elsewhere = reader.clone().with_executor(Arc::new(Other(true)));
        let parts = pollster::block_on(elsewhere.read_ranges(&ranges)).unwrap();
        assert_eq!(parts, [&b"cd"[..], b"f"]);
        let nowhere = reader.clone().with_executor(Arc::new(Other(false)));
        let error = pollster::block_on(nowhere.read_ranges(&ranges)).unwrap_err();
        assert_eq!(error.kind(), ReadErrorKind::Unavailable);

        std::fs::write(&path, b"another length").unwrap();
        let error = reader.read_now(&[0..1, 2..3]).unwrap_err();
        assert_eq!(error.kind(), ReadErrorKind::Changed);

        let error = FileReader::open(&folder).unwrap_err();
        assert!(error.to_string().contains("is a directory"), "{error}");
        let error = FileReader::open(folder.join("none")).unwrap_err();
        assert_eq!(error.kind(), ReadErrorKind::NotFound);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
