//! What is known of a raster's pixels is what its pixels say.

use catalog::{Error, MeasureOptions, Measurement, Metadata, measure};
use cog_raster::{
    Affine, ColorInterpretation, Mask, MemorySource, Nodata, Raster, RasterMask, RasterSource as _,
    SampleType, Samples, with_sample_type, with_samples,
};
use proptest::prelude::*;
use tile_math::Crs;

const ROWS: u32 = 23;
const COLUMNS: u32 = 31;
const TYPES: [SampleType; 15] = [
    SampleType::U8,
    SampleType::I8,
    SampleType::U16,
    SampleType::I16,
    SampleType::U32,
    SampleType::I32,
    SampleType::U64,
    SampleType::I64,
    SampleType::F16,
    SampleType::F32,
    SampleType::F64,
    SampleType::ComplexI16,
    SampleType::ComplexI32,
    SampleType::ComplexF32,
    SampleType::ComplexF64,
];

/// In degrees, a pixel each, north up.
fn source(raster: Raster) -> MemorySource {
    MemorySource::new(raster)
        .with_crs(Crs::from_epsg(4326).unwrap())
        .with_affine(Affine::new(1.0, 0.0, 10.0, 0.0, -1.0, 50.0))
}

fn converted(sample_type: SampleType, values: &[f64]) -> Samples {
    use cog_raster::Sample;
    with_sample_type!(sample_type, T => {
        T::into_samples(values.iter().map(|value| T::from_f64(*value)).collect())
    })
}

/// By sorting all of them.
fn by_sorting(values: &[f64], pixels: usize) -> Metadata {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let count = sorted.len() as f64;
    let mut found = Metadata::constant([0.0; 4], 0.0);
    found.range = (sorted[0], sorted[sorted.len() - 1]);
    found.mean = sorted.iter().sum::<f64>() / count;
    let squares = sorted.iter().map(|value| (value - found.mean).powi(2));
    found.stdev = (squares.sum::<f64>() / count).sqrt();
    found.valid_percentage = count / pixels as f64 * 100.0;
    found.percentiles = (1..100)
        .map(|percent| {
            let position = (count - 1.0) * f64::from(percent) / 100.0;
            let (a, b) = (sorted[position as usize], sorted[position.ceil() as usize]);
            (a + (b - a) * position.fract()) as f32
        })
        .collect();
    found
}

fn assert_near(found: &Metadata, wanted: &Metadata) {
    assert_eq!(found.range, wanted.range);
    assert_eq!(found.valid_percentage, wanted.valid_percentage);
    let size = wanted.range.0.abs().max(wanted.range.1.abs());
    assert!((found.mean - wanted.mean).abs() <= size * 1e-12);
    assert!((found.stdev - wanted.stdev).abs() <= size * 1e-12);
    for (found, wanted) in found.percentiles.iter().zip(&wanted.percentiles) {
        assert!(
            f64::from((found - wanted).abs()) <= size * 1e-6,
            "{found} {wanted}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn all_types_are_measured_as_sorting_does(
        sample_type in prop::sample::select(TYPES.to_vec()),
        raw in prop::collection::vec(-300.0f64..300.0, (ROWS * COLUMNS) as usize),
        holes in prop::collection::vec(any::<bool>(), (ROWS * COLUMNS) as usize),
        masked in any::<bool>(),
        memory in prop::sample::select(vec![0u64, 1 << 20]),
    ) {
        let mut samples = converted(sample_type, &raw);
        let nodata = Nodata::new(7.0);
        if !masked {
            let seven = converted(sample_type, &[7.0]);
            with_samples!(&mut samples, T, buffer => {
                for (sample, hole) in buffer.iter_mut().zip(&holes) {
                    if *hole { *sample = seven.as_slice::<T>().unwrap()[0]; }
                }
            });
        }
        let valid: Vec<f64> = (0..holes.len())
            .filter(|at| !masked || !holes[*at])
            .map(|at| samples.value(at).unwrap())
            .filter(|value| masked || *value != 7.0)
            .collect();
        prop_assume!(!valid.is_empty());
        let mut raster = Raster::new(1, ROWS, COLUMNS, samples).unwrap();
        if masked {
            let mask = holes.iter().map(|hole| u8::from(!hole) * 200).collect();
            let mask = Mask::new(ROWS, COLUMNS, mask).unwrap();
            raster = raster.with_mask(RasterMask::PerDataset(mask)).unwrap();
        }
        let mut source = source(raster);
        if !masked {
            source = source.with_band_info(|bands| bands[0].nodata = Some(nodata));
        }
        let options = MeasureOptions::exact().with_memory(memory);
        let found = pollster::block_on(measure(&source, &options)).unwrap();
        found.check().unwrap();
        assert_near(&found, &by_sorting(&valid, holes.len()));
    }
}

/// Blocks of a level in memory are the whole of it; here they are small.
#[derive(Debug)]
struct Blocks {
    inner: MemorySource,
    info: cog_raster::RasterInfo,
}

impl Blocks {
    fn new(inner: MemorySource) -> Self {
        let mut info = inner.info().clone();
        for level in &mut info.levels {
            *level = level.with_blocks(1024, 512);
        }
        Self { inner, info }
    }
}

impl cog_raster::RasterSource for Blocks {
    fn info(&self) -> &cog_raster::RasterInfo {
        &self.info
    }

    fn read(
        &self,
        request: cog_raster::ReadRequest,
    ) -> cog_raster::BoxFuture<'_, Result<Raster, cog_raster::SourceError>> {
        self.inner.read(request)
    }
}

