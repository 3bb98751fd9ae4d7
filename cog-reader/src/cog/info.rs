//! What the file says of itself, in the words of the seam.

use super::level::Level;
use super::picture::Picture;
use crate::gdal_metadata::GdalMetadata;
use crate::geo::Georeference;
use crate::numbers;
use crate::tiff::{Directory, Image};
use cog_codec::tags;
use cog_raster::{
    BandInfo, BandStatistics, ColorInterpretation, ControlPoint, ControlPointTransform, LevelInfo,
    MaskKind, Nodata, RasterInfo, RationalPolynomial, RationalTransform, SampleType,
};
use std::collections::BTreeMap;
use std::sync::Arc;
use tile_math::Crs;

/// Builds the information. `directory` is the first one, `levels` are not empty.
pub(crate) fn build(
    directory: &Directory,
    levels: &[Level],
    geo: &Georeference,
    problems: &mut Vec<String>,
) -> RasterInfo {
    let picture = &levels[0].picture;
    let image = &picture.image;
    let bands = u32::from(image.samples);
    let mut info = RasterInfo::new(picture.sample_type, bands, image.width, image.height);
    info.levels = levels.iter().map(level_info).collect();
    let nodata = nodata(directory, picture.sample_type, problems);
    info.colormap = colormap(directory, image, nodata.as_ref());
    let metadata = metadata(directory, problems);
    place(&mut info, directory, geo, &metadata, problems);
    let colors = colors(picture, info.colormap.is_some());
    for ((index, band), color) in (0..bands).zip(&mut info.bands).zip(colors) {
        band.color_interpretation = color;
        band.nodata = nodata;
        if let Some(said) = metadata.bands.get(&index) {
            describe(band, said);
        }
        // GDAL lets nobody say otherwise of a bilevel image.
        if image.bits == 1 && bands == 1 {
            band.color_interpretation = ColorInterpretation::Palette;
        }
        if band.unit.is_none() {
            band.unit = geo.vertical_unit().map(str::to_owned);
        }
    }
    if let ([band], Some((scale, offset))) = (&mut info.bands[..], geo.vertical_scale(directory)) {
        (band.scale, band.offset) = (scale, offset);
    }
    info.mask_kind = if let Some(mask) = &levels[0].mask {
        match mask.image.samples {
            1 => MaskKind::PerDataset,
            _ => MaskKind::PerBand,
        }
    } else if info.alpha_band().is_some() {
        MaskKind::Alpha
    } else {
        MaskKind::None
    };
    info.metadata = dataset_items(directory, geo);
    info.metadata.extend(metadata.items);
    info
}

/// Sets the CRS and the way to it, which go together.
fn place(
    info: &mut RasterInfo,
    directory: &Directory,
    geo: &Georeference,
    metadata: &GdalMetadata,
    problems: &mut Vec<String>,
) {
    info.affine = geo.affine;
    let from_tag = directory.reals(tags::RPC_COEFFICIENTS);
    if let Some(values) = from_tag.or_else(|| metadata.rational()) {
        match RationalPolynomial::from_tag(&values) {
            Ok(model) => info.rational = Some(Arc::new(RationalTransform::new(model))),
            Err(error) => problems.push(error.to_string()),
        }
    }
    if geo.affine.is_none() && !geo.control_points.is_empty() {
        let points = without_antimeridian(&geo.control_points, geo.crs.as_ref());
        match ControlPointTransform::fit(points) {
            Ok(transform) => info.control_points = Some(Arc::new(transform)),
            Err(error) => problems.push(format!("the control points place nothing: {error}")),
        }
    }
    let by_points = info.control_points.is_some();
    info.crs = if geo.affine.is_some() || by_points {
        geo.crs.clone()
    } else if info.rational.is_some() {
        // Longitude and latitude in degrees, as rational polynomials have them.
        Crs::from_epsg(4326).ok()
    } else if geo.control_points.is_empty() {
        geo.crs.clone()
    } else {
        // Theirs, and they lead nowhere.
        None
    };
}

/// Points that all lie within 10 degrees of the antimeridian, on both sides of it, with longitudes that
/// go on beyond 180, as GDAL takes them.
fn without_antimeridian(points: &[ControlPoint], crs: Option<&Crs>) -> Vec<ControlPoint> {
    let mut points = points.to_vec();
    let near = |p: &ControlPoint| (170.0..=180.0).contains(&p.x.abs());
    if crs.is_some_and(Crs::is_geographic)
        && points.iter().all(near)
        && points.iter().any(|p| p.x > 0.0)
    {
        for point in points.iter_mut().filter(|p| p.x < 0.0) {
            point.x += 360.0;
        }
    }
    points
}

fn level_info(level: &Level) -> LevelInfo {
    let image = &level.picture.image;
    LevelInfo::new(image.width, image.height).with_blocks(image.block_width(), image.block_height())
}

/// Tag 42113, if it is a number that a sample can be.
fn nodata(
    directory: &Directory,
    sample_type: SampleType,
    problems: &mut Vec<String>,
) -> Option<Nodata> {
    let text = directory.text(tags::GDAL_NODATA)?;
    let nodata = numbers::nodata(&text, sample_type);
    if nodata.is_none() {
        problems.push(format!(
            "nodata is \"{text}\", which no {sample_type} sample can be; it is ignored"
        ));
    } else if Nodata::parse(text.split_whitespace().next().unwrap_or_default()) != nodata {
        problems.push(format!(
            "nodata is \"{text}\", which is read as {}, as GDAL does",
            nodata.as_ref().map_or_else(String::new, Nodata::to_string)
        ));
    }
    nodata
}

