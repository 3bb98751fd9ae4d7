//! Single bits, cuts, and noise.

use cog_reader::Limits;
use fuzz::{Numbers, read_all_ways, seeds};
use proptest::prelude::*;

use crate::measure::{Alone, MEMORY, alone};

fn read(alone: &Alone, name: &str, bytes: Vec<u8>) {
    let limits = Limits::within(MEMORY as u64 / 2);
    let _ = alone.bounded(|| name.to_owned(), || read_all_ways(bytes, None, limits));
}

/// All of them with `SMALTI_EXHAUSTIVE`, else so many, spread over the file.
fn chosen(all: usize, some: usize, numbers: &mut Numbers) -> Vec<usize> {
    if std::env::var_os("SMALTI_EXHAUSTIVE").is_some() || all <= some {
        return (0..all).collect();
    }
    // One in each of `some` stretches.
    (0..some)
        .map(|i| i * all / some + numbers.below(all / some))
        .collect()
}

#[test]
fn any_bit_may_flip_and_any_end_may_be_missing() {
    let alone = alone();
    let mut numbers = Numbers::new(1);
    for seed in seeds() {
        for bit in chosen(seed.bytes.len() * 8, 40, &mut numbers) {
            let mut bytes = seed.bytes.to_vec();
            bytes[bit / 8] ^= 1 << (bit % 8);
            read(&alone, &format!("{}, bit {bit}", seed.name), bytes);
        }
        for length in chosen(seed.bytes.len(), 16, &mut numbers) {
            let bytes = seed.bytes[..length].to_vec();
            read(&alone, &format!("{}, {length} bytes", seed.name), bytes);
        }
    }
}

#[test]
fn the_smallest_file_survives_every_bit_and_every_cut() {
    let alone = alone();
    let smallest = seeds().iter().min_by_key(|seed| seed.bytes.len()).unwrap();
    for bit in 0..smallest.bytes.len() * 8 {
        let mut bytes = smallest.bytes.to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        read(&alone, &format!("bit {bit}"), bytes);
    }
    for length in 0..smallest.bytes.len() {
        read(
            &alone,
            &format!("{length} bytes"),
            smallest.bytes[..length].to_vec(),
        );
    }
}

proptest! {
    #[test]
    fn any_bytes_behind_any_header(
        big in any::<bool>(),
        motorola in any::<bool>(),
        bytes in proptest::collection::vec(any::<u8>(), 0..400),
    ) {
        let mut file = Vec::new();
        file.extend(if motorola { b"MM" } else { b"II" });
        let number = |value: u64, size: usize| {
            let mut bytes = value.to_le_bytes()[..size].to_vec();
            if motorola { bytes.reverse(); }
            bytes
        };
        if big {
            file.extend(number(43, 2));
            file.extend(number(8, 2));
            file.extend(number(0, 2));
            file.extend(number(16, 8));
        } else {
            file.extend(number(42, 2));
            file.extend(number(8, 4));
        }
        file.extend(bytes);
        read(&alone(), "noise", file);
    }
}
