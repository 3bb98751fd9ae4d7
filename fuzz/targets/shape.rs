//! libFuzzer's entry into [`fuzz::shape`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::shape(bytes));
