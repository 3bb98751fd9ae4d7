//! What tile-math promises.

#[cfg(test)]
mod smoke;
#[cfg(test)]
mod survey;
