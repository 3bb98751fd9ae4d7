//! Pixels are those of the plain model: every kernel, sample type, mask and geometry.

use crate::plain_model::Plain;
use cog_raster::testkit::SAMPLE_TYPES;
use cog_raster::{
    Affine, ColorInterpretation, Complex, Mask, MemorySource, Nodata, Raster, RasterMask,
    RasterSource, SampleType, Samples, f16, with_sample_type,
};
use cog_render::{Error, Grid, Image, ReadOptions, Resampling, plan};
use tile_math::{BoundingBox, Crs, Tile, TileMatrixSet};

/// Numbers that look like chance and are the same on every run.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f64 / (1_u64 << 24) as f64
    }
}

/// `bands` bands of chance from 1 to 101, so that no value is 0.
fn chance(sample_type: SampleType, bands: u32, columns: u32, rows: u32) -> Raster {
    let mut chance = Chance(u64::from(bands * 7919 + columns));
    let count = (bands * columns * rows) as usize;
    let values: Vec<f64> = (0..count).map(|_| 1.0 + 100.0 * chance.next()).collect();
    let samples = match sample_type {
        SampleType::ComplexI16 => Samples::ComplexI16(
            values
                .iter()
                .map(|v| Complex::new(*v as i16, -(*v as i16) / 2))
                .collect(),
        ),
        SampleType::ComplexI32 => Samples::ComplexI32(
            values
                .iter()
                .map(|v| Complex::new(*v as i32, 7 - *v as i32))
                .collect(),
        ),
        SampleType::ComplexF32 => Samples::ComplexF32(
            values
                .iter()
                .map(|v| Complex::new(*v as f32, -*v as f32))
                .collect(),
        ),
        SampleType::ComplexF64 => {
            Samples::ComplexF64(values.iter().map(|v| Complex::new(*v, v * 0.5)).collect())
        }
        other => with_sample_type!(other, T => {
            <T as cog_raster::Sample>::into_samples(
                values.iter().map(|v| <T as cog_raster::Sample>::from_f64(*v)).collect()
            )
        }),
    };
    Raster::new(bands, rows, columns, samples).unwrap()
}

const UTM: Affine = Affine::new(100.0, 0.0, 500_000.0, 0.0, -100.0, 5_000_000.0);

fn utm() -> Crs {
    Crs::from_epsg(32_631).unwrap()
}

/// A grid in web mercator around the image of source positions, with a margin of a tenth.
fn grid_around(crs: &Crs, affine: Affine, columns: u32, rows: u32, size: u32) -> Grid {
    let bounds = affine.bounds(columns, rows);
    let to = tile_math::Transformer::new(crs, &Crs::web_mercator()).unwrap();
    let bounds = to.transform_bounds(bounds, 21).unwrap();
    let (x, y) = (bounds.width() / 10.0, bounds.height() / 10.0);
    let wider = BoundingBox {
        left: bounds.left - x,
        bottom: bounds.bottom - y,
        right: bounds.right + x,
        top: bounds.top + y,
    };
    Grid::for_bounds(wider, &Crs::web_mercator(), size, size).unwrap()
}

fn source(raster: Raster, affine: Affine, crs: Crs) -> MemorySource {
    MemorySource::new(raster).with_affine(affine).with_crs(crs)
}

fn render(source: &MemorySource, grid: &Grid, options: &ReadOptions) -> Image {
    pollster::block_on(cog_render::read(source, grid, options)).unwrap()
}

