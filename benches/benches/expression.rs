//! Expressions and algorithms on a tile: `cargo bench -p benches --bench expression`. The same in
//! NumExpr: `python benches/compare/expression.py`.

use std::hint::black_box;

use cog_raster::{Mask, Raster, RasterMask, Samples};
use cog_render::{Algorithms, Expression, Image, ImageBand};
use criterion::{Criterion, criterion_group, criterion_main};
use tile_math::BoundingBox;

const SIZE: u32 = 256;

/// An enhanced vegetation index where it is sound, else the simple one.
const COMPLEX: &str =
    "where((b3>0)&(b2+6*b1>7.5*b3),2.5*(b2-b1)/(b2+6*b1-7.5*b3+1),sqrt(abs(b2-b1)/(b2+b1+1)))";

/// Bands without a pattern that a predictor could learn.
fn image(bands: u32) -> Image {
    let mut state = 7u32;
    let samples = (0..bands * SIZE * SIZE)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 18) as u16
        })
        .collect();
    let raster = Raster::new(bands, SIZE, SIZE, Samples::U16(samples))
        .and_then(|raster| raster.with_mask(RasterMask::PerDataset(Mask::filled(SIZE, SIZE, 255))))
        .expect("as many samples as pixels");
    let bands = (1..=bands).map(|band| ImageBand::new(format!("b{band}")));
    let bounds = BoundingBox::new(0.0, 0.0, 256.0, 256.0);
    Image::new(raster, bands.collect(), None, bounds).expect("a band for each")
}

fn expression(c: &mut Criterion) {
    let image = image(3);
    let mut group = c.benchmark_group("expression");
    for (name, text) in [
        ("ndvi", "(b2-b1)/(b2+b1)"),
        ("sum", "b1+b2+b3"),
        ("evi-where", COMPLEX),
        ("log", "log10(b1+1)*100"),
    ] {
        group.bench_function(name, |b| {
            b.iter(|| {
                let expression = Expression::parse(black_box(text)).expect("an expression");
                black_box(expression.apply(&image)).is_ok()
            });
        });
    }
}

fn algorithm(c: &mut Criterion) {
    let (one, three) = (image(1), image(3));
    let algorithms = Algorithms::builtin();
    let mut group = c.benchmark_group("algorithm");
    for name in [
        "hillshade",
        "slope",
        "contours",
        "terrainrgb",
        "normalizedIndex",
        "median",
    ] {
        let algorithm = algorithms.build(name, None).expect("built in");
        let image = if name == "contours" { &one } else { &three };
        group.bench_function(name, |b| {
            b.iter(|| black_box(algorithm.apply(black_box(image))).is_ok());
        });
    }
}

criterion_group!(benches, expression, algorithm);
criterion_main!(benches);
