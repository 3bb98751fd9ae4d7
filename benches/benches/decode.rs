//! Decoding blocks of 512 × 512, each compression with each sample type that it is used for:
//! `cargo bench -p benches --bench decode -- zstd/u16`.

use std::hint::black_box;

use cog_codec::{
    BlockLayout, CodecRegistry, Compression, EncodeOptions, SampleFormat, decode_bands,
    decode_block, encode_block,
};
use cog_raster::{Sample as _, SampleType, Samples, with_sample_type};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use lerc_writer::RasterView;

const SIDE: u32 = 512;

const TYPES: [(SampleType, u32); 8] = [
    (SampleType::U8, 3),
    (SampleType::U8, 1),
    (SampleType::U16, 1),
    (SampleType::U16, 4),
    (SampleType::I16, 1),
    (SampleType::I32, 1),
    (SampleType::F32, 1),
    (SampleType::F64, 1),
];

/// Smooth with a grain, from 0 to 1, so that every compression has something to do.
fn surface(bands: u32) -> impl Iterator<Item = f64> {
    (0..bands * SIDE * SIDE).map(|i| {
        let (x, y) = (f64::from(i % SIDE), f64::from(i / SIDE));
        let grain = f64::from(i.wrapping_mul(0x9e37_79b9) >> 27) / 32.0;
        0.47 + 0.45 * (x / 41.0).sin() * (y / 67.0).cos() + 0.05 * grain
    })
}

fn samples(sample_type: SampleType, bands: u32) -> Samples {
    let height = match sample_type {
        SampleType::U8 => 255.0,
        SampleType::U16 => 10_000.0,
        _ => 3000.0,
    };
    with_sample_type!(sample_type, T => {
        T::into_samples(surface(bands).map(|value| T::from_f64(value * height)).collect::<Vec<T>>())
    })
}

fn layout(sample_type: SampleType, bands: u32) -> BlockLayout {
    let format = match sample_type {
        SampleType::I16 | SampleType::I32 => SampleFormat::Signed,
        SampleType::F32 | SampleType::F64 => SampleFormat::Float,
        _ => SampleFormat::Unsigned,
    };
    let bits = sample_type.size() as u16 * 8;
    BlockLayout::new(SIDE, SIDE, bands as u16, bits, format)
}

fn bench(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    layout: &BlockLayout,
    block: &[u8],
    bytes: usize,
) {
    let registry = CodecRegistry::default();
    // A block that is refused would be the fastest of all.
    decode_block(&registry, layout, block, None).expect("a block of our own");
    group.throughput(Throughput::Bytes(bytes as u64));
    group.bench_function(name, |b| {
        b.iter(|| black_box(decode_block(&registry, layout, block, None)).is_ok());
    });
}

fn lossless(c: &mut Criterion) {
    let mut group = c.benchmark_group("decode");
    for (sample_type, bands) in TYPES {
        let samples = samples(sample_type, bands);
        let plain = layout(sample_type, bands);
        let float = plain.format == SampleFormat::Float;
        for compression in [
            Compression::NONE,
            Compression::PACKBITS,
            Compression::LZW,
            Compression::DEFLATE,
            Compression::ZSTD,
        ] {
            let predictors: &[u16] = match compression {
                Compression::NONE | Compression::PACKBITS => &[1],
                _ if float => &[1, 2, 3],
                _ => &[1, 2],
            };
            for &predictor in predictors {
                let layout = plain
                    .clone()
                    .with_compression(compression)
                    .with_predictor(predictor);
                let block =
                    encode_block(&layout, &samples, &EncodeOptions::default()).expect("writable");
                let name = format!(
                    "{}/{sample_type}x{bands}/predictor={predictor}",
                    compression.name()
                );
                bench(&mut group, &name, &layout, &block, samples.byte_len());
            }
        }
    }
}

fn pictures(c: &mut Criterion) {
    let mut group = c.benchmark_group("decode");
    let rgb = layout(SampleType::U8, 3);
    let ycbcr = rgb
        .clone()
        .with_compression(Compression::JPEG)
        .with_photometric(6);
    let gray = layout(SampleType::U8, 1).with_compression(Compression::JPEG);
    for (name, layout, bands) in [
        (
            "jpeg/uint8x3/420",
            ycbcr.clone().with_ycbcr_subsampling(2, 2),
            3,
        ),
        ("jpeg/uint8x3/444", ycbcr.with_ycbcr_subsampling(1, 1), 3),
        ("jpeg/uint8x1", gray, 1),
        (
            "webp-lossless/uint8x3",
            rgb.with_compression(Compression::WEBP),
            3,
        ),
    ] {
        let samples = samples(SampleType::U8, bands);
        let block = encode_block(&layout, &samples, &EncodeOptions::default()).expect("writable");
        bench(&mut group, name, &layout, &block, samples.byte_len());
    }
}

fn blob<T: lerc_core::Sample>(bands: u32, planes: &[T], error: f64) -> Vec<u8> {
    let pixels = (SIDE * SIDE) as usize;
    let pixel = |index: usize| (0..bands as usize).map(move |band| planes[band * pixels + index]);
    let values: Vec<T> = (0..pixels).flat_map(pixel).collect();
    let raster = RasterView::new(SIDE, SIDE, bands, &values).expect("as many samples");
    let options = lerc_writer::EncodeOptions::new().with_max_z_error(error);
    lerc_writer::encode(raster, None, options).expect("writable")
}

fn lerc(c: &mut Criterion) {
    let mut group = c.benchmark_group("decode");
    for (sample_type, bands, error) in [
        (SampleType::U8, 3, 0.5),
        (SampleType::U16, 1, 0.5),
        (SampleType::I16, 1, 0.5),
        (SampleType::F32, 1, 0.0),
        (SampleType::F32, 1, 0.01),
    ] {
        let samples = samples(sample_type, bands);
        let layout = layout(sample_type, bands).with_compression(Compression::LERC);
        let block = match &samples {
            Samples::U8(planes) => blob(bands, planes, error),
            Samples::U16(planes) => blob(bands, planes, error),
            Samples::I16(planes) => blob(bands, planes, error),
            Samples::F32(planes) => blob(bands, planes, error),
            other => unreachable!("{} is not in the list", other.sample_type()),
        };
        let name = format!("lerc/{sample_type}x{bands}/error={error}");
        bench(&mut group, &name, &layout, &block, samples.byte_len());
    }
}

/// A window's share of a block: the rows above are decoded too, those below are not.
fn parts(c: &mut Criterion) {
    let mut group = c.benchmark_group("part");
    let registry = CodecRegistry::default();
    let samples = samples(SampleType::U8, 3);
    for compression in [Compression::LZW, Compression::DEFLATE, Compression::ZSTD] {
        let layout = layout(SampleType::U8, 3)
            .with_compression(compression)
            .with_predictor(2);
        let block = encode_block(&layout, &samples, &EncodeOptions::default()).expect("writable");
        for rows in [64, SIDE] {
            group.bench_function(format!("{}/rows={rows}", compression.name()), |b| {
                b.iter(|| black_box(decode_block(&registry, &layout, &block, Some(rows))).is_ok());
            });
        }
        group.bench_function(format!("{}/band=1 of 3", compression.name()), |b| {
            b.iter(|| black_box(decode_bands(&registry, &layout, &block, None, &[0])).is_ok());
        });
    }
}

criterion_group!(benches, lossless, pictures, lerc, parts);
criterion_main!(benches);
