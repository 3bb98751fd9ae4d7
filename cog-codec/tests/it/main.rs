//! The promises of `cog-codec`, one file each.
#![allow(clippy::unwrap_used, reason = "a test that fails should panic")]

mod bands;
mod bilevel;
mod golden;
mod hostile;
#[cfg(feature = "jpeg")]
mod jpeg;
#[cfg(feature = "jpeg")]
mod jpeg_streams;
#[cfg(feature = "lerc")]
mod lerc;
mod pictures;
mod round_trips;
mod support;
#[allow(dead_code, reason = "each feature has its own")]
mod vectors;
