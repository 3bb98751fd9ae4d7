//! Blocks from caches, from somebody else's request, or from the file.

use super::load::Ends;
use super::open::Inner;
use super::plan::Part;
use crate::byte_cache::StoredBlock;
use crate::cache::BlockKey;
use crate::error::Error;
use bytes::Bytes;
use cog_codec::DecodedBlock;
use cog_raster::{BoxFuture, Window};
use core::ops::Range;
use std::sync::Arc;

/// A block and what there is of it.
#[derive(Debug)]
pub(super) struct Input {
    pub(super) part: Part,
    pub(super) data: Data,
}

/// What there is of a block.
#[derive(Clone, Debug)]
pub(crate) enum Data {
    /// Left out by the writer.
    Sparse,
    /// Decoded before.
    Decoded(Arc<DecodedBlock>),
    /// As stored in the file from `offset` on: these rows of the block.
    Stored {
        bytes: Bytes,
        offset: u64,
        rows: Range<u32>,
        /// Nothing said how long the block is: there may be more behind its end, or, in a strange
        /// file, less than it has.
        guessed: bool,
    },
}

impl Inner {
    /// Finds and reads blocks of the imagery, and of its mask.
    pub(super) async fn blocks(
        self: &Arc<Self>,
        window: &Window,
        imagery: Vec<Part>,
        masks: Vec<Part>,
        ends: Ends,
    ) -> Result<(Vec<Input>, Vec<Input>), Error> {
        let split = imagery.len();
        let parts: Arc<[Part]> = imagery.into_iter().chain(masks).collect();
        let mut data: Vec<Option<Data>> = parts
            .iter()
            .map(|part| self.cached(part, &self.key(part), ends))
            .collect();
        // Whole blocks are the same to everybody; of large ones only the window's rows are read.
        let (common, own): (Vec<usize>, Vec<usize>) = (0..parts.len())
            .filter(|&i| data[i].is_none())
            .partition(|&i| ends == Ends::Guessed && !self.is_read_by_rows(&parts[i]));
        let start = |places: Vec<usize>| -> BoxFuture<'static, Result<Vec<Data>, Error>> {
            let (inner, parts, window) = (Arc::clone(self), Arc::clone(&parts), *window);
            Box::pin(async move { inner.load(&parts, split, &places, &window, ends).await })
        };
        let keys: Vec<BlockKey> = common.iter().map(|&i| self.key(&parts[i])).collect();
        let shared = async {
            if keys.is_empty() {
                return Ok(Vec::new());
            }
            let by_key = |at: usize| common[at];
            let kept = |at: usize| self.kept(&parts[by_key(at)], &keys[at]);
            let start = |places: Vec<usize>| start(places.into_iter().map(by_key).collect());
            self.flights.load(&keys, kept, start).await
        };
        let alone = async {
            match own.is_empty() {
                true => Ok(Vec::new()),
                false => start(own.clone()).await,
            }
        };
        let (shared, alone) = futures_util::future::try_join(shared, alone).await?;
        for (i, loaded) in common
            .into_iter()
            .zip(shared)
            .chain(own.into_iter().zip(alone))
        {
            data[i] = Some(loaded);
        }
        let mut inputs = parts.iter().cloned().zip(data).map(|(part, data)| Input {
            part,
            data: data.unwrap_or(Data::Sparse),
        });
        let imagery = inputs.by_ref().take(split).collect();
        Ok((imagery, inputs.collect()))
    }

    /// The block as it was decoded or read before.
    fn cached(&self, part: &Part, key: &BlockKey, ends: Ends) -> Option<Data> {
        let decoded = self.options.block_cache.as_ref();
        if let Some(block) = decoded.and_then(|cache| cache.block(key)) {
            return Some(Data::Decoded(block));
        }
        let stored = self.options.byte_cache.as_ref()?.block(key)?;
        let usable = ends == Ends::Guessed || !stored.guessed;
        usable.then(|| whole(part, stored))
    }

    /// The same for a second look, which counts for nothing.
    fn kept(&self, part: &Part, key: &BlockKey) -> Option<Data> {
        let decoded = self.options.block_cache.as_ref();
        if let Some(block) = decoded.and_then(|cache| cache.peek(key)) {
            return Some(Data::Decoded(block));
        }
        let stored = self.options.byte_cache.as_ref()?.peek(key)?;
        Some(whole(part, stored))
    }

    /// Keeps blocks that were read whole.
    pub(super) fn keep(&self, part: &Part, data: &Data) {
        let (
            Some(cache),
            Data::Stored {
                bytes,
                offset,
                rows,
                guessed,
            },
        ) = (&self.options.byte_cache, data)
        else {
            return;
        };
        if *rows == (0..part.picture.image.rows_stored(part.down)) {
            let block = StoredBlock {
                // A copy: what was read along with it is not to be kept alive.
                bytes: Bytes::copy_from_slice(bytes),
                offset: *offset,
                guessed: *guessed,
            };
            cache.insert(self.key(part), block);
        }
    }

    pub(super) fn key(&self, part: &Part) -> BlockKey {
        BlockKey {
            file: Arc::clone(&self.identity),
            directory: part.picture.directory,
            block: part.block,
        }
    }
}

fn whole(part: &Part, stored: StoredBlock) -> Data {
    Data::Stored {
        bytes: stored.bytes,
        offset: stored.offset,
        rows: 0..part.picture.image.rows_stored(part.down),
        guessed: stored.guessed,
    }
}
