//! Which source pixels count.

use super::blend::Blend;
use cog_raster::{Nodata, Raster, RasterMask, SampleType};

/// A band's nodata as the samples' own type sees it.
#[derive(Clone, Debug)]
pub(crate) enum NodataTest<T> {
    /// No nodata, or a value that the type cannot hold.
    Never,
    Equals(T),
    Nan,
    /// 64-bit integers and complex samples: by the slower, exact comparison.
    Other(Nodata),
}

impl<T: Blend> NodataTest<T> {
    pub(crate) fn new(nodata: Option<&Nodata>) -> Self {
        let Some(nodata) = nodata else {
            return Self::Never;
        };
        if matches!(T::TYPE, SampleType::U64 | SampleType::I64) || T::TYPE.is_complex() {
            return Self::Other(*nodata);
        }
        if nodata.is_nan() {
            return if T::TYPE.is_float() {
                Self::Nan
            } else {
                Self::Never
            };
        }
        let value = T::from_f64(nodata.as_f64());
        if value.is_nodata(nodata) {
            Self::Equals(value)
        } else {
            Self::Never
        }
    }

    pub(crate) const fn is_never(&self) -> bool {
        matches!(self, Self::Never)
    }

    /// What pixels hold that nothing is known of.
    pub(crate) fn fill(&self) -> T {
        match self {
            Self::Never => T::default(),
            Self::Equals(value) => *value,
            Self::Nan => T::from_f64(f64::NAN),
            Self::Other(nodata) => {
                let value = T::from_f64(nodata.as_f64());
                if value.is_nodata(nodata) {
                    value
                } else {
                    T::default()
                }
            }
        }
    }

    /// Sets `valid` to 0 where the sample is nodata.
    pub(crate) fn clear(&self, samples: &[T], valid: &mut [u8]) {
        let clear = |is_nodata: &dyn Fn(&T) -> bool, valid: &mut [u8]| {
            for (sample, valid) in samples.iter().zip(valid) {
                if is_nodata(sample) {
                    *valid = 0;
                }
            }
        };
        match self {
            Self::Never => {}
            Self::Equals(value) => {
                for (sample, valid) in samples.iter().zip(valid) {
                    *valid = if sample == value { 0 } else { *valid };
                }
            }
            #[expect(clippy::eq_op, reason = "only NaN differs from itself")]
            Self::Nan => clear(&|sample| sample != sample, valid),
            Self::Other(nodata) => clear(&|sample| sample.is_nodata(nodata), valid),
        }
    }
}

/// Validity of the source pixels: from masks beside the samples, and nodata.
#[derive(Debug)]
pub(crate) enum Validity<'a> {
    /// The same for all bands; `None` is 255 everywhere.
    Shared(Option<&'a [u8]>),
    /// Each band's own.
    PerBand(Vec<Option<Vec<u8>>>),
}

impl<'a> Validity<'a> {
    /// - `without_nan`: NaN does not count, whatever nodata is: a kernel would spread it.
    pub(crate) fn new<T: Blend>(
        raster: &'a Raster,
        samples: &[T],
        nodata: &[NodataTest<T>],
        without_nan: bool,
    ) -> Self {
        #[expect(clippy::eq_op, reason = "only NaN differs from itself")]
        let nan = |sample: &T| sample != sample;
        let without_nan = without_nan && T::TYPE.is_float() && samples.iter().any(nan);
        let per_band = matches!(raster.mask(), RasterMask::PerBand(_));
        let holes = |values: &[u8]| values.iter().any(|&v| v != 255);
        if !per_band && !without_nan && nodata.iter().all(NodataTest::is_never) {
            let mask = raster.mask().of_band(0).map(cog_raster::Mask::values);
            return Self::Shared(mask.filter(|values| holes(values)));
        }
        let pixels = raster.pixels();
        let planes = samples.chunks_exact(pixels).zip(nodata).enumerate();
        Self::PerBand(
            planes
                .map(|(band, (samples, test))| {
                    let mut valid = match raster.mask().of_band(band) {
                        Some(mask) => mask.values().to_vec(),
                        None => vec![255; pixels],
                    };
                    test.clear(samples, &mut valid);
                    if without_nan {
                        NodataTest::Nan.clear(samples, &mut valid);
                    }
                    holes(&valid).then_some(valid)
                })
                .collect(),
        )
    }

    pub(crate) const fn is_shared(&self) -> bool {
        matches!(self, Self::Shared(_))
    }

    pub(crate) fn of_band(&self, band: usize) -> Option<&[u8]> {
        match self {
            Self::Shared(valid) => *valid,
            Self::PerBand(planes) => planes.get(band)?.as_deref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cog_raster::{Mask, Samples};

    #[test]
    fn nodata_is_met_in_the_samples_type() {
        let test = NodataTest::<f32>::new(Some(&Nodata::new(f64::NAN)));
        let mut valid = [255; 3];
        test.clear(&[1.0, f32::NAN, f32::INFINITY], &mut valid);
        assert_eq!(valid, [255, 0, 255]);
        assert!(NodataTest::<u8>::new(Some(&Nodata::new(-1.0))).is_never());
        assert_eq!(NodataTest::<u8>::new(Some(&Nodata::new(-1.0))).fill(), 0);
        let great = Nodata::from_integer(i128::from(u64::MAX));
        let mut valid = [255; 2];
        NodataTest::<u64>::new(Some(&great)).clear(&[u64::MAX - 1, u64::MAX], &mut valid);
        assert_eq!(valid, [255, 0]);
        assert_eq!(
            NodataTest::<i16>::new(Some(&Nodata::new(-9999.0))).fill(),
            -9999
        );
    }

    #[test]
    fn nan_takes_part_only_where_it_is_asked_for() {
        let samples = [1.0_f32, f32::NAN];
        let raster = Raster::new(1, 1, 2, Samples::F32(samples.to_vec())).unwrap();
        for (without, expected) in [(false, None), (true, Some(&[255, 0][..]))] {
            let found = Validity::new(&raster, &samples, &[NodataTest::Never], without);
            assert_eq!(found.of_band(0), expected);
        }
    }

    #[test]
    fn a_full_mask_is_no_mask() {
        let raster = |value| {
            Raster::new(1, 1, 2, Samples::U8(vec![1, 2]))
                .unwrap()
                .with_mask(RasterMask::PerDataset(Mask::filled(1, 2, value)))
                .unwrap()
        };
        let never = [NodataTest::<u8>::Never];
        assert!(
            Validity::new(&raster(255), &[1_u8, 2], &never, true)
                .of_band(0)
                .is_none()
        );
        assert_eq!(
            Validity::new(&raster(9), &[1_u8, 2], &never, true).of_band(0),
            Some(&[9, 9][..])
        );
    }
}
