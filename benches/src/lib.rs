//! Benchmarks of the hot loops