/// Holds the image to the model.
#[track_caller]
fn check(what: &str, image: &Image, model: &Plain, grid: &Grid, kernel: Resampling) {
    let (expected, doubtful) = model.render(grid, kernel);
    let values = Plain::new(
        &image.clone().into_raster(),
        &vec![None; image.bands().len()],
        Affine::identity(),
        Crs::wgs84(),
    );
    let sample_type = image.sample_type();
    let whole = sample_type.is_integer()
        || matches!(sample_type, SampleType::ComplexI16 | SampleType::ComplexI32);
    // Positions are good to 10^-5 pixels, extents to the second order, values run to 101.
    let near = match kernel {
        Resampling::Nearest => 0.0,
        // The model's sums are those of many points.
        Resampling::Sum => 8.0,
        _ => 0.01,
    } + match sample_type {
        _ if kernel == Resampling::Nearest => 0.0,
        SampleType::F16 => 0.04,
        _ if whole => 0.5,
        _ => 0.0,
    };
    let mask_near = if kernel == Resampling::Sum { 60.0 } else { 0.6 };
    let (mut valid, mut skipped) = (0, 0);
    for (band, expected) in expected.iter().enumerate() {
        for (pixel, expected) in expected.iter().enumerate() {
            if doubtful[pixel] {
                skipped += usize::from(expected.is_some());
                continue;
            }
            let mask = image.band_mask(band).values()[pixel];
            match expected {
                None => assert_eq!(mask, 0, "{what}: {kernel}: band {band} pixel {pixel}"),
                Some((value, density)) => {
                    valid += 1;
                    let value = clamped(*value, sample_type);
                    let found = values.values[band][pixel];
                    let difference = (found.re - value.re).hypot(found.im - value.im);
                    let both_nan = found.re.is_nan() && value.re.is_nan();
                    let limit = if sample_type.is_complex() {
                        1.5 * near
                    } else {
                        near
                    };
                    assert!(
                        difference <= limit || both_nan,
                        "{what}: {kernel}: {sample_type}: band {band} pixel {pixel}: {found}, not {value}"
                    );
                    assert!(
                        (f64::from(mask) - density).abs() <= mask_near,
                        "{what}: {kernel}: band {band} pixel {pixel}: mask {mask}, not {density}"
                    );
                }
            }
        }
    }
    assert!(valid > 100, "{what}: only {valid} pixels compared");
    assert!(
        skipped * 50 < valid,
        "{what}: {skipped} pixels in doubt of {valid}"
    );
}

/// What the sample type can hold of a value: cubic weights overshoot.
fn clamped(value: Complex<f64>, sample_type: SampleType) -> Complex<f64> {
    let (least, greatest) = sample_type.range();
    Complex::new(
        value.re.clamp(least, greatest),
        value.im.clamp(least, greatest),
    )
}

#[test]
fn every_kernel_and_sample_type() {
    for sample_type in SAMPLE_TYPES {
        let raster = chance(sample_type, 2, 23, 19);
        let model = Plain::new(&raster, &[None, None], UTM, utm());
        let source = source(raster, UTM, utm());
        for kernel in kernels_of(sample_type) {
            // Growing, and shrinking to a third.
            for size in [40, 8] {
                let grid = grid_around(&utm(), UTM, 23, 19, size);
                let image = render(
                    &source,
                    &grid,
                    &ReadOptions::default().with_resampling(kernel),
                );
                if size == 8 {
                    check_few(&image, &model, &grid, kernel);
                } else {
                    check("types", &image, &model, &grid, kernel);
                }
            }
        }
    }
}

/// The kernels between CRSs that a sample type has: complex ones have no order.
fn kernels_of(sample_type: SampleType) -> Vec<Resampling> {
    let orders = |kernel: &Resampling| ["max", "min", "med", "q1", "q3"].contains(&kernel.name());
    Resampling::WARP
        .into_iter()
        .filter(|kernel| !(sample_type.is_complex() && orders(kernel)))
        .collect()
}

#[test]
fn complex_samples_have_no_order() {
    let raster = chance(SampleType::ComplexF32, 1, 23, 19);
    let source = source(raster, UTM, utm());
    let grid = grid_around(&utm(), UTM, 23, 19, 40);
    for name in ["max", "min", "med", "q1", "q3"] {
        let kernel = Resampling::parse_warp(name).unwrap();
        let options = ReadOptions::default().with_reproject(kernel);
        match plan(source.info(), &grid, &options) {
            Err(Error::InvalidParameter { parameter, message }) => {
                assert_eq!(parameter, "reproject");
                assert!(message.starts_with(name), "{message}");
            }
            other => panic!("{name}: {other:?}"),
        }
    }
}

