//! A dataset of the catalog.

use crate::{Error, state::ServerState};
use catalog::{Catalog, Metadata};
use std::sync::Arc;

/// What is known of a dataset's pixels.
pub(super) async fn metadata_of(
    _state: &ServerState,
    catalog: &Arc<dyn Catalog>,
    values: &[String],
) -> Result<Metadata, Error> {
    if let Some(metadata) = catalog.metadata(values).await? {
        return Ok(metadata);
    }
    if !catalog.is_writable() {
        return Err(Error::Denied(
            "Lazy loading requires a writable database".into(),
        ));
    }
    Err(Error::Failed(
        "nothing is known of this dataset's pixels; ingest it with its metadata".into(),
    ))
}
