//! Planning and warping a tile whose source pixels are at hand: `cargo bench -p benches --bench warp`.

use std::{hint::black_box, sync::Arc};

use benches::{Sample, cog};
use cog_raster::RasterSource;
use cog_reader::{Cog, MemoryReader, OpenOptions};
use cog_render::{Grid, ReadOptions, Resampling, plan};
use criterion::{Criterion, criterion_group, criterion_main};
use tile_math::TileMatrixSet;

fn warp(c: &mut Criterion) {
    let tms = TileMatrixSet::builtin("WebMercatorQuad").expect("built in");
    let mut group = c.benchmark_group("warp");
    // Zoom 13 is near the source's own size, 12 shrinks an overview, 14 enlarges.
    let samples = [Sample::RgbJpeg, Sample::U16Deflate, Sample::F32Deflate];
    for (sample, zoom) in samples
        .into_iter()
        .flat_map(|s| [12, 13, 14].map(|z| (s, z)))
    {
        let reader = Arc::new(MemoryReader::new("sample", cog(sample)));
        let source = pollster::block_on(Cog::open(reader, OpenOptions::default())).expect("a COG");
        let tile = tms.tile(15.0, 47.05, zoom).expect("on the map");
        let grid = Grid::for_tile(&tms, tile, None, 0.0).expect("a tile");
        for resampling in [
            Resampling::Nearest,
            Resampling::Bilinear,
            Resampling::Cubic,
            Resampling::Average,
        ] {
            let options = ReadOptions::default()
                .with_resampling(resampling)
                .with_reproject(resampling);
            let ready = plan(source.info(), &grid, &options).expect("on the source");
            let raster = pollster::block_on(ready.read(&source)).expect("readable");
            let name = format!("{}/{zoom}/{}", sample.name(), resampling.name());
            group.bench_function(name, |b| {
                b.iter(|| {
                    let plan = plan(source.info(), &grid, &options).expect("on the source");
                    black_box(plan.warp(&raster)).is_ok()
                });
            });
        }
    }
}

criterion_group!(benches, warp);
criterion_main!(benches);
