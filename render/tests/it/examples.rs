//! The examples draw what they say.

#[allow(dead_code, reason = "its `main`, which takes the command line")]
#[path = "../../examples/tile_png.rs"]
mod tile_png;

use tile_math::Tile;

/// A TIFF of 2 × 1 bytes, 10 and 200, over the whole world.
fn world() -> Vec<u8> {
    const DOUBLE: u16 = 12;
    const SHORT: u16 = 3;
    const LONG: u16 = 4;
    let (scale, tiepoint, keys) = (200_u32, 224, 272);
    let entries: [(u16, u16, u32, u32); 12] = [
        (256, LONG, 1, 2),
        (257, LONG, 1, 1),
        (258, SHORT, 1, 8),
        (259, SHORT, 1, 1),
        (262, SHORT, 1, 1),
        (273, LONG, 1, 190),
        (277, SHORT, 1, 1),
        (278, LONG, 1, 1),
        (279, LONG, 1, 2),
        (33550, DOUBLE, 3, scale),
        (33922, DOUBLE, 6, tiepoint),
        (34735, SHORT, 16, keys),
    ];
    let mut file = b"II*\0\x08\0\0\0".to_vec();
    file.extend((entries.len() as u16).to_le_bytes());
    for (tag, kind, count, value) in entries {
        file.extend([tag.to_le_bytes(), kind.to_le_bytes()].concat());
        file.extend([count.to_le_bytes(), value.to_le_bytes()].concat());
    }
    file.resize(190, 0);
    file.extend([10, 200]);
    file.resize(scale as usize, 0);
    let doubles = [180.0, 180.0, 0.0, 0.0, 0.0, 0.0, -180.0, 90.0, 0.0_f64];
    file.extend(doubles.iter().flat_map(|v| v.to_le_bytes()));
    // GeoKeys: geographic, pixels are areas, EPSG:4326.
    let keys: [u16; 16] = [1, 1, 0, 3, 1024, 0, 1, 2, 1025, 0, 1, 1, 2048, 0, 1, 4326];
    file.extend(keys.iter().flat_map(|v| v.to_le_bytes()));
    file
}

#[test]
fn tile_png() {
    let name = format!("cog-render-tile-png-{}.tif", std::process::id());
    let path = std::env::temp_dir().join(name);
    std::fs::write(&path, world()).unwrap();
    let picture =
        |z, x, y| pollster::block_on(tile_png::run(path.to_str().unwrap(), Tile::new(z, x, y)));
    let samples = |bytes: Vec<u8>| {
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes))
            .read_info()
            .unwrap();
        let mut samples = vec![0; reader.output_buffer_size().unwrap()];
        let frame = reader.next_frame(&mut samples).unwrap();
        assert_eq!((frame.width, frame.height), (256, 256));
        samples
    };
    // The far west and the far east: one pixel of the source each.
    let west = samples(picture(3, 0, 3).unwrap());
    let east = samples(picture(3, 7, 3).unwrap());
    let bytes = west.len() / (256 * 256);
    assert_eq!(west[128 * 256 * bytes], 10);
    assert_eq!(east[(128 * 256 + 255) * bytes], 200);
    let error = picture(3, 8, 0).unwrap_err();
    std::fs::remove_file(&path).unwrap();
    assert!(error.to_string().contains("3/8/0"), "{error}");
}