/// Tag 320, or what a bilevel or white-is-zero image means, as GDAL has it.
fn colormap(directory: &Directory, image: &Image, nodata: Option<&Nodata>) -> Option<Vec<[u8; 4]>> {
    let palette = image.photometric == Some(PALETTE);
    if (image.samples != 1 && !palette) || image.bits > 16 {
        return None;
    }
    let count = 1_usize << image.bits;
    let opaque = |index: usize, [r, g, b]: [u8; 3]| {
        let missing = nodata.is_some_and(|n| n.as_integer() == i128::try_from(index).ok());
        [r, g, b, if missing { 0 } else { 255 }]
    };
    // TIFF 6.0 §5: all reds, then all greens, then all blues, 16 bits each.
    if let Some(map) = directory
        .integers(tags::COLOR_MAP)
        .filter(|map| map.len() >= 3 * count)
    {
        let divisor = color_scale(&map[..3 * count]);
        let part =
            |plane: usize, index: usize| (map[plane * count + index] / divisor).min(255) as u8;
        return Some(
            (0..count)
                .map(|i| opaque(i, [part(0, i), part(1, i), part(2, i)]))
                .collect(),
        );
    }
    let last = count - 1;
    match image.photometric {
        _ if image.samples != 1 => None,
        Some(0) => Some(
            (0..count)
                .map(|i| {
                    let grey = (255 * (last - i) / last) as u8;
                    [grey, grey, grey, 255]
                })
                .collect(),
        ),
        _ if image.bits == 1 => Some(vec![[0, 0, 0, 255], [255, 255, 255, 255]]),
        _ => None,
    }
}

/// Value 3 of tag 262.
const PALETTE: u16 = 3;

/// How many times larger than 8-bit values those of a colour map are. 65535 =
/// 255 · 257 is the standard's; some writers shift by 8 bits, some not at all.
fn color_scale(map: &[u64]) -> u64 {
    let all = |divisor: u64| map.iter().all(|value| value % divisor == 0);
    match map.iter().max() {
        Some(1..=255) => 1,
        Some(1..) if !all(257) && all(256) => 256,
        _ => 257,
    }
}

/// What each band shows, by tags 262 and 338.
fn colors(picture: &Picture, has_colormap: bool) -> Vec<ColorInterpretation> {
    use ColorInterpretation as C;
    let image = &picture.image;
    let base: &[C] = match image.photometric {
        _ if has_colormap => &[C::Palette],
        // A palette that is missing or cut off.
        None | Some(1 | PALETTE) => &[C::Gray],
        Some(2) => &[C::Red, C::Green, C::Blue],
        Some(5) => &[C::Cyan, C::Magenta, C::Yellow, C::Black],
        Some(6) if picture.shows_rgb() => &[C::Red, C::Green, C::Blue],
        _ => &[],
    };
    let samples = usize::from(image.samples);
    let extra_from = samples - image.extra_samples.len().min(samples);
    (0..samples)
        .map(|i| {
            let extra = i.checked_sub(extra_from).map(|i| image.extra_samples[i]);
            match (base.get(i), extra) {
                (Some(&color), _) => color,
                (None, Some(1 | 2)) => C::Alpha,
                _ => C::Undefined,
            }
        })
        .collect()
}

fn metadata(directory: &Directory, problems: &mut Vec<String>) -> GdalMetadata {
    let Some(xml) = directory.text(tags::GDAL_METADATA) else {
        return GdalMetadata::default();
    };
    GdalMetadata::parse(&xml).unwrap_or_else(|error| {
        problems.push(format!("GDAL's metadata (tag 42112) is ignored: {error}"));
        GdalMetadata::default()
    })
}

fn describe(band: &mut BandInfo, said: &crate::gdal_metadata::BandMetadata) {
    band.description.clone_from(&said.description);
    band.scale = said.scale.unwrap_or(1.0);
    band.offset = said.offset.unwrap_or(0.0);
    band.unit.clone_from(&said.unit);
    if let Some(color) = said.color {
        band.color_interpretation = color;
    }
    let number = |key: &str| said.items.get(key)?.trim().parse::<f64>().ok();
    if let (Some(minimum), Some(maximum)) =
        (number("STATISTICS_MINIMUM"), number("STATISTICS_MAXIMUM"))
    {
        band.statistics = Some(BandStatistics {
            minimum,
            maximum,
            mean: number("STATISTICS_MEAN"),
            standard_deviation: number("STATISTICS_STDDEV"),
        });
    }
    band.metadata.clone_from(&said.items);
}

/// Baseline tags under the names that GDAL gives them.
fn dataset_items(directory: &Directory, geo: &Georeference) -> BTreeMap<String, String> {
    const TEXTS: [(u16, &str); 7] = [
        (tags::DOCUMENT_NAME, "TIFFTAG_DOCUMENTNAME"),
        (tags::IMAGE_DESCRIPTION, "TIFFTAG_IMAGEDESCRIPTION"),
        (tags::SOFTWARE, "TIFFTAG_SOFTWARE"),
        (tags::DATE_TIME, "TIFFTAG_DATETIME"),
        (tags::ARTIST, "TIFFTAG_ARTIST"),
        (tags::HOST_COMPUTER, "TIFFTAG_HOSTCOMPUTER"),
        (tags::COPYRIGHT, "TIFFTAG_COPYRIGHT"),
    ];
    let mut items: BTreeMap<String, String> = TEXTS
        .iter()
        .filter_map(|&(tag, name)| Some((name.to_owned(), directory.text(tag)?)))
        .collect();
    let kind = if geo.pixel_is_point { "Point" } else { "Area" };
    items.insert("AREA_OR_POINT".into(), kind.into());
    items
}