#[test]
fn kernels_are_refused_where_they_have_no_meaning() {
    let source = source(chance(SampleType::U8, 1, 23, 19), UTM, utm());
    let native = Grid::native(source.info(), cog_render::OutputSize::native()).unwrap();
    let elsewhere = grid_around(&utm(), UTM, 23, 19, 40);
    for kernel in Resampling::ALL {
        let options = ReadOptions::default().with_resampling(kernel);
        let within = plan(source.info(), &native, &options);
        assert_eq!(
            within.is_ok(),
            Resampling::READ.contains(&kernel),
            "{kernel}"
        );
        // Between CRSs a `resampling` that is none there leaves the choice to `reproject`.
        let across = plan(source.info(), &elsewhere, &options).unwrap();
        let expected = if kernel == Resampling::Gauss {
            Resampling::Nearest
        } else {
            kernel
        };
        assert_eq!(across.kernel(), expected);
        let options = ReadOptions::default().with_reproject(kernel);
        let across = plan(source.info(), &elsewhere, &options);
        assert_eq!(
            across.is_ok(),
            Resampling::WARP.contains(&kernel),
            "{kernel}"
        );
    }
}

/// As [`check`], for grids too small for its quorum: the same grid cut finer
/// must not be needed, only the pixels compared.
#[track_caller]
fn check_few(image: &Image, model: &Plain, grid: &Grid, kernel: Resampling) {
    let (expected, doubtful) = model.render(grid, kernel);
    let whole = !image.sample_type().is_float() && !image.sample_type().is_complex();
    let near = match kernel {
        Resampling::Nearest => 0.0,
        Resampling::Sum => 80.0,
        _ => 0.1,
    } + if whole { 0.5 } else { 0.05 };
    let mut valid = 0;
    for (band, expected) in expected.iter().enumerate() {
        for (pixel, expected) in expected.iter().enumerate().filter(|(p, _)| !doubtful[*p]) {
            let (row, column) = (pixel as u32 / grid.width, pixel as u32 % grid.width);
            let found = image.value(band, row, column);
            assert_eq!(found.is_some(), expected.is_some(), "{kernel} {pixel}");
            if let (Some(found), Some((value, _))) = (found, expected) {
                valid += 1;
                let value = clamped(*value, image.sample_type());
                let limit = if image.sample_type().is_complex() {
                    near + 0.5
                } else {
                    near
                };
                assert!(
                    (found - value.re).abs() <= limit,
                    "{kernel} {pixel}: {found}, not {value}"
                );
            }
        }
    }
    assert!(valid > 30, "{valid} pixels");
}

#[test]
fn nodata_takes_no_part() {
    let nodata = [
        (SampleType::U8, Nodata::new(7.0)),
        (SampleType::I16, Nodata::new(-3.0)),
        (SampleType::F32, Nodata::new(f64::NAN)),
        (SampleType::F64, Nodata::new(-1e300)),
        (SampleType::U64, Nodata::from_integer(i128::from(u64::MAX))),
        (SampleType::I64, Nodata::from_integer(i128::from(i64::MIN))),
        (SampleType::ComplexF32, Nodata::new(0.0)),
    ];
    for (sample_type, nodata) in nodata {
        // Every band has its own holes.
        let mut raster = chance(sample_type, 2, 23, 19);
        let mut chance = Chance(5);
        macro_rules! punch {
            ($type:ty, $value:expr) => {
                for sample in raster.samples_mut::<$type>().unwrap() {
                    if chance.next() < 0.2 {
                        *sample = $value;
                    }
                }
            };
        }
        match sample_type {
            SampleType::U8 => punch!(u8, 7),
            SampleType::I16 => punch!(i16, -3),
            SampleType::F32 => punch!(f32, f32::NAN),
            SampleType::F64 => punch!(f64, -1e300),
            SampleType::U64 => punch!(u64, u64::MAX),
            SampleType::I64 => punch!(i64, i64::MIN),
            _ => punch!(Complex<f32>, Complex::new(0.0, 3.0)),
        }
        let model = Plain::new(&raster, &[Some(nodata); 2], UTM, utm());
        let declared = source(raster.clone(), UTM, utm())
            .with_band_info(|bands| bands.iter_mut().for_each(|band| band.nodata = Some(nodata)));
        let grid = grid_around(&utm(), UTM, 23, 19, 40);
        for kernel in kernels_of(sample_type) {
            let options = ReadOptions::default().with_resampling(kernel);
            let image = render(&declared, &grid, &options);
            check("nodata", &image, &model, &grid, kernel);
            assert!(image.has_band_masks());
            // The same by the caller's word.
            let plain = source(raster.clone(), UTM, utm());
            let given = render(&plain, &grid, &options.with_nodata(nodata));
            assert_eq!(given.mask(), image.mask());
        }
    }
}

