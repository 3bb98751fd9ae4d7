//! `smalti read` against rasterio, where that is at hand.

use crate::{files, server::smalti};
use std::{path::Path, process::Command};

/// Compares two `.npy` files with what rasterio reads.
const SCRIPT: &str = "
import sys, numpy as np, rasterio
source, samples, mask = sys.argv[1:]
with rasterio.open(source) as dataset:
    expected, expected_mask = dataset.read(), dataset.dataset_mask()
got, got_mask = np.load(samples), np.load(mask)
assert got.dtype == expected.dtype, (got.dtype, expected.dtype)
assert np.array_equal(got, expected, equal_nan=True), 'samples differ'
assert np.array_equal(got_mask, expected_mask), 'masks differ'
";

#[test]
fn samples_and_masks_are_rasterios() {
    let Some(python) = std::env::var_os("SMALTI_PYTHON") else {
        println!("not run: SMALTI_PYTHON is not set; `cargo xtask test` sets it");
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let both = |dir: &Path| {
        // Nodata and an alpha band in one file: nodata goes first.
        let mut info = files::utm(cog_raster::SampleType::U8, 4);
        info.bands[3].color_interpretation = cog_raster::ColorInterpretation::Alpha;
        info.mask_kind = cog_raster::MaskKind::Alpha;
        for band in &mut info.bands {
            band.nodata = Some(cog_raster::Nodata::new(0.0));
        }
        let count = (files::WIDTH * files::HEIGHT) as usize;
        let samples = (0..4 * count).map(|i| (i % 3) as u8).collect();
        files::write(
            dir,
            "both.tif",
            &info,
            cog_raster::Samples::U8(samples),
            None,
        )
    };
    for make in [files::dem, files::rgb, files::rgba, files::no_crs, both] {
        let source = make(dir.path());
        let (samples, mask) = (dir.path().join("s.npy"), dir.path().join("m.npy"));
        let output = smalti([
            Path::new("read"),
            &source,
            Path::new("-o"),
            &samples,
            Path::new("--mask-output"),
            &mask,
        ]);
        assert!(output.status.success());
        let output = Command::new(&python)
            .args(["-c", SCRIPT])
            .args([&source, &samples, &mask])
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}: {}",
            source.display(),
            String::from_utf8_lossy(&output.stderr)
        );
    }
}
