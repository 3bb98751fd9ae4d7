//! A block's sequences: so many literals, then so many bytes from so far back (RFC 8878 §3.1.1.3.2, §3.1.1.4).

use super::fse::{Distribution, STATES};
use super::reverse::Reverse;

/// Bytes moved at once: a copy of known length is two instructions.
const CHUNK: usize = 16;
/// A sequence that ends so far before the output's end is copied in chunks.
const SLACK: usize = 2 * CHUNK;

/// What a state stands for, and where it leads.
#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    base: u32,
    next: u16,
    /// Bits added to `base`.
    extra: u8,
    /// Bits added to `next`.
    bits: u8,
}

/// The states of lengths or offsets.
#[derive(Debug)]
struct Table {
    entries: Box<[Entry; STATES]>,
    /// Bits of the first state; `None`: no table yet.
    log: Option<u8>,
}

impl Table {
    fn new() -> Self {
        Self {
            entries: Box::new([Entry::default(); STATES]),
            log: None,
        }
    }

    /// Reads what `mode` says of this table at `at`; returns where it ends.
    fn read(&mut self, input: &[u8], at: usize, mode: u8, kind: &Kind) -> Option<usize> {
        let (distribution, end) = match mode {
            0 => (Distribution::new(kind.usual, kind.usual_log), at),
            1 => {
                let symbol = *input.get(at)?;
                self.entries[0] = kind.entry(symbol)?;
                self.log = Some(0);
                return Some(at + 1);
            }
            2 => {
                let (distribution, read) =
                    Distribution::read(input.get(at..)?, kind.symbols, kind.max_log)?;
                (distribution, at + read)
            }
            _ => return self.log.map(|_| at),
        };
        self.log = None;
        let entries = &mut self.entries;
        let mut known = true;
        distribution.states(|state, symbol, bits, next| match kind.entry(symbol) {
            Some(entry) => {
                entries[state] = Entry {
                    next,
                    bits,
                    ..entry
                }
            }
            None => known = false,
        })?;
        self.log = known.then_some(distribution.log);
        self.log.map(|_| end)
    }

    #[inline(always)]
    fn get(&self, state: u64) -> Entry {
        self.entries[state as usize & (STATES - 1)]
    }
}

/// What codes mean, and how often they are expected.
#[derive(Debug)]
struct Kind {
    usual: &'static [i16],
    usual_log: u8,
    max_log: u8,
    symbols: usize,
    /// The least value of each code and its bits; none for offsets, which double.
    codes: &'static [(u32, u8)],
}

impl Kind {
    fn entry(&self, symbol: u8) -> Option<Entry> {
        let (base, extra) = match self.codes {
            [] if symbol < 32 => (1 << symbol, symbol),
            codes => *codes.get(usize::from(symbol))?,
        };
        Some(Entry {
            base,
            extra,
            ..Entry::default()
        })
    }
}

/// What one block leaves to the next.
#[derive(Debug)]
pub(super) struct Sequences {
    literals: Table,
    offsets: Table,
    matches: Table,
    repeated: [usize; 3],
}

/// A block's literals: `count` bytes at the start of `bytes`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) count: usize,
}

impl Sequences {
    pub(super) fn new() -> Self {
        Self {
            literals: Table::new(),
            offsets: Table::new(),
            matches: Table::new(),
            repeated: [1, 4, 8],
        }
    }

    /// Carries out the section of `input` from `at` to `end`, on `output` from
    /// `written` on, until that is full; returns how far it came.
    pub(super) fn run(
        &mut self,
        input: &[u8],
        mut at: usize,
        end: usize,
        literals: Source<'_>,
        output: &mut [u8],
        written: usize,
    ) -> Option<usize> {
        let byte = |index: usize| input.get(index).map(|&byte| usize::from(byte));
        let count = match byte(at)? {
            255 => (byte(at + 1)? | byte(at + 2)? << 8) + 0x7f00,
            high @ 128.. => (high - 128) << 8 | byte(at + 1)?,
            count => count,
        };
        at += match byte(at)? {
            255 => 3,
            128.. => 2,
            _ => 1,
        };
        let mut place = Place { taken: 0, written };
        if count > 0 {
            let modes = *input.get(at)?;
            if modes & 3 != 0 {
                return None;
            }
            at = self.literals.read(input, at + 1, modes >> 6, &LITERALS)?;
            at = self.offsets.read(input, at, modes >> 4 & 3, &OFFSETS)?;
            at = self.matches.read(input, at, modes >> 2 & 3, &MATCHES)?;
            let bits = Reverse::new(input.get(..end)?, end)?;
            place = self.decode(bits, at * 8, count, literals, output, place)?;
        } else if at != end {
            return None;
        }
        if place.written < output.len() {
            let left = literals.count.checked_sub(place.taken)?;
            place = place.literals(literals, output, left)?;
        }
        Some(place.written)
    }

