//! From bytes to a zlib stream.
//!
//! Made for what rasters hold: noise, where a match seldom saves what it costs and the most is won by a
//! good Huffman code, quickly; and smooth or empty parts, where nearly everything is a
//! match. A match is taken if it costs less than its literals would, by the bytes that are coming
//! and the matches that were; a block ends where the symbols change by more than a new
//! code costs. Levels up to 6 look less where matches save little.

use super::{
    bits::BitWriter,
    huffman::Code,
    matches::{Effort, Matcher},
    statistics::{Costs, Histogram, Sequence},
    symbols::{DISTANCES, END, LITERALS, distance, length},
};

/// Bytes after which the end of a block is considered.
const CHUNK: usize = 32 << 10;
/// Bytes after which a block ends: its counts stay below 32 bits, its sequences in cache.
const LONGEST: usize = 512 << 10;
/// Bytes after which places are forgotten: they are kept as 32 bits.
const SEGMENT: usize = 1 << 30;
/// What a new block costs beside its symbols: about 60 bytes that describe its codes.
const DESCRIPTION: f32 = 480.0;

/// Compresses; level 1 is the fastest, 9 the smallest.
pub(crate) fn encode(rows: &[u8], level: u8) -> Vec<u8> {
    let effort = |depth, lazy, enough| Effort {
        depth,
        lazy,
        enough,
        patience: 31,
        least: 0,
    };
    let effort = match level {
        0 | 1 => Effort::quick(),
        2 => effort(4, false, 32),
        3 => effort(8, false, 48),
        4 => effort(16, true, 48),
        5 => effort(32, true, 64),
        6 => effort(64, true, 96),
        7 => effort(128, true, 128),
        8 => effort(384, true, 258),
        _ => effort(1024, true, 258),
    };
    stream(rows, level, effort)
}

impl Effort {
    /// What is enough where matches save next to nothing.
    const fn quick() -> Self {
        Self {
            depth: 2,
            lazy: false,
            enough: 32,
            patience: 5,
            least: 64,
        }
    }
}

/// Where matches leave more than this share of the literals' bits, levels up to 6 look for them less.
const ENOUGH: f32 = 0.92;

fn stream(rows: &[u8], level: u8, effort: Effort) -> Vec<u8> {
    let mut out = Vec::with_capacity(rows.len() / 2 + 64);
    // CMF: Deflate, a window of 32 KiB. FLG: how hard it was tried; both as a number divide by 31.
    let tried = match level {
        0 | 1 => 0_u8,
        2..=5 => 1,
        6 => 2,
        _ => 3,
    };
    let flags = tried << 6;
    let check = 31 - (0x7800 + u16::from(flags)) % 31;
    out.extend_from_slice(&[0x78, flags + check as u8]);
    let mut writer = BitWriter::after(out);
    let mut segments = rows.chunks(SEGMENT).peekable();
    while let Some(segment) = segments.next() {
        blocks(
            &mut writer,
            segment,
            level,
            effort,
            segments.peek().is_none(),
        );
    }
    if rows.is_empty() {
        // The last block of nothing: fixed codes, of which the one that ends it is seven zeros.
        writer.reserve(10);
        writer.put(0b011, 10);
        writer.flush();
    }
    let mut out = writer.finish();
    let mut sum = simd_adler32::Adler32::new();
    sum.write(rows);
    out.extend_from_slice(&sum.finish().to_be_bytes());
    out
}

/// A block in the making: where it begins, what it is made of, and what it costs.
struct Open {
    start: usize,
    sequences: Vec<Sequence>,
    histogram: Histogram,
    bits: f32,
}

