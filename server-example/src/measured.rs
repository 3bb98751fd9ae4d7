//! Measuring a source on the CPU pool.

use crate::{Error, state::CpuPool};
use catalog::{Accumulator, MeasureOptions, Measurement, Metadata};
use cog_raster::RasterSource as _;
use cog_reader::Cog;
use futures_util::future::try_join_all;
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// Parts that are read at the same time: while some are read, others are counted.
const PARTS_AT_ONCE: usize = 8;

/// What is known of a source's pixels; `parts` at a time are read, and counted on `cpu`.
///
/// # Errors
///
/// [`catalog::measure`]'s.
pub(crate) async fn measure(
    cpu: &CpuPool,
    cog: &Cog,
    options: &MeasureOptions,
) -> Result<Metadata, Error> {
    let mut measurement = Measurement::new(cog.info(), options)?;
    loop {
        let at_once = measurement.accumulators().min(PARTS_AT_ONCE);
        let at_once = at_once.min(usize::try_from(measurement.parts()).unwrap_or(at_once));
        let pass = Arc::new(measurement);
        let next = AtomicU64::new(0);
        let workers = (0..at_once).map(|_| work(cpu, cog, &pass, &next));
        let found = try_join_all(workers).await?;
        let all = cpu.run(move || found.into_iter().reduce(merged)).await?;
        // The workers have ended: nobody else holds it.
        let mut ended = Arc::try_unwrap(pass)
            .map_err(|_| Error::Failed("a reader of parts did not end".into()))?;
        let all = all.unwrap_or_else(|| ended.accumulator());
        let (advanced, ended) = cpu.run(move || (ended.advance(all), ended)).await?;
        if let Some(metadata) = advanced? {
            return Ok(metadata);
        }
        measurement = ended;
    }
}

/// Reads and counts parts as long as there are any.
async fn work(
    cpu: &CpuPool,
    cog: &Cog,
    pass: &Arc<Measurement>,
    next: &AtomicU64,
) -> Result<Accumulator, Error> {
    let mut found = pass.accumulator();
    while let Some(part) = pass.part(next.fetch_add(1, Ordering::Relaxed)) {
        let raster = cog.read(part.request.clone()).await?;
        let counted = cpu.run(move || found.push(&part, &raster).map(|()| found));
        found = counted.await??;
    }
    Ok(found)
}

fn merged(mut all: Accumulator, other: Accumulator) -> Accumulator {
    all.merge(other);
    all
}
