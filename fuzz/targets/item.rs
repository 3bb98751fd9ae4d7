//! libFuzzer's entry into [`fuzz::item`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::item(bytes));
