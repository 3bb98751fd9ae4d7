//! `smalti demo`

use super::{
    DemoArgs, LogFormat,
    catalogs::{check_keys, open_or_create},
    ingest::How,
    open::Files,
    report::Progress,
    run::print,
    serve::{PORT, Served, listen_and_serve, policy},
};
use crate::{
    Error,
    access::Target,
    demo,
    state::{LayerSource, TerracottaOptions},
};
use catalog::{Catalog, Dataset, DatasetPath, Keys, MeasureOptions, OpenOptions};
use cog_raster::{ColorInterpretation, RasterSource as _};
use futures_util::future::join_all;
use std::{path::Path, process::ExitCode, sync::Arc};

/// The database's name in the demo's folder.
const DATABASE: &str = "catalog.sqlite";

/// What its datasets are found by; the bands make an RGB picture.
const KEYS: [&str; 3] = ["scene", "date", "band"];

pub(super) async fn demo(arguments: DemoArgs, format: LogFormat) -> Result<ExitCode, Error> {
    let dir = arguments.dir.clone().unwrap_or_else(|| {
        // Another user's files of the same name could not be replaced, but those of the same
        // user and version are used again.
        let user = std::env::var("USER").unwrap_or_default();
        let plain: String = user.chars().filter(char::is_ascii_alphanumeric).collect();
        std::env::temp_dir().join(format!("smalti-demo-{plain}"))
    });
    let (scale, fresh) = (arguments.scale, arguments.fresh);
    let progress = Progress::new("making a world", demo::STEPS, format);
    let made = {
        let dir = dir.clone();
        tokio::task::spawn_blocking(move || {
            let layers = demo::make(&dir, scale, fresh, &|steps| progress.advance(steps))?;
            progress.finish();
            Ok::<_, Error>(layers)
        })
    };
    let layers = made
        .await
        .map_err(|e| Error::failed("the demo's files were not made", &e))??;
    let catalog = ingested(&dir.join(DATABASE), &layers, &arguments).await?;
    if arguments.no_serve {
        print(&dir.display().to_string())?;
        return Ok(ExitCode::SUCCESS);
    }
    tracing::info!("the files are in {}", dir.display());
    let mut policy = policy(&arguments.listen)?;
    policy
        .serve_path(&dir)
        .map_err(|e| Error::failed(dir.display(), &e))?;
    let served = Served {
        policy,
        wanted: layers.into_iter().map(|layer| (layer, true)).collect(),
        ports: PORT,
        catalog: Some(catalog),
        terracotta: TerracottaOptions::default(),
    };
    listen_and_serve(&arguments.listen, served, format).await
}

/// The bands of all files as keyed datasets, in a database beside them.
async fn ingested(
    database: &Path,
    layers: &[LayerSource],
    arguments: &DemoArgs,
) -> Result<Arc<dyn Catalog>, Error> {
    let how = How {
        files: Files::new(arguments.listen.source, &[])?,
        // From the overviews: within moments, and near enough for a map.
        measure: Some(MeasureOptions::quick()),
    };
    let mut datasets = Vec::new();
    for layer in layers {
        if let Target::File(path) = &layer.target {
            datasets.extend(bands(&how.files, path, layer).await?);
        }
    }
    let entries = join_all(
        datasets
            .into_iter()
            .map(|dataset| how.clone().entry(dataset)),
    )
    .await;
    let entries: Vec<_> = entries
        .into_iter()
        .map(|(_, entry)| entry)
        .collect::<Result<_, _>>()?;
    let place = database.to_string_lossy();
    let keys = Keys::new(KEYS)?;
    let catalog = open_or_create(&place, &keys, &OpenOptions::default()).await?;
    check_keys(&place, &*catalog, &keys)?;
    catalog.insert(&entries).await?;
    Ok(catalog)
}

async fn bands(files: &Files, path: &Path, layer: &LayerSource) -> Result<Vec<Dataset>, Error> {
    let path = path.to_string_lossy();
    let cog = files.open(&path).await?;
    let scene = layer.group.as_deref().unwrap_or(&layer.name);
    let date = layer.time.as_deref().unwrap_or("undated");
    let of_band = |(number, band): (u32, &cog_raster::BandInfo)| {
        let name = match &band.description {
            Some(description) => description.to_lowercase(),
            None if band.color_interpretation == ColorInterpretation::Undefined => {
                format!("b{}", number + 1)
            }
            None => band.color_interpretation.name().to_owned(),
        };
        Dataset::new(
            [scene, date, &name],
            DatasetPath::new(&*path, number).to_string(),
        )
    };
    Ok((0..).zip(&cog.info().bands).map(of_band).collect())
}
