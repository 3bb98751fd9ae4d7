//! libFuzzer's entry into [`fuzz::whole_read`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::whole_read(bytes));
