//! libFuzzer's entry into [`fuzz::metadata`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::metadata(bytes));
