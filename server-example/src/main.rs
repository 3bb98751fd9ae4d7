//! The binary `smalti`.
fn main() {}
