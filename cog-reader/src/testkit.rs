//! The contract suite that every implementation of [`RangeReader`] runs.

use crate::{RangeReader, ReadErrorKind};
use core::ops::Range;
use core::task::{Context, Waker};
use std::sync::Arc;

/// Checks what of the contract of [`RangeReader`] can be checked from outside.
///
/// `open` gives a fresh reader of one file each time, `expected` is what that
/// file holds: some kilobytes, not all the same.
///
/// # Panics
///
/// With a message that names the broken rule.
pub async fn check_reader(open: impl Fn() -> Arc<dyn RangeReader>, expected: &[u8]) {
    assert!(expected.len() >= 1024, "use a file of some kilobytes");
    let reader = open();
    assert!(
        !reader.describe().is_empty(),
        "a reader says what it reads, for messages"
    );
    check_ranges(&*reader, expected).await;
    check_past_the_end(&*reader, expected).await;
    let state = reader.state();
    if let Some(size) = state.size {
        assert_eq!(
            size,
            expected.len() as u64,
            "the size told is the file's, whatever was read"
        );
    }
    check_cancellation(&*reader, expected).await;
    assert_eq!(
        reader.state(),
        state,
        "a file that does not change keeps its size and validator"
    );
    check_cancellation(&*open(), expected).await;
    let other = open();
    read(&*other, core::slice::from_ref(&(0..1))).await;
    assert_eq!(
        other.state().size,
        state.size,
        "every reader of a file tells its size, or none does"
    );
}

/// Checks that a replaced file is noticed. `reader` is a fresh reader of a file
/// that `replace` replaces by one of other content and the same length; its store tells versions apart.
///
/// # Panics
///
/// With a message that names the broken rule.
pub async fn check_replaced(reader: Arc<dyn RangeReader>, replace: impl FnOnce()) {
    read(&*reader, core::slice::from_ref(&(0..100))).await;
    let state = reader.state();
    assert!(
        state.validator.is_some(),
        "a store that tells versions apart tells a validator with the first answer"
    );
    replace();
    let two = [0..10, 500..510];
    for ranges in [core::slice::from_ref(&(200..300)), &two] {
        match reader.read_ranges(ranges).await {
            Ok(_) => panic!("bytes of two versions are never mixed: {ranges:?}"),
            Err(error) => assert_eq!(
                error.kind(),
                ReadErrorKind::Changed,
                "a replaced file has an error kind of its own: {error}"
            ),
        }
    }
    assert_eq!(
        reader.state(),
        state,
        "a reader goes on to tell the version that it was opened with"
    );
}

/// Any cut of the file, in any order, gives the same bytes.
async fn check_ranges(reader: &dyn RangeReader, expected: &[u8]) {
    let len = expected.len() as u64;
    assert!(
        read(reader, &[]).await.is_empty(),
        "no ranges, no parts, no error"
    );
    let mut seed = 7_u64;
    let mut next = |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 33) % below
    };
    for pieces in [1, 2, 7, 40] {
        let mut borders: Vec<u64> = (1..pieces).map(|_| next(len)).collect();
        borders.extend([0, len]);
        borders.sort_unstable();
        let cut: Vec<Range<u64>> = borders.windows(2).map(|two| two[0]..two[1]).collect();
        let parts = read(reader, &cut).await;
        assert_eq!(parts.concat(), expected, "cut at {borders:?}");
        // Backwards, and each overlapping the next.
        let odd: Vec<Range<u64>> = cut
            .iter()
            .rev()
            .map(|range| range.start..(range.end + 10).min(len))
            .collect();
        for (range, part) in odd.iter().zip(read(reader, &odd).await) {
            let content = &expected[range.start as usize..range.end as usize];
            assert_eq!(part, content, "{range:?} among others that overlap it");
        }
    }
    let parts = read(reader, &[5..5, 10..20, 10..20, 0..0]).await;
    let lengths: Vec<usize> = parts.iter().map(Vec::len).collect();
    assert_eq!(lengths, [0, 10, 10, 0], "ranges may be empty and repeat");
}

/// What is past the end is left out, and costs nothing.
async fn check_past_the_end(reader: &dyn RangeReader, expected: &[u8]) {
    let len = expected.len() as u64;
    let ranges = [
        len - 10..len + 10,
        0..u64::MAX,
        len..len + 1,
        len + 5..len + 9,
        u64::MAX - 5..u64::MAX,
    ];
    let parts = read(reader, &ranges).await;
    assert_eq!(parts[0], expected[expected.len() - 10..], "up to the end");
    assert_eq!(parts[1], expected, "all there is, whatever was asked for");
    for part in &parts[2..] {
        assert!(
            part.is_empty(),
            "nothing is past the end, and that is no error"
        );
    }
}

/// A read that is dropped, before or after it has begun, leaves nothing broken.
async fn check_cancellation(reader: &dyn RangeReader, expected: &[u8]) {
    let ranges = [0..100, 500..900];
    drop(reader.read_ranges(&ranges));
    let mut begun = reader.read_ranges(&ranges);
    let _ = begun.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    drop(begun);
    let parts = read(reader, &ranges).await;
    assert_eq!(parts[0], expected[..100], "after a read that was dropped");
    assert_eq!(
        parts[1],
        expected[500..900],
        "after a read that was dropped"
    );
}

async fn read(reader: &dyn RangeReader, ranges: &[Range<u64>]) -> Vec<Vec<u8>> {
    match reader.read_ranges(ranges).await {
        Ok(parts) => {
            assert_eq!(parts.len(), ranges.len(), "a part for each range");
            parts.iter().map(|part| part.to_vec()).collect()
        }
        Err(error) => panic!("{ranges:?} of {}: {error}", reader.describe()),
    }
}
