//! Measuring without threads of one's own.

use super::{measurement::Measurement, options::MeasureOptions};
use crate::{Error, Metadata};
use cog_raster::RasterSource;

/// Measures a raster, part by part.
///
/// The source may decode the blocks of a part at the same time; whoever has threads for the parts too, or
/// wants to see how far it is, drives a [`Measurement`] instead.
///
/// # Errors
///
/// [`Measurement::new`]'s and [`Measurement::advance`]'s; [`Error::Source`] where the raster cannot be read.
pub async fn measure(
    source: &dyn RasterSource,
    options: &MeasureOptions,
) -> Result<Metadata, Error> {
    let mut measurement = Measurement::new(source.info(), options)?;
    loop {
        let mut found = measurement.accumulator();
        for index in 0..measurement.parts() {
            if let Some(part) = measurement.part(index) {
                let raster = source.read(part.request.clone()).await?;
                found.push(&part, &raster)?;
            }
        }
        if let Some(metadata) = measurement.advance(found)? {
            return Ok(metadata);
        }
    }
}
