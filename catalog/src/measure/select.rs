//! The values at given ranks, of keys too wide to be counted one by one.

use super::ordered::Ordered;

/// Bits that one pass looks at.
const DIGIT: u32 = 16;

/// Counts of a pass for one prefix.
const TABLE: usize = 1 << DIGIT;

/// In [`Step::slots`]: no percentile begins with these bits.
const NONE: u16 = u16::MAX;

/// Keys that need not be read again.
#[derive(Clone, Debug)]
pub(super) enum Kept {
    /// There is no room for them.
    Nothing,
    /// Of up to 32 bits.
    Narrow(Vec<Vec<u32>>),
    /// Of 64 bits.
    Wide(Vec<Vec<u64>>),
}

impl Kept {
    pub(super) fn new(bits: u32) -> Self {
        if bits > 32 {
            Self::Wide(Vec::new())
        } else {
            Self::Narrow(Vec::new())
        }
    }

    fn push(&mut self, keys: &[u64]) {
        match self {
            Self::Nothing => {}
            Self::Narrow(kept) => kept.push(keys.iter().map(|key| *key as u32).collect()),
            Self::Wide(kept) => kept.push(keys.to_vec()),
        }
    }

    fn append(&mut self, other: Self) {
        match (self, other) {
            (Self::Narrow(own), Self::Narrow(mut other)) => own.append(&mut other),
            (Self::Wide(own), Self::Wide(mut other)) => own.append(&mut other),
            _ => {}
        }
    }
}

/// What one pass looks for: the next digit of the keys that begin as a wanted one does.
#[derive(Clone, Debug)]
pub(super) struct Step {
    /// Bits of the key below the digit.
    shift: u32,
    bits: u32,
    /// Wanted beginnings (the bits above the digit), ascending; a single 0 in the first pass.
    prefixes: Vec<u64>,
    /// By the key's first digit: the first prefix that begins so.
    slots: Vec<u16>,
}

impl Step {
    /// The pass that looks at the first digit of every key.
    pub(super) fn first(bits: u32) -> Self {
        Self {
            shift: bits - DIGIT,
            bits,
            prefixes: vec![0],
            slots: Vec::new(),
        }
    }

    fn is_first(&self) -> bool {
        self.slots.is_empty()
    }

    fn next(&self, prefixes: Vec<u64>) -> Self {
        let shift = self.shift - DIGIT;
        let mut slots = vec![NONE; TABLE];
        let below = self.bits - shift - 2 * DIGIT;
        for (at, prefix) in prefixes.iter().enumerate().rev() {
            // There are fewer prefixes than ranks, some two hundred.
            slots[(prefix >> below) as usize & (TABLE - 1)] = at as u16;
        }
        Self {
            shift,
            bits: self.bits,
            prefixes,
            slots,
        }
    }

    /// Bytes that the counts of this pass take.
    pub(super) fn bytes(&self) -> u64 {
        (self.prefixes.len() * TABLE * size_of::<u64>()) as u64
    }

    /// Where the count of a key is, if it begins as a wanted one does.
    fn index(&self, key: u64) -> Option<usize> {
        let digit = (key >> self.shift) as usize & (TABLE - 1);
        if self.is_first() {
            return Some(digit);
        }
        let first = self.slots[(key >> (self.bits - DIGIT)) as usize & (TABLE - 1)];
        if first == NONE {
            return None;
        }
        let prefix = key >> (self.shift + DIGIT);
        let rest = &self.prefixes[usize::from(first)..];
        // Rarely are there several that share the first digit.
        let at = rest.iter().take_while(|other| **other < prefix).count();
        (rest.get(at) == Some(&prefix)).then(|| (usize::from(first) + at) * TABLE + digit)
    }
}

/// Counts of one pass.
#[derive(Clone, Debug)]
pub(super) struct Select {
    step: Step,
    counts: Vec<u64>,
    pub(super) kept: Kept,
}

impl Select {
    pub(super) fn new(step: &Step, kept: Kept) -> Self {
        Self {
            counts: vec![0; step.prefixes.len() * TABLE],
            step: step.clone(),
            kept,
        }
    }

    /// Counts keys.
    pub(super) fn push(&mut self, keys: &[u64]) {
        self.count(keys.iter().copied());
        self.kept.push(keys);
    }

