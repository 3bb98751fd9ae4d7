//! libFuzzer's entry into [`fuzz::pattern`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::pattern(bytes));
