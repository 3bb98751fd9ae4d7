//! The folder that keeps what was installed.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::workspace::target_folder;

/// The folder of installed tools, held by one process at a time.
///
/// Each tool lies in a folder of its own, named after a fingerprint of what asked for it: a changed
/// pin gives a new folder, an unchanged one is found again by the next run.
#[derive(Debug)]
pub(crate) struct Tools {
    folder: PathBuf,
}

impl Tools {
    /// `SMALTI_TOOLS`, or `xtask/` in cargo's target folder.
    ///
    /// # Errors
    ///
    /// If it cannot be created, or cargo does not tell where it builds.
    pub(crate) fn open() -> Result<Self> {
        let folder = match std::env::var_os("SMALTI_TOOLS") {
            Some(folder) => std::path::absolute(PathBuf::from(folder))?,
            None => target_folder()?.join("xtask"),
        };
        fs::create_dir_all(&folder)
            .with_context(|| format!("could not create the tools' folder {}", folder.display()))?;
        Ok(Self { folder })
    }

    /// The tools' folder itself.
    pub(crate) fn path(&self) -> &Path {
        &self.folder
    }

    /// Keeps other processes from preparing tools until the result is dropped.
    ///
    /// # Errors
    ///
    /// If the lock file cannot be opened or locked.
    pub(crate) fn lock(&self) -> Result<File> {
        let path = self.folder.join("lock");
        let file = File::create(&path).with_context(|| path.display().to_string())?;
        file.lock()
            .with_context(|| format!("could not lock {}", path.display()))?;
        Ok(file)
    }

    /// The folder `name`, filled by `fill` if no earlier run has finished filling it.
    ///
    /// `fill` starts with an empty folder at the path it will keep. Call this under [`Self::lock`].
    ///
    /// # Errors
    ///
    /// Those of `fill`, and of the file system.
    pub(crate) fn prepared(
        &self,
        name: &str,
        fill: impl FnOnce(&Path) -> Result<()>,
    ) -> Result<PathBuf> {
        let folder = self.folder.join(name);
        let ready = folder.join("READY");
        if ready.is_file() {
            return Ok(folder);
        }
        if folder.exists() {
            fs::remove_dir_all(&folder)
                .with_context(|| format!("removing the unfinished {}", folder.display()))?;
        }
        fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        eprintln!("xtask: preparing {}", folder.display());
        fill(&folder).with_context(|| format!("preparing {}", folder.display()))?;
        File::create(&ready).with_context(|| ready.display().to_string())?;
        Ok(folder)
    }
}

/// A short name for the contents of some files: FNV-1a, 64 bits. Not for adversaries.
///
/// # Errors
///
/// If one cannot be read.
pub(crate) fn fingerprint(files: &[PathBuf]) -> Result<String> {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for file in files {
        let bytes = fs::read(file).with_context(|| file.display().to_string())?;
        // The end of one file must not be mistaken for the start of the next.
        for byte in (bytes.len() as u64).to_le_bytes().into_iter().chain(bytes) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    Ok(format!("{hash:016x}"))
}

#[cfg(test)]
mod tests {
    use super::{Tools, fingerprint};
    use std::fs;
    use std::path::PathBuf;

    fn scratch(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("xtask-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn a_tool_is_prepared_once_and_again_only_if_it_failed() {
        let tools = Tools {
            folder: scratch("prepared"),
        };
        let _lock = tools.lock().unwrap();
        let broken = |folder: &std::path::Path| {
            fs::write(folder.join("half"), "")?;
            anyhow::bail!("broken")
        };
        tools.prepared("tool", broken).unwrap_err();
        let folder = tools
            .prepared("tool", |folder| {
                assert!(!folder.join("half").exists(), "the unfinished one is gone");
                Ok(fs::write(folder.join("whole"), "")?)
            })
            .unwrap();
        assert!(folder.join("whole").is_file());
        tools
            .prepared("tool", |_| unreachable!("it is ready"))
            .unwrap();
        fs::remove_dir_all(&tools.folder).unwrap();
    }

    #[test]
    fn a_fingerprint_depends_on_contents_and_where_they_are_cut() {
        let folder = scratch("fingerprint");
        let file = |name: &str, text: &str| {
            let path = folder.join(name);
            fs::write(&path, text).unwrap();
            path
        };
        let (ab, c, a, bc) = (
            file("1", "ab"),
            file("2", "c"),
            file("3", "a"),
            file("4", "bc"),
        );
        let one = fingerprint(&[ab.clone(), c.clone()]).unwrap();
        assert_eq!(one, fingerprint(&[ab, c]).unwrap());
        assert_ne!(one, fingerprint(&[a, bc]).unwrap());
        fs::remove_dir_all(&folder).unwrap();
    }
}
