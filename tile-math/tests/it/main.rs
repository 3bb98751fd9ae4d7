//! What tile-math promises.

#[cfg(test)]
mod smoke;
