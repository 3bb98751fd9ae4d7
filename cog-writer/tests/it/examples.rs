//! What the examples write is what another reader reads.

use std::io::Cursor;

use tiff::decoder::{Decoder, DecodingResult};

#[allow(dead_code, reason = "its `main`, which takes a path")]
#[path = "../../examples/write_cog.rs"]
mod write_cog;

#[test]
fn write_cog() {
    let mut file = Vec::new();
    let summary = write_cog::run(&mut file).unwrap();
    assert_eq!(summary.bytes, file.len() as u64);

    let mut decoder = Decoder::new(Cursor::new(file)).unwrap();
    assert_eq!(decoder.dimensions().unwrap(), (1000, 800));
    let DecodingResult::F32(heights) = decoder.read_image().unwrap() else {
        panic!("heights are f32");
    };
    assert_eq!(heights[400 * 1000 + 500], 1000.0);
    assert_eq!(heights[400 * 1000 + 300], 600.0);
    assert_eq!(heights[0], 0.0);
    let mut levels = 1;
    while decoder.more_images() {
        decoder.next_image().unwrap();
        levels += 1;
    }
    assert!(levels > 1, "overviews are made by themselves");
}
