//! Tiles are the ones that GDAL makes: rio-tiler's, from real files.
//!
//! `fixtures/tiles/README.md` in the shared folder says how they were made and what to compare.

use crate::npz;
use cog_raster::{Mask, MemorySource, Raster, RasterInfo, RasterMask, RasterSource, Samples};
use cog_reader::{Cog, MemoryReader, OpenOptions};
use cog_render::{Grid, Image, ReadOptions, Resampling, plan};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tile_math::{Tile, TileMatrixSet};

/// Files whose tiles are held to less, and why: mean difference and share of samples off by more
/// than 4 that are allowed.
const EXCEPTIONS: &[(&str, f64, f64, &str)] = &[(
    "gdal__gcore__data__ycbcr_with_mask.tif",
    1.5,
    0.05,
    "JPEG of subsampled chroma at quality 75, GDAL's pixels are not among the fixtures; with \
     SMALTI_PYTHON they are had from GDAL, and the tiles are held to the rules",
)];

/// The shared fixtures; `None` where there are none and none were promised.
fn fixtures() -> Option<PathBuf> {
    if let Some(shared) = std::env::var_os("SMALTI_SHARED") {
        let folder = Path::new(&shared).join("fixtures");
        assert!(folder.is_dir(), "SMALTI_SHARED has no {}", folder.display());
        return Some(folder);
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/fixtures");
    if folder.is_dir() {
        return Some(folder);
    }
    println!(
        "no shared fixtures at {}: nothing to compare",
        folder.display()
    );
    None
}

/// How a tile compares.
#[derive(Debug, Default)]
struct Figures {
    /// Pixels valid in either.
    valid: usize,
    /// Of these, equal in validity and value (or near enough) to the default or the exact tile.
    right: usize,
    /// Of these, equal to the exact tile.
    exact: usize,
    /// Pixels whose validity is right, of all.
    mask_right: usize,
    pixels: usize,
    /// Sum and greatest of the absolute differences where both are valid.
    difference: f64,
    greatest: f64,
    samples: usize,
    /// Samples off by more than 4.
    far: usize,
}

impl Figures {
    fn share(part: usize, whole: usize) -> f64 {
        if whole == 0 {
            1.0
        } else {
            part as f64 / whole as f64
        }
    }
}

#[test]
fn tiles_are_gdals() {
    let Some(fixtures) = fixtures() else { return };
    let folder = fixtures.join("tiles");
    let index: Value =
        serde_json::from_slice(&std::fs::read(folder.join("index.json")).unwrap()).unwrap();
    let tiles = index["tiles"].as_array().unwrap();
    assert!(tiles.len() >= 60, "{} tiles", tiles.len());
    let mut wrong = Vec::new();
    println!(
        "{:<66} {:>8} {:>7} {:>7} {:>7} {:>9} {:>8}",
        "tile", "valid", "right", "exact", "mask", "mean |d|", "max |d|"
    );
    for tile in tiles {
        let name = tile["npz"].as_str().unwrap();
        let figures = match compare(&fixtures, tile) {
            Ok(figures) => figures,
            Err(message) => {
                println!("{name:<66} {message}");
                wrong.push(format!("{name}: {message}"));
                continue;
            }
        };
        println!(
            "{:<66} {:>8} {:>7.3} {:>7.3} {:>7.3} {:>9.5} {:>8.3}",
            name.trim_end_matches(".npz"),
            figures.valid,
            100.0 * Figures::share(figures.right, figures.valid),
            100.0 * Figures::share(figures.exact, figures.valid),
            100.0 * Figures::share(figures.mask_right, figures.pixels),
            figures.difference / figures.samples.max(1) as f64,
            figures.greatest,
        );
        wrong.extend(judge(tile, &figures).map(|why| format!("{name}: {why}")));
    }
    assert!(
        wrong.is_empty(),
        "{} of {} tiles:\n{}",
        wrong.len(),
        tiles.len(),
        wrong.join("\n")
    );
}

/// What is wrong with a tile, if anything.
fn judge(tile: &Value, figures: &Figures) -> Option<String> {
    let nearest = tile["resampling"] == "nearest";
    let needed = if nearest { 0.999 } else { 0.99 };
    let mask = Figures::share(figures.mask_right, figures.pixels);
    if mask < needed {
        return Some(format!("masks agree at {:.3} %", 100.0 * mask));
    }
    let right = Figures::share(figures.right, figures.valid);
    if tile["lossy_source"] == true && right < needed {
        // Two JPEG decoders: the tolerance of fixtures/tiff/README.md.
        let exception = EXCEPTIONS
            .iter()
            .find(|exception| tile["file"] == exception.0);
        let (most_mean, most_far) = exception.map_or((1.0, 0.02), |e| (e.1, e.2));
        if let Some((_, _, _, reason)) = exception {
            println!("{:<66} held to less: {reason}", "");
        }
        let mean = figures.difference / figures.samples.max(1) as f64;
        let far = Figures::share(figures.far, figures.samples);
        let fine = figures.samples == 0 || (mean < most_mean && far <= most_far);
        return (!fine).then(|| {
            format!(
                "mean difference {mean:.3}, {:.2} % off by more than 4",
                100.0 * far
            )
        });
    }
    (right < needed).then(|| format!("{:.3} % of {} pixels right", 100.0 * right, figures.valid))
}

fn compare(fixtures: &Path, tile: &Value) -> Result<Figures, String> {
    let file = tile["file"].as_str().unwrap();
    let source = open(fixtures, file)?;
    let image = match gdals_pixels(fixtures, tile, source.info()) {
        Some(memory) => render(&memory, tile)?,
        None => render(&source, tile)?,
    };
    let arrays = npz::read(&fixtures.join("tiles").join(tile["npz"].as_str().unwrap()));
    let (data, mask) = (&arrays["data"], &arrays["mask"]);
    let bands = data.shape[0];
    if bands != image.bands().len() {
        return Err(format!("{} bands, not {bands}", image.bands().len()));
    }
    if data.samples.sample_type() != image.sample_type() {
        return Err(format!(
            "{}, not {}",
            image.sample_type(),
            data.samples.sample_type()
        ));
    }
    let pixels = image.pixels();
    let mut exact_at = vec![None; pixels];
    for k in 0..arrays["exact_index"].samples.len() {
        exact_at[arrays["exact_index"].samples.value(k).unwrap() as usize] = Some(k);
    }
    let listed = arrays["exact_index"].samples.len();
    let tolerance = tolerance(tile, data);
    let value = |samples: &cog_raster::Samples, at| samples.value(at).unwrap();
    let mut figures = Figures {
        pixels,
        ..Figures::default()
    };
    for (pixel, exact_at) in exact_at.iter().enumerate() {
        let valid = image.mask().values()[pixel] == 255;
        let ours: Vec<f64> = (0..bands)
            .map(|b| value(image.samples(), b * pixels + pixel))
            .collect();
        let default: Vec<f64> = (0..bands)
            .map(|b| value(&data.samples, b * pixels + pixel))
            .collect();
        let default_valid = value(&mask.samples, pixel) == 255.0;
        let same = |theirs: &[f64], theirs_valid: bool| {
            let near =
                |(a, b): (&f64, &f64)| (a - b).abs() <= tolerance || (a.is_nan() && b.is_nan());
            valid == theirs_valid && (!valid || ours.iter().zip(theirs).all(near))
        };
        let (exact, exact_valid) = match *exact_at {
            None => (default.clone(), default_valid),
            Some(k) => (
                (0..bands)
                    .map(|b| value(&arrays["exact_data"].samples, b * listed + k))
                    .collect(),
                value(&arrays["exact_mask"].samples, k) == 255.0,
            ),
        };
        figures.mask_right += usize::from(valid == default_valid || valid == exact_valid);
        if valid && default_valid {
            for (a, b) in ours.iter().zip(&default) {
                let difference = if a.is_nan() && b.is_nan() {
                    0.0
                } else {
                    (a - b).abs()
                };
                figures.difference += difference;
                figures.greatest = figures.greatest.max(difference);
                figures.far += usize::from(difference > 4.0);
                figures.samples += 1;
            }
        }
        if valid || default_valid {
            figures.valid += 1;
            let is_exact = same(&exact, exact_valid);
            figures.exact += usize::from(is_exact);
            figures.right += usize::from(is_exact || same(&default, default_valid));
        }
    }
    Ok(figures)
}

/// How near is equal: nothing for nearest, 1 of 255 or half a per cent of the range for bilinear.
fn tolerance(tile: &Value, data: &npz::Array) -> f64 {
    if tile["resampling"] == "nearest" {
        return 0.0;
    }
    if tile["dtype"] == "uint8" {
        return 1.0;
    }
    let ends = |key: &str| {
        tile[key]
            .as_array()
            .unwrap()
            .iter()
            .map(|v| v.as_f64().unwrap())
            .collect::<Vec<_>>()
    };
    let width = ends("maxima")
        .iter()
        .zip(&ends("minima"))
        .map(|(a, b)| a - b)
        .fold(0.0, f64::max);
    let rounding = if data.samples.sample_type().is_integer() {
        1.0
    } else {
        0.0
    };
    (0.005 * width).max(rounding)
}

fn open(fixtures: &Path, file: &str) -> Result<Cog, String> {
    let path = find(&fixtures.join("tiff"), file).ok_or("no such file")?;
    let reader = Arc::new(MemoryReader::new(file, std::fs::read(path).unwrap()));
    pollster::block_on(Cog::open(reader, OpenOptions::default())).map_err(|e| e.to_string())
}

/// A lossy file's pixels as GDAL's own JPEG library decodes them: ours upsamples chroma
/// otherwise, which is not what is to be compared here. From the fixtures where they have them, else
/// from GDAL itself where `SMALTI_PYTHON` has it.
fn gdals_pixels(fixtures: &Path, tile: &Value, info: &RasterInfo) -> Option<MemorySource> {
    let file = tile["file"].as_str()?;
    let stem = file.strip_suffix(".tif")?;
    let path = fixtures.join("lossy").join(format!("{stem}__gdal.png"));
    let raster = if path.is_file() {
        decoded_png(&path)
    } else {
        EXCEPTIONS.iter().find(|exception| exception.0 == file)?;
        decoded_by_gdal(&find(&fixtures.join("tiff"), file)?)?
    };
    let source = MemorySource::new(raster);
    Some(source.with_affine(info.affine?).with_crs(info.crs.clone()?))
}

fn decoded_png(path: &Path) -> Raster {
    let file = std::fs::File::open(path).unwrap();
    let decoder = png::Decoder::new(std::io::BufReader::new(file));
    let mut reader = decoder.read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut pixels).unwrap();
    let bands = frame.color_type.samples();
    let planes = (0..bands).flat_map(|band| pixels.iter().skip(band).step_by(bands).copied());
    let samples = Samples::U8(planes.collect());
    Raster::new(bands as u32, frame.height, frame.width, samples).unwrap()
}

