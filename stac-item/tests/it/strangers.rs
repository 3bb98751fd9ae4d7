//! Items of strangers: refused by name, in bounded time, without a panic.

use stac_item::{Error, Item};

fn item(changes: &[(&str, &str)]) -> String {
    let mut members = vec![
        ("type", "\"Feature\""),
        ("stac_version", "\"1.1.0\""),
        ("id", "\"x\""),
        ("geometry", "null"),
        ("bbox", "[0, 0, 1, 1]"),
        ("properties", "{}"),
        ("links", "[]"),
        ("assets", r#"{"a": {"href": "a.tif"}}"#),
    ];
    for change in changes {
        members.retain(|member| member.0 != change.0);
        if !change.1.is_empty() {
            members.push(*change);
        }
    }
    let members: Vec<String> = members
        .iter()
        .map(|(k, v)| format!("\"{k}\": {v}"))
        .collect();
    format!("{{{}}}", members.join(", "))
}

#[test]
fn what_is_no_item_is_refused_by_name() {
    assert!(Item::parse(item(&[]).as_bytes(), None).is_ok());
    for (changes, says) in [
        (&[("type", "\"Collection\"")][..], "Collection"),
        (&[("type", "")], "no type"),
        (&[("stac_version", "\"0.9.0\"")], "0.9.0"),
        (&[("stac_version", "")], "no stac_version"),
        (&[("id", "")], "no id"),
        (&[("id", "7")], "string"),
        (&[("assets", "")], "no assets"),
        (&[("assets", "[]")], "object"),
        (&[("assets", r#"{"a": {}}"#)], "href"),
        (&[("assets", r#"{"a": 1}"#)], "map"),
        (&[("bbox", "[1, 2]")], "bbox"),
        (&[("bbox", "[1, 2, 3, \"x\"]")], "f64"),
    ] {
        let error = Item::parse(item(changes).as_bytes(), None)
            .unwrap_err()
            .to_string();
        assert!(error.contains(says), "{changes:?}: {error}");
    }
    for text in ["", "null", "[]", "{", "\u{feff}{}"] {
        assert!(Item::parse(text.as_bytes(), None).is_err(), "{text}");
    }
}

#[test]
fn what_places_nothing_is_refused_when_it_is_asked_for() {
    let schema = r#"["https://stac-extensions.github.io/projection/v2.0.0/schema.json"]"#;
    for (properties, says) in [
        (
            r#"{"proj:code": "EPSG:32631", "proj:transform": [1, 2, 3], "proj:shape": [1, 1]}"#,
            "six nor nine",
        ),
        (
            r#"{"proj:code": "EPSG:32631", "proj:transform": [0, 0, 0, 0, 0, 0], "proj:shape": [1, 1]}"#,
            "inverse",
        ),
        (
            r#"{"proj:code": "EPSG:32631", "proj:transform": [1, 0, 0, 0, -1, 0], "proj:shape": [1]}"#,
            "two numbers",
        ),
        (
            r#"{"proj:code": "EPSG:32631", "proj:transform": [1, 0, 0, 0, -1, 0], "proj:shape": [-1, 1e99]}"#,
            "no rows",
        ),
        (
            r#"{"proj:code": "EPSG:1", "proj:transform": [1, 0, 0, 0, -1, 0], "proj:shape": [1, 1]}"#,
            "reference system",
        ),
        (
            r#"{"proj:code": "nonsense", "proj:transform": [1, 0, 0, 0, -1, 0], "proj:shape": [1, 1]}"#,
            "reference system",
        ),
    ] {
        let text = item(&[("stac_extensions", schema), ("properties", properties)]);
        let error = Item::parse(text.as_bytes(), None)
            .unwrap()
            .footprint()
            .unwrap_err()
            .to_string();
        assert!(error.contains(says), "{properties}: {error}");
    }
    let nowhere = item(&[("bbox", "null")]);
    let error = Item::parse(nowhere.as_bytes(), None)
        .unwrap()
        .footprint()
        .unwrap_err();
    assert!(
        error.to_string().contains("neither a bbox nor a geometry"),
        "{error}"
    );
    let pictures = item(&[("assets", r#"{"a": {"href": "a.png", "type": "image/png"}}"#)]);
    let error = Item::parse(pictures.as_bytes(), None)
        .unwrap()
        .footprint()
        .unwrap_err();
    assert!(matches!(error, Error::NoAsset), "{error}");
    // West of the antimeridian to its east.
    let over = item(&[("bbox", "[179, -1, -179, 1]")]);
    let footprint = Item::parse(over.as_bytes(), None)
        .unwrap()
        .footprint()
        .unwrap();
    assert_eq!(
        (footprint.bounds.left, footprint.bounds.right),
        (179.0, -179.0)
    );
}

#[test]
fn too_much_is_refused() {
    let limited = |text: &str| {
        matches!(
            Item::parse(text.as_bytes(), None),
            Err(Error::OverLimit { .. })
        )
    };
    assert!(limited(&" ".repeat((8 << 20) + 1)));
    let assets: Vec<String> = (0..5001)
        .map(|k| format!(r#""a{k}": {{"href": "x"}}"#))
        .collect();
    assert!(limited(&item(&[(
        "assets",
        &format!("{{{}}}", assets.join(","))
    )])));
    let bands = "{},".repeat(10_000);
    assert!(limited(&item(&[(
        "assets",
        &format!(r#"{{"a": {{"href": "x", "bands": [{bands}{{}}]}}}}"#)
    )])));
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(Item::parse(item(&[("geometry", &deep)]).as_bytes(), None).is_err());
}
