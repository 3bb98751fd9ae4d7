//! Which source, which bands, which kernel.

use super::{Query, wrong};
use crate::{Error, ground};
use cog_raster::Nodata;
use cog_render::{Expression, ReadOptions, Resampling};
use tile_math::Crs;
use utoipa::IntoParams;

/// The source of a request.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SourceParams {
    /// A layer's id, a path under a served folder, or a URL that the access policy allows.
    #[param(example = "dem")]
    pub(crate) url: String,
}

impl SourceParams {
    pub(crate) fn parse(query: &Query) -> Result<Self, Error> {
        Ok(Self {
            url: query.required("url")?.to_owned(),
        })
    }
}

/// How pixels are read.
#[derive(Debug, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReadParams {
    /// Bands, counted from 1, in the order wanted; may repeat. All that are not alpha by default.
    #[param(minimum = 1)]
    pub(crate) bidx: Option<Vec<u32>>,
    /// The value that stands for "nothing here" instead of the file's own: a number, `nan`, `inf` or `-inf`.
    pub(crate) nodata: Option<String>,
    /// Applies the file's scale and offset; values become float32.
    pub(crate) unscale: Option<bool>,
    /// Arithmetic between bands: `b1` is the first; a band of the result for each part between semicolons. Instead of `bidx`.
    #[param(example = "(b4-b3)/(b4+b3)")]
    pub(crate) expression: Option<String>,
    /// The kernel where source and picture have the same CRS: nearest, bilinear, cubic, cubic_spline, lanczos, average, mode, gauss, rms.
    pub(crate) resampling: Option<String>,
    /// The kernel where they differ: those of `resampling` but gauss, and max, min, med, q1, q3, sum; nearest by default, whatever `resampling` is.
    pub(crate) reproject: Option<String>,
}

impl ReadParams {
    pub(crate) fn parse(query: &Query) -> Result<Self, Error> {
        let bidx: Vec<u32> = query
            .texts("bidx")
            // Repeats are TiTiler's form; commas are what people type.
            .flat_map(|text| text.split(','))
            .map(|text| {
                text.trim()
                    .parse()
                    .ok()
                    .filter(|&band| band >= 1)
                    .ok_or_else(|| wrong("bidx", text, "a band's number, counted from 1"))
            })
            .collect::<Result<_, _>>()?;
        /// More than any picture shows: a request of a thousand bands is a mistake or an attack.
        const MOST_BANDS: usize = 256;
        if bidx.len() > MOST_BANDS {
            return Err(Error::Request(format!(
                "{} bands are asked for, the most at a time is {MOST_BANDS}",
                bidx.len()
            )));
        }
        Ok(Self {
            bidx: (!bidx.is_empty()).then_some(bidx),
            nodata: query.text("nodata").map(str::to_owned),
            unscale: query.boolean("unscale")?,
            expression: query.text("expression").map(str::to_owned),
            resampling: query.text("resampling").map(str::to_owned),
            reproject: query.text("reproject").map(str::to_owned),
        })
    }

    /// The arithmetic between bands, if there is any.
    pub(crate) fn expression(&self) -> Result<Option<Expression>, Error> {
        // An empty one says nothing, as in TiTiler.
        let text = self.expression.as_deref().filter(|text| !text.is_empty());
        Ok(text.map(Expression::parse).transpose()?)
    }

    pub(crate) fn options(&self) -> Result<ReadOptions, Error> {
        let mut options = ReadOptions::default().with_unscale(self.unscale.unwrap_or(false));
        if let Some(bidx) = &self.bidx {
            let bands: Vec<u32> = bidx.iter().map(|band| band - 1).collect();
            options = options.with_bands(bands);
        }
        if let Some(text) = &self.nodata {
            let nodata = Nodata::parse(text)
                .ok_or_else(|| wrong("nodata", text, "a number, nan, inf or -inf"))?;
            options = options.with_nodata(nodata);
        }
        if let Some(name) = &self.resampling {
            options = options.with_resampling(kernel("resampling", name, &Resampling::READ)?);
        }
        let reproject = match &self.reproject {
            Some(name) => kernel("reproject", name, &Resampling::WARP)?,
            None => Resampling::Nearest,
        };
        Ok(options.with_reproject(reproject))
    }
}

fn kernel(parameter: &str, name: &str, known: &[Resampling]) -> Result<Resampling, Error> {
    let found = known.iter().find(|kernel| kernel.name() == name);
    found.copied().ok_or_else(|| {
        let names: Vec<&str> = known.iter().map(|kernel| kernel.name()).collect();
        wrong(parameter, name, &format!("one of {}", names.join(", ")))
    })
}

/// The CRS of an answer.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct CrsParams {
    /// CRS of the answer, e.g. `EPSG:3857`.
    pub(crate) crs: Option<String>,
}

impl CrsParams {
    pub(crate) fn parse(query: &Query) -> Result<Option<Crs>, Error> {
        let this = Self {
            crs: query.text("crs").map(str::to_owned),
        };
        this.crs
            .map(|text| ground::parse_crs("crs", &text))
            .transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(text: &str) -> Result<ReadOptions, Error> {
        ReadParams::parse(&Query::parse(text))?.options()
    }

    #[test]
    fn bands_are_counted_from_one_outside_and_from_zero_inside() {
        let options = options("bidx=3&bidx=1,2&nodata=nan&unscale=true&resampling=cubic").unwrap();
        assert_eq!(options.bands.as_deref(), Some(&[2, 0, 1][..]));
        assert!(options.nodata.unwrap().is_nan() && options.unscale);
        assert_eq!(options.resampling, Resampling::Cubic);
        assert_eq!(options.reproject, Some(Resampling::Nearest));
    }

    #[test]
    fn mistakes_name_the_parameter() {
        for (text, name) in [
            ("bidx=0", "bidx"),
            ("bidx=a", "bidx"),
            ("bidx=-1", "bidx"),
            ("bidx=", "bidx"),
            ("nodata=none", "nodata"),
            ("unscale=2", "unscale"),
            ("resampling=best", "resampling"),
            ("reproject=best", "reproject"),
        ] {
            let error = options(text).unwrap_err();
            assert_eq!(error.status(), 422, "{text}");
            assert!(error.to_string().contains(name), "{text}: {error}");
        }
        let many = "bidx=1&".repeat(300);
        assert_eq!(options(&many).unwrap_err().status(), 400);
    }
}
