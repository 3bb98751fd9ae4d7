//! One file on several threads.

use crate::support::{info, ragged, surface};
use cog_raster::{MemorySource, SampleType};
use cog_writer::{CogWriter, MemorySpill, WriteOptions};
use rayon::ThreadPoolBuilder;

#[test]
fn one_file_is_the_same_by_any_number_of_threads() {
    let raster = surface(SampleType::U16, 2, 700, 1500)
        .with_mask(ragged(700, 1500))
        .unwrap();
    let (info, options) = (info(&raster), WriteOptions::default().with_block_size(128));
    let by = |threads: usize| {
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| {
            let mut writer = CogWriter::new(&info, &options, MemorySpill::default()).unwrap();
            writer.push_rows(&raster).unwrap();
            let mut file = Vec::new();
            writer.finish(&mut file).unwrap();
            file
        })
    };
    let alone = by(1);
    assert!(alone.len() > 10_000);
    for threads in [2, 5] {
        assert!(by(threads) == alone, "{threads} threads");
    }
    // Reading beside it changes nothing either.
    let mut source = MemorySource::new(raster);
    source = source
        .with_affine(info.affine.unwrap())
        .with_crs(info.crs.clone().unwrap());
    let mut read = Vec::new();
    let (spill, mut silent) = (MemorySpill::default(), |_, _| {});
    let written = cog_writer::write_cog(&source, &options, spill, &mut read, &mut silent);
    pollster::block_on(written).unwrap();
    assert!(read == alone);
}
