//! Paths under the served roots.

use crate::Error;
use std::{
    io,
    path::{Component, Path, PathBuf},
};

/// Folders and files that may be served, and nothing beside them.
///
/// # Invariants
///
/// Every root is canonical: absolute, without symbolic links.
#[derive(Clone, Debug, Default)]
pub(crate) struct Roots {
    roots: Vec<Root>,
}

#[derive(Clone, Debug)]
struct Root {
    /// As it was given, made absolute: what clients know.
    named: PathBuf,
    canonical: PathBuf,
}

impl Roots {
    /// Adds a file or folder that may be served.
    ///
    /// # Errors
    ///
    /// The path's own error, for example that it does not exist.
    pub(crate) fn add(&mut self, path: &Path) -> io::Result<PathBuf> {
        let canonical = path.canonicalize()?;
        self.roots.push(Root {
            named: lexical(&std::path::absolute(path)?),
            canonical: canonical.clone(),
        });
        Ok(canonical)
    }

    /// The canonical path of a file that a request names.
    ///
    /// Whether a path outside the roots exists is not told: it is refused
    /// before the disk is asked.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] outside the roots, [`Error::NotFound`] inside.
    pub(crate) fn resolve(&self, asked: &str) -> Result<PathBuf, Error> {
        let denied = || {
            Error::Denied(format!(
                "{asked:?} is not under a served folder; only what the server was started with can be read, \
                 start it with `smalti serve FOLDER` to add a folder"
            ))
        };
        if asked.contains('\0') {
            return Err(denied());
        }
        let path = Path::new(asked);
        let candidates: Vec<PathBuf> = if path.is_absolute() {
            let path = lexical(path);
            let inside = self
                .roots
                .iter()
                .any(|r| path.starts_with(&r.named) || path.starts_with(&r.canonical));
            if !inside {
                return Err(denied());
            }
            vec![path]
        } else {
            if escapes(path) {
                return Err(denied());
            }
            self.roots
                .iter()
                .filter_map(|root| {
                    if root.canonical.is_file() {
                        // A served file answers to its own name.
                        (root.named.file_name() == Some(path.as_os_str()))
                            .then(|| root.named.clone())
                    } else {
                        Some(root.named.join(path))
                    }
                })
                .collect()
        };
        let missing = || {
            Error::NotFound(format!(
                "{asked:?} does not exist; GET /layers lists what is served"
            ))
        };
        for candidate in candidates {
            match candidate.canonicalize() {
                Ok(found) if self.roots.iter().any(|r| found.starts_with(&r.canonical)) => {
                    return Ok(found);
                }
                // A symbolic link that leads out of the roots.
                Ok(_) => return Err(denied()),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) if error.kind() == io::ErrorKind::NotADirectory => {}
                Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                    return Err(Error::Denied(format!(
                        "the server may not read {asked:?}; check the file's permissions"
                    )));
                }
                Err(error) => {
                    return Err(Error::Request(format!(
                        "{asked:?} cannot be opened: {error}"
                    )));
                }
            }
        }
        Err(missing())
    }
}

/// A path without `.` and `..`, by its text alone; `..` at the root stays at the root.
pub(crate) fn lexical(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

/// Whether a relative path climbs above where it starts.
fn escapes(path: &Path) -> bool {
    let mut depth = 0_i32;
    for component in path.components() {
        match component {
            Component::ParentDir => depth -= 1,
            Component::Normal(_) => depth += 1,
            Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => return true,
        }
        if depth < 0 {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, Roots) {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(dir.path().join("served/deep")).unwrap();
        std::fs::write(dir.path().join("served/a.tif"), b"a").unwrap();
        std::fs::write(dir.path().join("served/deep/b.tif"), b"b").unwrap();
        std::fs::write(dir.path().join("secret.tif"), b"s").unwrap();
        let mut roots = Roots::default();
        roots.add(&dir.path().join("served")).unwrap();
        (dir, roots)
    }

    #[test]
    fn files_under_a_root_are_found_by_both_names() {
        let (dir, roots) = folder();
        let absolute = dir.path().join("served/deep/b.tif");
        let found = absolute.canonicalize().unwrap();
        assert_eq!(roots.resolve("deep/b.tif").unwrap(), found);
        assert_eq!(roots.resolve("./deep/../deep/b.tif").unwrap(), found);
        assert_eq!(roots.resolve(absolute.to_str().unwrap()).unwrap(), found);
        assert!(matches!(roots.resolve("c.tif"), Err(Error::NotFound(_))));
        assert!(matches!(roots.resolve("a.tif/x"), Err(Error::NotFound(_))));
    }

    #[test]
    fn everything_else_is_refused_whether_it_exists_or_not() {
        let (dir, roots) = folder();
        let outside = dir.path().join("secret.tif");
        for asked in [
            "../secret.tif",
            "deep/../../secret.tif",
            "/etc/passwd",
            "/etc/no-such-file",
            outside.to_str().unwrap(),
            &format!("{}/served/../secret.tif", dir.path().display()),
            &format!("{}/served-not/a.tif", dir.path().display()),
            "a.tif\0.png",
        ] {
            assert!(
                matches!(roots.resolve(asked), Err(Error::Denied(_))),
                "{asked}"
            );
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_out_is_refused() {
        let (dir, roots) = folder();
        std::os::unix::fs::symlink(
            dir.path().join("secret.tif"),
            dir.path().join("served/l.tif"),
        )
        .unwrap();
        assert!(matches!(roots.resolve("l.tif"), Err(Error::Denied(_))));
    }

    #[test]
    fn a_served_file_does_not_open_its_folder() {
        let (dir, _) = folder();
        let mut roots = Roots::default();
        roots.add(&dir.path().join("served/a.tif")).unwrap();
        assert!(roots.resolve("a.tif").is_ok());
        assert!(roots.resolve("deep/b.tif").is_err());
        assert!(roots.resolve("").is_err());
    }
}
