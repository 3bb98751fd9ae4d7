//! Where a catalog's rasters lie.

use crate::{
    Error,
    access::{Target, file_path, is_url, parse_url},
};
use std::path::Path;

/// GDAL's names of stores, and ours.
const STORES: [(&str, &str); 4] = [
    ("/vsis3/", "s3://"),
    ("/vsigs/", "gs://"),
    ("/vsiaz/", "az://"),
    ("/vsicurl/", ""),
];

/// What a path of the catalog stands for. Whoever put it there may read it, and whoever serves the catalog
/// lets others see it: no policy of requests is asked.
pub(super) fn target(path: &str) -> Result<Target, Error> {
    let store = STORES.iter().find_map(|(gdal, ours)| {
        let rest = path.strip_prefix(gdal)?;
        Some(format!("{ours}{rest}"))
    });
    let path = store.as_deref().unwrap_or(path);
    if !is_url(path) {
        return file(path);
    }
    let url = parse_url(path)?;
    if url.scheme() == "file" {
        return file(&file_path(&url)?);
    }
    Ok(Target::Remote { url, private: true })
}

fn file(path: &str) -> Result<Target, Error> {
    match Path::new(path).canonicalize() {
        Ok(path) => Ok(Target::File(path)),
        Err(error) => Err(Error::NotFound(format!("{path}: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gdals_names_are_known() {
        for (path, url) in [
            ("/vsis3/bucket/a.tif", "s3://bucket/a.tif"),
            ("/vsicurl/https://a.org/b.tif", "https://a.org/b.tif"),
            ("https://a.org/b.tif", "https://a.org/b.tif"),
        ] {
            assert_eq!(target(path).unwrap().key(), url);
        }
        assert!(target("/nowhere/at/all.tif").is_err());
    }
}