#[test]
fn masks_and_alpha_take_part_as_they_should() {
    let raster = chance(SampleType::U8, 3, 23, 19);
    let mut chance_of_masks = Chance(11);
    let mut mask = |partial: bool| {
        let values = (0..23 * 19)
            .map(|_| match chance_of_masks.next() {
                v if v < 0.25 => 0,
                v if partial && v < 0.6 => (v * 400.0) as u8,
                _ => 255,
            })
            .collect();
        Mask::new(19, 23, values).unwrap()
    };
    let masks = [
        RasterMask::PerDataset(mask(false)),
        RasterMask::PerDataset(mask(true)),
        RasterMask::PerBand(vec![mask(false), mask(false), mask(false)]),
    ];
    let grid = grid_around(&utm(), UTM, 23, 19, 40);
    for mask in masks {
        let masked = raster.clone().with_mask(mask).unwrap();
        let model = Plain::new(&masked, &[None; 3], UTM, utm());
        let source = source(masked, UTM, utm());
        for kernel in Resampling::WARP {
            let image = render(
                &source,
                &grid,
                &ReadOptions::default().with_resampling(kernel),
            );
            check("masks", &image, &model, &grid, kernel);
        }
    }
}

#[test]
fn an_alpha_band_becomes_the_mask() {
    let raster = chance(SampleType::U8, 4, 23, 19);
    let alpha = Mask::new(19, 23, raster.band::<u8>(3).unwrap().to_vec()).unwrap();
    let colors = raster
        .select(&cog_raster::Window::new(0, 0, 23, 19), &[0, 1, 2])
        .unwrap();
    let model = Plain::new(
        &colors.with_mask(RasterMask::PerDataset(alpha)).unwrap(),
        &[None; 3],
        UTM,
        utm(),
    );
    let source = source(raster, UTM, utm())
        .with_band_info(|bands| bands[3].color_interpretation = ColorInterpretation::Alpha);
    let grid = grid_around(&utm(), UTM, 23, 19, 40);
    let image = render(
        &source,
        &grid,
        &ReadOptions::default().with_resampling(Resampling::Bilinear),
    );
    assert_eq!(image.bands().len(), 3);
    check("alpha", &image, &model, &grid, Resampling::Bilinear);
}

