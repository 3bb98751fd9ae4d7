//! Finite state entropy: how a table of states is stored (RFC 8878 §4.1.1).

/// Greatest number of states of any table.
pub(super) const STATES: usize = 512;

/// How often each symbol is among a table's states; -1: once, with all its bits read anew.
#[derive(Debug)]
pub(super) struct Distribution {
    pub(super) counts: Vec<i16>,
    /// Binary logarithm of the number of states.
    pub(super) log: u8,
}

impl Distribution {
    pub(super) fn new(counts: &[i16], log: u8) -> Self {
        Self {
            counts: counts.to_vec(),
            log,
        }
    }

    /// Reads a distribution of `symbols` at most; also how many bytes it took.
    pub(super) fn read(input: &[u8], symbols: usize, max_log: u8) -> Option<(Self, usize)> {
        let mut bits = Forwards { input, at: 0 };
        let log = bits.peek(4) as u8 + 5;
        bits.at += 4;
        if log > max_log {
            return None;
        }
        let mut counts = Vec::with_capacity(symbols);
        let mut left = (1_i32 << log) + 1;
        let mut width = u32::from(log) + 1;
        while left > 1 {
            if counts.len() >= symbols {
                return None;
            }
            // Values below `short` take one bit less.
            let threshold = 1 << (width - 1);
            let short = 2 * threshold - 1 - left;
            let value = bits.peek(width) as i32;
            let low = value & (threshold - 1);
            let count = if low < short {
                bits.at += width as usize - 1;
                low - 1
            } else {
                bits.at += width as usize;
                if value >= threshold {
                    value - short - 1
                } else {
                    value - 1
                }
            };
            left -= count.abs();
            if left < 1 {
                return None;
            }
            counts.push(count as i16);
            if count == 0 {
                loop {
                    let zeros = bits.peek(2);
                    bits.at += 2;
                    if counts.len() + zeros as usize > symbols {
                        return None;
                    }
                    counts.resize(counts.len() + zeros as usize, 0);
                    if zeros < 3 {
                        break;
                    }
                }
            }
            while left < 1 << (width - 1) {
                width -= 1;
            }
        }
        let bytes = bits.at.div_ceil(8);
        (bytes <= input.len()).then_some((Self { counts, log }, bytes))
    }

    /// Hands over each state's symbol, the bits that its next state takes, and what they are added to.
    pub(super) fn states(&self, mut put: impl FnMut(usize, u8, u8, u16)) -> Option<()> {
        let size = 1_usize << self.log;
        let (mut symbols, mut next) = ([0_u8; STATES], [0_u16; 256]);
        let symbols = symbols.get_mut(..size)?;
        let mut high = size;
        for (symbol, &count) in self.counts.iter().enumerate() {
            if count < 0 {
                high = high.checked_sub(1)?;
                symbols[high] = symbol as u8;
            }
            *next.get_mut(symbol)? = count.unsigned_abs();
        }
        let (step, mut state) = ((size >> 1) + (size >> 3) + 3, 0);
        for (symbol, &count) in self.counts.iter().enumerate() {
            for _ in 0..count.max(0) {
                symbols[state] = symbol as u8;
                loop {
                    state = (state + step) & (size - 1);
                    if state < high {
                        break;
                    }
                    // No place but those taken: the counts are too many.
                    if high == 0 {
                        return None;
                    }
                }
            }
        }
        if state != 0 {
            return None;
        }
        for (state, &symbol) in symbols.iter().enumerate() {
            let count = next[usize::from(symbol)];
            next[usize::from(symbol)] += 1;
            let bits = self.log.checked_sub(count.checked_ilog2()? as u8)?;
            put(
                state,
                symbol,
                bits,
                ((usize::from(count) << bits) - size) as u16,
            );
        }
        Some(())
    }
}

/// Bits read from the start, least significant first; zeros after the end.
#[derive(Debug)]
struct Forwards<'a> {
    input: &'a [u8],
    at: usize,
}

impl Forwards<'_> {
    fn peek(&self, count: u32) -> u32 {
        let byte = |index: usize| self.input.get(self.at / 8 + index).copied().unwrap_or(0);
        let word = u32::from_le_bytes([byte(0), byte(1), byte(2), byte(3)]);
        word >> (self.at % 8) & ((1 << count) - 1)
    }
}
