//! How keyed datasets are read and coloured.

use super::super::Query;
use super::json::{Ends, invalid, numbers, tile_size, value_colors};
use crate::{
    Error,
    state::{Names, TerracottaOptions},
};
use cog_render::{
    ColorFormula, MaskedExpression, Resampling, ShadeMap, Stretch, TwoStep, ValueColors,
};
use utoipa::IntoParams;

/// How pixels are read, whatever is made of them.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "documents the parameters")]
pub(crate) struct PixelParams {
    /// Rows and columns of the picture as JSON, each 1 to 4096.
    #[param(example = "[256,256]")]
    pub(crate) tile_size: Option<String>,
    /// Identifier of a tile matrix set, WebMercatorQuad by default; see /tileMatrixSets. Beyond Terracotta.
    pub(crate) tms: Option<String>,
    /// The kernel that makes pixels smaller: nearest, linear, cubic, average and what /cog knows. Beyond Terracotta, where the server decides.
    pub(crate) resampling_method: Option<String>,
    /// The kernel between CRSs. Beyond Terracotta, where the server decides.
    pub(crate) reprojection_method: Option<String>,
}

/// What of the raster is read.
#[derive(Clone, Debug)]
pub(crate) struct Pixels {
    pub(crate) rows: u32,
    pub(crate) columns: u32,
    pub(crate) kernels: TwoStep,
    pub(crate) tms: String,
}

impl PixelParams {
    pub(crate) fn parse(query: &Query, options: &TerracottaOptions) -> Result<Pixels, Error> {
        let (rows, columns) = tile_size(query)?.unwrap_or(options.default_tile_size);
        let resampling = kernel(query, "resampling_method", &Resampling::READ)?;
        let reproject = kernel(query, "reprojection_method", &Resampling::WARP)?;
        Ok(Pixels {
            rows,
            columns,
            kernels: TwoStep::new(
                reproject.unwrap_or(options.reprojection_method),
                resampling.unwrap_or(options.resampling_method),
            ),
            tms: query.first("tms").unwrap_or("WebMercatorQuad").to_owned(),
        })
    }
}

fn kernel(query: &Query, name: &str, known: &[Resampling]) -> Result<Option<Resampling>, Error> {
    let Some(text) = query.first(name) else {
        return Ok(None);
    };
    if text == "linear" {
        return Ok(Some(Resampling::Bilinear));
    }
    let found = known.iter().find(|kernel| kernel.name() == text).copied();
    found.map(Some).ok_or_else(|| {
        let names: Vec<&str> = known.iter().map(|kernel| kernel.name()).collect();
        invalid(
            name,
            format_args!("Must be one of: linear, {}.", names.join(", ")),
        )
    })
}

/// How one dataset is coloured.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "documents the parameters")]
pub(crate) struct SinglebandParams {
    /// The values that become the darkest and the brightest colour, as JSON: numbers, percentiles of the dataset as "p2", null for the range's own end. The first may be greater.
    #[param(example = r#"["p2","p98"]"#)]
    pub(crate) stretch_range: Option<String>,
    /// Name of a colormap, or `explicit`; grey by default.
    #[param(example = "viridis")]
    pub(crate) colormap: Option<String>,
    /// With `colormap=explicit`: a colour for each of up to 255 values, as a JSON object of `"#rrggbb"`, `[r,g,b]` or `[r,g,b,a]`; others are transparent.
    #[param(example = r##"{"1": "#00ff00"}"##)]
    pub(crate) explicit_color_map: Option<String>,
    /// Operations on the stretched values: `gamma 1 g`, `sigmoidal 1 contrast bias`.
    #[param(example = "gamma 1 1.5")]
    pub(crate) color_transform: Option<String>,
}

/// How one dataset is coloured.
#[derive(Clone, Debug)]
pub(crate) enum Singleband {
    Stretched {
        ends: Ends,
        map: Option<ShadeMap>,
        formula: Option<ColorFormula>,
    },
    Explicit(ValueColors),
}

impl SinglebandParams {
    pub(crate) fn parse(query: &Query, names: &Names) -> Result<Singleband, Error> {
        let ends = Ends::parse(query, "stretch_range")?;
        let formula = formula(query, 1)?;
        let colors = value_colors(query)?;
        match (query.first("colormap"), colors) {
            (Some("explicit"), Some(colors)) => Ok(Singleband::Explicit(colors)),
            (Some("explicit"), None) => Err(invalid(
                "colormap",
                "explicit_color_map argument must be given for colormap=explicit",
            )),
            (_, Some(_)) => Err(invalid(
                "explicit_color_map",
                "explicit_color_map can only be given for colormap=explicit",
            )),
            (name, None) => Ok(Singleband::Stretched {
                ends,
                map: shade_map(name, names)?,
                formula,
            }),
        }
    }
}

