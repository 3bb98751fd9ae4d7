//! From an argument of `serve` to the sources that it means.

use crate::{
    Error,
    access::{Policy, Target, file_path, is_url, parse_url, resolves_inside},
    state::LayerSource,
};
use futures_util::TryStreamExt as _;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};
use url::Url;

/// The sources of one argument, and whether it named a single one, which then has to open.
/// Allows them in `policy`.
pub(super) async fn expand(
    argument: &str,
    policy: &mut Policy,
) -> Result<(Vec<LayerSource>, bool), Error> {
    if is_url(argument) {
        let url = parse_url(argument)?;
        if url.scheme() == "file" {
            return local(&file_path(&url)?, policy);
        }
        return remote(url, policy).await;
    }
    local(argument, policy)
}

fn local(argument: &str, policy: &mut Policy) -> Result<(Vec<LayerSource>, bool), Error> {
    if argument.contains('{') && !Path::new(argument).exists() {
        return Ok((by_pattern(argument, policy)?, false));
    }
    let path = policy
        .serve_path(Path::new(argument))
        .map_err(|error| unreadable(argument, &error))?;
    if !path.is_dir() {
        return Ok((vec![layer(&path)], true));
    }
    let mut files = Vec::new();
    walk(&path, 0, &mut files).map_err(|error| unreadable(argument, &error))?;
    files.sort();
    if files.is_empty() {
        tracing::warn!("{argument} holds no .tif or .tiff file yet");
    }
    Ok((files.iter().map(|file| layer(file)).collect(), false))
}

fn unreadable(argument: &str, error: &std::io::Error) -> Error {
    match error.kind() {
        std::io::ErrorKind::NotFound => Error::NotFound(format!(
            "{argument} does not exist; give a file, a folder, a pattern such as 'scenes/{{date}}.tif', or a URL"
        )),
        _ => Error::failed(format_args!("{argument} cannot be read"), error),
    }
}

/// TIFF files below a folder. Links are not followed: they may lead out of it, or in circles.
fn walk(folder: &Path, depth: u32, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    const DEEPEST: u32 = 16;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        let path = entry.path();
        if kind.is_dir() && depth < DEEPEST {
            // A folder that may not be read is skipped; the others still count.
            if let Err(error) = walk(&path, depth + 1, files) {
                tracing::warn!("{} is skipped: {error}", path.display());
            }
        } else if kind.is_file() && is_tiff(&path) {
            files.push(path);
        }
    }
    Ok(())
}

fn is_tiff(path: &Path) -> bool {
    path.extension()
        .and_then(|extension| extension.to_str())
        .is_some_and(|extension| ["tif", "tiff"].contains(&extension.to_ascii_lowercase().as_str()))
}

fn layer(path: &Path) -> LayerSource {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    LayerSource {
        target: Target::File(path.to_owned()),
        name: stem.into_owned(),
        group: None,
        time: None,
    }
}

/// Files whose path matches `folder/{key}_{key}.tif`; the keys' values make the layers' names.
fn by_pattern(pattern: &str, policy: &mut Policy) -> Result<Vec<LayerSource>, Error> {
    let parts: Vec<&str> = pattern.split('/').collect();
    let fixed = parts.iter().take_while(|part| !part.contains('{')).count();
    let base = match parts[..fixed].join("/") {
        base if base.is_empty() && pattern.starts_with('/') => "/".to_owned(),
        base if base.is_empty() => ".".to_owned(),
        base => base,
    };
    for part in &parts[fixed..] {
        check(part).map_err(|why| Error::Parameter(format!("the pattern {pattern}: {why}")))?;
    }
    let root = Path::new(&base)
        .canonicalize()
        .map_err(|error| unreadable(&base, &error))?;
    let mut found = Vec::new();
    find(&root, &parts[fixed..], &BTreeMap::new(), &mut found)
        .map_err(|error| unreadable(&base, &error))?;
    found.sort_by(|a, b| a.0.cmp(&b.0));
    if found.is_empty() {
        return Err(Error::NotFound(format!(
            "no file matches the pattern {pattern}"
        )));
    }
    let stem = Path::new(pattern)
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy();
    found
        .into_iter()
        .map(|(path, keys)| {
            // Only the files that match are served, not the whole folder.
            let path = policy
                .serve_path(&path)
                .map_err(|error| unreadable(pattern, &error))?;
            let is_time = |key: &&String| {
                ["date", "time", "datetime", "day", "month", "year"].contains(&key.as_str())
            };
            let time = keys.keys().find(is_time).map(|key| keys[key].clone());
            Ok(LayerSource {
                target: Target::File(path),
                name: fill(&stem, &keys, None),
                group: time
                    .is_some()
                    .then(|| fill(&stem, &keys, keys.keys().find(is_time))),
                time,
            })
        })
        .collect()
}

