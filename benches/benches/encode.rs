//! Colouring and encoding a tile: `cargo bench -p benches --bench encode`.

use std::{hint::black_box, sync::Arc};

use benches::{Sample, cog};
use cog_reader::{Cog, MemoryReader, OpenOptions};
use cog_render::{Colormap, Format, ReadOptions, Style, render, tile};
use criterion::{Criterion, criterion_group, criterion_main};
use tile_math::TileMatrixSet;

fn encode(c: &mut Criterion) {
    let tms = TileMatrixSet::builtin("WebMercatorQuad").expect("built in");
    let mut group = c.benchmark_group("encode");
    let viridis = Colormap::named("viridis").expect("named");
    let stretched = |sample: Sample| match sample.rescale() {
        Some(range) => Style::default().with_rescale([range]),
        None => Style::default(),
    };
    let cases = [
        (
            "png/rgb",
            Sample::RgbJpeg,
            stretched(Sample::RgbJpeg),
            Format::Png,
        ),
        (
            "jpeg/rgb",
            Sample::RgbJpeg,
            stretched(Sample::RgbJpeg),
            Format::Jpeg,
        ),
        (
            "webp/rgb",
            Sample::RgbJpeg,
            stretched(Sample::RgbJpeg),
            Format::Webp,
        ),
        ("npy/f32", Sample::F32Deflate, Style::default(), Format::Npy),
        (
            "png/grey",
            Sample::U16Deflate,
            stretched(Sample::U16Deflate),
            Format::Png,
        ),
        (
            "png/palette",
            Sample::F32Deflate,
            stretched(Sample::F32Deflate).with_colormap(viridis),
            Format::Png,
        ),
    ];
    for (name, sample, style, format) in cases {
        let reader = Arc::new(MemoryReader::new("sample", cog(sample)));
        let image = pollster::block_on(async {
            let source = Cog::open(reader, OpenOptions::default())
                .await
                .expect("a COG");
            let place = tms.tile(15.0, 47.05, 13).expect("on the map");
            tile(&source, &tms, place, &ReadOptions::default())
                .await
                .expect("on the source")
        });
        group.bench_function(name, |b| {
            b.iter(|| {
                black_box(render(&image, &style, format))
                    .map(|bytes| bytes.len())
                    .ok()
            });
        });
    }
}

criterion_group!(benches, encode);
criterion_main!(benches);