fn blocks(writer: &mut BitWriter, data: &[u8], level: u8, effort: Effort, is_last: bool) {
    let adapts = level <= 6;
    let mut matcher = Matcher::new(effort);
    let mut costs = Costs::guess();
    let (mut open, mut before) = (None::<Open>, None::<Histogram>);
    let (mut at, mut sequences) = (0, Vec::new());
    while at < data.len() {
        let end = data.len().min(at + CHUNK);
        let plain = costs.look_ahead(&data[at..end], before.as_ref());
        sequences.clear();
        let next = matcher.parse(data, at, end, &costs, &mut sequences);
        let part = &data[at..next];
        let mut histogram = Histogram::of(part, &sequences);
        costs.update(&histogram);
        before = Some(histogram.clone());
        // Literals alone, for as much as was taken apart.
        let plain = plain * part.len() as f32 / (end - at) as f32;
        let taken = histogram.bits() + histogram.extra_bits() as f32;
        if taken > plain {
            sequences.clear();
            sequences.push(Sequence {
                literals: part.len() as u32,
                length: 0,
                distance: 0,
            });
            histogram = Histogram::of(part, &sequences);
        }
        if adapts {
            if taken > plain * ENOUGH {
                matcher.set_effort(Effort::quick());
                before = Some(histogram.clone());
            } else {
                matcher.set_effort(effort);
            }
        }
        let bits = histogram.bits();
        open = Some(match open.take() {
            Some(mut last) => {
                let both = last.histogram.merged(&histogram);
                let together = both.bits();
                if together <= last.bits + bits + DESCRIPTION && next - last.start <= LONGEST {
                    last.sequences.append(&mut sequences);
                    last.histogram = both;
                    last.bits = together;
                    last
                } else {
                    block(writer, &data[last.start..at], &last, false);
                    Open {
                        start: at,
                        sequences: core::mem::take(&mut sequences),
                        histogram,
                        bits,
                    }
                }
            }
            None => Open {
                start: at,
                sequences: core::mem::take(&mut sequences),
                histogram,
                bits,
            },
        });
        at = next;
    }
    if let Some(open) = open {
        block(writer, &data[open.start..], &open, is_last);
    }
}

/// Writes one block in the form that takes the fewest bits.
fn block(writer: &mut BitWriter, data: &[u8], open: &Open, is_last: bool) {
    let histogram = &open.histogram;
    let codes = (
        Code::new(&histogram.literals, 15),
        Code::new(&histogram.distances, 15),
    );
    let description = Description::new(&codes.0.lengths, &codes.1.lengths);
    let fixed = (fixed_literals(), Code::with_lengths([5; DISTANCES]));
    let extra = histogram.extra_bits();
    let symbols = |codes: &(Code<LITERALS>, Code<DISTANCES>)| {
        extra
            + weigh(&histogram.literals, &codes.0.lengths)
            + weigh(&histogram.distances, &codes.1.lengths)
    };
    let own = symbols(&codes) + description.bits();
    let fixed_bits = symbols(&fixed);
    let stored = data.len() as u64 * 8 + (data.len() as u64 / 65_535 + 1) * 40;
    if stored <= own.min(fixed_bits) {
        return store(writer, data, is_last);
    }
    writer.reserve(own.min(fixed_bits) + 3);
    writer.put(u64::from(is_last), 1);
    if fixed_bits <= own {
        writer.put(1, 2);
        write_symbols(writer, data, &open.sequences, &fixed);
    } else {
        writer.put(2, 2);
        writer.flush();
        description.write(writer);
        write_symbols(writer, data, &open.sequences, &codes);
    }
}

fn weigh(counts: &[u32], lengths: &[u8]) -> u64 {
    let pairs = counts.iter().zip(lengths);
    pairs.map(|(&c, &l)| u64::from(c) * u64::from(l)).sum()
}

/// RFC 1951 §3.2.6. Two symbols that are never written have codes too.
fn fixed_literals() -> Code<LITERALS> {
    let mut lengths = [8; LITERALS + 2];
    lengths[144..256].fill(9);
    lengths[256..280].fill(7);
    Code::with_lengths(lengths).first()
}

/// RFC 1951 §3.2.4.
fn store(writer: &mut BitWriter, data: &[u8], is_last: bool) {
    let mut parts = data.chunks(65_535).peekable();
    while let Some(part) = parts.next() {
        writer.reserve(64);
        writer.put(u64::from(is_last && parts.peek().is_none()), 3);
        writer.align();
        let length = part.len() as u16;
        writer.bytes(&length.to_le_bytes());
        writer.bytes(&(!length).to_le_bytes());
        writer.bytes(part);
    }
}