#[test]
fn every_geometry() {
    let (turn_cos, turn_sin) = (0.5_f64.cos() * 100.0, 0.5_f64.sin() * 100.0);
    let cases = [
        ("north up", UTM, utm()),
        (
            "south up",
            Affine::new(100.0, 0.0, 500_000.0, 0.0, 100.0, 5_000_000.0),
            utm(),
        ),
        (
            "east to west",
            Affine::new(-100.0, 0.0, 500_000.0, 0.0, -100.0, 5_000_000.0),
            utm(),
        ),
        (
            "rotated",
            Affine::new(
                turn_cos,
                turn_sin,
                500_000.0,
                turn_sin,
                -turn_cos,
                5_000_000.0,
            ),
            utm(),
        ),
        (
            "transposed",
            Affine::new(0.0, 100.0, 500_000.0, -100.0, 0.0, 5_000_000.0),
            utm(),
        ),
        (
            "degrees",
            Affine::new(0.01, 0.0, 3.0, 0.0, -0.008, 45.0),
            Crs::wgs84(),
        ),
        (
            "degrees, rotated",
            Affine::new(0.01, 0.002, 3.0, 0.003, -0.008, 45.0),
            Crs::wgs84(),
        ),
        (
            "degrees, south up",
            Affine::new(0.01, 0.0, 3.0, 0.0, 0.008, 45.0),
            Crs::wgs84(),
        ),
        (
            "mercator",
            Affine::new(200.0, 0.0, 1e6, 0.0, -200.0, 5e6),
            Crs::web_mercator(),
        ),
        (
            "mercator, rotated",
            Affine::new(200.0, 50.0, 1e6, 30.0, -200.0, 5e6),
            Crs::web_mercator(),
        ),
        (
            "a continent",
            Affine::new(150_000.0, 0.0, 2.6e6, 0.0, -150_000.0, 5.4e6),
            Crs::from_epsg(3035).unwrap(),
        ),
        (
            "around the pole",
            Affine::new(300_000.0, 0.0, -3.5e6, 0.0, -300_000.0, 3e6),
            Crs::from_epsg(3413).unwrap(),
        ),
    ];
    for (what, affine, crs) in cases {
        let raster = chance(SampleType::F32, 1, 23, 19);
        let model = Plain::new(&raster, &[None], affine, crs.clone());
        let source = source(raster, affine, crs.clone());
        let grid = if what == "around the pole" {
            // Web mercator has no pole: as far north as its square goes.
            let bounds = BoundingBox {
                left: -2e7,
                bottom: 1e7,
                right: 2e7,
                top: 2e7,
            };
            Grid::for_bounds(bounds, &Crs::web_mercator(), 60, 40).unwrap()
        } else {
            grid_around(&crs, affine, 23, 19, 40)
        };
        for kernel in [Resampling::Nearest, Resampling::Bilinear] {
            let image = render(
                &source,
                &grid,
                &ReadOptions::default().with_resampling(kernel).with_level(0),
            );
            check(what, &image, &model, &grid, kernel);
        }
    }
}

#[test]
fn across_the_antimeridian() {
    // A source on both sides of 180 degrees, in tiles on both sides.
    let cases = [
        (
            "UTM 60 north",
            Affine::new(20_000.0, 0.0, 500_000.0, 0.0, -20_000.0, 5_000_000.0),
            Crs::from_epsg(32_660).unwrap(),
        ),
        (
            "UTM 1 south",
            Affine::new(20_000.0, 0.0, 0.0, 0.0, -20_000.0, 8_000_000.0),
            Crs::from_epsg(32_701).unwrap(),
        ),
        (
            "degrees past 180",
            Affine::new(0.5, 0.0, 174.0, 0.0, -0.5, 45.0),
            Crs::wgs84(),
        ),
        (
            "degrees past -180",
            Affine::new(0.5, 0.0, -186.0, 0.0, -0.5, 45.0),
            Crs::wgs84(),
        ),
    ];
    let tms = TileMatrixSet::builtin("WebMercatorQuad").unwrap();
    for (what, affine, crs) in cases {
        let raster = chance(SampleType::U16, 1, 23, 19);
        let model = Plain::new(&raster, &[None], affine, crs.clone());
        let source = source(raster, affine, crs);
        for x in [0, 15] {
            let y = if what.contains("south") { 9 } else { 6 };
            let mut found = 0;
            for y in [y - 1, y] {
                let grid = Grid::for_tile(&tms, Tile::new(4, x, y), Some((200, 200)), 0.0).unwrap();
                let options = ReadOptions::default();
                let image = match pollster::block_on(cog_render::read(&source, &grid, &options)) {
                    Ok(image) => image,
                    Err(Error::OutsideBounds { .. }) => continue,
                    Err(error) => panic!("{what}: {error}"),
                };
                if image.mask().values().iter().filter(|v| **v > 0).count() > 300 {
                    check(what, &image, &model, &grid, Resampling::Nearest);
                    found += 1;
                }
            }
            assert!(found > 0, "{what}: nothing at column {x}");
        }
    }
}

