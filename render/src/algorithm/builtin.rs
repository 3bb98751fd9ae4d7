//! TiTiler's 18 algorithms, with its titles, parameters and ranges.

use super::across::Across;
use super::cast::Cast;
use super::contours::Contours;
use super::definition::Algorithm;
use super::heights::{TerrainRgb, Terrarium};
use super::index::NormalizedIndex;
use super::info::AlgorithmInfo;
use super::parameters::{Parameter, Parameters};
use super::registry::Build;
use super::terrain::{Hillshade, Slope};
use super::tone::{Bitonal, Grayscale};
use crate::Error;
use cog_raster::SampleType;
use std::sync::Arc;

/// Names, what is known, and what builds, in TiTiler's order.
pub(super) fn all() -> Vec<(&'static str, AlgorithmInfo, Build)> {
    let mut all = of_heights();
    all.push(normalized_index());
    all.extend(encodings());
    all.extend(casts());
    all.extend(statistics());
    all.extend(tones());
    all
}

type Entry = (&'static str, AlgorithmInfo, Build);

fn build<A: Algorithm + 'static>(
    new: impl Fn(&Parameters) -> Result<A, Error> + Send + Sync + 'static,
) -> Build {
    Arc::new(move |parameters| Ok(Box::new(new(parameters)?)))
}

/// Takes one band of heights.
fn heights(title: &str, description: &str, bands: u32, samples: SampleType) -> AlgorithmInfo {
    AlgorithmInfo::new(title, description)
        .with_input_bands(1)
        .with_output_bands(bands)
        .with_output_type(samples)
}

fn of_heights() -> Vec<Entry> {
    let buffer = Parameter::integer("buffer", 3).within(0.0, 99.0);
    let exaggeration = Parameter::number("z_exaggeration", 1.0).within(1e-6, 1e6);
    let limit = |name, default| Parameter::integer(name, default).within(-99_999.0, 99_999.0);
    let hillshade = heights(
        "Hillshade",
        "Create hillshade from DEM dataset.",
        1,
        SampleType::U8,
    )
    .with_parameter(Parameter::integer("azimuth", 45).within(0.0, 360.0))
    .with_parameter(Parameter::number("angle_altitude", 45.0).within(-90.0, 90.0))
    .with_parameter(buffer.clone())
    .with_parameter(exaggeration.clone());
    let slope = heights(
        "Slope",
        "Calculate degrees of slope from DEM dataset.",
        1,
        SampleType::F32,
    )
    .with_output_range(0.0, 90.0)
    .with_parameter(buffer.with_description("Buffer size for edge effects"))
    .with_parameter(exaggeration);
    let contours = heights(
        "Contours",
        "Create contours from DEM dataset.",
        3,
        SampleType::U8,
    )
    .with_parameter(Parameter::integer("increment", 35).within(0.0, 999.0))
    .with_parameter(Parameter::integer("thickness", 1).within(0.0, 10.0))
    .with_parameter(limit("minz", -12_000))
    .with_parameter(limit("maxz", 8_000));
    vec![
        (
            "hillshade",
            hillshade,
            build(|given| Ok(Hillshade::new(given))),
        ),
        ("slope", slope, build(|given| Ok(Slope::new(given)))),
        ("contours", contours, build(Contours::new)),
    ]
}

fn normalized_index() -> Entry {
    let info = AlgorithmInfo::new(
        "Normalized Difference Index",
        "Compute normalized difference index from two bands.",
    )
    .with_input_bands(2)
    .with_output_bands(1)
    .with_output_type(SampleType::F32)
    .with_output_range(-1.0, 1.0);
    ("normalizedIndex", info, build(|_| Ok(NormalizedIndex)))
}

fn encodings() -> Vec<Entry> {
    let nodata_height = Parameter::optional("nodata_height").within(-99_999.0, 99_999.0);
    let terrarium = heights(
        "Terrarium",
        "Encode DEM into RGB (Mapzen Terrarium).",
        3,
        SampleType::U8,
    )
    .with_parameter(nodata_height.clone());
    let terrain_rgb = heights(
        "TerrainRGB",
        "Encode DEM into RGB (Mapbox Terrain RGB).",
        3,
        SampleType::U8,
    )
    .with_parameter(Parameter::number("interval", 0.1).within(0.0, 1.0))
    .with_parameter(Parameter::number("baseval", -10_000.0).within(-99_999.0, 99_999.0))
    .with_parameter(nodata_height);
    vec![
        (
            "terrarium",
            terrarium,
            build(|given| Ok(Terrarium::new(given))),
        ),
        ("terrainrgb", terrain_rgb, build(TerrainRgb::new)),
    ]
}

fn casts() -> Vec<Entry> {
    // The titles are TiTiler's.
    let smallest = "Round data to the smallest integer";
    let largest = "Round data to the largest integer";
    [
        ("cast", "Cast data to Integer", Cast::Truncate),
        ("ceil", smallest, Cast::Ceil),
        ("floor", largest, Cast::Floor),
    ]
    .map(|(name, title, cast)| {
        let info = AlgorithmInfo::new(title, format!("{title}."))
            .with_output_type(SampleType::U8)
            .with_output_range(0.0, 255.0);
        (name, info, build(move |_| Ok(cast)))
    })
    .into()
}

fn statistics() -> Vec<Entry> {
    let double = Some(SampleType::F64);
    [
        ("min", "Min", "Min values", Across::Min, None),
        ("max", "Max", "Max values", Across::Max, None),
        ("median", "Median", "Median values", Across::Median, double),
        ("mean", "Mean", "Mean values.", Across::Mean, double),
        (
            "std",
            "Standard deviation",
            "the Standard Deviation",
            Across::Std,
            double,
        ),
        ("var", "Variance", "Variance", Across::Var, double),
        ("sum", "Sum", "Sum values", Across::Sum, None),
    ]
    .map(|(name, title, what, across, samples)| {
        let description = match what.strip_suffix('.') {
            Some(what) => format!("Return {what}."),
            None => format!("Return {what} along the `bands` axis."),
        };
        let mut info = AlgorithmInfo::new(title, description).with_output_bands(1);
        info.output_type = samples;
        (name, info, build(move |_| Ok(across)))
    })
    .into()
}

fn tones() -> Vec<Entry> {
    let grayscale = AlgorithmInfo::new(
        "Transform a RGB Image to Grayscale",
        "Transform a RGB Image to Grayscale using the ITU-R 601-2 luma.",
    )
    .with_output_bands(1);
    let bitonal = AlgorithmInfo::new(
        "Transform an Image to Bitonal",
        "All values larger than 127 are set to 255 (white), all other values to 0 (black).",
    )
    .with_output_bands(1)
    .with_output_type(SampleType::U8);
    vec![
        ("grayscale", grayscale, build(|_| Ok(Grayscale))),
        ("bitonal", bitonal, build(|_| Ok(Bitonal))),
    ]
}
