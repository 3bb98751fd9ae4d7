//! The program that the guard runs in WebAssembly, natively.

#[path = "../../../xtask/wasm/smoke.rs"]
mod program;

#[test]
fn files_and_tiles_are_the_same_as_in_webassembly() {
    program::main();
}
