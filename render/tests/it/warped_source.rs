//! Sources on another grid: the contract of a source, and GDAL's warper.

use crate::{npz, oracle::make};
use cog_raster::testkit::check_source;
use cog_raster::{
    Affine, ColorInterpretation, Mask, MaskKind, MemorySource, Nodata, Raster, RasterMask,
    RasterSource, ReadRequest, Samples, SourceErrorKind, Window,
};
use cog_reader::{Cog, MemoryReader, OpenOptions};
use cog_render::{Grid, OutputSize, Resampling, WarpedSource, WebOptimized};
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;
use tile_math::{BoundingBox, Crs, TileMatrixSet, ZoomStrategy};

const WIDTH: u32 = 140;
const HEIGHT: u32 = 110;

/// Slopes with a hole in every band.
fn slopes(bands: u32) -> Vec<u16> {
    let value = |band: u32, at: u32| {
        let (row, column) = (at / WIDTH, at % WIDTH);
        let hole = row.abs_diff(60) < 15 && column.abs_diff(40) < 20;
        let value = 1000 * (band + 1) + 7 * row + 3 * column;
        if hole {
            0
        } else {
            u16::try_from(value).unwrap()
        }
    };
    (0..bands)
        .flat_map(|band| (0..WIDTH * HEIGHT).map(move |at| value(band, at)))
        .collect()
}

fn utm(raster: Raster) -> MemorySource {
    MemorySource::new(raster)
        .with_affine(Affine::new(30.0, 0.0, 400_000.0, 0.0, -30.0, 5_000_000.0))
        .with_crs(Crs::from_epsg(32633).unwrap())
}

fn plain(bands: u32) -> Raster {
    Raster::new(bands, HEIGHT, WIDTH, Samples::U16(slopes(bands))).unwrap()
}

fn mercator(source: &MemorySource, kernel: Resampling) -> WarpedSource<'_> {
    let crs = Crs::web_mercator();
    let grid = Grid::in_crs(source.info(), &crs, None, OutputSize::native()).unwrap();
    WarpedSource::new(source, grid, kernel).unwrap()
}

fn all(source: &WarpedSource<'_>) -> Raster {
    let window = Window::new(0, 0, source.info().width(), source.info().height());
    pollster::block_on(source.read(ReadRequest::new(0, window))).unwrap()
}

#[test]
fn it_is_a_source_whatever_hides_pixels() {
    let mask = {
        let valid = slopes(1)
            .iter()
            .map(|&v| if v == 0 { 0 } else { 255 })
            .collect();
        Mask::new(HEIGHT, WIDTH, valid).unwrap()
    };
    let nodata = utm(plain(2)).with_band_info(|bands| {
        bands
            .iter_mut()
            .for_each(|band| band.nodata = Some(Nodata::new(0.0)));
    });
    let one_nodata = utm(plain(2)).with_band_info(|bands| bands[1].nodata = Some(Nodata::new(0.0)));
    let masked = plain(2)
        .with_mask(RasterMask::PerDataset(mask.clone()))
        .unwrap();
    let each = RasterMask::PerBand(vec![mask.clone(), Mask::filled(HEIGHT, WIDTH, 255)]);
    let alpha = utm(plain(2)).with_band_info(|bands| {
        bands[1].color_interpretation = ColorInterpretation::Alpha;
    });
    let cases = [
        (nodata, MaskKind::None),
        (one_nodata, MaskKind::PerDataset),
        (utm(masked), MaskKind::PerDataset),
        (utm(plain(2).with_mask(each).unwrap()), MaskKind::PerDataset),
        (utm(plain(1)), MaskKind::PerDataset),
        (alpha, MaskKind::Alpha),
    ];
    for (source, kind) in &cases {
        for kernel in [
            Resampling::Nearest,
            Resampling::Bilinear,
            Resampling::Average,
        ] {
            let warped = mercator(source, kernel);
            assert_eq!(warped.info().mask_kind, *kind);
            assert_eq!(warped.info().crs, Some(Crs::web_mercator()));
            pollster::block_on(check_source(&warped));
        }
    }
}

