//! What statistics to compute.

use crate::{Error, Limits};

/// Most bins of a histogram, or values that are counted.
pub(super) const MOST_BINS: usize = 65_536;

/// What to compute. The defaults are TiTiler's.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct StatisticsOptions {
    /// Percentiles, 0 to 100.
    pub percentiles: Vec<f64>,
    /// Counts values rather than bins.
    pub categorical: bool,
    /// Values to count when categorical; empty is every value that occurs.
    pub categories: Vec<f64>,
    /// How the histogram is cut.
    pub bins: Bins,
    /// Least and greatest value of the histogram; `None` is those that occur.
    pub range: Option<(f64, f64)>,
    /// What memory it may take beside the image: as much as may be read of a source.
    pub limits: Limits,
}

/// How a histogram is cut.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Bins {
    /// That many of equal width.
    Count(usize),
    /// Between these edges, which grow.
    Edges(Vec<f64>),
}

impl Default for StatisticsOptions {
    fn default() -> Self {
        Self {
            percentiles: vec![2.0, 98.0],
            categorical: false,
            categories: Vec::new(),
            bins: Bins::Count(10),
            range: None,
            limits: Limits::default(),
        }
    }
}

impl StatisticsOptions {
    /// Chooses the percentiles.
    #[must_use]
    pub fn with_percentiles(mut self, percentiles: impl Into<Vec<f64>>) -> Self {
        self.percentiles = percentiles.into();
        self
    }

    /// Counts values rather than bins: these, or all that occur when there are none.
    #[must_use]
    pub fn with_categories(mut self, categories: impl Into<Vec<f64>>) -> Self {
        self.categorical = true;
        self.categories = categories.into();
        self
    }

    /// Chooses how the histogram is cut.
    #[must_use]
    pub fn with_bins(mut self, bins: Bins) -> Self {
        self.bins = bins;
        self
    }

    /// Chooses the histogram's range.
    #[must_use]
    pub const fn with_range(mut self, least: f64, greatest: f64) -> Self {
        self.range = Some((least, greatest));
        self
    }

    /// Bounds the memory that is taken.
    #[must_use]
    pub const fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        if let Some(wrong) = self
            .percentiles
            .iter()
            .find(|p| !(0.0..=100.0).contains(*p))
        {
            return Err(Error::parameter(
                "p",
                format!("{wrong} is not between 0 and 100"),
            ));
        }
        match &self.bins {
            Bins::Count(count) if !(1..=MOST_BINS).contains(count) => {
                return Err(Error::parameter(
                    "histogram_bins",
                    format!("{count} is not between 1 and {MOST_BINS}"),
                ));
            }
            Bins::Edges(edges) => {
                let grow = edges.windows(2).all(|pair| pair[0] <= pair[1]);
                if edges.len() < 2 || edges.len() > MOST_BINS || !grow {
                    return Err(Error::parameter(
                        "histogram_bins",
                        "edges must be at least two numbers that grow",
                    ));
                }
            }
            Bins::Count(_) => {}
        }
        match self.range {
            Some((least, greatest))
                if !(least.is_finite() && greatest.is_finite() && least <= greatest) =>
            {
                Err(Error::parameter(
                    "histogram_range",
                    format!("{least},{greatest} is not a range of finite numbers"),
                ))
            }
            _ => Ok(()),
        }
    }
}