#[test]
fn parts_in_any_order_and_number_give_the_same() {
    let (rows, columns) = (1100u32, 1500u32);
    let values: Vec<f32> = (0..rows * columns)
        .map(|at| (at.wrapping_mul(2_654_435_761) >> 8) as f32 / 3.0)
        .collect();
    let raster = Raster::new(1, rows, columns, Samples::F32(values)).unwrap();
    let source = Blocks::new(source(raster));
    for memory in [1, 1 << 30] {
        let options = MeasureOptions::exact().with_memory(memory);
        let one_by_one = pollster::block_on(measure(&source, &options)).unwrap();
        let mut measurement = Measurement::new(source.info(), &options).unwrap();
        assert_eq!(measurement.parts(), 3);
        assert!(measurement.accumulators() >= 1);
        let mut passes = 0;
        let backwards = loop {
            passes += 1;
            let mut several = [measurement.accumulator(), measurement.accumulator()];
            for index in (0..measurement.parts()).rev() {
                let part = measurement.part(index).unwrap();
                let raster = pollster::block_on(source.read(part.request.clone())).unwrap();
                several[(index % 2) as usize].push(&part, &raster).unwrap();
            }
            let [mut all, other] = several;
            all.merge(other);
            if let Some(metadata) = measurement.advance(all).unwrap() {
                break metadata;
            }
        };
        assert_eq!(passes, if memory == 1 { 2 } else { 1 });
        assert_eq!(backwards.percentiles, one_by_one.percentiles);
        assert_eq!(backwards.convex_hull, one_by_one.convex_hull);
        assert!((backwards.mean - one_by_one.mean).abs() < 1e-6);
    }
}

#[test]
fn a_part_that_is_missing_or_wrong_is_not_passed_over() {
    let raster = Raster::new(1, 4, 4, Samples::U8(vec![1; 16])).unwrap();
    let source = source(raster);
    let mut measurement = Measurement::new(source.info(), &MeasureOptions::exact()).unwrap();
    let error = measurement.advance(measurement.accumulator()).unwrap_err();
    assert_eq!(error.to_string(), "0 of 1 parts were read");
    let part = measurement.part(0).unwrap();
    assert!(measurement.part(1).is_none());
    for wrong in [
        Raster::new(1, 4, 3, Samples::U8(vec![1; 12])).unwrap(),
        Raster::new(2, 4, 4, Samples::U8(vec![1; 32])).unwrap(),
        Raster::new(1, 4, 4, Samples::U16(vec![1; 16])).unwrap(),
    ] {
        assert!(measurement.accumulator().push(&part, &wrong).is_err());
    }
}

