//! Images made of images.

use crate::plan::{described, selected};
use crate::promotion::{cast, promoted};
use crate::warp::NodataTest;
use crate::{Error, Grid, Image, ImageBand, ReadOptions};
use cog_raster::{
    Mask, Raster, RasterInfo, RasterMask, Sample as _, SampleType, Samples, Window,
    with_sample_type,
};
use tile_math::BoundingBox;

impl Image {
    /// The image where `shape` is not 0; elsewhere nothing counts any more. Samples stay.
    ///
    /// # Errors
    ///
    /// [`Error::Mismatch`] if the mask has another size.
    pub fn cut(self, shape: &Mask) -> Result<Self, Error> {
        let size = |rows, columns| format!("{columns} × {rows} pixels");
        if (shape.rows(), shape.columns()) != (self.height(), self.width()) {
            return Err(Error::Mismatch {
                message: format!(
                    "a mask of {}, not {}",
                    size(shape.rows(), shape.columns()),
                    size(self.height(), self.width())
                ),
            });
        }
        self.rebuilt(|raster, bounds| {
            let (bands, rows, columns) = (raster.bands(), raster.rows(), raster.columns());
            let (samples, mask) = raster.into_parts();
            let cut = |mut mask: Mask| {
                for (value, inside) in mask.values_mut().iter_mut().zip(shape.values()) {
                    if *inside == 0 {
                        *value = 0;
                    }
                }
                mask
            };
            let mask = match mask {
                RasterMask::PerDataset(mask) => RasterMask::PerDataset(cut(mask)),
                RasterMask::PerBand(masks) => {
                    RasterMask::PerBand(masks.into_iter().map(cut).collect())
                }
                _ => RasterMask::PerDataset(cut(Mask::filled(rows, columns, 255))),
            };
            let raster = Raster::new(bands, rows, columns, samples)
                .and_then(|raster| raster.with_mask(mask))
                .map_err(mismatch)?;
            Ok((raster, bounds))
        })
    }

    /// The image without its `pixels` outermost rows and columns on each side.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidParameter`] if nothing would be left.
    pub fn crop(self, pixels: u32) -> Result<Self, Error> {
        if pixels == 0 {
            return Ok(self);
        }
        let left = |length: u32| {
            let left = length.checked_sub(pixels.saturating_mul(2));
            left.filter(|left| *left > 0).ok_or_else(|| {
                Error::parameter(
                    "buffer",
                    format!(
                        "nothing is left of {length} pixels when {pixels} are cut on each side"
                    ),
                )
            })
        };
        let window = Window::new(pixels, pixels, left(self.width())?, left(self.height())?);
        let (width, height) = (f64::from(self.width()), f64::from(self.height()));
        self.rebuilt(|raster, bounds| {
            let (across, down) = (bounds.width() / width, bounds.height() / height);
            let less = f64::from(pixels);
            let bounds = BoundingBox::new(
                bounds.left + across * less,
                bounds.bottom + down * less,
                bounds.right - across * less,
                bounds.top - down * less,
            );
            let raster = raster.crop(&window).ok_or_else(|| Error::Mismatch {
                message: "the window does not fit".to_owned(),
            })?;
            Ok((raster, bounds))
        })
    }

    /// The bands of several images on one grid, in their order, as one image.
    ///
    /// Samples become the type that NumPy's `result_type` gives; bands are named `b1`, `b2` … anew and
    /// keep their descriptions and masks. A palette stays only with an image that is alone.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidParameter`] without any image, [`Error::Mismatch`] if their sizes, bounds or
    /// CRSs differ.
    pub fn stack(images: Vec<Self>) -> Result<Self, Error> {
        let Some(first) = images.first() else {
            return Err(Error::parameter("assets", "no image to stack"));
        };
        let (rows, columns) = (first.height(), first.width());
        let (crs, bounds) = (first.crs().cloned(), first.bounds());
        for image in &images {
            if (image.height(), image.width()) != (rows, columns) {
                return Err(Error::Mismatch {
                    message: format!(
                        "{} × {} pixels beside {columns} × {rows}",
                        image.width(),
                        image.height()
                    ),
                });
            }
            if image.crs() != crs.as_ref() || image.bounds() != bounds {
                return Err(Error::Mismatch {
                    message: "images of different places".to_owned(),
                });
            }
        }
        let types: Vec<SampleType> = images.iter().map(Self::sample_type).collect();
        let sample_type = promoted(&types).unwrap_or(SampleType::U8);
        let palette = match &images[..] {
            [alone] => alone.palette().map(<[[u8; 4]]>::to_vec),
            _ => None,
        };
        let mut bands: Vec<ImageBand> = Vec::new();
        let mut masks = Vec::new();
        let mut samples = Samples::zeros(sample_type, 0);
        for image in images {
            masks.extend((0..image.bands().len()).map(|band| image.band_mask(band).clone()));
            bands.extend_from_slice(image.bands());
            append(
                &mut samples,
                cast(image.into_raster().into_parts().0, sample_type),
            );
        }
        for (number, band) in bands.iter_mut().enumerate() {
            band.name = format!("b{}", number + 1);
        }
        let count = u32::try_from(bands.len()).unwrap_or(u32::MAX);
        let raster = Raster::new(count, rows, columns, samples)
            .and_then(|raster| raster.with_mask(RasterMask::PerBand(masks)))
            .map_err(mismatch)?;
        Ok(Self::new(raster, bands, crs, bounds)?.with_palette(palette))
    }

