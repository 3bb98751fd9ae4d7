//! Where bytes occurred before.

use super::{
    statistics::{Costs, Sequence},
    symbols::{MOST, WINDOW, distance},
};

/// How hard to look.
#[derive(Clone, Copy, Debug)]
pub(super) struct Effort {
    /// How many places are looked at.
    pub(super) depth: u32,
    /// Whether a match gives way to a better one that begins a byte later.
    pub(super) lazy: bool,
    /// A match of so many bytes is taken without another look.
    pub(super) enough: usize,
    /// After `1 << patience` literals in a row every second place is skipped, then more.
    pub(super) patience: u32,
    /// What a match must save, in sixteenths of a bit.
    pub(super) least: i32,
}

/// Where the same four bytes began before: a chain of places, the latest first.
///
/// # Invariants
///
/// Places are stored plus `WINDOW + 1`, so that an empty entry is too far away from anywhere.
#[derive(Debug)]
pub(super) struct Matcher {
    heads: Vec<u32>,
    /// By place: the one before with the same hash.
    before: Vec<u32>,
    /// The latest places of three bytes.
    threes: Vec<u32>,
    effort: Effort,
    /// Costs of literals up to each place of the chunk.
    paid: Vec<u32>,
}

/// Bits of a hash.
const HASH: u32 = 15;
/// Bits of a hash of three bytes.
const SHORT_HASH: u32 = 12;
/// Places this close to the end begin no match.
const TAIL: usize = 8;
/// Odd and with bits all over.
const MIX: u32 = 0x9e37_79b1;
/// What a match must save more than one a byte before it, in sixteenths of a bit.
const BETTER: i32 = 16;

#[derive(Clone, Copy, Debug, Default)]
struct Match {
    /// 0: none.
    length: usize,
    distance: u32,
    /// Sixteenths of a bit that it saves.
    gain: i32,
}

impl Matcher {
    pub(super) fn new(effort: Effort) -> Self {
        Self {
            heads: vec![0; 1 << HASH],
            before: vec![0; WINDOW as usize],
            threes: vec![0; 1 << SHORT_HASH],
            effort,
            paid: Vec::new(),
        }
    }

    pub(super) const fn set_effort(&mut self, effort: Effort) {
        self.effort = effort;
    }

    /// Takes `data[start..end]` apart, and up to a match's length more; returns where it stopped.
    pub(super) fn parse(
        &mut self,
        data: &[u8],
        start: usize,
        end: usize,
        costs: &Costs,
        out: &mut Vec<Sequence>,
    ) -> usize {
        self.pay(&data[start..data.len().min(end + 2 * MOST)], costs);
        let Effort {
            lazy,
            enough,
            patience,
            ..
        } = self.effort;
        let last = data.len().saturating_sub(TAIL);
        let (mut at, mut run) = (start, start);
        while at < end.min(last) {
            let mut found = self.find(data, at, start, costs);
            if found.length == 0 {
                at += 1 + ((at - run) >> patience).min(15);
                continue;
            }
            let mut seen = at + 1;
            while lazy && found.length < enough && seen < end.min(last) {
                let next = self.find(data, seen, start, costs);
                seen += 1;
                if next.gain <= found.gain + BETTER {
                    break;
                }
                (at, found) = (seen - 1, next);
            }
            out.push(Sequence {
                literals: (at - run) as u32,
                length: found.length as u16,
                distance: found.distance as u16,
            });
            at += found.length;
            run = at;
            for place in seen..at.min(last) {
                self.insert(data, place);
            }
        }
        let end = if end >= last { data.len() } else { at };
        if end > run {
            out.push(Sequence {
                literals: (end - run) as u32,
                length: 0,
                distance: 0,
            });
        }
        end
    }

    fn pay(&mut self, data: &[u8], costs: &Costs) {
        self.paid.clear();
        let mut sum = 0;
        self.paid.push(0);
        self.paid.extend(data.iter().map(|&byte| {
            sum += u32::from(costs.literal[usize::from(byte)]);
            sum
        }));
    }

    /// Remembers a place; returns the latest places of its four bytes and of its three.
    #[inline(always)]
    fn remember(&mut self, four: u32, at: usize) -> (u32, u32) {
        let place = at as u32 + WINDOW + 1;
        let head = &mut self.heads[(four.wrapping_mul(MIX) >> (32 - HASH)) as usize];
        let latest = core::mem::replace(head, place);
        self.before[at % WINDOW as usize] = latest;
        let short = (four << 8).wrapping_mul(MIX) >> (32 - SHORT_HASH);
        (
            latest,
            core::mem::replace(&mut self.threes[short as usize], place),
        )
    }

    #[inline(always)]
    fn insert(&mut self, data: &[u8], at: usize) {
        if let Some(&four) = data.get(at..).and_then(|rest| rest.first_chunk()) {
            self.remember(u32::from_le_bytes(four), at);
        }
    }

    /// The match at `at` that saves the most; remembers the place.
    #[inline(always)]
    fn find(&mut self, data: &[u8], at: usize, start: usize, costs: &Costs) -> Match {
        let here = &data[at..data.len().min(at + MOST)];
        let mut best = Match::default();
        let least = self.effort.least;
        let Some(four) = word(here, 0) else {
            return best;
        };
        let (mut candidate, short) = self.remember(four, at);
        let place = at as u32 + WINDOW + 1;
        let paid = &self.paid[at - start..];
        let mut weigh = |length: usize, back: u32| {
            let spared = paid[length] - paid[0];
            let (symbol, ..) = distance(back as u16);
            let cost = u32::from(costs.length[length]) + u32::from(costs.distance[symbol]);
            let gain = spared as i32 - cost as i32;
            if gain > best.gain.max(least) {
                best = Match {
                    length,
                    distance: back,
                    gain,
                };
            }
        };
        let back = place.wrapping_sub(short);
        if back <= WINDOW
            && word(&data[at - back as usize..], 0).is_some_and(|w| (w ^ four) << 8 == 0)
        {
            weigh(3, back);
        }
        // Only a longer match can be better than a nearer one.
        let mut longest = 3;
        for _ in 0..self.effort.depth {
            let back = place.wrapping_sub(candidate);
            if back > WINDOW {
                break;
            }
            let there = &data[at - back as usize..];
            if word(there, longest - 3) == word(here, longest - 3) && word(there, 0) == Some(four) {
                let length = common(here, there);
                if length > longest {
                    longest = length;
                    weigh(length, back);
                    if length >= self.effort.enough || length == here.len() {
                        break;
                    }
                }
            }
            candidate = self.before[(candidate.wrapping_sub(WINDOW + 1) % WINDOW) as usize];
        }
        best
    }
}

#[inline(always)]
fn word(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at + 4)?.first_chunk()?;
    Some(u32::from_le_bytes(*four))
}

/// How many bytes both begin with, of which the first four are equal.
#[inline(always)]
fn common(a: &[u8], b: &[u8]) -> usize {
    let (eights, _) = a[4..].as_chunks::<8>();
    let (others, _) = b[4..].as_chunks::<8>();
    let mut length = 4;
    for (a, b) in eights.iter().zip(others) {
        let different = u64::from_le_bytes(*a) ^ u64::from_le_bytes(*b);
        if different != 0 {
            return length + different.trailing_zeros() as usize / 8;
        }
        length += 8;
    }
    let rest = a[length..].iter().zip(&b[length..]);
    length + rest.take_while(|(a, b)| a == b).count()
}
