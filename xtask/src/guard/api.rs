//! What the public signatures of the inner rings speak of.
//!
//! A foreign type in a signature ties our versions to another crate's, so each is on a list with the
//! reason why. rustdoc's JSON says what is public; the compiler is told by `RUSTC_BOOTSTRAP` to write
//! it, for rustdoc alone, so that nothing else is built anew.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::rings::INNER;
use crate::process::{cargo, run};
use crate::workspace::{Metadata, root};

/// One line of the list: whose signatures may name what, and why.
struct Allowed {
    package: &'static str,
    /// A path as rustdoc has it, or a crate.
    what: &'static str,
    #[expect(dead_code, reason = "is for who reads or extends the list")]
    why: &'static str,
}

const fn allow(package: &'static str, what: &'static str, why: &'static str) -> Allowed {
    Allowed { package, what, why }
}

/// Foreign types that users meet on purpose. No error of another crate is among them.
const ALLOWED: [Allowed; 15] = [
    allow("tile-math", "serde", "tile matrix sets are JSON documents"),
    allow(
        "tile-math",
        "serde_core",
        "where serde's traits are defined",
    ),
    allow(
        "tile-math",
        "serde_json::value::Value",
        "PROJJSON and documents as a program holds them",
    ),
    allow(
        "tile-math",
        "serde_json::map::Map",
        "a GeoJSON feature's properties",
    ),
    allow(
        "tile-math",
        "geo_types",
        "the geometries that a cover is asked for",
    ),
    allow(
        "cog-raster",
        "half",
        "`f16`, which the standard library does not have yet",
    ),
    allow("cog-raster", "num_complex", "complex samples"),
    allow(
        "cog-reader",
        "bytes::bytes::Bytes",
        "what a range reader delivers, without a copy",
    ),
    allow(
        "cog-reader",
        "object_store::ObjectStore",
        "a store of one's own; feature `object_store`",
    ),
    allow(
        "cog-reader",
        "object_store::path::Path",
        "a place in it; feature `object_store`",
    ),
    allow(
        "cog-reader",
        "object_store::client::http::connection::HttpConnector",
        "an HTTP client of one's own; feature `object_store`",
    ),
    allow(
        "catalog",
        "serde_json::value::Value",
        "an outline as GeoJSON, and whatever else was said of a raster, as it is kept and answered",
    ),
    allow(
        "catalog",
        "object_store::ObjectStore",
        "where a database lies; feature `sqlite-remote`",
    ),
    allow(
        "catalog",
        "object_store::path::Path",
        "a place in it; feature `sqlite-remote`",
    ),
    allow(
        "cog-reader",
        "url::Url",
        "what a guard judges; feature `object_store`",
    ),
];

/// Every foreign type in a public signature that is not on the list.
///
/// # Errors
///
/// If the documentation cannot be made or read.
pub(crate) fn check(metadata: &Metadata) -> Result<Vec<String>> {
    let folder = metadata.target_directory.join("doc");
    let mut document = cargo();
    // The whole workspace, so that features are on as its program has them, and what `cargo doc` built
    // is used again.
    document
        .args(["doc", "--quiet", "--no-deps", "--locked", "--workspace"])
        .env("RUSTDOC", wrapper(&folder)?)
        .env("RUSTDOCFLAGS", "-Zunstable-options --output-format=json")
        .current_dir(root());
    run(&mut document)?;
    let mut violations = Vec::new();
    for package in INNER {
        let file = folder
            .join(package.replace('-', "_"))
            .with_extension("json");
        let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        let api: Value = serde_json::from_str(&text).with_context(|| file.display().to_string())?;
        violations.extend(foreign(package, &api));
    }
    Ok(violations)
}

/// A rustdoc that may use what is not stable. The variable is for it alone: build scripts that saw it
/// would choose nightly code, and every dependency would be compiled once more.
fn wrapper(folder: &Path) -> Result<PathBuf> {
    let file = folder.join("rustdoc.sh");
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(&file, "#!/bin/sh\nRUSTC_BOOTSTRAP=1 exec rustdoc \"$@\"\n"))
        .and_then(|()| executable(&file))
        .with_context(|| file.display().to_string())?;
    Ok(file)
}

