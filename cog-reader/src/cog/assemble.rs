//! From the bytes of blocks to a raster.

use super::blocks::{Data, Input};
use super::fetch::Fetched;
use super::open::Inner;
use super::picture::Picture;
use super::plan::Part;
use crate::error::Error;
use cog_codec::DecodedBlock;
use cog_raster::{
    Mask, Nodata, Raster, RasterMask, Sample, SampleType, Samples, ShapeError, Window,
    with_sample_type,
};
use core::ops::Range;
use std::sync::Arc;

/// Blocks decoded before they are copied to where they belong, and the bytes
/// that they may take: bounds the memory of a large read to its result and that,
/// or one block.
const BATCH: usize = 32;
const BATCH_BYTES: u64 = 64 << 20;

/// Decodes what was fetched and puts it together.
pub(super) fn decode(fetched: Fetched) -> Result<Raster, Error> {
    let picture = &fetched.cog.levels[fetched.level].picture;
    let window = fetched.window;
    let (rows, columns) = (window.height, window.width);
    let (samples, alpha) = with_sample_type!(picture.sample_type, T => {
        let (samples, alpha) = imagery::<T>(&fetched)?;
        (T::into_samples(samples), alpha)
    });
    let (samples, bands) = match (&fetched.cog.conversion, &fetched.outputs) {
        (Some(conversion), Some(outputs)) => {
            let pixels = rows as usize * columns as usize;
            let converted = conversion.apply(&samples, pixels, outputs);
            (Samples::U8(converted), outputs.len())
        }
        _ => (samples, fetched.bands.len()),
    };
    let mask = match (alpha, &fetched.mask) {
        (Some(alpha), _) => RasterMask::PerDataset(mask_of(rows, columns, alpha)?),
        (None, Some((mask, inputs))) if mask.image.samples == 1 => {
            RasterMask::PerDataset(validity(&fetched, mask, inputs, 0)?)
        }
        (None, Some((mask, inputs))) => {
            let bands = fetched.outputs.as_ref().unwrap_or(&fetched.bands);
            let masks = bands
                .iter()
                .map(|&band| validity(&fetched, mask, inputs, band));
            RasterMask::PerBand(masks.collect::<Result<_, _>>()?)
        }
        (None, None) if fetched.opaque => RasterMask::PerDataset(Mask::filled(rows, columns, 255)),
        (None, None) => RasterMask::AllValid,
    };
    Raster::new(bands as u32, rows, columns, samples)
        .and_then(|raster| raster.with_mask(mask))
        .map_err(bug)
}

/// One band of a mask, 0 or 255.
fn validity(fetched: &Fetched, mask: &Picture, inputs: &[Input], band: u32) -> Result<Mask, Error> {
    let window = &fetched.window;
    let mut values = vec![0; window.width as usize * window.height as usize];
    let planar = mask.image.planar;
    each_block(fetched, &fetched.mask_home, inputs, |part, block| {
        if let Some(block) = block
            && (!planar || band == u32::from(part.plane))
        {
            let within = if planar { 0 } else { band as usize };
            copy::<u8>(part, block, within, window, &mut values);
        }
    })?;
    // One bit or eight: whatever is not 0 is valid.
    for value in &mut values {
        *value = if *value == 0 { 0 } else { 255 };
    }
    mask_of(window.height, window.width, values)
}

/// The samples of the bands wanted, and the alpha band as a mask.
fn imagery<T: Sample>(fetched: &Fetched) -> Result<(Vec<T>, Option<Vec<u8>>), Error> {
    let window = &fetched.window;
    let pixels = window.width as usize * window.height as usize;
    let mut out = vec![T::default(); fetched.bands.len() * pixels];
    let mut alpha = fetched.alpha.map(|_| vec![T::default(); pixels]);
    let planar = fetched.cog.levels[fetched.level].picture.image.planar;
    // A block holds these bands: all of them, or that of its plane.
    let holds = |part: &Part, band: u32| !planar || band == u32::from(part.plane);
    let within = |band: u32| if planar { 0 } else { band as usize };
    each_block(fetched, &fetched.home, &fetched.imagery, |part, block| {
        let put = |band: u32, plane: &mut [T]| {
            if !holds(part, band) {
                return;
            }
            match block {
                Some(block) => {
                    copy::<T>(part, block, within(band), window, plane);
                }
                None => {
                    let nodata = fetched
                        .cog
                        .info
                        .bands
                        .get(band as usize)
                        .and_then(|band| band.nodata);
                    fill(
                        part,
                        nodata.map_or(T::default(), |n| sample_of(&n)),
                        window,
                        plane,
                    );
                }
            }
        };
        for (plane, &band) in out.chunks_exact_mut(pixels).zip(&fetched.bands) {
            put(band, plane);
        }
        if let (Some(plane), Some(band)) = (&mut alpha, fetched.alpha) {
            put(band, plane);
        }
    })?;
    Ok((out, alpha.map(|alpha| opacity(&alpha))))
}

