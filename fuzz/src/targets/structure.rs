//! Files that are wrong in a few places.

use std::sync::OnceLock;

use arbitrary::{Arbitrary, Unstructured};

use crate::{File, Mutation, mutate, read_all_ways, seeds, tight};

/// Breaks one of the seeds as `bytes` say, and reads what is left of it; where bit 15 of the first word says
/// so, beside two others that are broken in the same way.
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
    let seed = usize::from(seed);
    let broken = |index: usize| mutate(&files[index % files.len()], &mutations);
    let neighbours = (seed >> 15 == 1).then(|| [broken(seed / 3).into(), broken(seed / 7).into()]);
    let _ = read_all_ways(broken(seed), neighbours, tight());
}