    /// The image of a place where the source has nothing: no pixel counts.
    ///
    /// What a box or a shape beside the source shows, where a tile is an error
    /// ([`Error::OutsideBounds`]).
    ///
    /// # Errors
    ///
    /// [`Error::InvalidParameter`] for a band that is not there, [`Error::OverLimit`] if it were larger
    /// than the limits allow.
    pub fn empty(info: &RasterInfo, grid: &Grid, options: &ReadOptions) -> Result<Self, Error> {
        let selected = selected(info, grid, options)?;
        let bands = described(info, &selected, options);
        // The limits have let the grid pass: its pixels can be counted.
        let pixels = grid.pixels() as usize;
        let samples = with_sample_type!(info.sample_type, T => {
            let mut samples: Vec<T> = Vec::with_capacity(pixels * bands.len());
            for band in &bands {
                let fill = NodataTest::<T>::new(band.nodata.as_ref()).fill();
                samples.resize(samples.len() + pixels, fill);
            }
            T::into_samples(samples)
        });
        let samples = if options.unscale {
            cast(samples, SampleType::F32)
        } else {
            samples
        };
        let count = u32::try_from(bands.len()).unwrap_or(u32::MAX);
        let mask = RasterMask::PerDataset(Mask::filled(grid.height, grid.width, 0));
        let raster = Raster::new(count, grid.height, grid.width, samples)
            .and_then(|raster| raster.with_mask(mask))
            .map_err(mismatch)?;
        let palette = info
            .colormap
            .clone()
            .filter(|_| bands.len() == 1 && !options.unscale);
        let bands = bands
            .iter()
            .map(|band| {
                if options.unscale {
                    band.unscaled()
                } else {
                    band.clone()
                }
            })
            .collect();
        Ok(Self::new(raster, bands, grid.crs.clone(), grid.bounds())?.with_palette(palette))
    }

    /// The image with another raster of as many bands.
    fn rebuilt(
        self,
        change: impl FnOnce(Raster, BoundingBox) -> Result<(Raster, BoundingBox), Error>,
    ) -> Result<Self, Error> {
        let (bands, crs) = (self.bands().to_vec(), self.crs().cloned());
        let palette = self.palette().map(<[[u8; 4]]>::to_vec);
        let bounds = self.bounds();
        let (raster, bounds) = change(self.into_raster(), bounds)?;
        Ok(Self::new(raster, bands, crs, bounds)?.with_palette(palette))
    }
}

/// Appends samples of the same type.
fn append(to: &mut Samples, more: Samples) {
    macro_rules! append {
        ($($variant:ident),*) => {
            match (to, more) {
                $((Samples::$variant(to), Samples::$variant(more)) => to.extend(more),)*
                (to, more) => debug_assert_eq!(to.sample_type(), more.sample_type()),
            }
        };
    }
    append!(
        U8, I8, U16, I16, U32, I32, U64, I64, F16, F32, F64, ComplexI16, ComplexI32, ComplexF32,
        ComplexF64
    );
}

