//! `smalti tile`

use super::{TileArgs, open::open};
use crate::{
    Error,
    dataset::{Bands, Dataset},
    http::{Timing, find_tile},
    params::{ImageParams, Query, TileParams, format},
    picture,
    state::Names,
};
use std::{process::ExitCode, sync::Arc};

pub(super) async fn tile(arguments: TileArgs) -> Result<ExitCode, Error> {
    let path = &arguments.output;
    let extension = path
        .extension()
        .and_then(|e| e.to_str())
        .unwrap_or_default();
    let format = format(extension)
        .map_err(|error| Error::Parameter(format!("--output {}: {error}", path.display())))?;
    let query = Query::from_pairs(arguments.render.pairs());
    let names = Names::default();
    let wanted = Bands::parse(&query, &names)?;
    let style = ImageParams::parse(&query, &names)?;
    let size = TileParams::parse(&query)?;
    let number = |n: &dyn ToString| n.to_string();
    let (tms, tile) = find_tile(
        &names,
        &arguments.tms,
        &number(&arguments.z),
        &number(&arguments.x),
        &number(&arguments.y),
    )
    // Here a tile that the set does not have is a mistake in the arguments, not a missing thing.
    .map_err(|error| Error::Parameter(error.to_string()))?;
    let mut timing = Timing::start();
    let (cog, cpu) = open(&arguments.uri, arguments.source).await?;
    let dataset = Dataset::of_cog(cog, wanted);
    let area = Arc::new(size.area(tms, tile));
    let mut admission = cpu.admit().await?;
    let pixels = dataset.read(&mut admission, &area, &mut timing).await?;
    let picture = picture::encode(&cpu, pixels, style, Some(format), &mut timing).await?;
    std::fs::write(path, &picture.bytes)
        .map_err(|e| Error::failed(format_args!("{} cannot be written", path.display()), &e))?;
    tracing::debug!("{}", timing.header());
    Ok(ExitCode::SUCCESS)
}
