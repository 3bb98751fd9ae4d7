//! How long questions to a catalog of many datasets take, and in how much memory:
//! `cargo run --release -p catalog --example many PLACE [DATASETS]`. PLACE is made, and is not taken away.

use catalog::{Catalog, Entry, Error, Filter, Keys, Metadata, OpenOptions, Query, create};
use std::time::Instant;

/// How often each question is asked.
const TIMES: usize = 31;

const BANDS: usize = 10;
const TILES: usize = 100;

/// A date, a tile of a grid and a band for each number.
fn entry(number: usize) -> Entry {
    let (band, tile, date) = (
        number % BANDS,
        number / BANDS % TILES,
        number / BANDS / TILES,
    );
    let (west, south) = ((tile % 10) as f64, (tile / 10) as f64);
    let metadata = Metadata::constant([west, south, west + 0.9, south + 0.9], number as f64);
    let keys = [
        format!("{:04}", 2000 + date),
        format!("T{tile:03}"),
        format!("B{band:02}"),
    ];
    let path = format!("s3://bucket/{}.tif", keys.join("/"));
    Entry::new(keys, path).with_metadata(metadata)
}

/// What the process has held at most, in MiB; 0 where the system does not say.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    number.unwrap_or(0) / 1024
}

async fn ask(catalog: &dyn Catalog, name: &str, query: Query) -> Result<(), Error> {
    let mut times = Vec::new();
    let mut found = (0, None);
    for _ in 0..TIMES {
        let start = Instant::now();
        let page = catalog.datasets(&query).await?;
        times.push(start.elapsed());
        found = (page.datasets.len(), page.total);
    }
    times.sort();
    println!(
        "{name:<44} {:>8.2} ms median, {:>8.2} ms most; {found:?}",
        times[TIMES / 2].as_secs_f64() * 1e3,
        times[TIMES - 1].as_secs_f64() * 1e3
    );
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let mut arguments = std::env::args().skip(1);
    let place = arguments.next().unwrap_or_default();
    let count = arguments.next().and_then(|count| count.parse().ok());
    let count = count.unwrap_or(100_000);
    let keys = Keys::new(["date", "tile", "band"])?;
    let catalog = create(&place, &keys, &OpenOptions::default()).await?;
    let start = Instant::now();
    for first in (0..count).step_by(1000) {
        let batch: Vec<_> = (first..count.min(first + 1000)).map(entry).collect();
        catalog.insert(&batch).await?;
    }
    println!("{count} datasets in {:.1} s", start.elapsed().as_secs_f64());
    let before = peak();
    let all = Query::default;
    let dates = (0..20).map(|date| format!("{}", 2000 + 3 * date)).collect();
    let last = (count as u64 / 100).saturating_sub(1);
    let small = [3.2, 4.2, 3.4, 4.4];
    for (name, query) in [
        ("first page", all()),
        ("page in the middle", all().with_page(last / 2, 100)),
        ("last page", all().with_page(last, 100)),
        ("number of all", all().with_count()),
        ("backwards", all().with_order(["date"], false)),
        ("by band", all().with_order(["band"], true)),
        ("first key", all().with_value("date", "2050")),
        ("second key", all().with_value("tile", "T042")),
        ("last key", all().with_value("band", "B04")),
        (
            "last key, number",
            all().with_value("band", "B04").with_count(),
        ),
        (
            "all keys",
            all()
                .with_value("date", "2050")
                .with_value("tile", "T042")
                .with_value("band", "B04"),
        ),
        (
            "twenty dates",
            all().with_filter("date", Filter::OneOf(dates)),
        ),
        (
            "prefix",
            all()
                .with_filter("tile", Filter::Prefix("T09".into()))
                .with_count(),
        ),
        (
            "range",
            all().with_filter(
                "date",
                Filter::Range(Some("2030".into()), Some("2040".into())),
            ),
        ),
        ("nothing", all().with_value("band", "none")),
        ("small box", all().with_bbox(small)),
        ("small box, number", all().with_bbox(small).with_count()),
        (
            "small box and band",
            all().with_bbox(small).with_value("band", "B04"),
        ),
        (
            "box around all",
            all().with_bbox([-180.0, -90.0, 180.0, 90.0]),
        ),
        (
            "box with nothing",
            all().with_bbox([100.0, 50.0, 101.0, 51.0]),
        ),
    ] {
        ask(&*catalog, name, query).await?;
    }
    println!(
        "memory: {before} MiB at most while it was filled, {} MiB in all",
        peak()
    );
    Ok(())
}