/// A decoded block, or a part of one: its first row is row `start` of the block.
struct Decoded {
    block: Arc<DecodedBlock>,
    start: u32,
}

/// Decodes blocks, several at a time where the build can, and hands each to
/// `put` in order; `None` is a block that the writer left out.
fn each_block(
    fetched: &Fetched,
    home: &Inner,
    inputs: &[Input],
    mut put: impl FnMut(&Part, Option<&Decoded>),
) -> Result<(), Error> {
    // Large blocks go one by one.
    let largest = inputs.iter().map(|input| input.part.picture.block_bytes());
    let limit = BATCH_BYTES.min(home.options.limits.block_bytes);
    let fit = limit / largest.max().unwrap_or(1).max(1);
    let batch = usize::try_from(fit).unwrap_or(BATCH).clamp(1, BATCH);
    for batch in inputs.chunks(batch) {
        let blocks = decode_batch(fetched, home, batch)?;
        for (input, block) in batch.iter().zip(&blocks) {
            put(&input.part, block.as_ref());
        }
    }
    Ok(())
}

#[cfg(feature = "parallel")]
fn decode_batch(
    fetched: &Fetched,
    home: &Inner,
    batch: &[Input],
) -> Result<Vec<Option<Decoded>>, Error> {
    use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
    if let [input] = batch {
        return Ok(vec![decode_one(fetched, home, input)?]);
    }
    batch
        .par_iter()
        .map(|input| decode_one(fetched, home, input))
        .collect()
}

#[cfg(not(feature = "parallel"))]
fn decode_batch(
    fetched: &Fetched,
    home: &Inner,
    batch: &[Input],
) -> Result<Vec<Option<Decoded>>, Error> {
    batch
        .iter()
        .map(|input| decode_one(fetched, home, input))
        .collect()
}

fn decode_one(fetched: &Fetched, cog: &Inner, input: &Input) -> Result<Option<Decoded>, Error> {
    let (bytes, offset, stored) = match &input.data {
        Data::Sparse => return Ok(None),
        Data::Decoded(block) => {
            let block = Arc::clone(block);
            return Ok(Some(Decoded { block, start: 0 }));
        }
        Data::Stored {
            bytes,
            offset,
            rows,
            ..
        } => (bytes, *offset, rows),
    };
    let (part, picture) = (&input.part, &input.part.picture);
    let whole = 0..picture.image.rows_stored(part.down);
    // What is kept must serve other windows too, so it is decoded whole.
    let cache = cog
        .options
        .block_cache
        .as_ref()
        .filter(|_| *stored == whole);
    // Another read may have decoded it while this one fetched it.
    if let Some(block) = cache.and_then(|cache| cache.block(&cog.key(part))) {
        return Ok(Some(Decoded { block, start: 0 }));
    }
    let needed = needed_rows(part, &fetched.window).end;
    let end = match cache {
        Some(_) => whole.end,
        None => needed,
    };
    let failed = |source: Arc<dyn core::error::Error + Send + Sync>| Error::Block {
        location: cog.location.clone(),
        level: fetched.level,
        block: part.block,
        offset,
        end: offset + bytes.len() as u64,
        source,
    };
    let decode = |end| picture.decode(&cog.options.registry, bytes, stored, end);
    // A block whose end is damaged gives the rows before that, with a cache as without.
    let (decoded, cache, end) = match decode(end) {
        Err(_) if needed < end => (decode(needed), None, needed),
        decoded => (decoded, cache, end),
    };
    let block = match decoded {
        Ok(block) => block,
        Err(cog_codec::Error::Unsupported { feature }) => {
            return Err(Error::Unsupported {
                location: cog.location.clone(),
                feature,
            });
        }
        Err(error) => return Err(failed(Arc::new(error))),
    };
    // A codec is a stranger's code, perhaps: its answer is checked before it is indexed.
    if block.samples.sample_type() != picture.sample_type
        || block.samples.len() as u64 != picture.samples_in(block.rows)
        || stored.start + block.rows < end
    {
        let shape = "the codec delivered samples of another shape";
        return Err(failed(Arc::from(Box::from(shape))));
    }
    let block = Arc::new(block);
    if let Some(cache) = cache {
        cache.insert(cog.key(part), Arc::clone(&block));
    }
    Ok(Some(Decoded {
        block,
        start: stored.start,
    }))
}

