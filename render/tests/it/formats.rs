//! What GDAL and NumPy read of the formats is what was put in, and what rio-tiler writes.
//!
//! Runs where `SMALTI_PYTHON` names a Python with rio-tiler; `pictures.rs` has twins that need none.

use crate::oracle::run;
use cog_raster::{
    Complex, Mask, Nodata, Raster, RasterMask, SampleType, Samples, with_sample_type,
};
use cog_render::{Format, Image, ImageBand, Style, render};
use serde_json::{Value, json};
use tile_math::{BoundingBox, Crs};

const ROWS: u32 = 12;
const COLUMNS: u32 = 17;

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

/// The same field as in `formats.py`.
fn image(sample_type: SampleType, bands: u32, crs: Option<&str>, nodata: Option<f64>) -> Image {
    let unsigned = matches!(
        sample_type,
        SampleType::U8 | SampleType::U16 | SampleType::U32 | SampleType::U64
    );
    let values = (0..bands).flat_map(|b| {
        (0..ROWS)
            .flat_map(move |r| (0..COLUMNS).map(move |c| f64::from((b * 37 + r * 16 + c) % 100)))
    });
    let values: Vec<f64> = values
        .map(|v| if unsigned { v } else { v - 50.0 })
        .collect();
    let samples = with_sample_type!(sample_type, T => {
        <T as cog_raster::Sample>::into_samples(
            values.iter().map(|v| <T as cog_raster::Sample>::from_f64(*v)).collect(),
        )
    });
    let mask = (0..ROWS)
        .flat_map(|r| (0..COLUMNS).map(move |c| if (r + c) % 5 == 0 { 0 } else { 255 }))
        .collect();
    let raster = Raster::new(bands, ROWS, COLUMNS, samples)
        .unwrap()
        .with_mask(RasterMask::PerDataset(
            Mask::new(ROWS, COLUMNS, mask).unwrap(),
        ))
        .unwrap();
    let infos = (1..=bands)
        .map(|b| {
            let mut band = ImageBand::new(format!("b{b}"));
            band.nodata = nodata.map(Nodata::new);
            band
        })
        .collect();
    let crs = crs.map(|text| Crs::parse(text).unwrap());
    Image::new(raster, infos, crs, BOUNDS).unwrap()
}

const BOUNDS: BoundingBox = BoundingBox {
    left: 500_010.5,
    bottom: 4_000_000.0,
    right: 500_350.5,
    top: 4_000_360.0,
};

/// NumPy's name of the type in an array; complex integers are none of its types.
fn numpy_name(sample_type: SampleType) -> &'static str {
    match sample_type {
        SampleType::ComplexI16 => "complex64",
        SampleType::ComplexI32 => "complex128",
        other => other.name(),
    }
}

#[test]
fn others_read_what_we_write() {
    let mut cases: Vec<(Value, Vec<u8>)> = Vec::new();
    let mut add = |image: &Image, format: Format, mask: bool, extra: Value| {
        let how = Style::default().with_return_mask(mask);
        let bytes = render(image, &how, format).unwrap();
        let nodata = image.bands()[0].nodata.map(|nodata| nodata.as_f64());
        let mut case = json!({
            "file": format!("{}.{format}", cases.len()),
            "format": format.name(),
            "bands": image.bands().len(),
            "rows": ROWS,
            "columns": COLUMNS,
            "dtype": numpy_name(image.sample_type()),
            "mask": mask,
            "crs": image.crs().and_then(Crs::epsg).map(|code| format!("EPSG:{code}")),
            "bounds": [BOUNDS.left, BOUNDS.bottom, BOUNDS.right, BOUNDS.top],
            "nodata": nodata,
        });
        for (key, value) in extra.as_object().unwrap() {
            case[key] = value.clone();
        }
        cases.push((case, bytes));
    };
    for sample_type in TYPES {
        let read_as = match sample_type {
            SampleType::ComplexI16 => "complex_int16",
            // rasterio has no name for pairs of 32-bit integers.
            SampleType::ComplexI32 => "complex64",
            SampleType::F16 => "float32",
            other => other.name(),
        };
        for mask in [true, false] {
            for bands in [1, 3] {
                let image = image(sample_type, bands, Some("EPSG:32631"), None);
                add(&image, Format::Tif, mask, json!({ "read_as": read_as }));
                add(&image, Format::Npz, mask, json!({}));
                add(&image, Format::Npy, mask, json!({}));
            }
        }
    }
    for bands in 1..=5 {
        for mask in [true, false] {
            let image = image(SampleType::U8, bands, Some("EPSG:3857"), None);
            add(&image, Format::Tif, mask, json!({}));
        }
    }
    for crs in [
        Some("EPSG:4326"),
        Some("EPSG:3035"),
        Some("EPSG:2154"),
        None,
    ] {
        add(
            &image(SampleType::I16, 2, crs, None),
            Format::Tif,
            true,
            json!({}),
        );
    }
    let nodata = image(SampleType::F32, 2, Some("EPSG:4326"), Some(-9999.0));
    add(&nodata, Format::Tif, false, json!({}));
    add(&nodata, Format::Tif, true, json!({}));
    for sample_type in [SampleType::U8, SampleType::U16] {
        for (bands, mask) in [
            (1, true),
            (1, false),
            (2, false),
            (3, true),
            (3, false),
            (4, false),
        ] {
            let image = image(sample_type, bands, None, None);
            add(&image, Format::Png, mask, json!({ "driver": "PNG" }));
            add(&image, Format::PngRaw, mask, json!({ "driver": "PNG" }));
        }
    }
    let listing: Vec<&Value> = cases.iter().map(|(case, _)| case).collect();
    let mut files: Vec<(String, Vec<u8>)> = cases
        .iter()
        .map(|(case, bytes)| (case["file"].as_str().unwrap().to_owned(), bytes.clone()))
        .collect();
    files.push(("cases.json".into(), serde_json::to_vec(&listing).unwrap()));
    let Some(found) = run("formats.py", &files) else {
        return;
    };
    assert_eq!(found["count"], cases.len());
    assert_eq!(found["wrong"], json!([]));
}

#[test]
fn complex_numbers_keep_both_parts() {
    let raster = Raster::new(
        1,
        1,
        2,
        Samples::ComplexI16(vec![Complex::new(1, -2), Complex::new(3, 4)]),
    )
    .unwrap();
    let image = Image::new(raster, vec![ImageBand::new("b1")], None, BOUNDS).unwrap();
    let how = Style::default().with_return_mask(false);
    let tif = render(&image, &how, Format::Tif).unwrap();
    let parts = [1_i16, -2, 3, 4].map(i16::to_le_bytes).concat();
    assert!(tif.windows(8).any(|window| window == parts));
}
