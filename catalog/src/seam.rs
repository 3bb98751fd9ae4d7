//! The seam between whoever keeps datasets and whoever asks for them.

use crate::{Entry, Error, Keys, Metadata, Page, Query, Stamp};
use cog_raster::{BoxFuture, MaybeSend, MaybeSync};
use core::fmt::Debug;

/// Keyed datasets and their metadata.
///
/// # Contract
///
/// `testkit::check_catalog` (feature `testkit`) tests what of this can be tested; run it on yours.
/// An implementation must
///
/// - order and compare values by their bytes, whatever the database's collation;
/// - put all entries of one [`insert`](Self::insert) in, or none;
/// - replace the dataset that has the same keys, and forget the metadata of what it was if its path
///   is another and nothing is said of the new one;
/// - have another [`stamp`](Self::stamp), or none, once anything is known to have changed;
/// - lose nothing that others put in at the same time, from this process or another;
/// - never panic, whatever the database holds.
pub trait Catalog: Debug + MaybeSend + MaybeSync {
    /// The keys, in order.
    fn keys(&self) -> &Keys;

    /// Whether datasets can be put in.
    fn is_writable(&self) -> bool;

    /// The state it is in, where that can be told in microseconds; `None` where the database would have to be asked,
    /// or it is not certain.
    ///
    /// What was answered between two calls that give the same stamp would be answered again, as far as file systems and
    /// clocks say the truth: whoever keeps answers asks again from time to time nevertheless.
    fn stamp(&self) -> Option<Stamp> {
        None
    }

    /// The datasets that a query asks for.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for a key that is not there; the database's.
    fn datasets<'a>(&'a self, query: &'a Query) -> BoxFuture<'a, Result<Page, Error>>;

    /// Where the raster under these values lies.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for another number of values, [`Error::NotFound`]; the database's.
    fn path<'a>(&'a self, values: &'a [String]) -> BoxFuture<'a, Result<String, Error>>;

    /// What is known of its pixels; `None` if nothing yet.
    ///
    /// # Errors
    ///
    /// [`path`](Self::path)'s; [`Error::Unusable`] if what the database holds makes no sense.
    fn metadata<'a>(
        &'a self,
        values: &'a [String],
    ) -> BoxFuture<'a, Result<Option<Metadata>, Error>>;

    /// Puts datasets in, or replaces them; all or none.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for values or metadata that make no sense, [`Error::ReadOnly`]; the database's.
    fn insert<'a>(&'a self, entries: &'a [Entry]) -> BoxFuture<'a, Result<(), Error>>;

    /// Notes what is known of the pixels of a dataset that is there.
    ///
    /// # Errors
    ///
    /// [`insert`](Self::insert)'s; [`Error::NotFound`].
    fn set_metadata<'a>(
        &'a self,
        values: &'a [String],
        metadata: &'a Metadata,
    ) -> BoxFuture<'a, Result<(), Error>>;

    /// Takes a dataset out; its raster stays.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], [`Error::ReadOnly`]; the database's.
    fn delete<'a>(&'a self, values: &'a [String]) -> BoxFuture<'a, Result<(), Error>>;
}
