//! Pictures to bytes.

mod dispatch;
mod format;
mod jpeg;
mod npy;
mod png;
mod webp;

pub use dispatch::{encode, render};
pub use format::Format;
pub use npy::npy;

use dispatch::failed;
