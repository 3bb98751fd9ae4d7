//! What several tests need.

#[cfg(not(target_arch = "wasm32"))]
pub(crate) mod described;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) mod made;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) mod numpy;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) mod pixels;
#[cfg(all(feature = "object_store", not(target_arch = "wasm32")))]
pub(crate) mod server;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) mod shared;
pub(crate) mod tiff;
pub(crate) mod vast;

mod open;

pub(crate) use open::{chain, open, read, try_open, try_open_with};
