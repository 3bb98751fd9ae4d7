//! Huffman codes of limited length.

/// A canonical code (RFC 1951 §3.2.2) for `N` symbols, bits in the order of the stream.
#[derive(Clone, Copy, Debug)]
pub(super) struct Code<const N: usize> {
    pub(super) lengths: [u8; N],
    /// Code and, above 16 bits, its length.
    packed: [u32; N],
}

impl<const N: usize> Code<N> {
    /// The best code for symbols as frequent as that, none longer than `limit` bits.
    pub(super) fn new(frequencies: &[u32; N], limit: u8) -> Self {
        Self::with_lengths(lengths(frequencies, limit))
    }

    /// The code of these lengths.
    pub(super) fn with_lengths(lengths: [u8; N]) -> Self {
        let mut counts = [0_u16; 16];
        for &length in &lengths {
            counts[usize::from(length)] += 1;
        }
        counts[0] = 0;
        let mut next = [0_u16; 16];
        for bits in 1..16 {
            next[bits] = (next[bits - 1] + counts[bits - 1]) << 1;
        }
        let mut packed = [0; N];
        for (packed, &length) in packed.iter_mut().zip(&lengths) {
            if length > 0 {
                let code = &mut next[usize::from(length)];
                let reversed = code.reverse_bits() >> (16 - u32::from(length));
                *packed = u32::from(reversed) | u32::from(length) << 16;
                *code += 1;
            }
        }
        Self { lengths, packed }
    }

    /// The codes of the first symbols.
    pub(super) fn first<const M: usize>(&self) -> Code<M> {
        Code {
            lengths: core::array::from_fn(|symbol| self.lengths[symbol]),
            packed: core::array::from_fn(|symbol| self.packed[symbol]),
        }
    }

    /// The code of a symbol and its length in bits.
    #[inline(always)]
    pub(super) const fn of(&self, symbol: usize) -> (u64, u32) {
        let packed = self.packed[symbol];
        ((packed & 0xffff) as u64, packed >> 16)
    }
}

/// Lengths by Moffat and Katajainen's way (In-Place Calculation of Minimum-Redundancy Codes, 1995),
/// then cut to the limit.
fn lengths<const N: usize>(frequencies: &[u32; N], limit: u8) -> [u8; N] {
    let mut out = [0; N];
    let mut used: Vec<(u32, u16)> = (0_u16..)
        .zip(frequencies)
        .filter(|(_, frequency)| **frequency > 0)
        .map(|(symbol, &frequency)| (frequency, symbol))
        .collect();
    if let [(_, symbol)] = used[..] {
        // One bit, of which one value is never written.
        out[usize::from(symbol)] = 1;
        return out;
    }
    used.sort_unstable();
    let mut depths: Vec<u64> = used.iter().map(|&(f, _)| f.into()).collect();
    minimum_redundancy(&mut depths);
    let limit = usize::from(limit);
    let mut counts = [0_u32; 16];
    for &depth in &depths {
        counts[usize::try_from(depth).unwrap_or(limit).min(limit)] += 1;
    }
    // Cutting makes too many codes: each step takes one of the longest away and puts it beside a
    // shorter one, which gets longer by a bit.
    let mut taken: u32 = (1..=limit).map(|bits| counts[bits] << (limit - bits)).sum();
    while taken > 1 << limit {
        let shorter = (1..limit).rev().find(|&bits| counts[bits] > 0);
        let Some(shorter) = shorter else { break };
        counts[limit] -= 1;
        counts[shorter] -= 1;
        counts[shorter + 1] += 2;
        taken -= 1;
    }
    // The rarest come first and are the longest.
    let mut symbols = used.iter();
    for bits in (1..=limit).rev() {
        for &(_, symbol) in symbols.by_ref().take(counts[bits] as usize) {
            out[usize::from(symbol)] = bits as u8;
        }
    }
    out
}

/// Weights in ascending order become depths in a Huffman tree.
fn minimum_redundancy(a: &mut [u64]) {
    let n = a.len();
    if n < 2 {
        return;
    }
    // Internal nodes take the place of weights already joined, then point to their parents.
    a[0] += a[1];
    let (mut root, mut leaf) = (0, 2);
    for next in 1..n - 1 {
        let mut take = |a: &mut [u64]| {
            if leaf >= n || root < next && a[root] < a[leaf] {
                let weight = a[root];
                a[root] = next as u64;
                root += 1;
                weight
            } else {
                leaf += 1;
                a[leaf - 1]
            }
        };
        let sum = take(a) + take(a);
        a[next] = sum;
    }
    // Parents become depths of the internal nodes.
    a[n - 2] = 0;
    for node in (0..n - 2).rev() {
        a[node] = a[a[node] as usize] + 1;
    }
    // Then those of the leaves.
    let (mut available, mut depth) = (1, 0_u64);
    let mut internal = n as isize - 2;
    let mut leaf = n as isize - 1;
    while available > 0 {
        let mut used = 0;
        while internal >= 0 && a[internal as usize] == depth {
            used += 1;
            internal -= 1;
        }
        while available > used {
            a[leaf as usize] = depth;
            leaf -= 1;
            available -= 1;
        }
        available = 2 * used;
        depth += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kraft(lengths: &[u8]) -> f64 {
        let used = lengths.iter().filter(|&&l| l > 0);
        used.map(|&l| 0.5_f64.powi(l.into())).sum()
    }

    #[test]
    fn codes_are_complete_and_best() {
        // The textbook's: 45, 13, 12, 16, 9, 5 in 1, 3, 3, 3, 4, 4 bits.
        assert_eq!(lengths(&[45, 13, 12, 16, 9, 5], 15), [1, 3, 3, 3, 4, 4]);
        assert_eq!(lengths(&[0, 7, 0], 15), [0, 1, 0]);
        assert_eq!(lengths(&[0, 0, 0], 15), [0, 0, 0]);
        assert_eq!(lengths(&[5, 1], 7), [1, 1]);
    }

    #[test]
    fn a_limit_holds_and_leaves_a_complete_code() {
        // Fibonacci's numbers make the deepest tree.
        let mut frequencies = [1_u32; 30];
        for i in 2..30 {
            frequencies[i] = frequencies[i - 1] + frequencies[i - 2];
        }
        for limit in [5, 7, 15] {
            let lengths = lengths(&frequencies, limit);
            assert!(lengths.iter().all(|&l| l > 0 && l <= limit), "{lengths:?}");
            assert!((kraft(&lengths) - 1.0).abs() < 1e-12, "{lengths:?}");
            assert!(lengths.windows(2).all(|pair| pair[0] >= pair[1]));
        }
    }
}
