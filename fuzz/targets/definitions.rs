//! libFuzzer's entry into [`fuzz::definitions`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::definitions(bytes));
