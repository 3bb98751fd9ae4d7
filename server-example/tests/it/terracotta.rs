//! Keyed datasets, asked for as Terracotta's clients do.

mod keyed;
mod listing;
mod pictures;
