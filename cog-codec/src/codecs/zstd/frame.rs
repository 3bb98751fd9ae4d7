//! A frame's header and blocks (RFC 8878 §3.1.1).
//!
//! Ours because a block's buffer holds all that a match may look back at: no
//! window is kept, nothing is copied out of one, and decoding stops where the
//! buffer is full. `doc/decisions/0010-decoding-speed.md` has what that gains.

use super::literals::{Literals, Place};
use super::sequences::{Sequences, Source};

/// No block holds more.
pub(super) const BLOCK_MAX: usize = 128 * 1024;

const MAGIC: [u8; 4] = 0xfd2f_b528_u32.to_le_bytes();

/// Fills `output` with the first of what the frame holds. `None`: it is not
/// one for this path (a dictionary, a checksum, something before the frame, a mistake),
/// and what `output` then holds is of no meaning.
pub(super) fn decode(input: &[u8], output: &mut [u8]) -> Option<()> {
    let (&[a, b, c, d, descriptor], _) = input.split_first_chunk()?;
    // A dictionary, a checksum, a bit that means nothing yet.
    if [a, b, c, d] != MAGIC || descriptor & 0b1111 != 0 {
        return None;
    }
    let single = descriptor & 0b10_0000 != 0;
    let size = match descriptor >> 6 {
        0 => usize::from(single),
        more => 1 << more,
    };
    let mut at = 5 + usize::from(!single) + size;
    let (mut literals, mut sequences) = (Literals::new(), Sequences::new());
    let mut written = 0;
    while written < output.len() {
        let header = *input.get(at..)?.first_chunk::<3>()?;
        let header =
            usize::from(header[0]) | usize::from(header[1]) << 8 | usize::from(header[2]) << 16;
        let (last, kind, size) = (header & 1 == 1, header >> 1 & 3, header >> 3);
        at += 3;
        if size > BLOCK_MAX {
            return None;
        }
        let fit = size.min(output.len() - written);
        match kind {
            0 => {
                output[written..written + fit].copy_from_slice(input.get(at..at + fit)?);
                written += fit;
                at += size;
            }
            1 => {
                output[written..written + fit].fill(*input.get(at)?);
                written += fit;
                at += 1;
            }
            2 => {
                let end = at + size;
                let block = input.get(..end)?;
                let (place, count, next) = literals.read(block, at)?;
                let bytes = match place {
                    Place::Input(start) => block.get(start..)?,
                    Place::Buffer => &literals.buffer,
                };
                let source = Source { bytes, count };
                written = sequences.run(block, next, end, source, output, written)?;
                at = end;
            }
            _ => return None,
        }
        if last && written < output.len() {
            return None;
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::super::codec::{decompress, encode};
    use super::decode;
    use crate::Compression;

    /// Noise, runs, words, slopes: what makes every kind of block, table and offset.
    fn contents() -> Vec<Vec<u8>> {
        let noise = |index: usize| (index as u32).wrapping_mul(0x9e37_79b9) ^ (index as u32) << 7;
        let kinds: [fn(usize, u32) -> u8; 6] = [
            |_, noise| (noise >> 24) as u8,
            |index, _| (index / 3000) as u8,
            |index, noise| (index / 5) as u8 ^ (noise >> 30) as u8,
            |_, noise| b"etaoin shrdlu,."[(noise >> 28) as usize % 15],
            |index, noise| {
                if noise >> 27 == 0 {
                    index as u8
                } else {
                    b"abcabcabd"[index % 9]
                }
            },
            |index, noise| {
                ((index % 900) / 4) as u8 + (noise >> 29) as u8 * u8::from(index % 2 == 1)
            },
        ];
        let lengths = [1, 2, 15, 257, 5000, 140_000, 400_003];
        let content = |kind: fn(usize, u32) -> u8, length: usize| {
            (0..length)
                .map(|index| kind(index, noise(index).wrapping_mul(0x85eb_ca6b)))
                .collect()
        };
        let of = |kind| lengths.map(|length| content(kind, length));
        kinds.into_iter().flat_map(of).collect()
    }

    #[test]
    fn every_level_is_read_whole_and_in_part() {
        for content in contents() {
            // The slow levels find no other kind of block.
            let levels: &[u8] = if content.len() > 10_000 {
                &[1, 3, 9]
            } else {
                &[1, 3, 6, 12, 19, 22]
            };
            for &level in levels {
                let frame = encode(&content, level).unwrap();
                let length = content.len();
                for part in [length, length - 1, length / 2, length / 3, 1] {
                    let mut output = vec![0xa5; part];
                    assert_eq!(
                        decode(&frame, &mut output),
                        Some(()),
                        "{length}, level {level}"
                    );
                    assert!(
                        output == content[..part],
                        "{part} of {length}, level {level}"
                    );
                }
                assert_eq!(decode(&frame, &mut vec![0; length + 1]), None);
            }
        }
    }

    #[test]
    fn what_is_broken_neither_panics_nor_differs_from_the_library() {
        let mut agreed = 0;
        for content in contents().iter().filter(|content| content.len() <= 5000) {
            let frame = encode(content, 9).unwrap();
            for at in (0..frame.len()).step_by(1 + frame.len() / 150) {
                for flip in [1, 0x10, 0x80, 0xff] {
                    let mut frame = frame.clone();
                    frame[at] ^= flip;
                    let mut output = vec![0; content.len()];
                    let done = decode(&frame, &mut output).is_some();
                    let length = content.len();
                    let library = decompress(Compression::ZSTD, &frame, length, 1 << 20);
                    if let (true, Ok(library)) = (done, library)
                        && library.len() >= length
                    {
                        assert!(output == library[..length], "byte {at} of {}", frame.len());
                        agreed += 1;
                    }
                }
                let cut = decode(&frame[..at], &mut vec![0; content.len()]);
                assert_eq!(cut, None, "{at} of {}", frame.len());
            }
        }
        assert!(agreed > 100, "only {agreed} were read by both");
    }

    #[test]
    fn frames_with_a_checksum_are_the_librarys() {
        let mut frame = encode(b"abcabcabcabc", 3).unwrap();
        frame[4] |= 4;
        assert_eq!(decode(&frame, &mut [0; 12]), None);
    }
}
