//! Overviews are GDAL's, kernel by kernel.

use std::{path::Path, process::Command};

use cog_raster::{Mask, Nodata, RasterMask, SampleType};
use cog_writer::{OverviewResampling, WriteOptions};
use serde_json::Value;

use crate::support::{info, ragged, surface, write};

/// The share of pixels that may differ from what GDAL's own builder makes of the same ones, and by how much;
/// nothing where the two do not mean the same.
fn allowed(
    kernel: OverviewResampling,
    sample_type: SampleType,
    even: bool,
    gaps: &str,
) -> Option<(f64, f64)> {
    use OverviewResampling::{Average, Bilinear, Gauss, Mode, Nearest, Rms};
    // GDAL computes in `f32`; where an integer's half falls is its last bit's choice.
    let rounding = match sample_type {
        SampleType::F32 => (1.0, 0.01),
        _ => (0.01, 1.0),
    };
    match (kernel, gaps) {
        (Nearest, _) => Some((0.0, 0.0)),
        (Average, _) => Some(rounding),
        // GDAL rounds bytes' roots its own way.
        (Rms, _) if sample_type == SampleType::U8 => Some((0.06, 1.0)),
        (Rms, _) => Some(rounding),
        // Of equally frequent bytes GDAL takes another one, and an odd size has more of them.
        (Mode, "" | "nodata") if even => Some((0.001, 1.0)),
        (Mode, "") if sample_type == SampleType::U8 => None,
        // GDAL's pixels lie elsewhere where the size is odd.
        (Gauss | Bilinear, "") if !even => None,
        (_, "") => Some(rounding),
        // What is left of a kernel beside a gap GDAL weighs otherwise.
        _ => None,
    }
}

#[test]
fn kernels_are_gdals() {
    let Some(python) = std::env::var_os("SMALTI_PYTHON") else {
        println!("SMALTI_PYTHON is not set: run `cargo xtask test` to ask GDAL");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let mut arguments = Vec::new();
    let mut cases = Vec::new();
    for kernel in OverviewResampling::ALL {
        for sample_type in [SampleType::U8, SampleType::I16, SampleType::F32] {
            for (size, gaps) in [
                (256, ""),
                (256, "nodata"),
                (256, "mask"),
                (301, ""),
                (301, "mask"),
            ] {
                let mut raster = surface(sample_type, 1, size, size - 20);
                let mut about = info(&raster);
                match gaps {
                    "mask" => {
                        raster = raster.with_mask(ragged(size, size - 20)).unwrap();
                        about = info(&raster);
                    }
                    "nodata" => {
                        let RasterMask::PerDataset(mask) = ragged(size, size - 20) else {
                            unreachable!("the ragged mask is one for all bands")
                        };
                        raster = with_holes(&raster, &mask);
                        about.bands[0].nodata = Some(Nodata::new(0.0));
                    }
                    _ => {}
                }
                let options = WriteOptions::default()
                    .with_block_size(128)
                    .with_overview_resampling(kernel);
                let (file, _) = write(&raster, &about, &options);
                let name = format!("{}-{sample_type}-{size}-{gaps}.tif", kernel.name());
                let path = folder.path().join(&name);
                std::fs::write(&path, file).unwrap();
                arguments.push(path.into_os_string());
                arguments.push(match kernel {
                    OverviewResampling::CubicSpline => "cubic_spline".into(),
                    other => other.name().into(),
                });
                cases.push((name, allowed(kernel, sample_type, size % 2 == 0, gaps)));
            }
        }
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/overviews.py");
    let output = Command::new(python)
        .arg(script)
        .args(&arguments)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let seen: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(seen.len(), cases.len());
    let mut wrong = Vec::new();
    for ((name, allowed), seen) in cases.iter().zip(&seen) {
        let (pixels, different) = (
            seen["pixels"].as_f64().unwrap(),
            seen["different"].as_f64().unwrap(),
        );
        let far = seen["far"].as_f64().unwrap();
        let share = different / pixels;
        let Some((most, farthest)) = allowed else {
            continue;
        };
        if share > *most || far > *farthest || seen["masks"] != 0 {
            wrong.push(format!(
                "{name}: {share:.4} of pixels by up to {far}, masks {}",
                seen["masks"]
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// 0 where the mask is, and nowhere else.
fn with_holes(raster: &cog_raster::Raster, mask: &Mask) -> cog_raster::Raster {
    fn punch<T: cog_raster::Sample>(values: &[T], mask: &Mask) -> Vec<T> {
        let zero = T::from_f64(0.0);
        let values = values.iter().zip(mask.values());
        values
            .map(|(&value, &valid)| match valid {
                0 => zero,
                _ if value == zero => T::from_f64(1.0),
                _ => value,
            })
            .collect()
    }
    let samples = match raster.samples() {
        cog_raster::Samples::U8(v) => cog_raster::Samples::U8(punch(v, mask)),
        cog_raster::Samples::I16(v) => cog_raster::Samples::I16(punch(v, mask)),
        cog_raster::Samples::F32(v) => cog_raster::Samples::F32(punch(v, mask)),
        other => panic!("no holes in {}", other.sample_type()),
    };
    cog_raster::Raster::new(1, raster.rows(), raster.columns(), samples).unwrap()
}
