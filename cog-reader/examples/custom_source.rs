//! Plugs in a place that bytes come from: here a file within another, such as
//! a member of a `.tar` archive, read where it lies.
//!
//! ```sh
//! tar --list --verbose --block-number --file scenes.tar   # headers: blocks of 512 bytes
//! cargo run -p cog-reader --example custom_source -- scenes.tar OFFSET LENGTH
//! ```
//!
//! OFFSET is the member's first byte: 512 × (block number + 1). The same lines
//! put a COG behind a cache, a database or a protocol of one's own.

use bytes::Bytes;
use cog_reader::{
    BoxFuture, Cog, FileReader, ObjectState, OpenOptions, RangeReader, RasterInfo, RasterSource,
    ReadError,
};
use std::ops::Range;
use std::sync::Arc;

/// `len` bytes from `start` on of what `inner` reads.
#[derive(Debug)]
struct Member<R> {
    inner: R,
    start: u64,
    len: u64,
}

impl<R: RangeReader> RangeReader for Member<R> {
    fn read_ranges<'a>(
        &'a self,
        ranges: &'a [Range<u64>],
    ) -> BoxFuture<'a, Result<Vec<Bytes>, ReadError>> {
        // What passes the end of the file yields what is there, so nothing of
        // the next member may show.
        let shift = |at: u64| self.start.saturating_add(at.min(self.len));
        let shifted: Vec<_> = ranges
            .iter()
            .map(|r| shift(r.start)..shift(r.end))
            .collect();
        Box::pin(async move { self.inner.read_ranges(&shifted).await })
    }

    fn state(&self) -> ObjectState {
        // The archive's validator: when it changes, so may its members.
        ObjectState::new(Some(self.len), self.inner.state().validator)
    }

    fn describe(&self) -> String {
        // Two members of one archive are two files: caches go by this name.
        format!("{}#{}+{}", self.inner.describe(), self.start, self.len)
    }
}

/// What the member holds.
pub(crate) async fn run(
    archive: &str,
    start: u64,
    len: u64,
) -> Result<RasterInfo, Box<dyn std::error::Error>> {
    let inner = FileReader::open(archive)?;
    let member = Arc::new(Member { inner, start, len });
    let cog = Cog::open(member, OpenOptions::default()).await?;
    Ok(cog.info().clone())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [archive, start, len] = &args[..] else {
        return Err("usage: custom_source ARCHIVE OFFSET LENGTH".into());
    };
    let info = pollster::block_on(run(archive, start.parse()?, len.parse()?))?;
    println!(
        "{} × {} pixels, {} band(s) of {}, {} level(s)",
        info.width(),
        info.height(),
        info.bands.len(),
        info.sample_type,
        info.levels.len()
    );
    Ok(())
}
