//! Which of our crates may use which.

use crate::workspace::Metadata;

/// The innermost rings, in the order of their dependencies: what they are made of is guarded, and
/// they run in WebAssembly.
pub(crate) const INNER: [&str; 8] = [
    "tile-math",
    "cog-raster",
    "cog-codec",
    "cog-reader",
    "cog-writer",
    "cog-render",
    "stac-item",
    "catalog",
];

/// What a crate's code may use of ours; its tests may use more.
enum May {
    Use(&'static [&'static str]),
    UseAll,
}

/// The design's table, row by row.
const TABLE: [(&str, May); 13] = [
    ("tile-math", May::Use(&[])),
    ("cog-raster", May::Use(&["tile-math"])),
    ("cog-codec", May::Use(&["cog-raster"])),
    (
        "cog-reader",
        May::Use(&["tile-math", "cog-raster", "cog-codec"]),
    ),
    (
        "cog-writer",
        May::Use(&["tile-math", "cog-raster", "cog-codec", "cog-reader"]),
    ),
    ("cog-render", May::Use(&["tile-math", "cog-raster"])),
    ("stac-item", May::Use(&["tile-math", "cog-raster"])),
    ("catalog", May::Use(&["tile-math", "cog-raster"])),
    ("server-example", May::UseAll),
    (
        "smalti-wasm",
        May::Use(&["tile-math", "cog-raster", "cog-reader", "cog-render"]),
    ),
    ("benches", May::UseAll),
    ("fuzz", May::UseAll),
    ("xtask", May::Use(&[])),
];

/// Every dependency between our crates that the table does not have.
pub(crate) fn check(metadata: &Metadata) -> Vec<String> {
    let mut violations = Vec::new();
    for package in metadata.members() {
        let uses = package
            .dependencies
            .iter()
            .filter(|dependency| dependency.kind.as_deref() != Some("dev"))
            .map(|dependency| dependency.name.as_str())
            .filter(|name| metadata.members().any(|member| member.name == *name));
        violations.extend(check_one(&package.name, uses));
    }
    violations
}

fn check_one<'a>(package: &str, uses: impl Iterator<Item = &'a str>) -> Vec<String> {
    let Some((_, may)) = TABLE.iter().find(|(name, _)| *name == package) else {
        return vec![format!(
            "{package} has no row in xtask/src/guard/rings.rs; say what it may use"
        )];
    };
    match may {
        May::UseAll => Vec::new(),
        May::Use(allowed) => uses
            .filter(|name| !allowed.contains(name))
            .map(|name| {
                format!(
                    "{package} uses {name}, which lies further out or beside it; it may use [{}]",
                    allowed.join(", ")
                )
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::check_one;

    #[test]
    fn outward_and_sideways_dependencies_are_found() {
        assert!(check_one("cog-reader", ["tile-math", "cog-codec"].into_iter()).is_empty());
        assert!(check_one("server-example", ["cog-render"].into_iter()).is_empty());
        let found = check_one("cog-render", ["cog-reader", "tile-math"].into_iter());
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("cog-render uses cog-reader"), "{found:?}");
    }

    #[test]
    fn a_crate_without_a_row_is_found() {
        assert!(check_one("mosaic", [].into_iter())[0].contains("no row"));
    }
}
