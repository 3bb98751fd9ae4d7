//! Many small ranges to few large ones.

use core::ops::Range;

/// When two ranges are worth one request.
///
/// A request costs a round trip, some 10–100 ms on the open internet, in which
/// a line of 100 Mbit/s carries 0.1–1 MB; so reading a gap of 64 KiB that
/// nobody wants is always cheaper there than asking twice, and cheap on a disk.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Coalesce {
    /// Largest gap, in bytes, that is read along rather than skipped.
    pub gap: u64,
    /// Length, in bytes, at which a merged range is not extended further, so
    /// that a large read still spreads over several connections.
    pub max: u64,
}

impl Default for Coalesce {
    fn default() -> Self {
        Self {
            gap: 64 * 1024,
            max: 8 * 1024 * 1024,
        }
    }
}

impl Coalesce {
    /// Merges ranges with gaps up to `gap` bytes as long as the result is at most `max` bytes.
    #[must_use]
    pub const fn new(gap: u64, max: u64) -> Self {
        Self { gap, max }
    }
}

/// What [`merge`] made.
#[derive(Debug, Default)]
pub(crate) struct Merged {
    /// Ranges to ask for: sorted, not empty, not overlapping unless one input is longer than `max`.
    pub(crate) requests: Vec<Range<u64>>,
    /// For each input, the request that holds all of it.
    pub(crate) homes: Vec<usize>,
}

/// Merges `ranges` under `rule`. Empty ranges get a home too, but never cause a request of their own
/// unless there is no other.
pub(crate) fn merge(ranges: &[Range<u64>], rule: Coalesce) -> Merged {
    let mut order: Vec<usize> = (0..ranges.len()).collect();
    order.sort_by_key(|&i| (ranges[i].start, ranges[i].end));
    let mut merged = Merged {
        requests: Vec::new(),
        homes: vec![0; ranges.len()],
    };
    for i in order {
        let range = &ranges[i];
        let end = range.end.max(range.start);
        match merged.requests.last_mut() {
            Some(last) if end <= last.end => {}
            Some(last)
                if range.start <= last.end.saturating_add(rule.gap)
                    && end - last.start <= rule.max.max(last.end - last.start) =>
            {
                last.end = end;
            }
            _ => merged.requests.push(range.start..end),
        }
        merged.homes[i] = merged.requests.len() - 1;
    }
    merged
}

#[cfg(test)]
#[expect(clippy::single_range_in_vec_init, reason = "lists of ranges are meant")]
mod tests {
    use super::*;

    #[test]
    fn near_ranges_become_one_in_any_order() {
        let ranges = [100..110, 0..50, 52..60, 55..58];
        let merged = merge(&ranges, Coalesce::new(2, 1000));
        assert_eq!(merged.requests, [0..60, 100..110]);
        assert_eq!(merged.homes, [1, 0, 0, 0]);
    }

    #[test]
    fn merging_stops_at_the_greatest_length() {
        let ranges = [0..40, 40..80, 80..120];
        let merged = merge(&ranges, Coalesce::new(0, 80));
        assert_eq!(merged.requests, [0..80, 80..120]);
    }

    #[test]
    fn one_range_may_be_longer_than_the_greatest_length() {
        let merged = merge(&[0..500], Coalesce::new(10, 80));
        assert_eq!(merged.requests, [0..500]);
    }

    #[test]
    fn every_range_lies_in_its_home_and_ends_do_not_wrap() {
        let ranges = [
            u64::MAX - 5..u64::MAX,
            3..3,
            7..9,
            u64::MAX - 9..u64::MAX - 3,
        ];
        for (gap, max) in [(0, 0), (5, 10), (u64::MAX, u64::MAX)] {
            let merged = merge(&ranges, Coalesce::new(gap, max));
            for (range, &home) in ranges.iter().zip(&merged.homes) {
                let home = &merged.requests[home];
                assert!(
                    home.start <= range.start && range.end <= home.end,
                    "{range:?}"
                );
            }
        }
    }
}
