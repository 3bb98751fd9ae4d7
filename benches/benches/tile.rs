//! Whole tiles, from a local file and over HTTP: `cargo bench -p benches --bench tile`.

use std::{hint::black_box, sync::Arc};

use benches::{RangeServer, Sample, cog, samples};
use cog_raster::RasterSource as _;
use cog_reader::{BlockCache, Cog, MemoryReader, OpenOptions, StoreOptions, Stores};
use cog_render::{
    Format, Grid, Ground, ReadOptions, Resampling, ShadeMap, Shaded, Stretch, Style, TwoStep,
    render, shade, tile,
};
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

/// The steps of a keyed tile, blocks decoded before.
fn keyed(c: &mut Criterion) {
    let tms = TileMatrixSet::builtin("WebMercatorQuad").expect("built in");
    let cache = Arc::new(BlockCache::new(256 << 20));
    let options = OpenOptions::default().with_block_cache(cache);
    let reader = Arc::new(MemoryReader::new("sample", cog(Sample::U16Deflate)));
    let source = pollster::block_on(Cog::open(reader, options)).expect("a COG");
    let info = source.info();
    let steps = TwoStep::new(Resampling::Bilinear, Resampling::Average);
    let viridis = ShadeMap::named("viridis").expect("built in");
    let stretch = Stretch::new(500.0, 4000.0);
    let mut group = c.benchmark_group("keyed");
    group.bench_function("ground", |b| {
        b.iter(|| black_box(Ground::new(info, tms.crs()).is_ok()));
    });
    let ground = Ground::new(info, tms.crs()).expect("georeferenced");
    for zoom in [11, 13, 15] {
        let place = tms.tile(15.0, 47.05, zoom).expect("on the map");
        let bounds = tms.xy_bounds(place).expect("on the map");
        let grid = Grid::for_bounds(bounds, tms.crs(), 256, 256).expect("pixels");
        let plan = || {
            steps
                .plan(info, &ground, &grid, &[0])
                .expect("on the source")
        };
        group.bench_function(format!("plan/{zoom}"), |b| b.iter(|| black_box(plan())));
        let plan = plan();
        let raster = pollster::block_on(plan.read(&source)).expect("a COG");
        let view = plan.warp(&raster).expect("what was read");
        group.bench_function(format!("warp/{zoom}"), |b| {
            b.iter(|| black_box(plan.warp(&raster).is_ok()));
        });
        let finish = || steps.finish(view.clone(), None, &grid).expect("a view");
        group.bench_function(format!("finish/{zoom}"), |b| b.iter(|| black_box(finish())));
        let image = finish();
        let shaded = || {
            let shades = shade(&image, 0, stretch, None).expect("a band");
            Shaded::of_band(image.width(), image.height(), shades, Some(&viridis)).expect("as many")
        };
        group.bench_function(format!("shade/{zoom}"), |b| b.iter(|| black_box(shaded())));
        let shaded = shaded();
        group.bench_function(format!("png/{zoom}"), |b| {
            b.iter(|| black_box(shaded.to_png(1).is_ok()));
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

criterion_group!(benches, local, keyed, http);
criterion_main!(benches);
