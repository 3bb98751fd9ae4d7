//! Places that are given relative to another.

use url::Url;

/// `href` as seen from `base`, as `pystac` resolves it. Without a base it stays as it is.
pub(crate) fn resolved(base: Option<&str>, href: &str) -> String {
    if is_url(href) {
        return href.to_owned();
    }
    let Some(base) = base else {
        return href.to_owned();
    };
    if is_url(base) {
        let joined = Url::parse(base).and_then(|base| base.join(href));
        return joined.map_or_else(|_| href.to_owned(), String::from);
    }
    if href.starts_with('/') {
        return href.to_owned();
    }
    let folder = base.rsplit_once('/').map_or("", |(folder, _)| folder);
    let rooted = base.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(href.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            // Above the root is the root.
            ".." if rooted => {}
            part => parts.push(part),
        }
    }
    let path = parts.join("/");
    if rooted { format!("/{path}") } else { path }
}

/// It starts with a scheme. A Windows drive is none.
fn is_url(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, _)| {
        !scheme.is_empty()
            && scheme
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
    })
}

#[cfg(test)]
mod tests {
    use super::resolved;

    #[test]
    fn places_are_resolved() {
        for (base, href, expected) in [
            (
                "https://a.org/x/item.json",
                "./b.tif",
                "https://a.org/x/b.tif",
            ),
            (
                "https://a.org/x/item.json?sig=1",
                "../b.tif",
                "https://a.org/b.tif",
            ),
            ("https://a.org/x/item.json", "/b.tif", "https://a.org/b.tif"),
            (
                "https://a.org/x/item.json",
                "s3://bucket/b.tif",
                "s3://bucket/b.tif",
            ),
            ("s3://bucket/x/item.json", "b.tif", "s3://bucket/x/b.tif"),
            ("s3://bucket/x/item.json", "../b.tif", "s3://bucket/b.tif"),
            ("/data/x/item.json", "../y/b.tif", "/data/y/b.tif"),
            ("/item.json", "../../b.tif", "/b.tif"),
            ("x/item.json", "../../b.tif", "../b.tif"),
            ("item.json", "b.tif", "b.tif"),
            ("/data/item.json", "/other/b.tif", "/other/b.tif"),
            (
                "/data/item.json",
                "https://a.org/b.tif",
                "https://a.org/b.tif",
            ),
        ] {
            assert_eq!(resolved(Some(base), href), expected, "{base} {href}");
        }
        assert_eq!(resolved(None, "./b.tif"), "./b.tif");
    }
}
