//! From an opened source to encoded bytes, each stage where it belongs.

use crate::{
    Error,
    dataset::Planned,
    http::Timing,
    state::{Counters, CpuPool},
};
use bytes::Bytes;
use cog_raster::{Mask, RasterInfo, RasterSource as _};
use cog_reader::Cog;
use cog_render::{Error as RenderError, Format, Image, Style};
use std::{sync::Arc, time::Instant};
use tile_math::{BoundingBox, Crs};

/// An encoded picture.
#[derive(Debug)]
pub(crate) struct Picture {
    pub(crate) bytes: Bytes,
    pub(crate) format: Format,
    pub(crate) bounds: BoundingBox,
    pub(crate) crs: Option<Crs>,
}

/// Reads pixels: the plan and the warp on the CPU pool, the reading in between.
///
/// `plan` says, of what the source is, what to read and what of it counts; `finish` is what becomes
/// of the pixels.
pub(crate) async fn read<R: Send + 'static>(
    cpu: &CpuPool,
    cog: &Cog,
    plan: impl FnOnce(&RasterInfo) -> Result<(Planned, Option<Mask>), RenderError> + Send + 'static,
    finish: impl FnOnce(Image) -> Result<R, RenderError> + Send + 'static,
    timing: &mut Timing,
) -> Result<R, Error> {
    let planned = {
        let cog = cog.clone();
        cpu.run(move || plan(cog.info()))
    };
    let (planned, mask) = timing.stage("plan", planned).await??;
    let plan = match planned {
        Planned::Plan(plan) => plan,
        Planned::Empty(image) => return Ok(cpu.run(move || finish(*image)).await??),
    };
    let held = timing
        .stage("memory", cpu.hold(plan.source_bytes()))
        .await?;
    let counters = Arc::new(Counters::default());
    let start = Instant::now();
    let raster = counters.track(plan.read(cog)).await?;
    let read = start.elapsed();
    counters.tell(timing);
    timing.add("decode", read.saturating_sub(counters.waited()));
    let warped = cpu.run(move || {
        let image = plan.warp(&raster)?;
        drop((raster, held));
        match mask {
            Some(mask) => image.cut(&mask),
            None => Ok(image),
        }
    });
    let image = timing.stage("warp", warped).await??;
    // By itself: whoever leaves meanwhile need not wait for the rest.
    Ok(timing
        .stage("apply", cpu.run(move || finish(image)))
        .await??)
}

/// Colours and encodes an image on the CPU pool.
pub(crate) async fn encode(
    cpu: &CpuPool,
    image: Image,
    style: Style,
    format: Option<Format>,
    timing: &mut Timing,
) -> Result<Picture, Error> {
    let encoded = cpu.run(move || {
        let (format, bytes) = match format {
            Some(format) => (format, cog_render::render(&image, &style, format)?),
            None => cog_render::render_suited(&image, &style)?,
        };
        Ok::<_, RenderError>(Picture {
            bytes: bytes.into(),
            format,
            bounds: image.bounds(),
            crs: image.crs().cloned(),
        })
    });
    Ok(timing.stage("encode", encoded).await??)
}