fn decoded_by_gdal(path: &Path) -> Option<Raster> {
    const SCRIPT: &str = "import io, sys, numpy, rasterio
source = rasterio.open(sys.argv[1])
array = numpy.concatenate([source.read(), source.dataset_mask()[None]])
buffer = io.BytesIO()
numpy.save(buffer, array)
sys.stdout.buffer.write(buffer.getvalue())";
    let python = std::env::var_os("SMALTI_PYTHON")?;
    let output = std::process::Command::new(python)
        .arg("-c")
        .arg(SCRIPT)
        .arg(path)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let array = npz::npy(&output.stdout);
    let [planes, rows, columns] = array.shape[..] else {
        panic!("{:?}", array.shape)
    };
    let Samples::U8(mut values) = array.samples else {
        panic!("not bytes")
    };
    let (rows, columns) = (rows as u32, columns as u32);
    let mask = values.split_off((planes - 1) * (rows * columns) as usize);
    let mask = Mask::new(rows, columns, mask).unwrap();
    let raster = Raster::new(planes as u32 - 1, rows, columns, Samples::U8(values)).unwrap();
    Some(raster.with_mask(RasterMask::PerDataset(mask)).unwrap())
}

fn render(source: &dyn RasterSource, tile: &Value) -> Result<Image, String> {
    let tms = TileMatrixSet::builtin("WebMercatorQuad").unwrap();
    let number = |key: &str| tile[key].as_u64().unwrap();
    let address = Tile::new(
        i8::try_from(number("z")).unwrap(),
        u32::try_from(number("x")).unwrap(),
        u32::try_from(number("y")).unwrap(),
    );
    let grid = Grid::for_tile(&tms, address, Some((256, 256)), 0.0).map_err(|e| e.to_string())?;
    let resampling = Resampling::parse(tile["resampling"].as_str().unwrap()).unwrap();
    let mut options = ReadOptions::default().with_resampling(resampling);
    let model = &tile["plain_model"];
    // Across the antimeridian GDAL 3.10 reads the full resolution; not to be imitated, says the README.
    if model["factor"] != model["rule_factor"] || tile["file"] == "rio-tiler__cog_dateline.tif" {
        options = options.with_level(0);
    }
    let plan = plan(source.info(), &grid, &options).map_err(|e| e.to_string())?;
    if let Some(factor) = model["factor"].as_u64() {
        let level = source.info().levels[plan.request().level];
        let ours = f64::from(source.info().width()) / f64::from(level.width);
        if (ours - factor as f64).abs() > 0.1 {
            return Err(format!("reads at a factor of {ours:.2}, not {factor}"));
        }
    }
    let raster = pollster::block_on(plan.read(source)).map_err(|e| e.to_string())?;
    plan.warp(&raster).map_err(|e| e.to_string())
}

fn find(folder: &Path, name: &str) -> Option<PathBuf> {
    let entries = std::fs::read_dir(folder).ok()?;
    let mut folders = Vec::new();
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            folders.push(path);
        } else if path.file_name().is_some_and(|file| file == name) {
            return Some(path);
        }
    }
    folders.iter().find_map(|folder| find(folder, name))
}