#[test]
fn longitudes_from_0_to_360() {
    let affine = Affine::new(5.0, 0.0, 0.0, 0.0, -5.0, 90.0);
    let raster = chance(SampleType::I16, 1, 72, 36);
    let model = Plain::new(&raster, &[None], affine, Crs::wgs84());
    let source = source(raster, affine, Crs::wgs84());
    let tms = TileMatrixSet::builtin("WebMercatorQuad").unwrap();
    for tile in [
        Tile::new(0, 0, 0),
        Tile::new(1, 0, 0),
        Tile::new(1, 1, 1),
        Tile::new(2, 1, 1),
    ] {
        let grid = Grid::for_tile(&tms, tile, Some((64, 64)), 0.0).unwrap();
        let image = render(&source, &grid, &ReadOptions::default().with_level(0));
        check("0 to 360", &image, &model, &grid, Resampling::Nearest);
        assert!(image.is_opaque(), "{tile}");
    }
}

#[test]
fn a_spot_in_the_world_is_found() {
    // Two kilometres in the tile of the whole world: less than a pixel, but there.
    let raster = chance(SampleType::U8, 1, 23, 19);
    let source = source(raster, UTM, utm());
    let tms = TileMatrixSet::builtin("WebMercatorQuad").unwrap();
    let mut seen = Vec::new();
    for zoom in 0..=10_i8 {
        let tile = tms.tile(3.0 + 0.014, 45.14, zoom).unwrap();
        let grid = Grid::for_tile(&tms, tile, None, 0.0).unwrap();
        let plan = plan(source.info(), &grid, &ReadOptions::default()).unwrap();
        let window = plan.request().window;
        assert!(window.fits(23, 19));
        let raster = pollster::block_on(plan.read(&source)).unwrap();
        let image = plan.warp(&raster).unwrap();
        seen.push(image.mask().values().iter().filter(|v| **v > 0).count());
    }
    // A pixel of zoom 6 is as wide as the source; from zoom 8 on, there are several.
    assert!(seen[8] >= 1 && seen[9] >= 4 && seen[10] >= 16, "{seen:?}");
}

#[test]
fn the_overview_is_gdals() {
    // Levels hold their own number, so that the picture says which one was read.
    let level = |number: u8, side: u32| {
        Raster::new(
            1,
            side,
            side,
            Samples::U8(vec![number; (side * side) as usize]),
        )
        .unwrap()
    };
    let affine = Affine::new(10.0, 0.0, 0.0, 0.0, -10.0, 4_000_000.0);
    let source = MemorySource::new(level(1, 1024))
        .with_overview(level(2, 512))
        .and_then(|s| s.with_overview(level(3, 256)))
        .and_then(|s| s.with_overview(level(4, 128)))
        .unwrap()
        .with_affine(affine)
        .with_crs(Crs::web_mercator());
    let read = |ratio: f64, kernel: Resampling| {
        let half = 10.0 * ratio * 8.0;
        let (x, y) = (5120.0, 4_000_000.0 - 5120.0);
        let bounds = BoundingBox {
            left: x - half,
            bottom: y - half,
            right: x + half,
            top: y + half,
        };
        let grid = Grid::for_bounds(bounds, &Crs::web_mercator(), 16, 16).unwrap();
        let image = render(
            &source,
            &grid,
            &ReadOptions::default().with_resampling(kernel),
        );
        image.value(0, 8, 8).unwrap() as u8
    };
    // What rio-tiler 9.4 with GDAL 3.10 reads at these ratios.
    let nearest = [
        (0.5, 1),
        (1.5, 1),
        (1.6, 2),
        (3.2, 2),
        (3.3, 3),
        (6.5, 3),
        (6.7, 4),
        (50.0, 4),
    ];
    for (ratio, expected) in nearest {
        assert_eq!(
            read(ratio, Resampling::Nearest),
            expected,
            "nearest at {ratio}"
        );
    }
    let others = [
        (0.5, 1),
        (1.8, 1),
        (1.95, 2),
        (3.8, 2),
        (3.92, 3),
        (7.5, 3),
        (7.95, 4),
        (50.0, 4),
    ];
    for kernel in [Resampling::Bilinear, Resampling::Cubic, Resampling::Average] {
        for (ratio, expected) in others {
            assert_eq!(read(ratio, kernel), expected, "{kernel} at {ratio}");
        }
    }
}

