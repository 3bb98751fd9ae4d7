//! How often symbols occur, and what they will cost.

use super::log2::log2;
use super::symbols::{
    DISTANCES, END, LITERALS, MOST, distance, distance_extra, length, length_extra,
};

/// A run of literals, then a match; the last one of a chunk has none (length 0).
#[derive(Clone, Copy, Debug)]
pub(super) struct Sequence {
    pub(super) literals: u32,
    pub(super) length: u16,
    pub(super) distance: u16,
}

/// How often each symbol of a block occurs.
#[derive(Clone, Debug)]
pub(super) struct Histogram {
    pub(super) literals: [u32; LITERALS],
    pub(super) distances: [u32; DISTANCES],
}

impl Histogram {
    pub(super) const fn empty() -> Self {
        Self {
            literals: [0; LITERALS],
            distances: [0; DISTANCES],
        }
    }

    /// The symbols of `sequences`, which stand for `data`, and the end of the block.
    pub(super) fn of(data: &[u8], sequences: &[Sequence]) -> Self {
        let mut out = Self::empty();
        // Equal bytes in a row would wait for each other's sum; in tables of their own they do not.
        let mut tables = [[0_u32; 256]; 4];
        let mut rest = data;
        for sequence in sequences {
            let (run, after) = rest.split_at(sequence.literals as usize);
            let (fours, few) = run.as_chunks::<4>();
            for four in fours {
                for (table, &byte) in tables.iter_mut().zip(four) {
                    table[usize::from(byte)] += 1;
                }
            }
            for (table, &byte) in tables.iter_mut().zip(few) {
                table[usize::from(byte)] += 1;
            }
            if sequence.length > 0 {
                out.literals[length(sequence.length).0] += 1;
                out.distances[distance(sequence.distance).0] += 1;
            }
            rest = &after[usize::from(sequence.length)..];
        }
        for table in &tables {
            for (sum, count) in out.literals.iter_mut().zip(table) {
                *sum += count;
            }
        }
        out.literals[END] = 1;
        out
    }

    /// Both blocks' symbols in one, which ends once.
    pub(super) fn merged(&self, other: &Self) -> Self {
        let mut out = self.clone();
        for (sum, count) in out.literals.iter_mut().zip(&other.literals) {
            *sum += count;
        }
        for (sum, count) in out.distances.iter_mut().zip(&other.distances) {
            *sum += count;
        }
        out.literals[END] = 1;
        out
    }

    /// About how many bits the symbols take: their entropy. Extra bits do not count.
    pub(super) fn bits(&self) -> f32 {
        entropy(&self.literals) + entropy(&self.distances)
    }

    /// Bits of lengths and distances beside the symbols.
    pub(super) fn extra_bits(&self) -> u64 {
        let lengths = (257..LITERALS).map(|s| u64::from(self.literals[s] * length_extra(s)));
        let distances = (0..DISTANCES).map(|s| u64::from(self.distances[s] * distance_extra(s)));
        lengths.sum::<u64>() + distances.sum::<u64>()
    }
}

fn entropy(counts: &[u32]) -> f32 {
    let total: u32 = counts.iter().sum();
    let all = log2(total.max(1) as f32);
    let used = counts.iter().filter(|&&count| count > 0);
    used.map(|&count| count as f32 * (all - log2(count as f32)).max(0.0))
        .sum()
}

/// What symbols cost, in sixteenths of a bit.
#[derive(Debug)]
pub(super) struct Costs {
    pub(super) literal: [u16; 256],
    pub(super) length: [u16; MOST + 1],
    /// With its extra bits.
    pub(super) distance: [u16; DISTANCES],
}

impl Costs {
    /// Those to begin with: of a code for each byte alike, and matches all over the place.
    pub(super) fn guess() -> Self {
        let mut costs = Self {
            literal: [8 * 16; 256],
            length: [0; MOST + 1],
            distance: [0; DISTANCES],
        };
        for (of, cost) in (0_u16..).zip(&mut costs.length).skip(3) {
            *cost = 16 * (7 + length(of).1 as u16);
        }
        for (symbol, cost) in costs.distance.iter_mut().enumerate() {
            *cost = 16 * (5 + distance_extra(symbol) as u16);
        }
        costs
    }

    /// Those of a block before, the literals' then of the bytes to come.
    pub(super) fn update(&mut self, before: &Histogram) {
        let total: u32 = before.literals.iter().sum();
        // As if each symbol had been there a little more often: none is out of the question.
        let all = log2((total + 64) as f32);
        let cost = |count: u32| 16.0 * (all - log2(count as f32 + 0.25)).clamp(1.0, 14.0);
        for (of, out) in (0_u16..).zip(&mut self.length).skip(3) {
            let (symbol, extra, _) = length(of);
            *out = (cost(before.literals[symbol]) + 16.0 * extra as f32) as u16;
        }
        let total: u32 = before.distances.iter().sum();
        let all = log2((total + 8) as f32);
        let cost = |count: u32| 16.0 * (all - log2(count as f32 + 0.25)).clamp(1.0, 12.0);
        for (symbol, out) in self.distance.iter_mut().enumerate() {
            *out = (cost(before.distances[symbol]) + 16.0 * distance_extra(symbol) as f32) as u16;
        }
    }

    /// Literals half as frequent as the bytes of `data` are, half as they were in the block before.
    ///
    /// What was alone would not see noise begin; what comes alone would not see that matches take
    /// the frequent bytes away. Returns about how many bits `data` takes without matches.
    pub(super) fn look_ahead(&mut self, data: &[u8], before: Option<&Histogram>) -> f32 {
        let mut tables = [[0_u32; 256]; 4];
        for four in data.as_chunks::<4>().0 {
            for (table, &byte) in tables.iter_mut().zip(four) {
                table[usize::from(byte)] += 1;
            }
        }
        let counts: [u32; 256] =
            core::array::from_fn(|byte| tables.iter().map(|table| table[byte]).sum());
        let sum = |counts: &[u32]| counts.iter().sum::<u32>() as f32;
        let (literals, matches) = before.map_or((data.len() as f32, 0.0), |before| {
            (sum(&before.literals[..256]), sum(&before.literals[257..]))
        });
        let share = (literals + 8.0) / (data.len() as f32 + 8.0);
        let all = log2(literals + matches + 64.0);
        for ((byte, cost), count) in self.literal.iter_mut().enumerate().zip(counts) {
            let ahead = count as f32 * share;
            let was = before.map_or(ahead, |before| before.literals[byte] as f32);
            let count = f32::midpoint(ahead, was) + 0.25;
            *cost = (16.0 * (all - log2(count)).clamp(1.0, 14.0)) as u16;
        }
        // No code is shorter than a bit.
        entropy(&counts).max(data.len() as f32)
    }
}
