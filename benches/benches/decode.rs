//! Decoding blocks of 512 × 512: `cargo bench -p benches --bench decode`.

use std::hint::black_box;

use cog_codec::{
    BlockLayout, CodecRegistry, Compression, EncodeOptions, SampleFormat, decode_block,
    encode_block,
};
use cog_raster::Samples;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const SIDE: u32 = 512;

/// Smooth with a grain, so that every compression has something to do.
fn surface(bands: u32) -> impl Iterator<Item = f64> {
    (0..bands * SIDE * SIDE).map(|i| {
        let (x, y) = (f64::from(i % SIDE), f64::from(i / SIDE));
        let grain = f64::from(i.wrapping_mul(0x9e37_79b9) >> 27) / 32.0;
        0.47 + 0.45 * (x / 41.0).sin() * (y / 67.0).cos() + 0.05 * grain
    })
}

fn decode(c: &mut Criterion) {
    let registry = CodecRegistry::default();
    let mut group = c.benchmark_group("decode");
    let u8s = Samples::U8(surface(3).map(|v| (v * 255.0) as u8).collect());
    let u16s = Samples::U16(surface(1).map(|v| (v * 10_000.0) as u16).collect());
    let f32s = Samples::F32(surface(1).map(|v| (v * 3000.0) as f32).collect());
    let rgb = BlockLayout::new(SIDE, SIDE, 3, 8, SampleFormat::Unsigned);
    let grey = BlockLayout::new(SIDE, SIDE, 1, 16, SampleFormat::Unsigned);
    let dem = BlockLayout::new(SIDE, SIDE, 1, 32, SampleFormat::Float);
    let mut cases = vec![
        (
            "jpeg/u8x3",
            rgb.clone()
                .with_compression(Compression::JPEG)
                .with_photometric(6)
                .with_ycbcr_subsampling(2, 2),
            &u8s,
        ),
        (
            "webp/u8x3",
            rgb.clone().with_compression(Compression::WEBP),
            &u8s,
        ),
        ("none/u8x3", rgb.clone(), &u8s),
        (
            "packbits/u8x3",
            rgb.clone().with_compression(Compression::PACKBITS),
            &u8s,
        ),
    ];
    for compression in [Compression::LZW, Compression::DEFLATE, Compression::ZSTD] {
        let name = |kind: &str| -> &'static str { format!("{}/{kind}", compression.name()).leak() };
        let with = |layout: &BlockLayout, predictor| {
            layout
                .clone()
                .with_compression(compression)
                .with_predictor(predictor)
        };
        cases.push((name("u8x3"), with(&rgb, 2), &u8s));
        cases.push((name("u16"), with(&grey, 2), &u16s));
        cases.push((name("f32"), with(&dem, 3), &f32s));
    }
    for (name, layout, samples) in cases {
        let block = encode_block(&layout, samples, &EncodeOptions::default()).expect("writable");
        group.throughput(Throughput::Bytes(samples.byte_len() as u64));
        group.bench_function(name, |b| {
            b.iter(|| black_box(decode_block(&registry, &layout, &block, None)).is_ok());
        });
    }
}

criterion_group!(benches, decode);
criterion_main!(benches);
