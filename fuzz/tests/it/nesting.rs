//! Texts that nest without end.

use fuzz::{definitions, metadata};

use crate::measure::alone;

/// A stack that is smaller than that of any thread a server has.
fn on_a_small_stack(work: impl FnOnce() + Send) {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(512 << 10);
        thread.spawn_scoped(scope, work).unwrap().join().unwrap();
    });
}

#[test]
fn definitions_that_nest_are_refused_or_read() {
    let nested = [
        "GEOGCS[\"x\",".repeat(60_000),
        format!("{}{}", "COMPD_CS[".repeat(60_000), "]".repeat(60_000)),
        "{\"type\":\"CompoundCRS\",\"components\":[".repeat(20_000),
        "[".repeat(200_000),
        "{\"a\":".repeat(100_000),
        "+proj=pipeline +step ".repeat(20_000),
        "urn:ogc:def:crs:EPSG::4326,".repeat(20_000),
    ];
    let alone = alone();
    for text in nested {
        let start = text[..24].to_owned();
        alone.bounded(
            || start,
            || on_a_small_stack(|| definitions(text.as_bytes())),
        );
    }
}

#[test]
fn metadata_that_nests_is_refused_or_read() {
    let alone = alone();
    for text in [
        "<a>".repeat(200_000),
        format!("{}{}", "<a>".repeat(200_000), "</a>".repeat(200_000)),
        format!(
            "<GDALMetadata>{}</GDALMetadata>",
            "<Item name=\"n\">".repeat(50_000)
        ),
        format!("<a {}/>", "b=\"\" ".repeat(100_000)),
        format!("<a>{}</a>", "&lt;".repeat(200_000)),
        format!("<a xmlns:a=\"b\">{}", "<a xmlns:a=\"b\">".repeat(40_000)),
    ] {
        let start = text[..20].to_owned();
        alone.bounded(|| start, || on_a_small_stack(|| metadata(text.as_bytes())));
    }
}
