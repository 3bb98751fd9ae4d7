//! What a page is told, and its tiles' pixels.

use cog_raster::{Affine, Nodata, Raster, RasterInfo, SampleType, Samples};
use cog_reader::MemoryReader;
use cog_render::{Format, ReadOptions, Style};
use cog_writer::{CogWriter, MemorySpill, WriteOptions};
use pollster::block_on;
use smalti_wasm::{Dataset, ErrorKind, View};
use std::sync::Arc;
use tile_math::{Crs, Tile, TileMatrixSet};

/// 600 × 500 pixels of `uint16` at zoom 12's resolution, with the upper left corner in the middle of
/// the map and nodata in the first column.
fn file() -> Vec<u8> {
    let (columns, rows) = (600, 500);
    let resolution = 156_543.033_928_040_97 / f64::from(1 << 12);
    let mut info = RasterInfo::new(SampleType::U16, 1, columns, rows);
    info.crs = Some(Crs::web_mercator());
    info.affine = Some(Affine::new(resolution, 0.0, 0.0, 0.0, -resolution, 0.0));
    info.bands[0].nodata = Some(Nodata::new(7.0));
    let value = |k: u32| {
        if k.is_multiple_of(columns) {
            7
        } else {
            (k % 5000) as u16
        }
    };
    let samples = Samples::U16((0..columns * rows).map(value).collect());
    let options = WriteOptions::default().with_block_size(256);
    let mut writer =
        CogWriter::new(&info, &options, MemorySpill::default()).expect("can be written");
    writer
        .push_rows(&Raster::new(1, rows, columns, samples).expect("one band"))
        .expect("all rows");
    let mut bytes = Vec::new();
    writer.finish(&mut bytes).expect("memory takes it");
    bytes
}

fn open(bytes: Vec<u8>) -> Result<Dataset, smalti_wasm::Error> {
    block_on(Dataset::open(Arc::new(MemoryReader::new("a.tif", bytes))))
}

/// The tile whose upper left corner is the file's.
const CORNER: Tile = Tile::new(12, 2048, 2048);

#[test]
fn a_page_is_told_where_the_file_lies() {
    let info = open(file()).unwrap().info();
    assert_eq!((info.width, info.height, info.dtype), (600, 500, "uint16"));
    assert_eq!((info.minzoom, info.maxzoom), (Some(11), Some(12)));
    let [west, south, east, north] = info.bounds.unwrap();
    let degrees = 360.0 / f64::from(1 << 12) / 256.0;
    assert!(west.abs() < 1e-9 && north.abs() < 1e-9, "{west} {north}");
    assert!(
        (east - 600.0 * degrees).abs() < 1e-9 && south < -0.1,
        "{east} {south}"
    );
    assert_eq!(info.bands[0].nodata.as_deref(), Some("7"));
    assert_eq!(info.bytes, Some(file().len() as u64));
    let json = serde_json::to_value(&info).unwrap();
    assert_eq!(json["crs"], "EPSG:3857");
}

#[test]
fn a_tile_holds_the_samples_rescaled_and_the_mask_as_alpha() {
    let dataset = open(file()).unwrap();
    let view = View::from_json(r#"{"rescale": [[0, 5000]]}"#).unwrap();
    let tile = block_on(dataset.tile(CORNER, &view)).unwrap();
    assert_eq!(
        (tile.width, tile.height, tile.rgba.len()),
        (256, 256, 4 * 256 * 256)
    );
    for (column, row) in [(0, 0), (1, 0), (77, 3), (255, 255)] {
        let at = 4 * (row * 256 + column);
        let value = (row * 600 + column) % 5000;
        let gray = (value as f64 / 5000.0 * 255.0) as u8;
        let [r, g, b, a] = tile.rgba[at..at + 4].try_into().unwrap();
        assert_eq!(a, if column == 0 { 0 } else { 255 }, "{column},{row}");
        if column > 0 {
            assert_eq!([r, g, b], [gray; 3], "{column},{row}: {value}");
        }
    }
    let point = block_on(dataset.point(0.0001, -0.0001, &View::default())).unwrap();
    assert_eq!(point.values, [None], "the first column is nodata");
    let degrees = 360.0 / f64::from(1 << 12) / 256.0;
    let point = block_on(dataset.point(77.5 * degrees, -3.5 * degrees, &View::default())).unwrap();
    assert_eq!(point.values, [Some(1877.0)]);
}

#[test]
fn a_png_is_what_cog_render_makes() {
    let reader = Arc::new(MemoryReader::new("a.tif", file()));
    let cog = block_on(cog_reader::Cog::open(reader, Default::default())).unwrap();
    let tms = TileMatrixSet::builtin("WebMercatorQuad").unwrap();
    let image = block_on(cog_render::tile(
        &cog,
        &tms,
        CORNER,
        &ReadOptions::default(),
    ))
    .unwrap();
    let expected = cog_render::render(&image, &Style::default(), Format::Png).unwrap();
    let found = block_on(open(file()).unwrap().png(CORNER, &View::default())).unwrap();
    assert!(found == expected);
}

#[test]
fn what_is_wrong_has_a_kind_and_words() {
    let error = open(b"II*\0 not a tiff".to_vec()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Malformed, "{}", error.in_words());
    assert!(error.in_words().contains("a.tif"), "{}", error.in_words());
    let dataset = open(file()).unwrap();
    let error = block_on(dataset.tile(Tile::new(12, 0, 0), &View::default())).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Outside);
    let error = block_on(dataset.tile(Tile::new(2, 9, 0), &View::default())).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Parameter, "{}", error.in_words());
}

#[test]
fn a_stretch_spans_the_valid_values() {
    let [(low, high)] = block_on(open(file()).unwrap().stretch(&View::default())).unwrap()[..]
    else {
        panic!("one band");
    };
    assert!(
        (50.0..150.0).contains(&low) && (4850.0..4950.0).contains(&high),
        "{low} {high}"
    );
}
