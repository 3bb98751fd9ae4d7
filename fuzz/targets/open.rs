//! libFuzzer's entry into [`fuzz::open`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::open(bytes));