type Keys = BTreeMap<String, String>;

fn find(
    folder: &Path,
    parts: &[&str],
    keys: &Keys,
    found: &mut Vec<(PathBuf, Keys)>,
) -> std::io::Result<()> {
    let Some((part, rest)) = parts.split_first() else {
        return Ok(());
    };
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        let Some(keys) = matches(part, name, keys.clone()) else {
            continue;
        };
        let kind = entry.file_type()?;
        if rest.is_empty() && kind.is_file() {
            found.push((entry.path(), keys));
        } else if !rest.is_empty() && kind.is_dir() {
            find(&entry.path(), rest, &keys, found)?;
        }
    }
    Ok(())
}

/// Braces in pairs, around names.
fn check(part: &str) -> Result<(), &'static str> {
    let mut rest = part;
    while let Some((_, after)) = rest.split_once('{') {
        let (key, after) = after.split_once('}').ok_or("a { has no }")?;
        let named = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !named {
            return Err("a key between { and } is letters, digits and _");
        }
        rest = after;
    }
    Ok(())
}

/// Matches one name against one part of a pattern: a key takes as little as possible, at least one
/// character, and the same text wherever it stands.
fn matches(part: &str, name: &str, mut keys: Keys) -> Option<Keys> {
    let Some((before, after)) = part.split_once('{') else {
        return (part == name).then_some(keys);
    };
    let rest = name.strip_prefix(before)?;
    let (key, after) = after.split_once('}')?;
    if let Some(value) = keys.get(key) {
        return matches(after, rest.strip_prefix(value.as_str())?, keys);
    }
    for (end, _) in rest.char_indices().skip(1).chain([(rest.len(), ' ')]) {
        if end == 0 {
            continue;
        }
        keys.insert(key.to_owned(), rest[..end].to_owned());
        if let Some(keys) = matches(after, &rest[end..], keys.clone()) {
            return Some(keys);
        }
    }
    None
}

/// The pattern's last part with its keys filled in, but for one.
fn fill(stem: &str, keys: &Keys, except: Option<&String>) -> String {
    let mut text = stem.to_owned();
    for (key, value) in keys {
        let value = if Some(key) == except { "" } else { value };
        text = text.replace(&format!("{{{key}}}"), value);
    }
    // Keys of the folders above tell apart what would otherwise have one name.
    let above = keys
        .iter()
        .filter(|(key, _)| Some(*key) != except && !stem.contains(&format!("{{{key}}}")))
        .map(|(_, value)| value.as_str());
    let name: Vec<&str> = above
        .chain([text.trim_matches(['_', '-', '.', ' '])])
        .collect();
    name.join("-").trim_matches('-').to_owned()
}

async fn remote(url: Url, policy: &mut Policy) -> Result<(Vec<LayerSource>, bool), Error> {
    policy.serve_url(&url);
    let is_bucket = !matches!(url.scheme(), "http" | "https");
    if is_bucket && (url.path().is_empty() || url.path().ends_with('/')) {
        let files = list(&url).await?;
        return Ok((files.into_iter().map(remote_layer).collect(), false));
    }
    if resolves_inside(&url).await {
        tracing::info!("{url} is a private address; requests may name it because it is served");
    }
    Ok((vec![remote_layer(url)], true))
}

