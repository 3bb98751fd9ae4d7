//! STAC items, kept for a while.

use super::CpuPool;
use crate::{
    Error,
    access::{Openers, Policy, Target},
};
use quick_cache::{Weighter, sync::Cache};
use stac_item::Item;
use std::{sync::Arc, time::Duration};
use tokio::time::Instant;

/// Most bytes of an item.
const MOST_BYTES: u64 = 8 << 20;

/// Bytes of items that are kept, as they came.
const KEPT_BYTES: u64 = 32 << 20;

/// Reads items and keeps those from elsewhere for a time; local ones are read anew each time.
#[derive(Debug)]
pub(crate) struct Items {
    openers: Arc<Openers>,
    /// Where texts are read.
    cpu: CpuPool,
    kept: Cache<String, Kept, Bytes>,
    ttl: Duration,
    timeout: Duration,
}

/// An item and what changes when it does.
#[derive(Clone, Debug)]
pub(crate) struct StoredItem {
    pub(crate) item: Arc<Item>,
    pub(crate) tag: String,
}

#[derive(Clone, Debug)]
struct Kept {
    stored: StoredItem,
    bytes: u64,
    since: Instant,
}

#[derive(Clone, Debug)]
struct Bytes;

impl Weighter<String, Kept> for Bytes {
    fn weight(&self, _: &String, kept: &Kept) -> u64 {
        // What is made of a text takes several times its space.
        kept.bytes * 4
    }
}

impl Items {
    pub(crate) fn new(
        policy: &Arc<Policy>,
        cpu: &CpuPool,
        ttl: Duration,
        timeout: Duration,
    ) -> Self {
        Self {
            openers: Arc::new(Openers::new(policy)),
            cpu: cpu.clone(),
            kept: Cache::with_weighter(1000, KEPT_BYTES, Bytes),
            ttl,
            timeout,
        }
    }

    /// The item at `target`.
    ///
    /// # Errors
    ///
    /// [`Error`]: nothing there, refused, no STAC item, the store does not answer.
    pub(crate) async fn open(&self, target: &Target) -> Result<StoredItem, Error> {
        let key = target.key();
        if !matches!(target, Target::Remote { .. }) {
            return Ok(self.read(target, &key).await?.stored);
        }
        self.kept
            .remove_if(&key, |kept| kept.since.elapsed() >= self.ttl);
        // Who asks while somebody reads it waits for that.
        match self.kept.get_value_or_guard_async(&key).await {
            Ok(kept) => Ok(kept.stored),
            Err(guard) => {
                let kept = self.read(target, &key).await?;
                // What is too large to be kept, or was taken out meanwhile, is read again.
                let _ = guard.insert(kept.clone());
                Ok(kept.stored)
            }
        }
    }

    async fn read(&self, target: &Target, key: &str) -> Result<Kept, Error> {
        let read = self.openers.read_all(target, MOST_BYTES);
        let bytes = tokio::time::timeout(self.timeout, read)
            .await
            .map_err(|_| {
                Error::Upstream(format!("{key} did not come in time; try again later"))
            })??;
        let (text, location) = (bytes.clone(), key.to_owned());
        let parsed = self.cpu.run(move || Item::parse(&text, Some(&location)));
        let item = parsed
            .await?
            .map_err(|error| Error::Unusable(format!("{key}: {error}")))?;
        let stored = StoredItem {
            item: Arc::new(item),
            tag: crate::http::tag_of(&bytes),
        };
        Ok(Kept {
            stored,
            bytes: bytes.len() as u64,
            since: Instant::now(),
        })
    }
}