fn mismatch(error: cog_raster::ShapeError) -> Error {
    Error::Mismatch {
        message: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cog_raster::Nodata;
    use tile_math::Crs;

    fn image(samples: Samples, bands: u32, masks: Vec<Vec<u8>>) -> Image {
        let masks = masks
            .into_iter()
            .map(|m| Mask::new(1, 3, m).unwrap())
            .collect();
        let raster = Raster::new(bands, 1, 3, samples)
            .unwrap()
            .with_mask(RasterMask::PerBand(masks))
            .unwrap();
        let bands = (0..bands)
            .map(|k| ImageBand::new(format!("x{k}")))
            .collect();
        let bounds = BoundingBox::new(0.0, 0.0, 3.0, 1.0);
        Image::new(raster, bands, Some(Crs::wgs84()), bounds).unwrap()
    }

    #[test]
    fn stacked_bands_keep_masks_and_descriptions_and_share_a_type() {
        let bytes = image(Samples::U8(vec![1, 2, 3]), 1, vec![vec![255, 0, 255]]);
        let words = image(
            Samples::I16(vec![-1, -2, -3, 4, 5, 6]),
            2,
            vec![vec![255, 255, 0], vec![0, 255, 255]],
        );
        let all = Image::stack(vec![bytes.clone(), words]).unwrap();
        assert_eq!(
            all.samples(),
            &Samples::I16(vec![1, 2, 3, -1, -2, -3, 4, 5, 6])
        );
        let names: Vec<_> = all
            .bands()
            .iter()
            .map(|b| (&b.name[..], &b.description[..]))
            .collect();
        assert_eq!(names, [("b1", "x0"), ("b2", "x0"), ("b3", "x1")]);
        assert_eq!((all.value(0, 0, 1), all.value(1, 0, 1)), (None, Some(-2.0)));
        assert_eq!(all.band_mask(2).values(), [0, 255, 255]);
        assert_eq!(all.mask().values(), [255, 255, 255]);
        assert!(Image::stack(Vec::new()).is_err());
        let cropped = Image::new(
            Raster::new(1, 1, 1, Samples::U8(vec![1])).unwrap(),
            vec![ImageBand::new("b1")],
            Some(Crs::wgs84()),
            BoundingBox::new(0.0, 0.0, 3.0, 1.0),
        );
        assert!(Image::stack(vec![bytes, cropped.unwrap()]).is_err());
    }

    #[test]
    fn a_cut_takes_pixels_out_of_every_band() {
        let two = image(
            Samples::U8(vec![1, 2, 3, 4, 5, 6]),
            2,
            vec![vec![255, 255, 0], vec![9, 9, 9]],
        );
        let cut = two
            .clone()
            .cut(&Mask::new(1, 3, vec![255, 0, 255]).unwrap())
            .unwrap();
        assert_eq!(cut.band_mask(0).values(), [255, 0, 0]);
        assert_eq!(cut.band_mask(1).values(), [9, 0, 9]);
        assert_eq!(cut.samples(), two.samples());
        assert!(two.cut(&Mask::filled(1, 2, 255)).is_err());
    }

    #[test]
    fn a_crop_moves_the_bounds() {
        let values = (0..25).collect();
        let raster = Raster::new(1, 5, 5, Samples::U8(values)).unwrap();
        let bounds = BoundingBox::new(0.0, 0.0, 10.0, 5.0);
        let image = Image::new(raster, vec![ImageBand::new("b1")], None, bounds).unwrap();
        let inner = image.clone().crop(2).unwrap();
        assert_eq!(inner.samples(), &Samples::U8(vec![12]));
        assert_eq!(inner.bounds(), BoundingBox::new(4.0, 2.0, 6.0, 3.0));
        assert!(image.clone().crop(3).is_err());
        assert!(image.crop(u32::MAX).is_err());
    }

    #[test]
    fn nothing_there_is_nodata_and_masked() {
        let mut info = RasterInfo::new(SampleType::I16, 2, 10, 10);
        info.bands[1].nodata = Some(Nodata::new(-9.0));
        info.bands[1].scale = 2.0;
        let grid =
            Grid::for_bounds(BoundingBox::new(0.0, 0.0, 2.0, 1.0), &Crs::wgs84(), 2, 1).unwrap();
        let options = ReadOptions::default();
        let image = Image::empty(&info, &grid, &options).unwrap();
        assert_eq!(image.samples(), &Samples::I16(vec![0, 0, -9, -9]));
        assert!(image.is_empty());
        let image = Image::empty(&info, &grid, &options.clone().with_unscale(true)).unwrap();
        assert_eq!(image.samples(), &Samples::F32(vec![0.0, 0.0, -9.0, -9.0]));
        let limits = crate::Limits::default().with_output_bytes(3);
        assert!(Image::empty(&info, &grid, &options.with_limits(limits)).is_err());
    }
}
