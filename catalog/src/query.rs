//! Which datasets, in which order, how many.

use crate::{Dataset, Error, Keys};

/// Values in all lists of a query together.
const MOST_VALUES: usize = 1_000;

/// Datasets on a page, where nothing is said: Terracotta's.
const USUAL_LIMIT: u64 = 100;

/// What the values of a key have to be.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Filter {
    /// One of these.
    OneOf(Vec<String>),
    /// Starts with this.
    Prefix(String),
    /// Between these, both included, in the order of their bytes; `None` is no bound.
    Range(Option<String>, Option<String>),
}

impl Filter {
    /// Whether a value is wanted.
    #[must_use]
    pub fn accepts(&self, value: &str) -> bool {
        match self {
            Self::OneOf(wanted) => wanted.iter().any(|wanted| wanted == value),
            Self::Prefix(start) => value.starts_with(start.as_str()),
            Self::Range(least, greatest) => {
                least.as_deref().is_none_or(|least| value >= least)
                    && greatest.as_deref().is_none_or(|greatest| value <= greatest)
            }
        }
    }
}

/// Which datasets, in which order, how many.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Query {
    /// Keys and what their values have to be; all have to hold.
    pub filters: Vec<(String, Filter)>,
    /// West, south, east, north in degrees: datasets whose bounds are known and touch it. West
    /// greater than east crosses the antimeridian.
    pub bbox: Option<[f64; 4]>,
    /// Keys, or `path`, by which to order; all keys, then the path, come after them.
    pub order_by: Vec<String>,
    /// The least first.
    pub ascending: bool,
    /// Most datasets on the page.
    pub limit: u64,
    /// The page, counted from 0.
    pub page: u64,
    /// Whether the number of all is wanted.
    pub count: bool,
}

impl Default for Query {
    fn default() -> Self {
        Self {
            filters: Vec::new(),
            bbox: None,
            order_by: Vec::new(),
            ascending: true,
            limit: USUAL_LIMIT,
            page: 0,
            count: false,
        }
    }
}

impl Query {
    /// Only datasets whose key has this value.
    #[must_use]
    pub fn with_value(self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.with_filter(key, Filter::OneOf(vec![value.into()]))
    }

    /// Only datasets whose key has such a value.
    #[must_use]
    pub fn with_filter(mut self, key: impl Into<String>, filter: Filter) -> Self {
        self.filters.push((key.into(), filter));
        self
    }

    /// Only datasets that touch a box: west, south, east, north in degrees.
    #[must_use]
    pub const fn with_bbox(mut self, bbox: [f64; 4]) -> Self {
        self.bbox = Some(bbox);
        self
    }

    /// Orders by keys, or `path`.
    #[must_use]
    pub fn with_order<N: Into<String>>(
        mut self,
        names: impl IntoIterator<Item = N>,
        ascending: bool,
    ) -> Self {
        self.order_by = names.into_iter().map(Into::into).collect();
        self.ascending = ascending;
        self
    }

    /// Chooses the page, counted from 0, and how many datasets are on one.
    #[must_use]
    pub const fn with_page(mut self, page: u64, limit: u64) -> Self {
        self.page = page;
        self.limit = limit;
        self
    }

    /// Asks for the number of all, too.
    #[must_use]
    pub const fn with_count(mut self) -> Self {
        self.count = true;
        self
    }

    /// The query makes sense for these keys.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for a key that is not there, more than 1000 values, or a box that is none.
    pub fn check(&self, keys: &Keys) -> Result<(), Error> {
        let mut values = 0;
        for (key, filter) in &self.filters {
            keys.position(key)?;
            values += match filter {
                Filter::OneOf(wanted) => wanted.len(),
                _ => 1,
            };
        }
        if values > MOST_VALUES {
            return Err(Error::invalid(format!(
                "{values} values are asked for, the most is {MOST_VALUES}"
            )));
        }
        for name in self.order_by.iter().filter(|name| *name != "path") {
            keys.position(name)?;
        }
        match self.bbox {
            Some(bbox) if !(bbox.iter().all(|side| side.is_finite()) && bbox[1] <= bbox[3]) => Err(
                Error::invalid("bbox: west, south, east, north in degrees are needed"),
            ),
            _ => Ok(()),
        }
    }

    /// Datasets before the page.
    pub(crate) const fn offset(&self) -> u64 {
        self.page.saturating_mul(self.limit)
    }

    /// The columns by which to order, all of them: keys, and the path as their number.
    pub(crate) fn order(&self, keys: &Keys) -> Result<Vec<usize>, Error> {
        let mut order = Vec::new();
        let position = |name: &String| match name.as_str() {
            "path" => Ok(keys.len()),
            name => keys.position(name),
        };
        for column in self
            .order_by
            .iter()
            .map(position)
            .chain((0..=keys.len()).map(Ok))
        {
            let column = column?;
            if !order.contains(&column) {
                order.push(column);
            }
        }
        Ok(order)
    }
}

/// Datasets that a query finds.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Page {
    /// Those on the page.
    pub datasets: Vec<Dataset>,
    /// How many there are on all pages, if that was asked for.
    pub total: Option<u64>,
}

impl Page {
    /// A page of datasets.
    #[must_use]
    pub const fn new(datasets: Vec<Dataset>, total: Option<u64>) -> Self {
        Self { datasets, total }
    }
}

/// The two boxes share a place; either may cross the antimeridian.
pub(crate) fn touch(a: [f64; 4], b: [f64; 4]) -> bool {
    let spans = |[west, _, east, _]: [f64; 4]| match west <= east {
        true => vec![(west, east)],
        false => vec![(west, 180.0), (-180.0, east)],
    };
    let across = spans(a).into_iter().any(|(west, east)| {
        spans(b)
            .into_iter()
            .any(|(other_west, other_east)| west <= other_east && other_west <= east)
    });
    across && a[1] <= b[3] && b[1] <= a[3]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_touch_across_the_antimeridian() {
        let over = [170.0, -10.0, -170.0, 10.0];
        assert!(touch(over, [175.0, 0.0, 179.0, 1.0]));
        assert!(touch([-175.0, 0.0, -174.0, 1.0], over));
        assert!(touch(over, [160.0, 0.0, -160.0, 1.0]));
        assert!(!touch(over, [0.0, 0.0, 10.0, 1.0]));
        assert!(!touch(over, [175.0, 11.0, 179.0, 12.0]));
        assert!(touch([0.0, 0.0, 1.0, 1.0], [1.0, 1.0, 2.0, 2.0]));
    }

    #[test]
    fn an_order_names_every_column_once() {
        let keys = Keys::new(["date", "band"]).unwrap();
        let order = |names: &[&str]| {
            Query::default()
                .with_order(names.iter().copied(), true)
                .order(&keys)
                .unwrap()
        };
        assert_eq!(order(&[]), [0, 1, 2]);
        assert_eq!(order(&["band"]), [1, 0, 2]);
        assert_eq!(order(&["path", "band", "path"]), [2, 1, 0]);
    }
}