#[test]
fn what_lies_outside_is_nodata_or_masked() {
    let source = utm(plain(1));
    let warped = mercator(&source, Resampling::Nearest);
    // The corner of a box around turned pixels.
    let raster = all(&warped);
    let RasterMask::PerDataset(mask) = raster.mask() else {
        panic!("{:?}", raster.mask())
    };
    assert!(mask.values().contains(&0) && mask.values().contains(&255));
    let hidden = |at: usize| mask.values()[at] == 0;
    assert!(
        (0..raster.pixels())
            .filter(|&at| hidden(at))
            .all(|at| raster.samples().value(at) == Some(0.0))
    );

    let source = source.with_band_info(|bands| bands[0].nodata = Some(Nodata::new(65_535.0)));
    let warped = mercator(&source, Resampling::Nearest);
    let with_nodata = all(&warped);
    assert_eq!(with_nodata.mask(), &RasterMask::AllValid);
    let as_nodata = |at: usize| with_nodata.samples().value(at) == Some(65_535.0);
    assert!((0..raster.pixels()).all(|at| hidden(at) == as_nodata(at)));
}

#[test]
fn no_valid_pixel_becomes_nodata() {
    // A mean of 0 and 2 is the nodata value.
    let stripes = (0..HEIGHT * WIDTH)
        .map(|at| if at % 2 == 0 { 0 } else { 2 })
        .collect();
    let source = utm(Raster::new(1, HEIGHT, WIDTH, Samples::U8(stripes)).unwrap())
        .with_band_info(|bands| bands[0].nodata = Some(Nodata::new(1.0)));
    let raster = all(&mercator(&source, Resampling::Average));
    let grid = mercator(&source, Resampling::Nearest);
    let nearest = all(&grid);
    let mut counting = 0;
    for at in 0..raster.pixels() {
        // What holds a pixel's middle counts, and so does the mean around it.
        if nearest.samples().value(at) != Some(1.0) {
            assert_ne!(raster.samples().value(at), Some(1.0), "{at}");
            counting += 1;
        }
    }
    assert!(counting > 10_000);
}

#[test]
fn little_memory_makes_the_same_pixels() {
    let source = utm(plain(1)).with_band_info(|bands| bands[0].nodata = Some(Nodata::new(0.0)));
    let whole = all(&mercator(&source, Resampling::Nearest));
    let cut = all(&mercator(&source, Resampling::Nearest).with_source_bytes(4_000));
    assert_eq!(whole, cut);
    let window = Window::new(0, 0, 100, 100);
    let least = mercator(&source, Resampling::Nearest).with_source_bytes(100);
    let error = pollster::block_on(least.read(ReadRequest::new(0, window))).unwrap_err();
    assert_eq!(error.kind(), SourceErrorKind::OverLimit);
}

#[test]
fn poles_and_the_antimeridian_are_warped_in_parts() {
    let value = |at: u32| u8::try_from(at % 250 + 1).unwrap();
    let raster = Raster::new(1, 90, 180, Samples::U8((0..90 * 180).map(value).collect())).unwrap();
    let world = MemorySource::new(raster)
        .with_affine(Affine::new(2.0, 0.0, -180.0, 0.0, -2.0, 90.0))
        .with_crs(Crs::wgs84());
    for (epsg, bounds) in [
        (3031, BoundingBox::new(-4e6, -4e6, 4e6, 4e6)),
        (3413, BoundingBox::new(-4e6, -4e6, 4e6, 4e6)),
        (3857, BoundingBox::new(-21e6, -21e6, 21e6, 21e6)),
        (32601, BoundingBox::new(-1e6, 0.0, 1e6, 9e6)),
    ] {
        let crs = Crs::from_epsg(epsg).unwrap();
        let grid = Grid::for_bounds(bounds, &crs, 600, 600).unwrap();
        for bytes in [1 << 20, 4_000] {
            let warped = WarpedSource::new(&world, grid.clone(), Resampling::Nearest).unwrap();
            let raster = all(&warped.with_source_bytes(bytes));
            let valid = raster.samples().as_slice::<u8>().unwrap();
            let valid = valid.iter().filter(|&&v| v > 0).count();
            assert!(valid > 300_000, "EPSG:{epsg}, {bytes}: {valid}");
        }
    }
}

#[test]
fn what_cannot_be_is_refused_before_anything_is_read() {
    let source = utm(plain(1));
    let crs = Crs::web_mercator();
    let grid = Grid::in_crs(source.info(), &crs, None, OutputSize::native()).unwrap();
    let pixels = Grid {
        crs: None,
        ..grid.clone()
    };
    let none = Grid {
        width: 0,
        ..grid.clone()
    };
    assert!(WarpedSource::new(&source, pixels, Resampling::Nearest).is_err());
    assert!(WarpedSource::new(&source, none, Resampling::Nearest).is_err());
    let error = WarpedSource::new(&source, grid.clone(), Resampling::Gauss).unwrap_err();
    assert!(error.to_string().contains("between two CRSs"), "{error}");
    let nowhere = MemorySource::new(plain(1));
    assert!(WarpedSource::new(&nowhere, grid, Resampling::Nearest).is_err());
}

