//! Files beside a file.

use crate::{RangeReader, ReadError};
use cog_raster::{BoxFuture, MaybeSend, MaybeSync};
use core::fmt::Debug;
use std::sync::Arc;

/// Something that opens files beside a file, such as its external overviews.
///
/// # Contract
///
/// `open_neighbour` gets the whole path or URL. That nothing is there may be
/// said at once or by the first read, with [`ReadErrorKind::NotFound`](crate::ReadErrorKind::NotFound).
/// Whoever confines what may be read confines it here too: the name is the
/// opened file's, but a neighbour may be a link to anywhere.
pub trait Neighbours: Debug + MaybeSend + MaybeSync {
    /// A reader of the file at `location`.
    ///
    /// # Errors
    ///
    /// [`ReadError`]: nothing there, no permission, no answer.
    fn open_neighbour<'a>(
        &'a self,
        location: &'a str,
    ) -> BoxFuture<'a, Result<Arc<dyn RangeReader>, ReadError>>;
}

/// Files on the same disk, read as this one is.
#[cfg(all(feature = "file", any(unix, windows)))]
impl Neighbours for crate::FileReader {
    fn open_neighbour<'a>(
        &'a self,
        location: &'a str,
    ) -> BoxFuture<'a, Result<Arc<dyn RangeReader>, ReadError>> {
        Box::pin(async move { Ok(Arc::new(self.open_other(location)?) as Arc<dyn RangeReader>) })
    }
}

#[cfg(feature = "object_store")]
impl Neighbours for crate::Stores {
    fn open_neighbour<'a>(
        &'a self,
        location: &'a str,
    ) -> BoxFuture<'a, Result<Arc<dyn RangeReader>, ReadError>> {
        Box::pin(async move { self.open(location) })
    }
}

/// `location` with a suffix, before a URL's query.
pub(crate) fn beside(location: &str, suffix: &str) -> String {
    match location
        .split_once('?')
        .filter(|_| location.contains("://"))
    {
        Some((path, query)) => format!("{path}{suffix}?{query}"),
        None => format!("{location}{suffix}"),
    }
}

#[cfg(test)]
mod tests {
    use super::beside;

    #[test]
    fn suffixes_go_before_a_query() {
        assert_eq!(beside("/a/b?.tif", ".ovr"), "/a/b?.tif.ovr");
        let url = beside("https://h.example/a.tif?x=1", ".msk");
        assert_eq!(url, "https://h.example/a.tif.msk?x=1");
    }
}
