//! A block's literals, and their Huffman code (RFC 8878 §3.1.1.3.1, §4.2).

use super::frame::BLOCK_MAX;
use super::fse::Distribution;
use super::reverse::Reverse;

/// A code's greatest length.
const BITS: u8 = 11;
/// Bytes decoded with one window: 5 × 11 bits.
const AT_ONCE: usize = 5;

/// What lies behind each [`BITS`] bits: length in the lower byte, symbol in the upper.
type Table = [u16; 1 << BITS];

/// Where a block's literals are.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    /// In the frame, from here on.
    Input(usize),
    /// In the buffer, from its start on.
    Buffer,
}

/// What one block leaves to the next, and a buffer.
#[derive(Debug)]
pub(super) struct Literals {
    table: Option<Box<Table>>,
    pub(super) buffer: Vec<u8>,
}

impl Literals {
    pub(super) const fn new() -> Self {
        Self {
            table: None,
            buffer: Vec::new(),
        }
    }

    /// Reads the section at `start`: where the literals are, how many, and where the section ends.
    pub(super) fn read(&mut self, input: &[u8], start: usize) -> Option<(Place, usize, usize)> {
        let head = input.get(start..)?;
        let first = usize::from(*head.first()?);
        let byte = |index: usize| head.get(index).map(|&byte| usize::from(byte));
        let (kind, format) = (first & 3, first >> 2 & 3);
        if kind < 2 {
            let (count, header) = match format {
                1 => (first >> 4 | byte(1)? << 4, 2),
                3 => (first >> 4 | byte(1)? << 4 | byte(2)? << 12, 3),
                _ => (first >> 3, 1),
            };
            let at = start + header;
            if count > BLOCK_MAX {
                return None;
            }
            if kind == 0 {
                return Some((Place::Input(at), count, at + count));
            }
            self.buffer.clear();
            self.buffer.resize(count, *input.get(at)?);
            return Some((Place::Buffer, count, at + 1));
        }
        let (header, bits) = [(3, 10), (3, 10), (4, 14), (5, 18)][format];
        let mut value = 0;
        for index in (0..header).rev() {
            value = value << 8 | byte(index)? as u64;
        }
        let field = |shift: u32| (value >> shift) as usize & ((1 << bits) - 1);
        let (count, stored) = (field(4), field(4 + bits));
        let (mut at, end) = (start + header, start + header + stored);
        if count > BLOCK_MAX || end > input.len() {
            return None;
        }
        if kind == 2 {
            at = self.read_table(input, at)?;
        }
        let table = self.table.as_deref()?;
        self.buffer.resize(count, 0);
        if format == 0 {
            one(table, input, at..end, &mut self.buffer)?;
        } else {
            four(table, input, at..end, &mut self.buffer)?;
        }
        Some((Place::Buffer, count, end))
    }

    /// Reads the code's weights at `at`; returns where they end.
    fn read_table(&mut self, input: &[u8], at: usize) -> Option<usize> {
        let head = usize::from(*input.get(at)?);
        let at = at + 1;
        let (mut weights, end) = if head >= 128 {
            let count = head - 127;
            let end = at + count.div_ceil(2);
            let bytes = input.get(at..end)?.iter();
            let mut weights: Vec<u8> = bytes.flat_map(|byte| [byte >> 4, byte & 15]).collect();
            weights.truncate(count);
            (weights, end)
        } else {
            (weights(input, at, at + head)?, at + head)
        };
        let sum: u32 = weights.iter().map(|&weight| 1 << weight >> 1).sum();
        // The last symbol's weight makes the sum a power of two.
        let longest = sum.checked_ilog2()? as u8 + 1;
        let left = (1_u32 << longest) - sum;
        if longest > BITS || !left.is_power_of_two() || weights.len() > 255 {
            return None;
        }
        weights.push(left.ilog2() as u8 + 1);
        let span = |weight: u8| 1_usize << (weight - 1) << (BITS - longest);
        let mut starts = [0_usize; 17];
        for &weight in weights.iter().filter(|&&weight| weight > 0) {
            starts[usize::from(weight) + 1] += span(weight);
        }
        for weight in 1..starts.len() {
            starts[weight] += starts[weight - 1];
        }
        let table = self.table.get_or_insert_with(|| Box::new([0; 1 << BITS]));
        for (symbol, &weight) in weights.iter().enumerate() {
            if weight > 0 {
                let start = &mut starts[usize::from(weight)];
                let entry = (symbol as u16) << 8 | u16::from(longest + 1 - weight);
                table.get_mut(*start..*start + span(weight))?.fill(entry);
                *start += span(weight);
            }
        }
        Some(end)
    }
}