/// The map of that name: Terracotta's, else one that the server knows.
pub(crate) fn shade_map(name: Option<&str>, names: &Names) -> Result<Option<ShadeMap>, Error> {
    let Some(name) = name else {
        return Ok(None);
    };
    names.shade_map(name).map(Some).map_err(|_| {
        let known = ShadeMap::names().join(", ");
        invalid(
            "colormap",
            format_args!("Must be one of: explicit, {known}."),
        )
    })
}

fn formula(query: &Query, bands: usize) -> Result<Option<ColorFormula>, Error> {
    let Some(text) = query.first("color_transform") else {
        return Ok(None);
    };
    let formula = ColorFormula::parse(text).and_then(|formula| {
        formula.check_bands(bands)?;
        Ok(formula)
    });
    let wrong = |error| {
        invalid(
            "color_transform",
            format_args!("Invalid color transform: {error}"),
        )
    };
    formula.map(Some).map_err(wrong)
}

/// Three datasets that become red, green and blue.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "documents the parameters")]
pub(crate) struct RgbParams {
    /// Value of the last key, or of `key`, for red.
    pub(crate) r: String,
    /// The same for green.
    pub(crate) g: String,
    /// The same for blue.
    pub(crate) b: String,
    /// The key that the values are of, the last by default; the path then has the others, in order. Beyond Terracotta.
    pub(crate) key: Option<String>,
    /// As `stretch_range` of /singleband, for red.
    pub(crate) r_range: Option<String>,
    /// The same for green.
    pub(crate) g_range: Option<String>,
    /// The same for blue.
    pub(crate) b_range: Option<String>,
    /// Operations on the stretched colours: `gamma BANDS g`, `sigmoidal BANDS contrast bias`, `saturation p`; bands by r, g, b or 1, 2, 3.
    #[param(example = "gamma rgb 1.3, saturation 1.2")]
    pub(crate) color_transform: Option<String>,
}

/// Three datasets that become red, green and blue.
#[derive(Clone, Debug)]
pub(crate) struct Rgb {
    pub(crate) values: [String; 3],
    pub(crate) key: Option<String>,
    pub(crate) ends: [Ends; 3],
    pub(crate) formula: Option<ColorFormula>,
}

impl RgbParams {
    pub(crate) fn parse(query: &Query) -> Result<Rgb, Error> {
        let value = |name: &str| {
            let value = query.first(name).map(str::to_owned);
            value.ok_or_else(|| invalid(name, "Missing data for required field."))
        };
        let ends = |name: &str| Ends::parse(query, name);
        Ok(Rgb {
            values: [value("r")?, value("g")?, value("b")?],
            key: query.first("key").map(str::to_owned),
            ends: [ends("r_range")?, ends("g_range")?, ends("b_range")?],
            formula: formula(query, 3)?,
        })
    }
}

/// Arithmetic between datasets.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "documents the parameters")]
pub(crate) struct ComputeParams {
    /// Arithmetic between `v1` to `v9` in Python's words: + - * / % **, comparisons, & | ~, where, masked_equal, sqrt and others.
    #[param(example = "(v1-v2)/(v1+v2)")]
    pub(crate) expression: String,
    /// The values that become the darkest and the brightest colour, as JSON; the second is the greater.
    #[param(example = "[-1,1]")]
    pub(crate) stretch_range: String,
    /// Value of the last key, or of `key`, for `v1`; likewise `v2` to `v5`, and beyond Terracotta `v6` to `v9`.
    pub(crate) v1: Option<String>,
    /// The same for `v2`.
    pub(crate) v2: Option<String>,
    /// The same for `v3`.
    pub(crate) v3: Option<String>,
    /// The same for `v4`.
    pub(crate) v4: Option<String>,
    /// The same for `v5`.
    pub(crate) v5: Option<String>,
    /// The key that the values are of, the last by default; the path then has the others, in order. Beyond Terracotta.
    pub(crate) key: Option<String>,
    /// Name of a colormap; grey by default.
    pub(crate) colormap: Option<String>,
}

