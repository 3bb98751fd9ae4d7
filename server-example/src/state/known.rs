//! What the catalog said of datasets, kept while it would say the same.

use catalog::{Metadata, Stamp};
use quick_cache::{Weighter, sync::Cache};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// After this the catalog is asked again, whatever its stamp says.
const LONGEST: Duration = Duration::from_secs(60);

/// Bytes for all that is kept.
const CAPACITY: u64 = 4 << 20;

/// Datasets by their values, each with the stamp that the catalog had before it was asked.
///
/// A map asks for many tiles of few datasets, and a catalog that can tell its state sees that in microseconds.
#[derive(Debug)]
pub(crate) struct Known(Cache<Vec<String>, Arc<Said>, ByBytes>);

/// What the catalog said of a dataset.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) path: String,
    pub(crate) metadata: Arc<Metadata>,
    stamp: Stamp,
    since: Instant,
}

#[derive(Clone, Copy, Debug)]
struct ByBytes;

impl Weighter<Vec<String>, Arc<Said>> for ByBytes {
    fn weight(&self, values: &Vec<String>, said: &Arc<Said>) -> u64 {
        let metadata = &said.metadata;
        let texts = values.iter().map(String::len).sum::<usize>() + said.path.len();
        // A tree of numbers takes about ten times its text.
        let trees =
            [&metadata.convex_hull, &metadata.extra].map(|tree| 10 * tree.to_string().len());
        (texts + trees.iter().sum::<usize>() + 4 * metadata.percentiles.len() + 512) as u64
    }
}

impl Default for Known {
    fn default() -> Self {
        Self(Cache::with_weighter(1024, CAPACITY, ByBytes))
    }
}

impl Known {
    /// What the catalog that has this stamp would say of the dataset, if that is known.
    pub(crate) fn get(&self, values: &[String], stamp: Option<Stamp>) -> Option<Arc<Said>> {
        let said = self.0.get(values).filter(|said| Some(said.stamp) == stamp);
        said.filter(|said| said.since.elapsed() < LONGEST)
    }

    /// Keeps what it said after it had the stamp.
    pub(crate) fn put(
        &self,
        values: &[String],
        stamp: Option<Stamp>,
        path: &str,
        metadata: &Arc<Metadata>,
    ) {
        let Some(stamp) = stamp else { return };
        let said = Said {
            path: path.to_owned(),
            metadata: Arc::clone(metadata),
            stamp,
            since: Instant::now(),
        };
        self.0.insert(values.to_vec(), Arc::new(said));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_holds_while_the_stamp_is_the_same() {
        let known = Known::default();
        let values = ["a".to_owned()];
        let metadata = Arc::new(Metadata::constant([0.0; 4], 1.0));
        let [first, second] = [1, 2].map(|number| Some(Stamp::new([number, 0, 0, 0, 0])));
        known.put(&values, None, "p", &metadata);
        assert!(known.get(&values, None).is_none());
        known.put(&values, first, "p", &metadata);
        assert_eq!(known.get(&values, first).unwrap().path, "p");
        assert!(known.get(&values, second).is_none());
        assert!(known.get(&values, None).is_none());
        known.put(&values, second, "q", &metadata);
        assert_eq!(known.get(&values, second).unwrap().path, "q");
    }
}
