//! Writes a COG of made-up heights: rows from the top, overviews by themselves.
//!
//! ```sh
//! cargo run -p cog-writer --example write_cog -- heights.tif
//! ```

use cog_raster::{Affine, Raster, RasterInfo, SampleType, Samples};
use cog_writer::{BlockCompression, CogWriter, MemorySpill, Summary, WriteOptions};
use std::io::Write;
use tile_math::Crs;

const WIDTH: u32 = 1000;
const HEIGHT: u32 = 800;

/// A cone of 1000 metres at the foot of the Alps, to `out`, which need not seek.
pub(crate) fn run(out: &mut dyn Write) -> Result<Summary, Box<dyn std::error::Error>> {
    let mut info = RasterInfo::new(SampleType::F32, 1, WIDTH, HEIGHT);
    info.crs = Some(Crs::from_epsg(32633)?);
    // Ten metres a pixel, north up.
    info.affine = Some(Affine::new(10.0, 0.0, 300_000.0, 0.0, -10.0, 5_300_000.0));
    let options = WriteOptions::default().with_compression(BlockCompression::Deflate { level: 6 });

    let mut writer = CogWriter::new(&info, &options, MemorySpill::default())?;
    for row in 0..HEIGHT {
        let height = |column: u32| {
            let (x, y) = (column as f32 - 500.0, row as f32 - 400.0);
            (1000.0 - 2.0 * x.hypot(y)).max(0.0)
        };
        let samples = Samples::F32((0..WIDTH).map(height).collect());
        writer.push_rows(&Raster::new(1, 1, WIDTH, samples)?)?;
    }
    Ok(writer.finish(out)?)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("usage: write_cog FILE")?;
    let mut file = std::io::BufWriter::new(std::fs::File::create(&path)?);
    let summary = run(&mut file)?;
    file.flush()?;
    println!("{path}: {} bytes", summary.bytes);
    Ok(())
}
