//! Bits that are written forwards and read backwards.

/// The unread bits of a stream: those of `input` up to bit `at`.
///
/// `input` is the whole frame: what lies before the stream fills the windows near
/// its start, and is of no meaning. Whoever is done looks where it arrived.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reverse<'a> {
    pub(super) input: &'a [u8],
    pub(super) at: usize,
}

impl<'a> Reverse<'a> {
    /// The stream that ends before byte `end`; its last bit set ends it (RFC 8878 §4.1).
    pub(super) fn new(input: &'a [u8], end: usize) -> Option<Self> {
        let last = *input.get(end.checked_sub(1)?)?;
        let at = (end - 1) * 8 + last.checked_ilog2()? as usize;
        Some(Self { input, at })
    }

    /// The next 56 bits at least, the first of them on top, and below them a bit
    /// that is set: its place is how far before the second value `at` is.
    #[inline(always)]
    pub(super) fn window(&self) -> Option<(u64, usize)> {
        let end = self.at.div_ceil(8);
        let bytes = self.input.get(end.checked_sub(8)?..end)?;
        let word = u64::from_le_bytes(*bytes.first_chunk()?) | 1;
        Some((word << (end * 8 - self.at), end * 8))
    }

    /// The next 56 bits at least.
    #[inline(always)]
    pub(super) fn middle(&self) -> Option<Window> {
        let bytes = self.input.get((self.at / 8).wrapping_sub(7)..)?;
        Some(Window {
            word: u64::from_le_bytes(*bytes.first_chunk()?),
            left: 56 + (self.at & 7),
        })
    }

    /// Goes to where a window has been taken off.
    #[inline(always)]
    pub(super) fn settle(&mut self, window: Window) {
        let taken = (56 + (self.at & 7)).wrapping_sub(window.left);
        // What is not there has no window.
        self.at = self.at.wrapping_sub(taken);
    }

    #[inline(always)]
    pub(super) fn skip(&mut self, count: u8) {
        self.at = self.at.wrapping_sub(usize::from(count));
    }

    /// Reads so few bits that a window holds them.
    pub(super) fn read(&mut self, count: u8) -> Option<u64> {
        let bits = self.middle()?.take(count);
        self.at = self.at.checked_sub(usize::from(count))?;
        Some(bits)
    }
}

/// The lower `left` bits of a word.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    word: u64,
    left: usize,
}

impl Window {
    /// Takes the upper bits off; 31 at most.
    ///
    /// A shift and a mask looked up: two shifts by what is not known take longer.
    #[inline(always)]
    pub(super) fn take(&mut self, count: u8) -> u64 {
        self.left = self.left.wrapping_sub(usize::from(count));
        self.word >> (self.left & 63) & MASKS[usize::from(count & 31)]
    }
}

/// So many bits set.
const MASKS: [u64; 32] = {
    let mut masks = [0; 32];
    let mut count = 0;
    while count < 32 {
        masks[count] = (1 << count) - 1;
        count += 1;
    }
    masks
};