/// Weights, themselves coded by two states in turn.
fn weights(input: &[u8], start: usize, end: usize) -> Option<Vec<u8>> {
    let (distribution, read) = Distribution::read(input.get(start..end)?, 16, 6)?;
    let mut states = [(0_u8, 0_u8, 0_u16); 64];
    distribution.states(|state, symbol, bits, base| states[state] = (symbol, bits, base))?;
    let first = (start + read) * 8;
    let mut bits = Reverse::new(input, end)?;
    let mut state = [0_u64; 2];
    for state in &mut state {
        *state = bits.read(distribution.log)?;
    }
    let mut weights = Vec::new();
    while weights.len() < 255 {
        let (symbol, count, base) = states[state[0] as usize & 63];
        weights.push(symbol);
        if bits.at < first + usize::from(count) {
            weights.push(states[state[1] as usize & 63].0);
            return Some(weights);
        }
        state = [state[1], bits.read(count)? + u64::from(base)];
    }
    None
}

/// One stream: few bytes.
fn one(table: &Table, input: &[u8], at: core::ops::Range<usize>, out: &mut [u8]) -> Option<()> {
    let mut bits = Reverse::new(input, at.end)?;
    for out in out {
        *out = symbol(table, &mut bits)?;
    }
    (bits.at == at.start * 8).then_some(())
}

fn symbol(table: &Table, bits: &mut Reverse<'_>) -> Option<u8> {
    let (window, _) = bits.window()?;
    let entry = table[(window >> (64 - BITS)) as usize];
    bits.at = bits.at.checked_sub(usize::from(entry & 63))?;
    Some((entry >> 8) as u8)
}

/// Four streams, a quarter each, behind a table of three sizes: decoded in
/// turns, so that none waits for its own last code.
fn four(table: &Table, input: &[u8], at: core::ops::Range<usize>, out: &mut [u8]) -> Option<()> {
    let sizes = input.get(at.clone())?.first_chunk::<6>()?;
    let mut bounds = [at.start + 6; 5];
    for (index, size) in sizes.as_chunks::<2>().0.iter().enumerate() {
        bounds[index + 1] = bounds[index] + usize::from(u16::from_le_bytes(*size));
    }
    bounds[4] = at.end;
    if bounds[3] >= bounds[4] {
        return None;
    }
    let quarter = out.len().div_ceil(4);
    let (first, rest) = out.split_at_mut_checked(quarter)?;
    let (second, rest) = rest.split_at_mut_checked(quarter)?;
    let (third, fourth) = rest.split_at_mut_checked(quarter)?;
    let stream = |index: usize| Reverse::new(input, bounds[index + 1]);
    let [mut a, mut b, mut c, mut d] = [stream(0)?, stream(1)?, stream(2)?, stream(3)?];
    let turns = fourth.len() / AT_ONCE;
    let of_a = first.as_chunks_mut::<AT_ONCE>().0;
    let of_b = second.as_chunks_mut::<AT_ONCE>().0;
    let of_c = third.as_chunks_mut::<AT_ONCE>().0;
    let of_d = fourth.as_chunks_mut::<AT_ONCE>().0;
    let outs = of_a.iter_mut().zip(of_b).zip(of_c).zip(of_d);
    for (((of_a, of_b), of_c), of_d) in outs {
        let (mut windows, mut ends) = ([0; 4], [0; 4]);
        for (index, bits) in [&a, &b, &c, &d].into_iter().enumerate() {
            (windows[index], ends[index]) = bits.window()?;
        }
        let [mut wa, mut wb, mut wc, mut wd] = windows;
        for at in 0..AT_ONCE {
            of_a[at] = step(table, &mut wa);
            of_b[at] = step(table, &mut wb);
            of_c[at] = step(table, &mut wc);
            of_d[at] = step(table, &mut wd);
        }
        // The bit set below the window tells how much was taken.
        a.at = ends[0].checked_sub(wa.trailing_zeros() as usize)?;
        b.at = ends[1].checked_sub(wb.trailing_zeros() as usize)?;
        c.at = ends[2].checked_sub(wc.trailing_zeros() as usize)?;
        d.at = ends[3].checked_sub(wd.trailing_zeros() as usize)?;
    }
    let done = turns * AT_ONCE;
    for (bits, (out, start)) in [a, b, c, d]
        .into_iter()
        .zip([first, second, third, fourth].into_iter().zip(bounds))
    {
        let mut bits = bits;
        for out in &mut out[done..] {
            *out = symbol(table, &mut bits)?;
        }
        if bits.at != start * 8 {
            return None;
        }
    }
    Some(())
}

#[inline(always)]
fn step(table: &Table, window: &mut u64) -> u8 {
    let entry = table[(*window >> (64 - BITS)) as usize];
    *window <<= entry & 63;
    (entry >> 8) as u8
}
