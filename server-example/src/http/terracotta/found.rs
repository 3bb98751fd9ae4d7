//! A dataset of the catalog, its raster and what is known of that.

use super::target::target;
use crate::{
    Error,
    measured::measure,
    state::{ServerState, Source},
};
use catalog::{Catalog, DatasetPath, MeasureOptions, Metadata};
use cog_raster::RasterSource as _;
use futures_util::future::try_join;
use std::sync::Arc;

/// A dataset, opened.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) source: Arc<Source>,
    /// Which of the raster's bands, 0-based.
    pub(super) band: u32,
    pub(super) metadata: Arc<Metadata>,
}

impl Found {
    /// What tells answers about this apart from others; `None` where a store does not tell when its raster
    /// changes.
    pub(super) fn identity(&self) -> Option<String> {
        let known = (self.metadata.range, &self.metadata.percentiles);
        Some(format!(
            "{}\n{}\n{}\n{known:?}",
            self.source.key,
            self.source.validator.as_deref()?,
            self.band
        ))
    }
}

/// What is known of a dataset's pixels; measured now, quickly, and noted in the catalog, if nothing is yet.
pub(super) async fn metadata_of(
    state: &ServerState,
    catalog: &Arc<dyn Catalog>,
    values: &[String],
) -> Result<Metadata, Error> {
    if let Some(metadata) = catalog.metadata(values).await? {
        return Ok(metadata);
    }
    if !catalog.is_writable() {
        return Err(Error::Denied(
            "Lazy loading requires a writable database".into(),
        ));
    }
    // A map asks for many tiles of one dataset: one of the requests measures, the others wait for it.
    let _turn = state.turns.of(values).await;
    if let Some(metadata) = catalog.metadata(values).await? {
        return Ok(metadata);
    }
    let (source, band) = open(state, &catalog.path(values).await?).await?;
    let metadata = measured(state, &source, band).await?;
    catalog.set_metadata(values, &metadata).await?;
    Ok(metadata)
}

/// The dataset of these values, opened.
pub(super) async fn find(
    state: &ServerState,
    catalog: &Arc<dyn Catalog>,
    values: &[String],
) -> Result<Found, Error> {
    let stamp = catalog.stamp();
    if let Some(said) = state.known.get(values, stamp) {
        let (source, band) = open(state, &said.path).await?;
        let metadata = Arc::clone(&said.metadata);
        return Ok(Found {
            source,
            band,
            metadata,
        });
    }
    let metadata = metadata_of(state, catalog, values);
    let opened = async {
        let path = catalog.path(values).await?;
        let opened = open(state, &path).await?;
        Ok((path, opened))
    };
    let (metadata, (path, (source, band))) = try_join(metadata, opened).await?;
    let metadata = Arc::new(metadata);
    state.known.put(values, stamp, &path, &metadata);
    Ok(Found {
        source,
        band,
        metadata,
    })
}

/// The raster at a path of the catalog, and which of its bands is meant.
async fn open(state: &ServerState, path: &str) -> Result<(Arc<Source>, u32), Error> {
    let opened = async {
        let path = DatasetPath::parse(path)?;
        let source = state.sources.open(&target(&path.path)?).await?;
        if path.band as usize >= source.cog.info().bands.len() {
            let count = source.cog.info().bands.len();
            return Err(Error::Failed(format!("it has bands 1 to {count}")));
        }
        Ok((source, path.band))
    };
    opened.await.map_err(|error| unreadable(path, error))
}

/// That a raster is not there or cannot be used is nobody's mistake but the operator's, who reads why in the
/// log; clients need not know where rasters lie.
pub(super) fn unreadable(path: &str, error: Error) -> Error {
    match error {
        Error::Upstream(_) | Error::Changed(_) | Error::Overloaded(_) => error,
        error => {
            tracing::error!("{path}: {error}");
            Error::Failed(
                "the raster of this dataset cannot be read; the server's log says why".into(),
            )
        }
    }
}

async fn measured(state: &ServerState, source: &Source, band: u32) -> Result<Metadata, Error> {
    let admission = state.cpu.admit().await?;
    let cpu = admission.cpu();
    let (rows, columns) = state.terracotta.lazy_loading_max_shape;
    let options = MeasureOptions::quick()
        .with_band(band)
        .with_max_shape(rows, columns);
    let measured = measure(cpu, &source.cog, &options).await;
    measured.map_err(|error| unreadable(&source.key, error))
}
