//! Statistics of bands.

mod band;
mod options;
mod values;

pub use band::{BandStatistics, statistics};
pub use options::{Bins, StatisticsOptions};
