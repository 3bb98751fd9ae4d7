//! One mask for a whole dataset.

use cog_raster::{
    ColorInterpretation, Mask, MaskKind, Raster, RasterInfo, RasterMask, Sample, SampleType,
    with_samples,
};

/// The dataset's mask by rasterio's rules (`DatasetReader.dataset_mask`):
///
/// 1. the mask directory, if there is one; valid in any band where there is one for each;
/// 2. else, with nodata, in four bands of which the first is red, 255 where the fourth differs from it;
/// 3. else, with nodata, 255 where *any* band differs from it;
/// 4. else the alpha band's values, where it is the last of two or four bands
///    of 8 or 16 bits;
/// 5. else 255 everywhere.
///
/// `raster` holds all bands of the source that `info` describes, read with its mask.
///
/// # Shape and units
///
/// *rows × columns* of `raster`, 0 not valid, 255 valid, alpha between.
#[must_use]
pub fn dataset_mask(info: &RasterInfo, raster: &Raster) -> Mask {
    let all = || Mask::filled(raster.rows(), raster.columns(), 255);
    if let (MaskKind::PerDataset, RasterMask::PerDataset(mask)) = (info.mask_kind, raster.mask()) {
        return mask.clone();
    }
    if let (MaskKind::PerBand, RasterMask::PerBand(masks)) = (info.mask_kind, raster.mask()) {
        let mut any = Mask::filled(raster.rows(), raster.columns(), 0);
        for mask in masks {
            for (any, value) in any.values_mut().iter_mut().zip(mask.values()) {
                *any |= value;
            }
        }
        return any;
    }
    if info.bands.iter().any(|band| band.nodata.is_some()) {
        let is_color = info.bands[0].color_interpretation == ColorInterpretation::Red;
        let first = if info.bands.len() == 4 && is_color {
            3
        } else {
            0
        };
        return any_differs(info, raster, first);
    }
    let last = info.bands.len().checked_sub(1);
    let counts = matches!(info.bands.len(), 2 | 4)
        && matches!(info.sample_type, SampleType::U8 | SampleType::U16)
        && info.alpha_band() == last;
    match raster.mask() {
        RasterMask::PerDataset(mask) if counts => mask.clone(),
        _ => all(),
    }
}

/// 255 where any band from band `first` on is not nodata.
fn any_differs(info: &RasterInfo, raster: &Raster, first: usize) -> Mask {
    let mut mask = Mask::filled(raster.rows(), raster.columns(), 0);
    let pixels = raster.pixels().max(1);
    with_samples!(raster.samples(), T, samples => {
        for (band, plane) in info.bands.iter().zip(samples.chunks_exact(pixels)).skip(first) {
            for (valid, sample) in mask.values_mut().iter_mut().zip(plane) {
                let sample: &T = sample;
                if !band.nodata.is_some_and(|nodata| sample.is_nodata(&nodata)) {
                    *valid = 255;
                }
            }
        }
    });
    mask
}

#[cfg(test)]
mod tests {
    use super::*;
    use cog_raster::{Nodata, Samples};

    #[test]
    fn a_pixel_is_valid_if_any_band_is() {
        let mut info = RasterInfo::new(SampleType::U8, 2, 3, 1);
        for band in &mut info.bands {
            band.nodata = Some(Nodata::from_integer(0));
        }
        let raster = Raster::new(2, 1, 3, Samples::U8(vec![0, 1, 0, 0, 0, 2])).unwrap();
        assert_eq!(dataset_mask(&info, &raster).values(), [0, 255, 255]);
    }

    #[test]
    fn of_four_bands_the_last_counts_if_the_first_is_red() {
        let mut info = RasterInfo::new(SampleType::U8, 4, 2, 1);
        for band in &mut info.bands {
            band.nodata = Some(Nodata::from_integer(0));
        }
        let samples = Samples::U8(vec![1, 0, 1, 0, 1, 0, 0, 1]);
        let raster = Raster::new(4, 1, 2, samples).unwrap();
        assert_eq!(dataset_mask(&info, &raster).values(), [255, 255]);
        info.bands[0].color_interpretation = ColorInterpretation::Red;
        assert_eq!(dataset_mask(&info, &raster).values(), [0, 255]);
    }

    #[test]
    fn alpha_counts_where_gdal_lets_it() {
        let alpha = Mask::new(1, 2, vec![7, 0]).unwrap();
        for (bands, expected) in [(2, [7, 0]), (3, [255, 255]), (4, [7, 0])] {
            let mut info = RasterInfo::new(SampleType::U8, bands, 2, 1);
            info.mask_kind = MaskKind::Alpha;
            info.bands[bands as usize - 1].color_interpretation = ColorInterpretation::Alpha;
            let raster = Raster::new(bands, 1, 2, Samples::U8(vec![1; 2 * bands as usize]))
                .and_then(|r| r.with_mask(RasterMask::PerDataset(alpha.clone())))
                .unwrap();
            assert_eq!(dataset_mask(&info, &raster).values(), expected);
        }
    }
}
