//! Files beside an opened one, as the policy allows.

use super::CountedReader;
use crate::access::{Openers, Policy, Target, is_url};
use cog_raster::BoxFuture;
use cog_reader::{Neighbours, RangeReader, ReadError, ReadErrorKind};
use std::{io, path::Path, sync::Arc};

/// Opens what lies beside a file that was allowed to be opened.
///
/// A local neighbour counts if it is no link, or leads to what may be opened by itself; a remote one has
/// to be allowed like the file. One that is not allowed is not there.
#[derive(Debug)]
pub(super) struct Beside {
    pub(super) openers: Arc<Openers>,
    pub(super) policy: Arc<Policy>,
}

impl Beside {
    fn target(&self, location: &str) -> Result<Target, ReadError> {
        if !is_url(location) {
            let path = Path::new(location);
            let place = path.canonicalize().map_err(|error| {
                let kind = match error.kind() {
                    io::ErrorKind::NotFound => ReadErrorKind::NotFound,
                    _ => ReadErrorKind::Denied,
                };
                ReadError::new(kind, error.to_string())
            })?;
            if place == path {
                return Ok(Target::File(place));
            }
        }
        self.policy
            .resolve(location)
            .map_err(|error| ReadError::new(ReadErrorKind::Denied, error.to_string()))
    }
}

impl Neighbours for Beside {
    fn open_neighbour<'a>(
        &'a self,
        location: &'a str,
    ) -> BoxFuture<'a, Result<Arc<dyn RangeReader>, ReadError>> {
        Box::pin(async move {
            let reader = self.openers.open(&self.target(location)?).await?;
            Ok(Arc::new(CountedReader::new(reader)) as Arc<dyn RangeReader>)
        })
    }
}
