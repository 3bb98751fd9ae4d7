//! Blocks and overviews of a COG: `cargo bench -p benches --bench write`.

use std::{hint::black_box, sync::Arc};

use benches::{Sample, cog};
use cog_raster::{Raster, RasterInfo, RasterSource as _, Window};
use cog_reader::{Cog, MemoryReader, OpenOptions};
use cog_writer::{BlockCompression, CogWriter, MemorySpill, WriteOptions};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

/// Columns and rows of what is written.
const SIDE: u32 = 2048;
/// Rows that are handed over at a time.
const ROWS: u32 = 256;

fn written(info: &RasterInfo, rows: &[Raster], options: &WriteOptions) -> usize {
    let mut writer = CogWriter::new(info, options, MemorySpill::default()).expect("fits");
    for rows in rows {
        writer.push_rows(rows).expect("fits");
    }
    let mut file = Vec::new();
    writer.finish(&mut file).expect("memory takes everything");
    file.len()
}

fn write(c: &mut Criterion) {
    let reader = Arc::new(MemoryReader::new("sample", cog(Sample::U16Deflate)));
    let source = pollster::block_on(Cog::open(reader, OpenOptions::default())).expect("a COG");
    let mut info = RasterInfo::new(source.info().sample_type, 1, SIDE, SIDE);
    (info.crs, info.affine) = (source.info().crs.clone(), source.info().affine);
    let read = |row| pollster::block_on(source.read_window(0, Window::new(0, row, SIDE, ROWS)));
    let rows: Vec<Raster> = (0..SIDE)
        .step_by(ROWS as usize)
        .map(|row| read(row).expect("inside"))
        .collect();
    let mut group = c.benchmark_group("write");
    group.sample_size(10);
    group.throughput(Throughput::Bytes(u64::from(SIDE) * u64::from(SIDE) * 2));
    for (name, compression) in [
        ("none", BlockCompression::None),
        ("packbits", BlockCompression::PackBits),
        ("lzw", BlockCompression::Lzw),
        ("deflate_1", BlockCompression::Deflate { level: 1 }),
        ("deflate_6", BlockCompression::Deflate { level: 6 }),
        ("zstd_3", BlockCompression::Zstd { level: 3 }),
    ] {
        let options = WriteOptions::default().with_compression(compression);
        group.bench_function(name, |b| {
            b.iter(|| black_box(written(&info, &rows, &options)));
        });
    }
}

criterion_group!(benches, write);
criterion_main!(benches);
