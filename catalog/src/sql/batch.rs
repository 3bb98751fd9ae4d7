//! What several entries for the same keys come to.

use crate::Entry;
use std::collections::BTreeMap;

/// One dataset to be written.
#[derive(Clone, Debug)]
pub(super) struct Put {
    pub(super) entry: Entry,
    /// What is known of the dataset is of another raster, whatever its path.
    pub(super) forget: bool,
}

impl Put {
    /// The dataset's keys.
    pub(super) fn values(&self) -> &[String] {
        &self.entry.dataset.values
    }
}

/// What is left to write of entries that are put in one after the other: each keys once, in their order.
pub(super) fn fold(entries: &[Entry]) -> Vec<Put> {
    let mut folded = BTreeMap::<&[String], Put>::new();
    for entry in entries {
        let fresh = || Put {
            entry: entry.clone(),
            forget: false,
        };
        folded
            .entry(&entry.dataset.values)
            .and_modify(|put| {
                let is_other = put.entry.dataset.path != entry.dataset.path;
                put.forget |= is_other;
                if entry.metadata.is_some() || is_other {
                    put.entry = entry.clone();
                }
            })
            .or_insert_with(fresh);
    }
    folded.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Metadata;

    #[test]
    fn the_last_counts_and_knowledge_stays_with_its_raster() {
        let known = Metadata::constant([0.0; 4], 1.0);
        let bare = |path: &str| Entry::new(["a"], path);
        let full = |path: &str| bare(path).with_metadata(known.clone());
        let folded = |entries: &[Entry]| {
            let mut folded = fold(entries);
            assert_eq!(folded.len(), 1);
            let put = folded.pop().unwrap();
            (
                put.entry.dataset.path,
                put.entry.metadata.is_some(),
                put.forget,
            )
        };
        assert_eq!(folded(&[full("1"), bare("1")]), ("1".into(), true, false));
        assert_eq!(folded(&[full("1"), bare("2")]), ("2".into(), false, true));
        assert_eq!(folded(&[bare("1"), full("2")]), ("2".into(), true, true));
        assert_eq!(
            folded(&[bare("1"), bare("2"), bare("1")]),
            ("1".into(), false, true)
        );
        let keys: Vec<_> = fold(&[Entry::new(["b"], "x"), Entry::new(["a"], "x")])
            .into_iter()
            .map(|put| put.entry.dataset.values)
            .collect();
        assert_eq!(keys, [["a"], ["b"]]);
    }
}