/// Arithmetic between datasets.
#[derive(Clone, Debug)]
pub(crate) struct Compute {
    pub(crate) expression: MaskedExpression,
    pub(crate) stretch: Stretch,
    pub(crate) values: Vec<(u8, String)>,
    pub(crate) key: Option<String>,
    pub(crate) map: Option<ShadeMap>,
}

impl ComputeParams {
    pub(crate) fn parse(query: &Query, names: &Names) -> Result<Compute, Error> {
        let text = query.first("expression");
        let text = text.ok_or_else(|| invalid("expression", "Missing data for required field."))?;
        let [low, high] = numbers(query, "stretch_range")?;
        if low >= high {
            return Err(Error::Request(
                "Upper stretch bounds must be larger than lower bounds".into(),
            ));
        }
        let map = shade_map(query.first("colormap"), names)?;
        let given = |number: u8| {
            let value = query.first(&format!("v{number}"))?;
            Some((number, value.to_owned()))
        };
        let values: Vec<_> = (1..=9).filter_map(given).collect();
        let plain = |error: cog_render::Error| match error {
            cog_render::Error::InvalidParameter { message, .. } => Error::Request(message),
            error => error.into(),
        };
        let expression = MaskedExpression::parse(text).map_err(plain)?;
        let variables = expression.variables();
        let missing = variables
            .iter()
            .find(|number| !values.iter().any(|(v, _)| v == *number));
        if let Some(number) = missing {
            return Err(Error::Request(format!(
                "error while executing expression: unrecognized name 'v{number}' in expression"
            )));
        }
        if variables.is_empty() {
            return Err(Error::Request(
                "error while executing expression: expression does not return an array".into(),
            ));
        }
        Ok(Compute {
            expression,
            stretch: Stretch::new(low, high),
            values,
            key: query.first("key").map(str::to_owned),
            map,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> Query {
        Query::parse(text)
    }

    #[test]
    fn one_dataset_is_coloured_in_one_way() {
        let of = |text: &str| SinglebandParams::parse(&query(text), &Names::default());
        assert!(of("").is_ok() && of("colormap=viridis_r&color_transform=gamma 1 2").is_ok());
        // One of the server's own.
        assert!(of("colormap=algae").is_ok());
        let explicit =
            of("colormap=explicit&explicit_color_map={\"1\":\"00ff00\"}&stretch_range=[1,0]");
        assert!(matches!(explicit, Ok(Singleband::Explicit(_))));
        for (text, word) in [
            ("colormap=nope", "Must be one of: explicit, accent"),
            ("colormap=explicit", "must be given"),
            ("explicit_color_map={\"1\":\"00ff00\"}", "can only be given"),
            ("color_transform=foo", "color_transform"),
            ("color_transform=", "color_transform"),
            ("color_transform=gamma g 2", "color_transform"),
            ("color_transform=saturation 2", "color_transform"),
            ("stretch_range=1", "stretch_range"),
        ] {
            let error = of(text).unwrap_err();
            assert!(matches!(error, Error::Parameter(_)), "{text}");
            assert!(error.to_string().contains(word), "{text}: {error}");
        }
    }

    #[test]
    fn expressions_need_what_they_speak_of() {
        let of = |text: &str| ComputeParams::parse(&query(text), &Names::default());
        let range = "&stretch_range=[0,1]";
        let fine = of(&format!("expression=v1-v9&v1=a&v9=b&v3=c{range}")).unwrap();
        assert_eq!(fine.values.len(), 3);
        for text in [
            format!("v1=a{range}"),
            "expression=v1&v1=a".to_owned(),
            "expression=v1&v1=a&stretch_range=[1,1]".to_owned(),
            "expression=v1&v1=a&stretch_range=[\"p2\",1]".to_owned(),
            format!("expression=v1-v2&v1=a{range}"),
            format!("expression=1&v1=a{range}"),
            format!("expression=v1&v1=a&colormap=explicit{range}"),
        ] {
            assert!(
                matches!(of(&text), Err(Error::Request(_) | Error::Parameter(_))),
                "{text}"
            );
        }
        assert!(RgbParams::parse(&query("r=a&g=b")).is_err());
    }

    #[test]
    fn kernels_have_terracottas_names_too() {
        let options = TerracottaOptions::default();
        let of = |text: &str| PixelParams::parse(&query(text), &options);
        let kernels = of("resampling_method=nearest&reprojection_method=linear")
            .unwrap()
            .kernels;
        assert_eq!(
            kernels,
            TwoStep::new(Resampling::Bilinear, Resampling::Nearest)
        );
        assert!(of("resampling_method=best").is_err());
    }
}
