//! Files in object stores and behind HTTP, by the `object_store` crate.

mod clock;
mod connect;
mod guard;
mod reader;
mod stores;

pub use self::clock::TokioClock;
pub use self::guard::{PublicAddresses, UrlGuard};
pub use self::reader::ObjectStoreReader;
pub use self::stores::{StoreOptions, Stores};
