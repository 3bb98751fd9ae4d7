//! libFuzzer's entry into [`fuzz::arrival`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::arrival(bytes));
