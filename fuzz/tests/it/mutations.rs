//! Every kind of file that the project's own writer makes, broken in many ways.

use std::sync::Arc;

use arbitrary::{Arbitrary, Unstructured};
use cog_reader::{Limits, MemoryReader, OpenOptions};
use fuzz::{Everything, File, Mutation, Numbers, mutate, read_everything, seeds};

use crate::measure::{MEMORY, alone};

/// Mutations of each file; ten times as many with `SMALTI_EXHAUSTIVE`.
fn times() -> u64 {
    if std::env::var_os("SMALTI_EXHAUSTIVE").is_some() {
        300
    } else {
        30
    }
}

fn read(bytes: Vec<u8>) -> Result<Everything, String> {
    let limits = Limits::within(MEMORY as u64 / 2);
    let options = OpenOptions::default().with_limits(limits);
    read_everything(Arc::new(MemoryReader::new("file.tif", bytes)), options)
}

#[test]
fn every_kind_of_file_survives_mutations_of_its_structure() {
    let alone = alone();
    let (mut opened, mut refused, mut read_after_all) = (0, 0, 0);
    for (index, seed) in seeds().iter().enumerate() {
        let whole = read(seed.bytes.to_vec()).expect(&seed.name);
        assert_eq!(whole.read(), whole.levels.len(), "{}", seed.name);
        let file = File::parse(&seed.bytes).expect(&seed.name);
        let mut numbers = Numbers::new(index as u64);
        for time in 0..times() {
            let entropy = numbers.bytes(400);
            let mut from = Unstructured::new(&entropy);
            // One thing wrong, or a few.
            let mutations: Vec<Mutation> = (0..=time % 4)
                .map(|_| Mutation::arbitrary(&mut from).expect("400 bytes are enough"))
                .collect();
            let bytes = mutate(&file, &mutations);
            let result = alone.bounded(
                || format!("{} with {mutations:?}", seed.name),
                || read(bytes),
            );
            match result {
                Ok(everything) => {
                    opened += 1;
                    read_after_all += usize::from(everything.read() > 0);
                }
                Err(_) => refused += 1,
            }
        }
    }
    // The mutations reach every depth: what is refused at once, what fails later, what is harmless.
    assert!(refused > opened / 20, "{refused} refused, {opened} opened");
    assert!(
        read_after_all > opened / 4,
        "{read_after_all} of {opened} read"
    );
    assert!(opened > read_after_all, "none fails late");
}
