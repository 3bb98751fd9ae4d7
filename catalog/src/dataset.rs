//! One raster under its keys.

use crate::Metadata;

/// A raster and the values of its keys.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct Dataset {
    /// One for each key, in the keys' order.
    pub values: Vec<String>,
    /// Where the raster is: a path or an address, opaque to the catalog.
    pub path: String,
}

impl Dataset {
    /// A raster under the values of its keys.
    pub fn new<V: Into<String>>(
        values: impl IntoIterator<Item = V>,
        path: impl Into<String>,
    ) -> Self {
        Self {
            values: values.into_iter().map(Into::into).collect(),
            path: path.into(),
        }
    }
}

/// A dataset to be put into a catalog.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Entry {
    /// The raster and its keys.
    pub dataset: Dataset,
    /// What is known of its pixels; `None` is nothing yet.
    pub metadata: Option<Metadata>,
}

impl Entry {
    /// A raster of which nothing is known yet.
    pub fn new<V: Into<String>>(
        values: impl IntoIterator<Item = V>,
        path: impl Into<String>,
    ) -> Self {
        Self {
            dataset: Dataset::new(values, path),
            metadata: None,
        }
    }

    /// Adds what is known of its pixels.
    #[must_use]
    pub fn with_metadata(mut self, metadata: Metadata) -> Self {
        self.metadata = Some(metadata);
        self
    }
}
