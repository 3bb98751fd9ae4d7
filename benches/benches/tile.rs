//! Whole tiles, from a local file and over HTTP: `cargo bench -p benches --bench tile`.

use std::{hint::black_box, sync::Arc};

use benches::{RangeServer, Sample, cog, samples};
use cog_reader::{BlockCache, Cog, MemoryReader, OpenOptions, StoreOptions, Stores};
use cog_render::{Format, ReadOptions, Style, render, tile};
use criterion::{Criterion, criterion_group, criterion_main};
use tile_math::{Tile, TileMatrixSet};

fn png(source: &Cog, tms: &TileMatrixSet, place: Tile, sample: Sample) -> usize {
    let style = match sample.rescale() {
        Some(range) => Style::default().with_rescale([range]),
        None => Style::default(),
    };
    let image = pollster::block_on(tile(source, tms, place, &ReadOptions::default()));
    render(&image.expect("on the source"), &style, Format::Png)
        .expect("encodable")
        .len()
}

fn local(c: &mut Criterion) {
    let tms = TileMatrixSet::builtin("WebMercatorQuad").expect("built in");
    let place = tms.tile(15.0, 47.05, 13).expect("on the map");
    let mut group = c.benchmark_group("tile");
    for sample in samples() {
        let file = cog(sample);
        let open = |options: OpenOptions| {
            let reader = Arc::new(MemoryReader::new("sample", file.clone()));
            pollster::block_on(Cog::open(reader, options)).expect("a COG")
        };
        let cold = open(OpenOptions::default());
        group.bench_function(format!("decoded/{}", sample.name()), |b| {
            b.iter(|| black_box(png(&cold, &tms, place, sample)));
        });
        let cache = Arc::new(BlockCache::new(256 << 20));
        let warm = open(OpenOptions::default().with_block_cache(cache));
        group.bench_function(format!("cached/{}", sample.name()), |b| {
            b.iter(|| black_box(png(&warm, &tms, place, sample)));
        });
    }
}

fn http(c: &mut Criterion) {
    let tms = TileMatrixSet::builtin("WebMercatorQuad").expect("built in");
    let place = tms.tile(15.0, 47.05, 13).expect("on the map");
    let server = RangeServer::start(cog(Sample::RgbJpeg)).expect("a free port");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let stores = Stores::new(StoreOptions::default());
    let cold = || {
        runtime.block_on(async {
            let reader = stores.open(&server.url()).expect("a URL");
            let source = Cog::open(reader, OpenOptions::default())
                .await
                .expect("a COG");
            let image = tile(&source, &tms, place, &ReadOptions::default()).await;
            render(
                &image.expect("on the source"),
                &Style::default(),
                Format::Png,
            )
            .is_ok()
        })
    };
    let (requests, bytes) = (server.requests(), server.bytes());
    cold();
    println!(
        "a cold tile over HTTP: {} requests, {} bytes",
        server.requests() - requests,
        server.bytes() - bytes
    );
    c.bench_function("tile/http_cold/rgb_jpeg_utm", |b| {
        b.iter(|| black_box(cold()))
    });
}

criterion_group!(benches, local, http);
criterion_main!(benches);
