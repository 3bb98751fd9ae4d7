//! Bits in Deflate's order: the first one written is the least significant of the first byte.

/// Appends bits to bytes.
///
/// # Invariants
///
/// Fewer than eight bits wait in `buffer` after every [`flush`](Self::flush).
#[derive(Debug, Default)]
pub(super) struct BitWriter {
    out: Vec<u8>,
    at: usize,
    buffer: u64,
    count: u32,
}

impl BitWriter {
    /// Goes on after `out`.
    pub(super) const fn after(out: Vec<u8>) -> Self {
        let at = out.len();
        Self {
            out,
            at,
            buffer: 0,
            count: 0,
        }
    }

    /// Makes room for so many bits more.
    pub(super) fn reserve(&mut self, bits: u64) {
        // A flush writes eight bytes, of which one may count.
        let bytes = usize::try_from(bits / 8).unwrap_or(usize::MAX);
        let needed = self.at.saturating_add(bytes).saturating_add(24);
        if self.out.len() < needed {
            self.out.resize(needed, 0);
        }
    }

    /// Adds `count` bits; no more than 56 between two flushes.
    #[inline(always)]
    pub(super) const fn put(&mut self, bits: u64, count: u32) {
        self.buffer |= bits << self.count;
        self.count += count;
    }

    /// Moves whole bytes out, for which [`reserve`](Self::reserve) has made room.
    #[inline(always)]
    pub(super) fn flush(&mut self) {
        self.out[self.at..self.at + 8].copy_from_slice(&self.buffer.to_le_bytes());
        let bytes = self.count / 8;
        self.at += bytes as usize;
        self.buffer = self.buffer.unbounded_shr(bytes * 8);
        self.count %= 8;
    }

    /// Fills the last byte with zeros.
    pub(super) fn align(&mut self) {
        self.reserve(8);
        self.count = self.count.next_multiple_of(8);
        self.flush();
    }

    /// Whole bytes, after [`align`](Self::align).
    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.reserve(8 * bytes.len() as u64);
        self.out[self.at..self.at + bytes.len()].copy_from_slice(bytes);
        self.at += bytes.len();
    }

    /// What was written, in whole bytes.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.align();
        self.out.truncate(self.at);
        self.out
    }
}