fn write_symbols(
    writer: &mut BitWriter,
    data: &[u8],
    sequences: &[Sequence],
    (literals, distances): &(Code<LITERALS>, Code<DISTANCES>),
) {
    writer.flush();
    let mut rest = data;
    for sequence in sequences {
        let (run, after) = rest.split_at(sequence.literals as usize);
        let (threes, few) = run.as_chunks::<3>();
        for three in threes {
            for &byte in three {
                let (code, bits) = literals.of(usize::from(byte));
                writer.put(code, bits);
            }
            writer.flush();
        }
        for &byte in few {
            let (code, bits) = literals.of(usize::from(byte));
            writer.put(code, bits);
        }
        writer.flush();
        if sequence.length > 0 {
            let (symbol, extra, value) = length(sequence.length);
            let (code, bits) = literals.of(symbol);
            writer.put(code | value << bits, bits + extra);
            let (symbol, extra, value) = distance(sequence.distance);
            let (code, bits) = distances.of(symbol);
            writer.put(code | value << bits, bits + extra);
            writer.flush();
        }
        rest = &after[usize::from(sequence.length)..];
    }
    let (code, bits) = literals.of(END);
    writer.put(code, bits);
    writer.flush();
}

/// The description of a block's codes (RFC 1951 §3.2.7).
struct Description {
    /// Symbol of the code for lengths, its extra bits and how many.
    symbols: Vec<(u8, u8, u8)>,
    code: Code<19>,
    literals: usize,
    distances: usize,
    lengths: usize,
}

/// The order in which the lengths of that code are written.
const ORDER: [usize; 19] = [
    16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
];

impl Description {
    fn new(literals: &[u8; LITERALS], distances: &[u8; DISTANCES]) -> Self {
        let count = |lengths: &[u8], least: usize| {
            let last = lengths.iter().rposition(|&length| length > 0);
            last.map_or(least, |last| (last + 1).max(least))
        };
        let (literal_count, distance_count) = (count(literals, 257), count(distances, 1));
        let mut all = literals[..literal_count].to_vec();
        all.extend_from_slice(&distances[..distance_count]);
        let mut symbols = Vec::with_capacity(all.len());
        for run in all.chunk_by(|a, b| a == b) {
            runs(run[0], run.len(), &mut symbols);
        }
        let mut counts = [0; 19];
        for &(symbol, ..) in &symbols {
            counts[usize::from(symbol)] += 1;
        }
        let code = Code::new(&counts, 7);
        let lengths = ORDER.iter().rposition(|&symbol| code.lengths[symbol] > 0);
        Self {
            symbols,
            code,
            literals: literal_count,
            distances: distance_count,
            lengths: lengths.map_or(4, |last| (last + 1).max(4)),
        }
    }

    fn bits(&self) -> u64 {
        let symbols = self.symbols.iter();
        let symbols = symbols
            .map(|&(symbol, _, extra)| self.code.lengths[usize::from(symbol)] + extra)
            .map(u64::from);
        14 + 3 * self.lengths as u64 + symbols.sum::<u64>()
    }

    fn write(&self, writer: &mut BitWriter) {
        writer.put((self.literals - 257) as u64, 5);
        writer.put((self.distances - 1) as u64, 5);
        writer.put((self.lengths - 4) as u64, 4);
        for &symbol in &ORDER[..self.lengths] {
            writer.flush();
            writer.put(self.code.lengths[symbol].into(), 3);
        }
        for &(symbol, value, extra) in &self.symbols {
            writer.flush();
            let (code, bits) = self.code.of(usize::from(symbol));
            writer.put(code | u64::from(value) << bits, bits + u32::from(extra));
        }
        writer.flush();
    }
}