#[cfg(unix)]
fn executable(file: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(file, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn executable(_: &Path) -> std::io::Result<()> {
    Err(std::io::Error::other("the guard `api` needs a Unix shell"))
}

/// What `package`'s public items name of other crates, beyond the list.
fn foreign(package: &str, api: &Value) -> Vec<String> {
    let mut found = BTreeSet::new();
    for item in api["index"]
        .as_object()
        .into_iter()
        .flat_map(|index| index.values())
    {
        let inner = &item["inner"];
        let made_by_the_compiler =
            inner["impl"]["is_synthetic"] == true || !inner["impl"]["blanket_impl"].is_null();
        if item["crate_id"] != 0 || made_by_the_compiler {
            continue;
        }
        let mut ids = BTreeSet::new();
        mentions(inner, &mut ids);
        for path in ids.iter().filter_map(|id| outside(api, id)) {
            if !allowed(package, &path) {
                let place = &item["span"];
                let at = format!(
                    "{}:{}",
                    place["filename"].as_str().unwrap_or("?"),
                    place["begin"][0]
                );
                found.insert(format!(
                    "{package} says {path} in a public signature ({at}); wrap it, or give the reason in xtask/src/guard/api.rs"
                ));
            }
        }
    }
    found.into_iter().collect()
}

/// Ids of all that a part of a signature refers to: paths of types and traits, re-exports.
fn mentions(part: &Value, ids: &mut BTreeSet<String>) {
    match part {
        Value::Object(map) => {
            let named = map.get("path").or_else(|| map.get("source"));
            if let (Some(id), Some(Value::String(_))) =
                (map.get("id").and_then(Value::as_u64), named)
            {
                ids.insert(id.to_string());
            }
            map.values().for_each(|part| mentions(part, ids));
        }
        Value::Array(parts) => parts.iter().for_each(|part| mentions(part, ids)),
        _ => {}
    }
}

/// The path of `id`, if it belongs to neither us nor the standard library.
fn outside(api: &Value, id: &str) -> Option<String> {
    let summary = &api["paths"][id];
    let of = summary["crate_id"].as_u64().filter(|of| *of != 0)?;
    let name = api["external_crates"][of.to_string()]["name"].as_str()?;
    let ours = INNER
        .iter()
        .any(|package| package.replace('-', "_") == name);
    if ours || ["std", "core", "alloc"].contains(&name) {
        return None;
    }
    let path = summary["path"].as_array()?.iter().filter_map(Value::as_str);
    Some(path.collect::<Vec<_>>().join("::"))
}

fn allowed(package: &str, path: &str) -> bool {
    let of = path.split("::").next();
    ALLOWED
        .iter()
        .any(|line| line.package == package && (line.what == path || Some(line.what) == of))
}

#[cfg(test)]
mod tests {
    use super::foreign;
    use serde_json::json;

    /// `fn read(from: &Url) -> Result<Bytes, png::Error>` and a blanket implementation.
    #[test]
    fn a_foreign_error_is_found_and_what_is_listed_is_not() {
        let resolved =
            |path: &str, id: u32| json!({"resolved_path": {"path": path, "id": id, "args": null}});
        let api = json!({
            "index": {
                "1": {
                    "crate_id": 0,
                    "span": {"filename": "cog-reader/src/a.rs", "begin": [7, 1]},
                    "inner": {"function": {"sig": {
                        "inputs": [["from", {"borrowed_ref": {"type": resolved("Url", 10)}}]],
                        "output": {"resolved_path": {"path": "Result", "id": 11, "args": {"angle_bracketed": {
                            "args": [{"type": resolved("Bytes", 12)}, {"type": resolved("png::Error", 13)}]
                        }}}},
                    }}}
                },
                "2": {
                    "crate_id": 0,
                    "inner": {"impl": {"blanket_impl": {"generic": "T"}, "trait": {"path": "Instrument", "id": 14}}}
                },
                "3": {"crate_id": 0, "span": null, "inner": {"use": {"source": "png::Decoder", "id": 15}}},
            },
            "paths": {
                "10": {"crate_id": 1, "path": ["url", "Url"]},
                "11": {"crate_id": 2, "path": ["core", "result", "Result"]},
                "12": {"crate_id": 3, "path": ["bytes", "bytes", "Bytes"]},
                "13": {"crate_id": 4, "path": ["png", "Error"]},
                "14": {"crate_id": 5, "path": ["tracing", "Instrument"]},
                "15": {"crate_id": 4, "path": ["png", "Decoder"]},
            },
            "external_crates": {
                "1": {"name": "url"}, "2": {"name": "core"}, "3": {"name": "bytes"},
                "4": {"name": "png"}, "5": {"name": "tracing"},
            },
        });
        let found = foreign("cog-reader", &api);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(
            found[1].contains("png::Error in a public signature (cog-reader/src/a.rs:7)"),
            "{found:?}"
        );
        assert_eq!(foreign("cog-codec", &api).len(), 4);
    }
}
