//! libFuzzer's entry into [`fuzz::round_trip`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::round_trip(bytes));