/// Rows of the block that the window needs.
fn needed_rows(part: &Part, window: &Window) -> Range<u32> {
    let own = part.window();
    match own.intersection(window) {
        Some(shared) => shared.row - own.row..shared.row - own.row + shared.height,
        None => 0..0,
    }
}

/// Copies one band of a block, row by row, to its place in a plane of the window.
fn copy<T: Sample>(part: &Part, decoded: &Decoded, band: usize, window: &Window, plane: &mut [T]) {
    let own = part.window();
    // Blocks are checked for type and shape when they are decoded.
    let (Some(samples), Some(shared)) = (
        decoded.block.samples.as_slice::<T>(),
        own.intersection(window),
    ) else {
        return;
    };
    let width = part.picture.image.block_width() as usize;
    let first = (shared.row - own.row - decoded.start) as usize;
    let skip =
        (band * decoded.block.rows as usize + first) * width + (shared.col - own.col) as usize;
    let length = shared.width as usize;
    let from = samples[skip..].chunks(width);
    for (target, source) in target_rows(&shared, window, plane).zip(from) {
        target.copy_from_slice(&source[..length]);
    }
}

/// The rows of a plane of `window` that `shared`, a part of it, covers.
fn target_rows<'a, T>(
    shared: &Window,
    window: &Window,
    plane: &'a mut [T],
) -> impl Iterator<Item = &'a mut [T]> + use<'a, T> {
    let (left, length) = ((shared.col - window.col) as usize, shared.width as usize);
    plane
        .chunks_exact_mut(window.width as usize)
        .skip((shared.row - window.row) as usize)
        .take(shared.height as usize)
        .map(move |row| &mut row[left..left + length])
}

/// Fills a block's place in a plane of the window.
fn fill<T: Copy>(part: &Part, value: T, window: &Window, plane: &mut [T]) {
    let Some(shared) = part.window().intersection(window) else {
        return;
    };
    for row in target_rows(&shared, window, plane) {
        row.fill(value);
    }
}

/// Nodata as a sample, exactly where it is an integer of 64 bits.
fn sample_of<T: Sample>(nodata: &Nodata) -> T {
    let exact = match (T::TYPE, nodata.as_integer()) {
        (SampleType::I64, Some(value)) => i64::try_from(value).ok().map(|v| Samples::I64(vec![v])),
        (SampleType::U64, Some(value)) => u64::try_from(value).ok().map(|v| Samples::U64(vec![v])),
        _ => None,
    };
    let exact = exact
        .as_ref()
        .and_then(|samples| T::slice(samples)?.first().copied());
    exact.unwrap_or_else(|| T::from_f64(nodata.as_f64()))
}

/// Alpha as 0 to 255: the type's range, reals from 0 to 1.
///
/// 16 bits are cut to 8 as GDAL does it, so that what is not fully transparent never becomes so.
fn opacity<T: Sample>(alpha: &[T]) -> Vec<u8> {
    let greatest = if T::TYPE.is_integer() {
        T::TYPE.range().1
    } else {
        1.0
    };
    let value = |sample: &T| {
        let value = sample.to_f64();
        if T::TYPE == SampleType::U16 && value > 0.0 {
            return u8::from_f64((value * 255.0 / greatest).floor()).max(1);
        }
        u8::from_f64(value * 255.0 / greatest)
    };
    alpha.iter().map(value).collect()
}

fn mask_of(rows: u32, columns: u32, values: Vec<u8>) -> Result<Mask, Error> {
    Mask::new(rows, columns, values).map_err(bug)
}

/// The buffers are made with the right lengths above.
fn bug(error: ShapeError) -> Error {
    Error::InvalidRequest {
        message: format!("this is an error of cog-reader, please report it: {error}"),
    }
}
