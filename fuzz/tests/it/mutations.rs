//! Every kind of file that the project's own writer makes, broken in many ways.

use arbitrary::{Arbitrary, Unstructured};
use bytes::Bytes;
use cog_reader::Limits;
use fuzz::{Everything, File, Mutation, Numbers, mutate, read_all_ways, seeds};

use crate::measure::{MEMORY, alone};

/// Mutations of each file; ten times as many with `SMALTI_EXHAUSTIVE`.
fn times() -> u64 {
    if std::env::var_os("SMALTI_EXHAUSTIVE").is_some() {
        300
    } else {
        30
    }
}

fn read(bytes: Vec<u8>, neighbours: Option<[Bytes; 2]>) -> Result<Everything, String> {
    read_all_ways(bytes, neighbours, Limits::within(MEMORY as u64 / 2))
}

#[test]
fn every_kind_of_file_survives_mutations_of_its_structure() {
    let alone = alone();
    let (mut opened, mut refused, mut read_after_all) = (0, 0, 0);
    for (index, seed) in seeds().iter().enumerate() {
        let whole = read(seed.bytes.to_vec(), None).expect(&seed.name);
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
            // Some lie beside themselves, as overviews and as masks.
            let beside = Bytes::copy_from_slice(&bytes);
            let neighbours = (time % 5 == 4).then(|| [beside.clone(), beside]);
            let result = alone.bounded(
                || format!("{} with {mutations:?}", seed.name),
                || read(bytes, neighbours),
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
