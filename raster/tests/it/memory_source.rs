//! `MemorySource` keeps the contract of `RasterSource`.

use cog_raster::{
    ColorInterpretation, Mask, MaskKind, MemorySource, Raster, RasterMask, RasterSource,
    ReadRequest, Samples, Window, testkit,
};

fn ramp(bands: u32, rows: u32, columns: u32) -> Raster {
    let samples = (0..bands * rows * columns)
        .map(|v| (v % 65_521) as u16)
        .collect();
    Raster::new(bands, rows, columns, Samples::U16(samples)).unwrap()
}

#[test]
fn keeps_the_contract_without_a_mask() {
    let source = MemorySource::new(ramp(3, 31, 47))
        .with_overview(ramp(3, 16, 24))
        .unwrap();
    pollster::block_on(testkit::check_source(&source));
}

#[test]
fn keeps_the_contract_with_masks() {
    let mask = |n: usize| {
        Mask::new(
            5,
            7,
            (0..35).map(|i| if i % n == 0 { 0 } else { 255 }).collect(),
        )
    };
    let per_dataset = ramp(2, 5, 7)
        .with_mask(RasterMask::PerDataset(mask(3).unwrap()))
        .unwrap();
    pollster::block_on(testkit::check_source(&MemorySource::new(per_dataset)));
    let masks = vec![mask(2).unwrap(), mask(5).unwrap()];
    let per_band = ramp(2, 5, 7).with_mask(RasterMask::PerBand(masks)).unwrap();
    pollster::block_on(testkit::check_source(&MemorySource::new(per_band)));
}

#[test]
fn an_alpha_band_is_the_mask_even_if_it_is_not_asked_for() {
    let source =
        MemorySource::new(Raster::new(2, 1, 2, Samples::U16(vec![1, 2, 0, 65535])).unwrap())
            .with_band_info(|bands| bands[1].color_interpretation = ColorInterpretation::Alpha);
    assert_eq!(source.info().mask_kind, MaskKind::Alpha);
    pollster::block_on(testkit::check_source(&source));
    let request = ReadRequest::new(0, Window::new(0, 0, 2, 1)).with_bands([0]);
    let raster = pollster::block_on(source.read(request)).unwrap();
    assert_eq!(
        raster.mask(),
        &RasterMask::PerDataset(Mask::new(1, 2, vec![0, 255]).unwrap())
    );
}

#[test]
fn an_overview_that_does_not_fit_is_refused() {
    assert!(
        MemorySource::new(ramp(1, 4, 4))
            .with_overview(ramp(1, 5, 4))
            .is_err()
    );
    assert!(
        MemorySource::new(ramp(1, 4, 4))
            .with_overview(ramp(2, 2, 2))
            .is_err()
    );
}
