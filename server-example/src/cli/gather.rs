//! From a pattern to the datasets that match it.

use crate::{
    Error,
    access::{file_path, is_url, lexical, parse_url},
};
use catalog::{Dataset, Pattern};
use futures_util::TryStreamExt as _;
use std::fs;

/// Folders in folders that are searched.
const DEEPEST: usize = 64;

/// A pattern of absolute paths or of URLs.
pub(super) fn pattern(text: &str, rgb_key: Option<&str>) -> Result<Pattern, Error> {
    let text = match is_url(text) {
        true if text.starts_with("file:") => file_path(&parse_url(&escaped(text))?)?,
        true => text.to_owned(),
        false => absolute(text)?,
    };
    let pattern = Pattern::parse(&text)?;
    Ok(match rgb_key {
        Some(key) => pattern.with_rgb_key(key)?,
        None => pattern,
    })
}

/// A file's URL whose braces survive being parsed.
fn escaped(text: &str) -> String {
    text.replace('{', "%7B")
        .replace('}', "%7D")
        .replace('?', "%3F")
}

/// An absolute path without `.` and `..`, by its text alone, as Python's `abspath`.
fn absolute(text: &str) -> Result<String, Error> {
    let path = std::path::absolute(text)
        .map_err(|error| Error::Request(format!("the pattern {text:?} is no path: {error}")))?;
    match lexical(&path).into_os_string().into_string() {
        Ok(text) => Ok(text),
        Err(_) => Err(Error::Request(format!("the pattern {text:?} is no UTF-8"))),
    }
}

/// The datasets of a pattern, in order.
pub(super) async fn datasets(
    pattern: &Pattern,
    store: &[(&'static str, String)],
) -> Result<Vec<Dataset>, Error> {
    let folder = pattern.folder();
    let paths = if is_url(&folder) {
        list(&folder, store).await?
    } else {
        let pattern = pattern.clone();
        tokio::task::spawn_blocking(move || files(&pattern, &folder))
            .await
            .map_err(|error| Error::failed("the folder was not searched", &error))??
    };
    Ok(pattern.datasets(paths)?)
}

/// Files below a folder that a pattern leads to. Links are followed: the pattern says how deep.
fn files(pattern: &Pattern, folder: &str) -> Result<Vec<String>, Error> {
    let mut found = Vec::new();
    let mut folders = vec![(folder.to_owned(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            // As a glob: what is not there, or may not be read, holds no match.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => {
                tracing::warn!("{folder} is skipped: {error}");
                continue;
            }
        };
        for entry in entries {
            let entry = entry.map_err(|error| Error::failed(&folder, &error))?;
            let Some(path) = entry.path().to_str().map(str::to_owned) else {
                tracing::warn!(
                    "{} is skipped: its name is no UTF-8",
                    entry.path().display()
                );
                continue;
            };
            // Only what can match is looked at.
            let leads = depth < DEEPEST && pattern.leads_into(&path)?;
            if !leads && pattern.values(&path)?.is_none() {
                continue;
            }
            match fs::metadata(&path) {
                Ok(kind) if kind.is_file() => found.push(path),
                Ok(kind) if kind.is_dir() && leads => folders.push((path, depth + 1)),
                Ok(_) => {}
                Err(error) => tracing::warn!("{path} is skipped: {error}"),
            }
        }
    }
    Ok(found)
}

/// Objects below a bucket's URL.
async fn list(folder: &str, store: &[(&'static str, String)]) -> Result<Vec<String>, Error> {
    let url = parse_url(folder)?;
    if matches!(url.scheme(), "http" | "https") {
        return Err(Error::Request(format!(
            "{folder} cannot be listed: a pattern is of files, or of a bucket (s3://, gs://, az://)"
        )));
    }
    let failed = |error: object_store::Error| {
        let cause = crate::error::chain(&error);
        Error::Upstream(format!("{folder} cannot be listed: {cause}"))
    };
    // The same settings from the environment as for reading; those of the command line count more.
    let config = std::env::vars().chain(
        store
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone())),
    );
    let (bucket, prefix) = object_store::parse_url_opts(&url, config).map_err(failed)?;
    let mut objects = bucket.list(Some(&prefix));
    let mut found = Vec::new();
    let root = root_of(folder);
    while let Some(object) = objects.try_next().await.map_err(failed)? {
        // What means something in a URL is escaped; the rest is as Terracotta has it.
        let key = object.location.as_ref().replace('%', "%25");
        let key = key.replace('?', "%3F").replace('#', "%23");
        found.push(format!("{root}{key}"));
    }
    Ok(found)
}

/// What stands before a key of a bucket: `s3://bucket/`.
fn root_of(folder: &str) -> String {
    let scheme = folder.find("://").map_or(0, |at| at + 3);
    let end = folder[scheme..]
        .find('/')
        .map_or(folder.len(), |at| scheme + at);
    format!("{}/", &folder[..end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn patterns_are_absolute() {
        let here = std::env::current_dir().unwrap();
        let text = pattern("a/../{x}.tif", None).unwrap().to_string();
        assert_eq!(Path::new(&text), here.join("{x}.tif"));
        let url = pattern("s3://bucket/a/{x}.tif", None).unwrap();
        assert_eq!(url.to_string(), "s3://bucket/a/{x}.tif");
        let file = pattern("file:///a/{x}_{}.tif", None).unwrap();
        assert_eq!(file.to_string(), "/a/{x}_{}.tif");
        assert_eq!(root_of("s3://bucket/a/b/"), "s3://bucket/");
        assert!(pattern("/a/b.tif", None).is_err());
        assert!(pattern("/a/{b}.tif", Some("c")).is_err());
    }

    #[test]
    fn only_folders_that_can_match_are_searched() {
        let dir = tempfile::tempdir().unwrap();
        for name in [
            "a/x.tif",
            "b/y.tif",
            "b/deep/z.tif",
            "a/x.tif.aux.xml",
            "a/.h.tif",
        ] {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, b"").unwrap();
        }
        fs::create_dir(dir.path().join("a/folder.tif")).unwrap();
        let root = dir.path().to_str().unwrap();
        let of = |tail: &str| {
            let pattern = pattern(&format!("{root}/{tail}"), None).unwrap();
            let mut files = files(&pattern, &pattern.folder()).unwrap();
            files.sort();
            files
                .iter()
                .map(|file| file[root.len() + 1..].to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(of("{d}/{n}.tif"), ["a/x.tif", "b/y.tif"]);
        assert_eq!(of("b/deep/{n}.tif"), ["b/deep/z.tif"]);
        assert!(of("missing/{n}.tif").is_empty());
    }
}
