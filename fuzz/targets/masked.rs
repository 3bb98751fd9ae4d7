//! libFuzzer's entry into [`fuzz::masked`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::masked(bytes));
