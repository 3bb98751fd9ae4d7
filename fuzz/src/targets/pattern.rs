//! Any text as a pattern of paths, and any paths.

use catalog::{DatasetPath, Keys, Pattern};

/// The first line is a pattern, each further one a path.
///
/// # Panics
///
/// On a find.
pub fn pattern(bytes: &[u8]) {
    let Ok(text) = core::str::from_utf8(bytes) else {
        return;
    };
    let mut lines = text.split('\n');
    let first = lines.next().unwrap_or_default();
    let paths: Vec<&str> = lines.collect();
    for path in &paths {
        if let Ok(parsed) = DatasetPath::parse(path) {
            let again = DatasetPath::parse(&parsed.to_string()).expect("what was written");
            assert_eq!(parsed, again);
        }
    }
    let Ok(pattern) = Pattern::parse(first) else {
        return;
    };
    let names: Vec<&str> = pattern.keys().collect();
    let keys = Keys::new(names.iter().copied());
    let folder = pattern.folder();
    for path in &paths {
        // Some patterns have too many ways to match: they are refused.
        let Ok(Some(values)) = pattern.values(path) else {
            continue;
        };
        assert_eq!(values.len(), names.len());
        assert!(
            path.starts_with(&folder),
            "{path:?} is not below {folder:?}"
        );
        for value in &values {
            assert!(!value.is_empty() && value.chars().all(char::is_alphanumeric));
            assert!(path.contains(value.as_str()));
        }
        // Whoever walks folders finds the path.
        for (at, _) in path.match_indices('/') {
            if at > 0 {
                assert!(
                    pattern.leads_into(&path[..at]).unwrap_or(true),
                    "{path:?} is not looked for below {:?}",
                    &path[..at]
                );
            }
        }
        if let Ok(keys) = &keys {
            keys.check(&values).expect("values for all keys");
        }
    }
    let found = pattern.datasets(paths.iter().map(|path| (*path).to_owned()));
    if let Ok(found) = found {
        assert!(found.is_sorted_by(|a, b| a.values < b.values));
    }
}

/// Patterns with paths, some of which match.
pub fn pattern_seeds() -> Vec<Vec<u8>> {
    const TEXTS: [&str; 8] = [
        "/data/{date}/{band}_{}.tif\n/data/2020/B1_x.tif\n/data/2021/B2_.tif\n/data/.x/B2_.tif",
        "{a}_{b}_{a}.tif\nxx_yy_xx.tif\nx_y_z.tif",
        "{{{a}}}?*.tif\n{x}1.tif\n{x}12345.tif",
        "s3://bucket/*/{tile}/{date:04d}!r{}.tif\ns3://bucket/q/33UUP/2020!rx.tif",
        "{key}{key}{key}{key}{key}\naaaaaaaaaaaaaaaaaaaa\naaaaa",
        "*{a}*{a}*{a}*\nababababababababababababab",
        "{ä}/{日}\nß/本\n1/2",
        "{a}#band=2\nscene.tif#band=2\nx#band=0\n#band=1\nx#band=4294967296",
    ];
    TEXTS.map(|text| text.as_bytes().to_vec()).into()
}
