//! Lists the web map tiles that a box on the ground touches.
//!
//! ```sh
//! cargo run -p tile-math --example tiles_of_bbox -- 11.3 47.2 11.5 47.3 12
//! ```

use tile_math::{BoundingBox, Error, Tile, TileMatrixSet};

/// More are refused: a box of the world at zoom 20 has a million millions.
const MOST: u64 = 100_000;

/// The tiles of zoom level `zoom` that touch `bounds` (longitude, latitude).
pub(crate) fn run(bounds: BoundingBox, zoom: i8) -> Result<Vec<Tile>, Error> {
    let tms = TileMatrixSet::builtin("WebMercatorQuad").expect("built in");
    tms.tiles(bounds, &[zoom])?.collect_within(MOST)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [west, south, east, north, zoom] = &args[..] else {
        return Err("usage: tiles_of_bbox WEST SOUTH EAST NORTH ZOOM".into());
    };
    let bounds = BoundingBox::new(west.parse()?, south.parse()?, east.parse()?, north.parse()?);
    for tile in run(bounds, zoom.parse()?)? {
        println!("{tile}");
    }
    Ok(())
}
