//! Draws one web map tile of a local COG as PNG.
//!
//! ```sh
//! cargo run -p cog-render --example tile_png -- image.tif Z X Y tile.png
//! ```

use cog_reader::{Cog, FileReader, OpenOptions};
use cog_render::{Format, ReadOptions, Resampling, Style, render, tile};
use std::sync::Arc;
use tile_math::{Tile, TileMatrixSet};

/// The tile's bytes as PNG.
pub(crate) async fn run(path: &str, wanted: Tile) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let reader = Arc::new(FileReader::open(path)?);
    let cog = Cog::open(reader, OpenOptions::default()).await?;
    let tms = TileMatrixSet::builtin("WebMercatorQuad").ok_or("no such set")?;
    let options = ReadOptions::default().with_reproject(Resampling::Bilinear);
    let image = tile(&cog, &tms, wanted, &options).await?;
    Ok(render(&image, &Style::default(), Format::Png)?)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [path, z, x, y, out] = &args[..] else {
        return Err("usage: tile_png FILE Z X Y OUT.png".into());
    };
    let wanted = Tile::new(z.parse()?, x.parse()?, y.parse()?);
    std::fs::write(out, pollster::block_on(run(path, wanted))?)?;
    Ok(())
}
