//! Deflate's alphabets (RFC 1951 §3.2.5): lengths and distances as a symbol and extra bits.

/// Literals, end of block, lengths.
pub(super) const LITERALS: usize = 286;
/// Distances.
pub(super) const DISTANCES: usize = 30;
/// The symbol that ends a block.
pub(super) const END: usize = 256;
/// The longest match.
pub(super) const MOST: usize = 258;
/// How far back a match may lie.
pub(super) const WINDOW: u32 = 32_768;

/// By length: symbol from 257 on, its number of extra bits, and the length that it begins with.
const LENGTH: [(u16, u8, u16); MOST + 1] = {
    let mut table = [(0, 0, 0); MOST + 1];
    let mut length = 3;
    let mut symbol = 257_u16;
    while symbol < 285 {
        let index = symbol - 257;
        let extra = if index < 8 { 0 } else { (index / 4 - 1) as u8 };
        let first = length;
        let mut step = 0;
        while step < 1 << extra && length < MOST {
            table[length] = (symbol, extra, first as u16);
            length += 1;
            step += 1;
        }
        symbol += 1;
    }
    table[MOST] = (285, 0, MOST as u16);
    table
};

/// Symbol of a length, its number of extra bits, and those.
#[inline(always)]
pub(super) const fn length(length: u16) -> (usize, u32, u64) {
    let (symbol, extra, first) = LENGTH[length as usize];
    (symbol as usize, extra as u32, (length - first) as u64)
}

/// Symbol of a distance from 1 on, its number of extra bits, and those.
#[inline(always)]
pub(super) const fn distance(distance: u16) -> (usize, u32, u64) {
    // Two symbols for each power of two: they differ in the bit after the highest.
    let back = (distance as u32).wrapping_sub(1) & 0xffff;
    if back < 4 {
        return (back as usize, 0, 0);
    }
    let top = 31 - back.leading_zeros();
    let extra = top - 1;
    let symbol = 2 * top + (back >> extra & 1);
    (symbol as usize, extra, (back & ((1 << extra) - 1)) as u64)
}

/// Extra bits of a symbol of the first alphabet.
pub(super) const fn length_extra(symbol: usize) -> u32 {
    match symbol {
        265..=284 => ((symbol - 257) / 4 - 1) as u32,
        _ => 0,
    }
}

/// Extra bits of a symbol of the second alphabet.
pub(super) const fn distance_extra(symbol: usize) -> u32 {
    if symbol < 4 {
        0
    } else {
        (symbol / 2 - 1) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_those_of_the_standard() {
        // RFC 1951 §3.2.5.
        assert_eq!(length(3), (257, 0, 0));
        assert_eq!(length(10), (264, 0, 0));
        assert_eq!(length(11), (265, 1, 0));
        assert_eq!(length(12), (265, 1, 1));
        assert_eq!(length(114), (279, 4, 15));
        assert_eq!(length(257), (284, 5, 30));
        assert_eq!(length(258), (285, 0, 0));
        assert_eq!(distance(1), (0, 0, 0));
        assert_eq!(distance(5), (4, 1, 0));
        assert_eq!(distance(7), (5, 1, 0));
        assert_eq!(distance(24_577), (29, 13, 0));
        assert_eq!(distance(32_768), (29, 13, 8191));
        for symbol in 3..=258 {
            let (symbol, extra, _) = length(symbol);
            assert_eq!(length_extra(symbol), extra);
        }
        for back in 1..=32_768 {
            let (symbol, extra, _) = distance(back);
            assert_eq!(distance_extra(symbol), extra);
        }
    }
}
