//! What statistics are asked for.

use super::{Query, wrong};
use crate::Error;
use cog_render::{Bins, StatisticsOptions};
use utoipa::IntoParams;

/// What to count.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct StatisticsParams {
    /// Counts values rather than bins.
    pub(crate) categorical: Option<bool>,
    /// The values to count when categorical; may repeat. All that occur by default.
    pub(crate) c: Option<Vec<f64>>,
    /// Percentiles, 0 to 100; may repeat. 2 and 98 by default.
    pub(crate) p: Option<Vec<f64>>,
    /// Number of bins, or their edges with commas between. 10 by default.
    #[param(example = "10")]
    pub(crate) histogram_bins: Option<String>,
    /// Least and greatest value of the histogram with a comma between; those that occur by default.
    #[param(example = "0,1000")]
    pub(crate) histogram_range: Option<String>,
}

impl StatisticsParams {
    pub(crate) fn parse(query: &Query) -> Result<StatisticsOptions, Error> {
        let this = Self {
            categorical: query.boolean("categorical")?,
            c: numbers(query, "c")?,
            p: numbers(query, "p")?,
            histogram_bins: query.text("histogram_bins").map(str::to_owned),
            histogram_range: query.text("histogram_range").map(str::to_owned),
        };
        let mut options = StatisticsOptions::default();
        if let Some(p) = this.p {
            options = options.with_percentiles(p);
        }
        if this.categorical == Some(true) {
            options = options.with_categories(this.c.unwrap_or_default());
        }
        if let Some(text) = &this.histogram_bins {
            let bins = match list(text).as_deref() {
                Some([count]) if count.fract() == 0.0 && *count >= 1.0 => {
                    Bins::Count(*count as usize)
                }
                Some(edges) if edges.len() >= 2 => Bins::Edges(edges.to_vec()),
                _ => {
                    let expected = "a number of bins, or at least two edges with commas between";
                    return Err(wrong("histogram_bins", text, expected));
                }
            };
            options = options.with_bins(bins);
        }
        if let Some(text) = &this.histogram_range {
            let Some([least, greatest]) = list(text)
                .as_deref()
                .and_then(|l| <[f64; 2]>::try_from(l).ok())
            else {
                return Err(wrong(
                    "histogram_range",
                    text,
                    "two numbers with a comma between",
                ));
            };
            options = options.with_range(least, greatest);
        }
        Ok(options)
    }
}

fn numbers(query: &Query, name: &str) -> Result<Option<Vec<f64>>, Error> {
    let found: Vec<f64> = query
        .texts(name)
        .map(|text| list(text).ok_or_else(|| wrong(name, text, "a finite number")))
        .collect::<Result<Vec<_>, _>>()?
        .concat();
    Ok((!found.is_empty()).then_some(found))
}

/// Finite numbers with commas between.
pub(super) fn list(text: &str) -> Option<Vec<f64>> {
    text.split(',')
        .map(|part| part.trim().parse().ok().filter(|n: &f64| n.is_finite()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<StatisticsOptions, Error> {
        StatisticsParams::parse(&Query::parse(text))
    }

    #[test]
    fn parameters_become_options() {
        let options = parse("p=5&p=50&histogram_bins=4&histogram_range=0,10").unwrap();
        assert_eq!(options.percentiles, [5.0, 50.0]);
        assert_eq!(options.bins, Bins::Count(4));
        assert_eq!(options.range, Some((0.0, 10.0)));
        let options = parse("histogram_bins=0,1,5&categorical=true&c=1&c=2").unwrap();
        assert_eq!(options.bins, Bins::Edges(vec![0.0, 1.0, 5.0]));
        assert!(options.categorical && options.categories == [1.0, 2.0]);
    }

    #[test]
    fn mistakes_name_the_parameter() {
        for text in [
            "p=x",
            "c=nan",
            "histogram_bins=0",
            "histogram_bins=1.5",
            "histogram_range=1",
        ] {
            let name = text.split('=').next().unwrap();
            assert!(
                parse(text).unwrap_err().to_string().contains(name),
                "{text}"
            );
        }
    }
}
