//! `smalti tile`

use super::{TileArgs, open::open};
use crate::{
    Error,
    http::{Timing, find_tile, tile_grid},
    params::{ImageParams, Query, ReadParams, TileParams, format},
    picture,
};
use std::process::ExitCode;

pub(super) async fn tile(arguments: TileArgs) -> Result<ExitCode, Error> {
    let path = &arguments.output;
    let extension = path
        .extension()
        .and_then(|e| e.to_str())
        .unwrap_or_default();
    let format = format(extension)
        .map_err(|error| Error::Parameter(format!("--output {}: {error}", path.display())))?;
    let query = Query::from_pairs(arguments.render.pairs());
    let options = ReadParams::parse(&query)?.options()?;
    let image = ImageParams::parse(&query)?;
    let size = TileParams::parse(&query)?;
    let number = |n: &dyn ToString| n.to_string();
    let (tms, tile) = find_tile(
        &arguments.tms,
        &number(&arguments.z),
        &number(&arguments.x),
        &number(&arguments.y),
    )
    // Here a tile that the set does not have is a mistake in the arguments, not a missing thing.
    .map_err(|error| Error::Parameter(error.to_string()))?;
    let mut timing = Timing::start();
    let (cog, cpu) = open(&arguments.uri, arguments.source).await?;
    let pixels =
        picture::read(&cpu, &cog, tile_grid(tms, tile, size), options, &mut timing).await?;
    let picture = picture::encode(&cpu, pixels, &image, Some(format), &mut timing).await?;
    std::fs::write(path, &picture.bytes)
        .map_err(|e| Error::failed(format_args!("{} cannot be written", path.display()), &e))?;
    tracing::debug!("{}", timing.header());
    Ok(ExitCode::SUCCESS)
}
