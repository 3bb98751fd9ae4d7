//! libFuzzer's entry into [`fuzz::structure`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::structure(bytes));