fn remote_layer(url: Url) -> LayerSource {
    let name = url
        .path_segments()
        .and_then(|mut segments| segments.next_back().map(str::to_owned))
        .unwrap_or_default();
    let stem = Path::new(&name).file_stem().unwrap_or_default();
    LayerSource {
        name: stem.to_string_lossy().into_owned(),
        target: Target::Remote { url, private: true },
        group: None,
        time: None,
    }
}

/// TIFF files below a bucket's URL, in order.
async fn list(url: &Url) -> Result<Vec<Url>, Error> {
    /// More layers than a map's list can show: whoever has them wants a catalog.
    const MOST: usize = 10_000;
    let failed = |e: object_store::Error| {
        Error::Upstream(format!(
            "{url} cannot be listed: {}",
            crate::error::chain(&e)
        ))
    };
    // The same settings from the environment as for reading.
    let (store, prefix) = object_store::parse_url_opts(url, std::env::vars()).map_err(failed)?;
    let mut objects = store.list(Some(&prefix));
    let mut found = Vec::new();
    while let Some(object) = objects.try_next().await.map_err(failed)? {
        if !is_tiff(Path::new(object.location.as_ref())) {
            continue;
        }
        if found.len() == MOST {
            tracing::warn!("{url} holds more than {MOST} TIFF files; the others are left out");
            break;
        }
        let mut file = url.clone();
        file.set_path(&format!("/{}", object.location));
        found.push(file);
    }
    if found.is_empty() {
        tracing::warn!("{url} holds no .tif or .tiff file yet");
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(part: &str, name: &str) -> Option<Vec<(String, String)>> {
        matches(part, name, Keys::new()).map(|keys| keys.into_iter().collect())
    }

    #[test]
    fn keys_take_what_stands_between() {
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(
            keys("{place}_{date}.tif", "alp_2024-01-01.tif"),
            Some(vec![pair("date", "2024-01-01"), pair("place", "alp")])
        );
        assert_eq!(keys("{a}{a}.tif", "xyxy.tif"), Some(vec![pair("a", "xy")]));
        assert_eq!(keys("{a}.tif", ".tif"), None);
        assert_eq!(keys("{a}.tif", "b.tiff"), None);
        assert_eq!(keys("b{a}é.tif", "bé.é.tif"), Some(vec![pair("a", "é.")]));
        assert!(check("{a").is_err() && check("{}").is_err() && check("{a b}").is_err());
    }

    #[test]
    fn a_pattern_serves_what_matches_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        for place in ["alp", "sea"] {
            fs::create_dir(dir.path().join(place)).unwrap();
            for date in ["2024-01-01", "2024-02-01"] {
                fs::write(dir.path().join(place).join(format!("red_{date}.tif")), b"").unwrap();
            }
        }
        fs::write(dir.path().join("alp/secret.tif"), b"").unwrap();
        let mut policy = Policy::default();
        let pattern = format!("{}/{{place}}/red_{{date}}.tif", dir.path().display());
        let layers = by_pattern(&pattern, &mut policy).unwrap();
        let names: Vec<_> = layers.iter().map(|l| l.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "alp-red_2024-01-01",
                "alp-red_2024-02-01",
                "sea-red_2024-01-01",
                "sea-red_2024-02-01"
            ]
        );
        assert_eq!(layers[0].group.as_deref(), Some("alp-red"));
        assert_eq!(layers[1].time.as_deref(), Some("2024-02-01"));
        let secret = dir.path().join("alp/secret.tif");
        assert!(policy.resolve(secret.to_str().unwrap()).is_err());
        assert!(policy.resolve("red_2024-01-01.tif").is_ok());
    }

    #[test]
    fn folders_are_searched_for_tiffs() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("deep")).unwrap();
        for name in ["a.tif", "b.TIFF", "c.txt", "deep/d.tif"] {
            fs::write(dir.path().join(name), b"").unwrap();
        }
        let (layers, named) = local(dir.path().to_str().unwrap(), &mut Policy::default()).unwrap();
        assert_eq!(layers.len(), 3);
        assert!(!named);
    }
}
