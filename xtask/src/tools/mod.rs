//! Other people's programs that tests and guards need: found, or installed once and kept.

mod debian;
mod folder;
mod oracles;
mod wasm;

pub(crate) use folder::Tools;
pub(crate) use wasm::WasmToolchain;