#[test]
fn which_kernel_does_the_work() {
    let raster = chance(SampleType::U8, 1, 23, 19);
    let source = source(raster.clone(), UTM, utm());
    let elsewhere = grid_around(&utm(), UTM, 23, 19, 40);
    let native = Grid::native(source.info(), cog_render::OutputSize::exactly(46, 38)).unwrap();
    let kernel = |source: &MemorySource, grid: &Grid, options: &ReadOptions| {
        plan(source.info(), grid, options).unwrap().kernel()
    };
    let both = ReadOptions::default()
        .with_resampling(Resampling::Cubic)
        .with_reproject(Resampling::Bilinear);
    assert_eq!(kernel(&source, &native, &both), Resampling::Cubic);
    assert_eq!(kernel(&source, &elsewhere, &both), Resampling::Bilinear);
    let one = ReadOptions::default().with_resampling(Resampling::Average);
    assert_eq!(kernel(&source, &elsewhere, &one), Resampling::Average);
    // Indexes of a palette have no means.
    let palette = MemorySource::new(raster)
        .with_affine(UTM)
        .with_crs(utm())
        .with_colormap(vec![[0; 4]; 256]);
    assert_eq!(kernel(&palette, &elsewhere, &one), Resampling::Nearest);
}

#[test]
fn scale_and_offset_apply_to_what_counts() {
    let raster = Raster::new(1, 2, 2, Samples::I16(vec![100, 200, -1, 300])).unwrap();
    let source = source(raster, UTM, utm()).with_band_info(|bands| {
        bands[0].scale = 0.1;
        bands[0].offset = -5.0;
        bands[0].nodata = Some(Nodata::new(-1.0));
    });
    let grid = Grid::native(source.info(), cog_render::OutputSize::native()).unwrap();
    let image = render(&source, &grid, &ReadOptions::default().with_unscale(true));
    assert_eq!(image.samples(), &Samples::F32(vec![5.0, 15.0, -1.0, 25.0]));
    assert_eq!(image.mask().values(), [255, 255, 0, 255]);
    assert_eq!(
        (image.bands()[0].scale, image.bands()[0].offset),
        (1.0, 0.0)
    );
}

#[test]
fn half_floats_keep_their_bits() {
    let values: Vec<f16> = (0..16).map(|bits| f16::from_bits(bits * 1000)).collect();
    let raster = Raster::new(1, 4, 4, Samples::F16(values.clone())).unwrap();
    let source = source(raster, UTM, utm());
    let grid = Grid::native(source.info(), cog_render::OutputSize::native()).unwrap();
    let image = render(&source, &grid, &ReadOptions::default());
    let found = image.band::<f16>(0).unwrap();
    assert!(
        found
            .iter()
            .zip(&values)
            .all(|(a, b)| a.to_bits() == b.to_bits())
    );
}

/// A picture of half as many columns and rows in the source's own pixels.
fn halved(source: &MemorySource, kernel: Resampling) -> Image {
    let (width, height) = (source.info().width() / 2, source.info().height() / 2);
    let size = cog_render::OutputSize::exactly(width, height);
    let grid = Grid::native(source.info(), size).unwrap();
    render(
        source,
        &grid,
        &ReadOptions::default().with_resampling(kernel),
    )
}