    /// Carries out `count` sequences, or as many as fill the output.
    ///
    /// What is carried from one to the next is in variables of its own, so that it stays in registers.
    fn decode(
        &mut self,
        mut bits: Reverse<'_>,
        first: usize,
        count: usize,
        source: Source<'_>,
        output: &mut [u8],
        place: Place,
    ) -> Option<Place> {
        let (literals, offsets, matches) = (&self.literals, &self.offsets, &self.matches);
        let mut literal_state = bits.read(literals.log?)?;
        let mut offset_state = bits.read(offsets.log?)?;
        let mut match_state = bits.read(matches.log?)?;
        let [mut near, mut second, mut third] = self.repeated;
        let Place {
            mut taken,
            mut written,
        } = place;
        for left in (0..count).rev() {
            let (literal, offset, length) = (
                literals.get(literal_state),
                offsets.get(offset_state),
                matches.get(match_state),
            );
            let mut window = bits.middle()?;
            let value = u64::from(offset.base) + window.take(offset.extra);
            let extra = offset.extra + length.extra + literal.extra;
            // 26 bits at most are the next states', so that mostly one window is enough.
            if extra > 56 - 26 {
                bits.skip(offset.extra);
                window = bits.middle()?;
            }
            let match_length = (u64::from(length.base) + window.take(length.extra)) as usize;
            let literal_length = (u64::from(literal.base) + window.take(literal.extra)) as usize;
            if extra > 56 - 26 {
                bits.skip(extra - offset.extra);
                window = bits.middle()?;
            }
            if left > 0 {
                literal_state = u64::from(literal.next) + window.take(literal.bits);
                match_state = u64::from(length.next) + window.take(length.bits);
                offset_state = u64::from(offset.next) + window.take(offset.bits);
            }
            bits.settle(window);

            let distance = if value > 3 {
                (third, second) = (second, near);
                value as usize - 3
            } else {
                // Without literals the first repeated offset would be of no use.
                match value + u64::from(literal_length == 0) {
                    1 => near,
                    2 => core::mem::replace(&mut second, near),
                    3 => {
                        let distance = third;
                        (third, second) = (second, near);
                        distance
                    }
                    _ => {
                        (third, second) = (second, near);
                        near.checked_sub(1)?
                    }
                }
            };
            near = distance;

            let at = written + literal_length;
            let start = at.checked_sub(distance)?;
            if taken + literal_length > source.count || distance == 0 {
                return None;
            }
            if at + match_length + SLACK > output.len() {
                let place = Place { taken, written };
                let place =
                    place.near_the_end(source, output, literal_length, distance, match_length)?;
                if place.written == output.len() {
                    return Some(place);
                }
                Place { taken, written } = place;
                continue;
            }
            match source.bytes.get(taken..taken + CHUNK) {
                Some(chunk) if literal_length <= CHUNK => {
                    output[written..written + CHUNK].copy_from_slice(chunk);
                }
                _ => output[written..at]
                    .copy_from_slice(&source.bytes[taken..taken + literal_length]),
            }
            taken += literal_length;
            written = at + match_length;
            repeat(output, start, at, match_length);
        }
        self.repeated = [near, second, third];
        (bits.at == first).then_some(Place { taken, written })
    }
}

/// How far literals are used up and the output is filled.
#[derive(Clone, Copy, Debug)]
struct Place {
    taken: usize,
    written: usize,
}

impl Place {
    /// A sequence without a byte beyond it, or as much of it as fits.
    #[cold]
    fn near_the_end(
        self,
        source: Source<'_>,
        output: &mut [u8],
        literals: usize,
        distance: usize,
        length: usize,
    ) -> Option<Self> {
        let mut place = self.literals(source, output, literals)?;
        for _ in 0..length.min(output.len() - place.written) {
            output[place.written] = *output.get(place.written.checked_sub(distance)?)?;
            place.written += 1;
        }
        Some(place)
    }

