//! The promises of `smalti-wasm` that need no browser; those that do are in `test/`.

mod dataset;
mod smoke;