#[test]
fn masks_within_one_crs_are_resampled_beside_the_samples() {
    // Four quarters, of which none, one, three and all pixels count.
    let samples = vec![9, 9, 10, 20, 9, 9, 30, 9, 9, 9, 40, 40, 9, 8, 40, 80];
    let valid = vec![
        0, 0, 255, 255, 0, 0, 255, 0, 0, 0, 255, 255, 0, 255, 255, 255,
    ];
    let raster = Raster::new(1, 4, 4, Samples::U8(samples.clone())).unwrap();
    let mask = Mask::new(4, 4, valid.clone()).unwrap();
    let masked = raster
        .clone()
        .with_mask(RasterMask::PerDataset(mask))
        .unwrap();
    let alpha = Raster::new(2, 4, 4, Samples::U8([samples, valid].concat())).unwrap();
    let with_mask = source(masked, UTM, utm());
    let with_alpha = source(alpha, UTM, utm())
        .with_band_info(|bands| bands[1].color_interpretation = ColorInterpretation::Alpha);
    let with_nodata =
        source(raster, UTM, utm()).with_band_info(|bands| bands[0].nodata = Some(Nodata::new(9.0)));
    for (source, validity) in [
        (&with_mask, [0, 255, 255, 255]),
        (&with_alpha, [0, 191, 64, 255]),
        (&with_nodata, [0, 255, 255, 255]),
    ] {
        let averages = halved(source, Resampling::Average);
        assert_eq!(averages.mask().values(), validity);
        for (pixel, average) in [(1, 20.0), (2, 8.0), (3, 50.0)] {
            assert_eq!(averages.samples().value(pixel), Some(average));
        }
        // Of equally frequent values the first.
        let modes = halved(source, Resampling::Mode);
        assert_eq!(modes.samples().value(1), Some(10.0));
        assert_eq!(modes.samples().value(3), Some(40.0));
        // A kernel needs no pixel in its middle, as GDAL's warper wants it.
        let lines = halved(source, Resampling::CubicSpline);
        assert!(lines.mask().values()[0] > 0);
    }
}

#[test]
fn gauss_is_binomial() {
    // GDAL counts a pixel too many, and so its blur of pixels of the same size lies one up and left.
    let mut samples = vec![0_u8; 49];
    samples[24] = 160;
    let raster = Raster::new(1, 7, 7, Samples::U8(samples)).unwrap();
    let source = source(raster, UTM, utm());
    let grid = Grid::native(source.info(), cog_render::OutputSize::native()).unwrap();
    let options = ReadOptions::default().with_resampling(Resampling::Gauss);
    let image = render(&source, &grid, &options);
    let value = |row: usize, column: usize| image.samples().value(row * 7 + column);
    assert_eq!(
        [0, 1, 2, 3, 4].map(|column| value(2, column).unwrap()),
        [0.0, 20.0, 40.0, 20.0, 0.0]
    );
    assert_eq!((value(1, 1), value(3, 2)), (Some(10.0), Some(20.0)));
}

#[test]
fn between_crss_the_level_goes_by_resampling_and_the_work_by_reproject() {
    let level = |number: u8, side: u32| {
        let samples = vec![number; (side * side) as usize];
        Raster::new(1, side, side, Samples::U8(samples)).unwrap()
    };
    let source = source(level(1, 512), UTM, utm())
        .with_overview(level(2, 256))
        .unwrap();
    // 1.8 source pixels a picture's pixel.
    let grid = grid_around(&utm(), UTM, 512, 512, 341);
    for (resampling, expected) in [(Resampling::Nearest, 1), (Resampling::Bilinear, 0)] {
        for reproject in Resampling::WARP {
            let options = ReadOptions::default()
                .with_resampling(resampling)
                .with_reproject(reproject);
            let plan = plan(source.info(), &grid, &options).unwrap();
            assert_eq!(plan.request().level, expected, "{resampling}, {reproject}");
            assert_eq!(plan.kernel(), reproject);
        }
    }
}