/// A length that stands `count` times in a row.
fn runs(length: u8, mut count: usize, out: &mut Vec<(u8, u8, u8)>) {
    if length == 0 {
        while count >= 3 {
            let take = count.min(138);
            out.push(match take {
                3..=10 => (17, (take - 3) as u8, 3),
                _ => (18, (take - 11) as u8, 7),
            });
            count -= take;
        }
    } else {
        out.push((length, 0, 0));
        count -= 1;
        while count >= 3 {
            let take = count.min(6);
            out.push((16, (take - 3) as u8, 2));
            count -= take;
        }
    }
    out.extend((0..count).map(|_| (length, 0, 0)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BlockLayout, Codec, Compression, SampleFormat, codecs::deflate::Deflate};

    fn check(data: &[u8], level: u8) -> usize {
        let stream = encode(data, level);
        let layout = BlockLayout::new(data.len() as u32, 1, 1, 8, SampleFormat::Unsigned)
            .with_compression(Compression::DEFLATE);
        let mut out = vec![0; data.len()];
        Deflate.decode(&layout, &stream, &mut out).unwrap();
        assert!(out == data, "level {level}, {} bytes", data.len());
        // Another decoder, which looks at the end of the stream too.
        let mut other = flate2::Decompress::new(true);
        let mut again = vec![0; data.len() + 1];
        let status = other
            .decompress(&stream, &mut again, flate2::FlushDecompress::Finish)
            .unwrap();
        assert_eq!(status, flate2::Status::StreamEnd);
        assert_eq!(other.total_out(), data.len() as u64);
        assert!(again[..data.len()] == *data);
        stream.len()
    }

    /// Reproducible noise.
    fn noise(len: usize, mask: u8) -> Vec<u8> {
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 32) as u8 & mask
        };
        (0..len).map(|_| next()).collect()
    }

    #[test]
    fn all_kinds_of_data_come_back() {
        let text = b"to be, or not to be, that is the question: ".repeat(900);
        let mut mixed = noise(70_000, 0xff);
        mixed.extend_from_slice(&vec![0; 200_000]);
        mixed.extend_from_slice(&noise(100_000, 0x0f));
        mixed.extend_from_slice(&text);
        for level in 1..=9 {
            for data in [&noise(300_000, 0xff), &noise(300_000, 3), &text, &mixed] {
                check(data, level);
            }
            for len in [5, 100] {
                // Few enough for the fixed codes, the longer ones among them.
                check(&noise(len, 0xff), level);
                check(
                    &(0..=255)
                        .rev()
                        .take(len)
                        .cycle()
                        .take(3 * len)
                        .collect::<Vec<_>>(),
                    level,
                );
            }
            for len in (1..40).chain(32_760..32_776).chain(65_530..65_540) {
                check(&noise(len, 1), level);
                check(&vec![7; len], level);
            }
        }
    }

    /// A file is the same wherever it is written: in a browser as on a server, without vector instructions as with them.
    #[test]
    fn the_bytes_are_the_same_everywhere() {
        let mut data = noise(150_000, 0x1f);
        data.extend((0..200_000_u32).map(|at| (at.wrapping_mul(at) / 977) as u8 & 0x3f));
        data.extend_from_slice(&noise(90_000, 0xff));
        let found = [1, 3, 6, 9].map(|level| {
            let stream = encode(&data, level);
            // FNV-1a.
            stream
                .iter()
                .fold(0xcbf2_9ce4_8422_2325, |sum: u64, &byte| {
                    (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
                })
        });
        assert_eq!(
            found,
            [
                0xa7b6_89ee_e50f_774e,
                0x409e_5bc2_840b_54de,
                0xa9f4_5f44_b52b_3691,
                0x8c05_995b_0971_ac24
            ],
            "{found:#x?}"
        );
    }

    #[test]
    fn nothing_is_a_stream_too() {
        let mut decoder = flate2::Decompress::new(true);
        let status = decoder
            .decompress(
                &encode(&[], 6),
                &mut [0; 1],
                flate2::FlushDecompress::Finish,
            )
            .unwrap();
        assert_eq!(
            (status, decoder.total_out()),
            (flate2::Status::StreamEnd, 0)
        );
    }

    #[test]
    fn noise_is_stored_and_emptiness_vanishes() {
        let data = noise(200_000, 0xff);
        assert!(check(&data, 6) < data.len() + 64);
        assert!(check(&vec![0; 1 << 20], 6) < 1400);
        // Sixteen values: four bits each, for one of them five, since the end of a block takes a code.
        let sixteen = check(&noise(200_000, 15), 6);
        assert!(sixteen < 102_500, "{sixteen}");
    }

    #[test]
    fn a_match_may_lie_as_far_back_as_the_window_and_no_further() {
        for gap in [32_760_usize, 32_768, 32_769, 40_000] {
            let word = noise(64, 0xff);
            let mut data = word.clone();
            data.extend(vec![0; gap - word.len()]);
            data.extend_from_slice(&word);
            check(&data, 9);
            check(&data, 1);
        }
    }

    #[test]
    fn a_higher_level_is_no_larger() {
        let data: Vec<u8> = noise(400_000, 0xff)
            .chunks(8)
            .flat_map(|c| [c[0] & 7, c[1] & 1, 0, c[2] & 31, 5, c[0] & 7, 9, c[3] & 3])
            .collect();
        let sizes: Vec<_> = [1, 6, 9].map(|level| check(&data, level)).to_vec();
        assert!(sizes[0] >= sizes[1] && sizes[1] >= sizes[2], "{sizes:?}");
    }
}