#[test]
fn the_hull_is_of_valid_pixels_and_nothing_valid_is_an_error() {
    let mut samples = vec![0u8; 100];
    samples[34] = 5;
    samples[36] = 5;
    let of = |samples: Vec<u8>| {
        source(Raster::new(1, 10, 10, Samples::U8(samples)).unwrap())
            .with_band_info(|bands| bands[0].nodata = Some(Nodata::new(0.0)))
    };
    let found = pollster::block_on(measure(&of(samples), &MeasureOptions::exact())).unwrap();
    let wanted = serde_json::json!([[
        [14.0, 46.0],
        [17.0, 46.0],
        [17.0, 47.0],
        [14.0, 47.0],
        [14.0, 46.0]
    ]]);
    assert_eq!(found.convex_hull["coordinates"], wanted);
    assert_eq!(found.bounds, [10.0, 40.0, 20.0, 50.0]);
    assert_eq!(
        (found.range, found.stdev, found.valid_percentage),
        ((5.0, 5.0), 0.0, 2.0)
    );
    for options in [MeasureOptions::exact(), MeasureOptions::quick()] {
        let nothing = pollster::block_on(measure(&of(vec![0; 100]), &options));
        assert!(matches!(nothing, Err(Error::NoValidData)), "{nothing:?}");
    }
}

#[test]
fn a_band_is_chosen_and_alpha_is_its_mask() {
    let samples: Vec<u8> = (0..12).map(|at| if at == 8 { 0 } else { at }).collect();
    let raster = Raster::new(3, 2, 2, Samples::U8(samples)).unwrap();
    let source = source(raster)
        .with_band_info(|bands| bands[2].color_interpretation = ColorInterpretation::Alpha);
    let of = |band: u32| {
        let options = MeasureOptions::exact().with_band(band);
        pollster::block_on(measure(&source, &options))
    };
    assert_eq!(of(1).unwrap().range, (5.0, 7.0));
    let missing = of(3).unwrap_err().to_string();
    assert_eq!(missing, "band 4 is not there: the raster has bands 1 to 3");
}

#[test]
fn a_mask_does_not_show_nodata() {
    let raster = Raster::new(1, 2, 2, Samples::I16(vec![-1, 3, 4, 5])).unwrap();
    let mask = Mask::new(2, 2, vec![255, 255, 255, 0]).unwrap();
    let source = source(raster.with_mask(RasterMask::PerDataset(mask)).unwrap())
        .with_band_info(|bands| bands[0].nodata = Some(Nodata::new(-1.0)));
    for options in [MeasureOptions::exact(), MeasureOptions::quick()] {
        let found = pollster::block_on(measure(&source, &options)).unwrap();
        assert_eq!((found.range, found.valid_percentage), ((3.0, 4.0), 50.0));
    }
}

#[test]
fn what_cannot_be_measured_says_why() {
    let raster = || {
        Raster::new(
            1,
            2,
            2,
            Samples::F64(vec![1.0, f64::MIN, f64::MIN, f64::MIN]),
        )
        .unwrap()
    };
    let exact = MeasureOptions::exact();
    let huge = pollster::block_on(measure(&source(raster()), &exact)).unwrap_err();
    assert!(
        huge.to_string()
            .contains("nodata that the raster does not declare"),
        "{huge}"
    );
    let nowhere = MemorySource::new(raster());
    let nowhere = pollster::block_on(measure(&nowhere, &exact)).unwrap_err();
    assert!(
        nowhere.to_string().contains("not georeferenced"),
        "{nowhere}"
    );
}

#[test]
fn a_thumbnail_is_of_an_overview() {
    let level = |side: u32, value: u8| {
        Raster::new(
            1,
            side,
            side,
            Samples::U8(vec![value; (side * side) as usize]),
        )
        .unwrap()
    };
    let source = source(level(64, 1)).with_overview(level(32, 2)).unwrap();
    let of = |rows: u32, columns: u32| {
        let options = MeasureOptions::quick().with_max_shape(rows, columns);
        pollster::block_on(measure(&source, &options)).unwrap()
    };
    assert_eq!(of(64, 64).mean, 1.0);
    assert_eq!(of(32, 32).mean, 2.0);
    assert_eq!(of(5, 9).mean, 2.0);
    // Its corners are the raster's.
    assert_eq!(of(5, 9).convex_hull, of(64, 64).convex_hull);
}