    fn count(&mut self, keys: impl Iterator<Item = u64>) {
        for key in keys {
            if let Some(index) = self.step.index(key) {
                self.counts[index] += 1;
            }
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        for (own, other) in self.counts.iter_mut().zip(&other.counts) {
            *own += other;
        }
        self.kept.append(other.kept);
    }

    /// Carries the search on over the keys that were kept, as long as there are any.
    pub(super) fn carry_on(mut self, search: &mut Search) {
        loop {
            search.advance(&self);
            let Some(step) = &search.step else { return };
            let mut next = Self::new(step, Kept::Nothing);
            match &self.kept {
                Kept::Nothing => return,
                Kept::Narrow(kept) => next.count(kept.iter().flatten().map(|key| u64::from(*key))),
                Kept::Wide(kept) => next.count(kept.iter().flatten().copied()),
            }
            next.kept = self.kept;
            self = next;
        }
    }
}

/// A search for the values at some ranks.
#[derive(Clone, Debug)]
pub(super) struct Search {
    /// What the next pass looks for; `None` when all is found.
    pub(super) step: Option<Step>,
    /// For each rank, ascending: the key's bits found so far, and the rank among those that begin so.
    found: Vec<(u64, u64)>,
}

impl Search {
    pub(super) fn new(bits: u32) -> Self {
        Self {
            step: Some(Step::first(bits)),
            found: Vec::new(),
        }
    }

    /// Says which ranks are wanted, ascending; between the first pass and its end.
    pub(super) fn want(&mut self, ranks: &[u64]) {
        self.found = ranks.iter().map(|rank| (0, *rank)).collect();
    }

    fn advance(&mut self, counted: &Select) {
        let step = &counted.step;
        for (prefix, rank) in &mut self.found {
            let Ok(at) = step.prefixes.binary_search(prefix) else {
                continue;
            };
            let table = &counted.counts[at * TABLE..][..TABLE];
            for (digit, count) in table.iter().enumerate() {
                if *rank < *count {
                    *prefix = (*prefix << DIGIT) | digit as u64;
                    break;
                }
                *rank -= count;
            }
        }
        self.step = (step.shift > 0).then(|| {
            let mut prefixes: Vec<u64> = self.found.iter().map(|(prefix, _)| *prefix).collect();
            prefixes.dedup();
            step.next(prefixes)
        });
    }

    /// The values at the wanted ranks.
    pub(super) fn values<T: Ordered>(&self) -> Vec<f64> {
        self.found.iter().map(|(key, _)| T::value(*key)).collect()
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// As a measurement does it: in one pass over what is kept, or in several.
    fn select<T: Ordered>(values: &[T], ranks: &[u64], keep: bool) -> Vec<f64> {
        let keys: Vec<u64> = values.iter().map(|value| value.key()).collect();
        let mut search = Search::new(T::KEY_BITS);
        search.want(ranks);
        while let Some(step) = search.step.clone() {
            let kept = || {
                if keep {
                    Kept::new(T::KEY_BITS)
                } else {
                    Kept::Nothing
                }
            };
            let (mut a, mut b) = (Select::new(&step, kept()), Select::new(&step, kept()));
            for (at, part) in keys.chunks(3).enumerate() {
                if at % 2 == 0 { &mut a } else { &mut b }.push(part);
            }
            a.merge(b);
            a.carry_on(&mut search);
        }
        search.values::<T>()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn ranks_are_those_of_sorting(
            mut wide in prop::collection::vec(any::<i64>(), 1..200),
            near in prop::collection::vec(-40i64..40, 1..200),
            keep in any::<bool>(),
        ) {
            wide.extend(near);
            let ranks: Vec<u64> = (0..wide.len() as u64).step_by(3).collect();
            let floats: Vec<f32> = wide.iter().map(|value| *value as f32 / 7.0).collect();
            let found = (select(&wide, &ranks, keep), select(&floats, &ranks, keep));
            let (mut sorted, mut sorted_floats) = (wide, floats);
            sorted.sort_unstable();
            sorted_floats.sort_unstable_by(f32::total_cmp);
            let at = |rank: &u64| sorted[*rank as usize] as f64;
            prop_assert_eq!(found.0, ranks.iter().map(at).collect::<Vec<_>>());
            let at = |rank: &u64| f64::from(sorted_floats[*rank as usize]);
            prop_assert_eq!(found.1, ranks.iter().map(at).collect::<Vec<_>>());
        }
    }
}
