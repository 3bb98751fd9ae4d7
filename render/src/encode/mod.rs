//! Pictures to bytes.

mod dispatch;
mod format;
mod jpeg;
mod mask;
mod npy;
mod npz;
mod png;
mod tif;
mod webp;
#[cfg(feature = "webp-lossy")]
mod webp_lossy;

pub use dispatch::{encode, render, render_suited};
pub use format::Format;
pub use npy::npy;
pub use npz::npz;
pub use tif::tif;

use dispatch::failed;