    /// Copies as many literals as fit.
    fn literals(self, source: Source<'_>, output: &mut [u8], count: usize) -> Option<Self> {
        let Self { taken, written } = self;
        let fit = count.min(output.len() - written);
        let bytes = source.bytes.get(taken..taken + fit)?;
        output[written..written + fit].copy_from_slice(bytes);
        Some(Self {
            taken: taken + count,
            written: written + fit,
        })
    }
}

/// Repeats the bytes at `start` at `at`, up to a chunk more than `length`.
#[inline(always)]
fn repeat(output: &mut [u8], start: usize, at: usize, length: usize) {
    let distance = at - start;
    let mut done = 0;
    if distance >= CHUNK {
        while done < length {
            output.copy_within(start + done..start + done + CHUNK, at + done);
            done += CHUNK;
        }
    } else if distance >= WORD {
        while done < length {
            output.copy_within(start + done..start + done + WORD, at + done);
            done += WORD;
        }
    } else {
        // Written in whole periods, so that nothing has to be read that was just written.
        let (times, step) = PERIODS[distance];
        let mut word = [0; WORD];
        word.copy_from_slice(&output[start..start + WORD]);
        let period = u64::from_le_bytes(word) & ((1 << (8 * distance)) - 1);
        let word = period.wrapping_mul(times).to_le_bytes();
        while done < length {
            output[at + done..at + done + WORD].copy_from_slice(&word);
            done += step;
        }
    }
}

const WORD: usize = 8;

/// For each distance below a word: what repeats its bytes throughout the word, and whole periods in it.
const PERIODS: [(u64, usize); WORD] = {
    let mut periods = [(0, WORD); WORD];
    let mut distance = 1;
    while distance < WORD {
        let mut at = 0;
        while at < WORD {
            periods[distance].0 |= 1 << (8 * at);
            at += distance;
        }
        periods[distance].1 = WORD / distance * distance;
        distance += 1;
    }
    periods
};

/// RFC 8878 §3.1.1.3.2.1.1 and §3.1.1.3.2.2.1.
const LITERALS: Kind = Kind {
    usual: &[
        4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1,
        1, 1, -1, -1, -1, -1,
    ],
    usual_log: 6,
    max_log: 9,
    symbols: 36,
    codes: &[
        (0, 0),
        (1, 0),
        (2, 0),
        (3, 0),
        (4, 0),
        (5, 0),
        (6, 0),
        (7, 0),
        (8, 0),
        (9, 0),
        (10, 0),
        (11, 0),
        (12, 0),
        (13, 0),
        (14, 0),
        (15, 0),
        (16, 1),
        (18, 1),
        (20, 1),
        (22, 1),
        (24, 2),
        (28, 2),
        (32, 3),
        (40, 3),
        (48, 4),
        (64, 6),
        (128, 7),
        (256, 8),
        (512, 9),
        (1024, 10),
        (2048, 11),
        (4096, 12),
        (8192, 13),
        (16384, 14),
        (32768, 15),
        (65536, 16),
    ],
};

const OFFSETS: Kind = Kind {
    usual: &[
        1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1,
    ],
    usual_log: 5,
    max_log: 8,
    symbols: 32,
    codes: &[],
};

const MATCHES: Kind = Kind {
    usual: &[
        1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
        1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1,
    ],
    usual_log: 6,
    max_log: 9,
    symbols: 53,
    codes: &[
        (3, 0),
        (4, 0),
        (5, 0),
        (6, 0),
        (7, 0),
        (8, 0),
        (9, 0),
        (10, 0),
        (11, 0),
        (12, 0),
        (13, 0),
        (14, 0),
        (15, 0),
        (16, 0),
        (17, 0),
        (18, 0),
        (19, 0),
        (20, 0),
        (21, 0),
        (22, 0),
        (23, 0),
        (24, 0),
        (25, 0),
        (26, 0),
        (27, 0),
        (28, 0),
        (29, 0),
        (30, 0),
        (31, 0),
        (32, 0),
        (33, 0),
        (34, 0),
        (35, 1),
        (37, 1),
        (39, 1),
        (41, 1),
        (43, 2),
        (47, 2),
        (51, 3),
        (59, 3),
        (67, 4),
        (83, 4),
        (99, 5),
        (131, 7),
        (259, 8),
        (515, 9),
        (1027, 10),
        (2051, 11),
        (4099, 12),
        (8195, 13),
        (16387, 14),
        (32771, 15),
        (65539, 16),
    ],
};
