//! Opening a COG: `cargo bench -p benches --bench open`.

use std::{hint::black_box, sync::Arc};

use benches::{cog, samples};
use cog_reader::{Cog, MemoryReader, OpenOptions};
use criterion::{Criterion, criterion_group, criterion_main};

fn open(c: &mut Criterion) {
    let mut group = c.benchmark_group("open");
    for sample in samples() {
        let file = bytes_of(cog(sample));
        group.bench_function(sample.name(), |b| {
            b.iter(|| {
                let reader = Arc::new(MemoryReader::new("sample", file.clone()));
                black_box(pollster::block_on(Cog::open(
                    reader,
                    OpenOptions::default(),
                )))
                .is_ok()
            });
        });
    }
}

fn bytes_of(file: Vec<u8>) -> impl Clone + Into<bytes::Bytes> {
    bytes::Bytes::from(file)
}

criterion_group!(benches, open);
criterion_main!(benches);