/// Runs where `SMALTI_PYTHON` names a Python with rasterio and rio-cogeo; the others here are the twins that need none.
#[test]
fn gdal_warps_whole_files_alike() {
    let Some((folder, listing)) = make("warped_source.py") else {
        return;
    };
    let cases = listing["cases"].as_array().unwrap();
    let wrong: Vec<String> = cases.iter().filter_map(compare).collect();
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(cases.len() >= 75, "{}", cases.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is wrong with a file on a grid, if anything.
fn compare(case: &Value) -> Option<String> {
    let path = case["file"].as_str().unwrap();
    let bytes = std::fs::read(path).unwrap();
    let reader = Arc::new(MemoryReader::new(path, bytes));
    let cog = pollster::block_on(Cog::open(reader, OpenOptions::default())).unwrap();
    let how = case["grid"].as_str().unwrap();
    let tms = TileMatrixSet::builtin("WebMercatorQuad").unwrap();
    let web = |how: WebOptimized| how.grid(cog.info(), &tms).unwrap().0;
    let default = WebOptimized::default();
    let grid = match how {
        "reproject" => {
            let crs = Crs::web_mercator();
            Grid::in_crs(cog.info(), &crs, None, OutputSize::native()).unwrap()
        }
        "web 0" => web(default),
        "web 2" => web(default.with_aligned_levels(2)),
        "web zoom" => web(default.with_zoom(11)),
        "web lower" => web(default.with_strategy(ZoomStrategy::Lower)),
        "web upper" => web(default.with_strategy(ZoomStrategy::Upper)),
        other => panic!("{other}"),
    };
    let what = format!("{path}, {how}, {}", case["kernel"]);
    let numbers: Vec<f64> = serde_json::from_value(case["affine"].clone()).unwrap();
    let size = [&case["width"], &case["height"]].map(|v| v.as_u64().unwrap());
    let Affine {
        a, b, c, d, e, f, ..
    } = grid.affine;
    let near = [a, b, c, d, e, f]
        .iter()
        .zip(&numbers)
        .all(|(ours, theirs)| (ours - theirs).abs() <= 1e-5 * a);
    if !near || size != [u64::from(grid.width), u64::from(grid.height)] {
        return Some(format!("{what}: {grid:?}, not {numbers:?} {size:?}"));
    }
    let kernel = Resampling::parse(case["kernel"].as_str().unwrap()).unwrap();
    let warped = WarpedSource::new(&cog, grid, kernel).unwrap();
    let raster = all(&warped);
    let arrays = npz::read(Path::new(case["npz"].as_str().unwrap()));
    let (data, mask) = (&arrays["data"], &arrays["mask"].samples);
    let (bands, pixels) = (data.shape[0], raster.pixels());
    let valid = raster
        .validity(0, warped.info().bands[0].nodata.as_ref())
        .unwrap();
    let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
    for at in (0..pixels).filter(|&at| mask.value(at) == Some(1.0)) {
        let value = data.samples.value(at).unwrap();
        (least, most) = (least.min(value), most.max(value));
    }
    let tolerance = if matches!(kernel, Resampling::Nearest | Resampling::Mode) {
        0.0
    } else {
        (0.005 * (most - least)).max(1.0)
    };
    let (mut masks, mut both, mut values) = (0, 0, 0);
    for at in 0..pixels {
        let (ours, theirs) = (valid.values()[at] > 0, mask.value(at) == Some(1.0));
        masks += usize::from(ours == theirs);
        if ours && theirs {
            both += 1;
            values += usize::from((0..bands).all(|band| {
                let at = band * pixels + at;
                let ours = raster.samples().value(at).unwrap();
                (ours - data.samples.value(at).unwrap()).abs() <= tolerance
            }));
        }
    }
    let share = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
    let (masks, values) = (share(masks, pixels), share(values, both));
    let what = format!("{what}: masks {masks:.5}, values {values:.5} of {both}");
    println!("{what}");
    (masks < case["masks"].as_f64().unwrap() || values < 0.999 || both * 100 < pixels)
        .then_some(what)
}
