//! Encoded pictures and figures, kept.

use axum::http::HeaderName;
use bytes::Bytes;
use cog_reader::CacheStatistics;
use quick_cache::{Weighter, sync::Cache};
use std::sync::Arc;

/// Most bytes of a picture that is kept: a tile of 512 pixels, and not a poster that puts out a hundred tiles.
const MOST_BYTES: usize = 1 << 20;

/// Pictures as they were sent, by the tag of their answer, so that what one map has shown costs the next
/// neither reading nor drawing.
///
/// A tag is made of the request and the validators of all sources: what was replaced is not found any more.
#[derive(Debug)]
pub(crate) struct Pictures {
    kept: Cache<String, Arc<KeptPicture>, ByBytes>,
    capacity: u64,
}

/// A picture and what its answer says of it.
#[derive(Debug)]
pub(crate) struct KeptPicture {
    pub(crate) media_type: String,
    pub(crate) headers: Vec<(HeaderName, String)>,
    pub(crate) body: Bytes,
}

#[derive(Clone, Copy, Debug)]
struct ByBytes;

impl Weighter<String, Arc<KeptPicture>> for ByBytes {
    fn weight(&self, tag: &String, picture: &Arc<KeptPicture>) -> u64 {
        // The constant stands for names and the cache's own entry.
        let headers: usize = picture.headers.iter().map(|(_, value)| value.len()).sum();
        (picture.body.len() + tag.len() + headers + 256) as u64
    }
}

impl Pictures {
    /// Pictures of `capacity` bytes together; 0 keeps none.
    pub(crate) fn new(capacity: u64) -> Self {
        // A guess of 16 KiB a picture, only to size the table.
        let items = usize::try_from(capacity / (16 << 10)).unwrap_or(usize::MAX);
        Self {
            kept: Cache::with_weighter(items.clamp(16, 1 << 20), capacity, ByBytes),
            capacity,
        }
    }

    pub(crate) fn get(&self, tag: &str) -> Option<Arc<KeptPicture>> {
        self.kept.get(tag)
    }

    pub(crate) fn put(&self, tag: &str, picture: KeptPicture) {
        if self.capacity > 0 && picture.body.len() <= MOST_BYTES {
            self.kept.insert(tag.to_owned(), Arc::new(picture));
        }
    }

    pub(crate) fn statistics(&self) -> CacheStatistics {
        let mut statistics = CacheStatistics::default();
        statistics.entries = self.kept.len();
        statistics.bytes = self.kept.weight();
        statistics.capacity = self.capacity;
        statistics.hits = self.kept.hits();
        statistics.misses = self.kept.misses();
        statistics
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(bytes: usize) -> KeptPicture {
        KeptPicture {
            media_type: "image/png".into(),
            headers: Vec::new(),
            body: vec![0; bytes].into(),
        }
    }

    #[test]
    fn pictures_are_kept_within_bounds() {
        let pictures = Pictures::new(100_000);
        for tag in 0..100 {
            pictures.put(&tag.to_string(), picture(10_000));
        }
        let statistics = pictures.statistics();
        assert!((1..10).contains(&statistics.entries), "{statistics:?}");
        assert!(statistics.bytes <= 100_000, "{statistics:?}");
        let large = Pictures::new(100 << 20);
        large.put("poster", picture(MOST_BYTES + 1));
        assert!(large.get("poster").is_none());
        let none = Pictures::new(0);
        none.put("a", picture(1));
        assert!(none.get("a").is_none());
    }
}
