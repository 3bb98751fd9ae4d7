//! From a source to a file.

use std::io::Write;

use cog_raster::{MaskKind, RasterInfo, RasterSource, ReadRequest, SourceError, Window};
use futures_util::future::join;

use crate::{CogWriter, Error, Spill, Summary, WriteOptions};

/// Bytes of samples that are read at a time, more only where one row of blocks has more.
const STRIP: u64 = 32 << 20;

/// Writes a source's full resolution as a COG.
///
/// While rows are compressed the next ones are read: with feature `parallel` on rayon's pool at the same
/// time. Memory: two strips of the source's blocks, of 32 MiB or one row of blocks, beside the
/// [writer's own](crate).
///
/// `progress` is told the rows done and the rows in all after every strip.
///
/// # Errors
///
/// [`Error`], the source's failures included.
pub async fn write_cog(
    source: &dyn RasterSource,
    options: &WriteOptions,
    spill: impl Spill + core::fmt::Debug + 'static,
    out: &mut (dyn Write + Send),
    progress: &mut (dyn FnMut(u32, u32) + Send),
) -> Result<Summary, Error> {
    let info = source.info();
    let mut writer = CogWriter::new(info, options, spill)?;
    let height = info.height();
    let mut windows = strips(info);
    let read = |window: Option<Window>| async move {
        let Some(window) = window else {
            return Ok(None);
        };
        let mask = info.mask_kind == MaskKind::PerDataset;
        let request = ReadRequest::new(0, window).with_mask(mask);
        Ok::<_, SourceError>(Some(source.read(request).await?))
    };
    let mut rows = read(windows.next()).await.map_err(Error::Source)?;
    while let Some(raster) = rows.take() {
        let pushed = push(writer, raster);
        let (next, pushed) = join(read(windows.next()), pushed).await;
        writer = pushed?;
        progress(writer.rows(), height);
        rows = next.map_err(Error::Source)?;
    }
    writer.finish(out)
}

/// Whole rows of the source's blocks, so that none is decoded twice.
fn strips(info: &RasterInfo) -> impl Iterator<Item = Window> + use<> {
    let (width, height) = (info.width(), info.height());
    let block = info.levels.first().map_or(1, |level| level.block_height);
    let block = block.clamp(1, height.max(1));
    let row_bytes = u64::from(width) * info.bands.len() as u64 * info.sample_type.size() as u64;
    let blocks = (STRIP / row_bytes.max(1) / u64::from(block)).max(1);
    let step = u32::try_from(blocks * u64::from(block)).unwrap_or(height);
    let mut row = 0;
    core::iter::from_fn(move || {
        (row < height).then(|| {
            let rows = step.min(height - row);
            let window = Window::new(0, row, width, rows);
            row += rows;
            window
        })
    })
}

#[cfg(feature = "parallel")]
async fn push(mut writer: CogWriter, rows: cog_raster::Raster) -> Result<CogWriter, Error> {
    let (give, take) = futures_channel::oneshot::channel();
    rayon::spawn(move || {
        let pushed = writer.push_rows(&rows).map(|()| writer);
        // Whoever waited is gone: nobody wants the file any more.
        let _ = give.send(pushed);
    });
    take.await.unwrap_or_else(|_| {
        Err(Error::Unsupported {
            reason: "the thread that compresses has panicked".into(),
        })
    })
}

#[cfg(not(feature = "parallel"))]
#[expect(clippy::unused_async, reason = "with threads it waits")]
async fn push(mut writer: CogWriter, rows: cog_raster::Raster) -> Result<CogWriter, Error> {
    writer.push_rows(&rows)?;
    Ok(writer)
}
