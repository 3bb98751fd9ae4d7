//! Files that are wrong in a few places.

use std::sync::OnceLock;

use arbitrary::{Arbitrary, Unstructured};

use super::whole_read;
use crate::{File, Mutation, mutate, seeds};

/// Breaks one of the seeds as `bytes` say, and reads what is left of it.
///
/// # Panics
///
/// On a find.
pub fn structure(bytes: &[u8]) {
    static FILES: OnceLock<Vec<File>> = OnceLock::new();
    let files = FILES.get_or_init(|| {
        let parsed = seeds()
            .iter()
            .map(|seed| File::parse(&seed.bytes).expect("a seed is whole"));
        parsed.collect()
    });
    let mut from = Unstructured::new(bytes);
    let Ok(seed) = u16::arbitrary(&mut from) else {
        return;
    };
    let Ok(mutations) = Vec::<Mutation>::arbitrary_take_rest(from) else {
        return;
    };
    whole_read(&mutate(&files[usize::from(seed) % files.len()], &mutations));
}
