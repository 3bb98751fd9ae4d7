//! From the bytes of blocks to a raster.

use super::blocks::{Data, Input};
use super::fetch::Fetched;
use super::open::Inner;
use super::picture::Picture;
use super::plan::Part;
use crate::error::Error;
use cog_codec::DecodedBlock;
use cog_raster::{
    Mask, MaybeSync, Nodata, Raster, RasterMask, Sample, SampleType, Samples, ShapeError, Window,
    with_sample_type,
};
use core::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

/// What the blocks in work may take, if they are more than one: bounds the
/// memory of a large read to its result and that, or one block.
const WORK_BYTES: u64 = 64 << 20;

/// A block is kept if the cache has room for this many of its size.
const LARGEST_SHARE: u64 = 4;

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
    let within = if planar { 0 } else { band as u16 };
    let planes = vec![&mut values[..]];
    each_block(
        fetched,
        &fetched.mask_home,
        inputs,
        &[within],
        planes,
        |part, block, slab| {
            if planar && band != u32::from(part.plane) {
                return;
            }
            if let (Some(block), [plane]) = (block, &mut slab.planes[..]) {
                copy::<u8>(part, block, within, &slab.window, plane);
            }
        },
    )?;
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
    // The bands to put, and which of them a block has to deliver: a plane's block holds only one.
    let bands: Vec<u32> = fetched.bands.iter().copied().chain(fetched.alpha).collect();
    let wanted: Vec<u16> = if planar {
        vec![0]
    } else {
        let mut wanted: Vec<u16> = bands.iter().map(|&band| band as u16).collect();
        wanted.sort_unstable();
        wanted.dedup();
        wanted
    };
    let planes: Vec<&mut [T]> = out
        .chunks_exact_mut(pixels.max(1))
        .chain(alpha.as_deref_mut())
        .collect();
    each_block(
        fetched,
        &fetched.home,
        &fetched.imagery,
        &wanted,
        planes,
        |part, block, slab| {
            for (plane, &band) in slab.planes.iter_mut().zip(&bands) {
                if planar && band != u32::from(part.plane) {
                    continue;
                }
                match block {
                    Some(block) => {
                        let band = if planar { 0 } else { band as u16 };
                        copy::<T>(part, block, band, &slab.window, plane);
                    }
                    None => {
                        let band = fetched.cog.info.bands.get(band as usize);
                        let nodata = band.and_then(|band| band.nodata);
                        let value = nodata.map_or(T::default(), |n| sample_of(&n));
                        fill(part, value, &slab.window, plane);
                    }
                }
            }
        },
    )?;
    Ok((out, alpha.map(|alpha| opacity(&alpha))))
}

/// A decoded block, or a part of one.
struct Decoded {
    block: Arc<DecodedBlock>,
    /// The block's row that its first one is.
    start: u32,
    /// The block's bands that it holds, ascending; `None`: all.
    bands: Option<Vec<u16>>,
}

impl Decoded {
    const fn whole(block: Arc<DecodedBlock>) -> Self {
        Self {
            block,
            start: 0,
            bands: None,
        }
    }

    /// Where a band of the block is.
    fn place(&self, band: u16) -> Option<usize> {
        match &self.bands {
            Some(bands) => bands.binary_search(&band).ok(),
            None => Some(usize::from(band)),
        }
    }
}

/// The planes' rows that one row of blocks covers.
#[derive(Debug)]
struct Slab<'a, T> {
    /// The part of the window read that these rows are.
    window: Window,
    planes: Vec<&'a mut [T]>,
}

/// Cuts planes of `window` along the rows of blocks.
fn slabs<'a, T>(
    picture: &Picture,
    window: &Window,
    mut planes: Vec<&'a mut [T]>,
) -> Vec<Mutex<Slab<'a, T>>> {
    let (height, width) = (picture.image.block_height(), window.width as usize);
    let mut slabs = Vec::new();
    let (mut row, end) = (window.row, window.row + window.height);
    while row < end {
        let next = end.min((row / height).saturating_add(1).saturating_mul(height));
        let samples = (next - row) as usize * width;
        let cut = |plane: &mut &'a mut [T]| {
            let (own, rest) = core::mem::take(plane).split_at_mut(samples);
            *plane = rest;
            own
        };
        slabs.push(Mutex::new(Slab {
            window: Window::new(window.col, row, window.width, next - row),
            planes: planes.iter_mut().map(cut).collect(),
        }));
        row = next;
    }
    slabs
}

/// Decodes blocks, several at a time where the build can, and hands each at
/// once to `put` with the rows of the planes where it belongs; `None` is a
/// block that the writer left out. So a thread holds one decoded block at a
/// time, and copies it while it is in the processor's cache; all threads
/// together hold no more than [`WORK_BYTES`], or one block.
///
/// `wanted`: the bands within a block that `put` looks at, ascending.
fn each_block<T: Send>(
    fetched: &Fetched,
    home: &Inner,
    inputs: &[Input],
    wanted: &[u16],
    planes: Vec<&mut [T]>,
    put: impl Fn(&Part, Option<&Decoded>, &mut Slab<'_, T>) + MaybeSync,
) -> Result<(), Error> {
    let Some(first) = inputs.first() else {
        return Ok(());
    };
    let picture = &first.part.picture;
    let slabs = slabs(picture, &fetched.window, planes);
    let top = fetched.window.row / picture.image.block_height();
    let one = |input: &Input| {
        let decoded = decode_one(fetched, home, input, wanted)?;
        if let Some(slab) = slabs.get((input.part.down - top) as usize) {
            // Copying does not panic, and half a copy is no worse than none.
            let mut slab = slab.lock().unwrap_or_else(PoisonError::into_inner);
            put(&input.part, decoded.as_ref(), &mut slab);
        }
        Ok(())
    };
    // One block a thread, and no more than may be in work at a time.
    let largest = inputs.iter().map(|input| input.part.picture.block_bytes());
    let limit = WORK_BYTES.min(home.options.limits.block_bytes);
    let fit = usize::try_from(limit / largest.max().unwrap_or(1).max(1)).unwrap_or(usize::MAX);
    let batch = if fit < threads() {
        fit.max(1)
    } else {
        inputs.len()
    };
    inputs.chunks(batch).try_for_each(|inputs| run(inputs, one))
}

#[cfg(feature = "parallel")]
fn threads() -> usize {
    rayon::current_num_threads()
}

#[cfg(not(feature = "parallel"))]
const fn threads() -> usize {
    1
}

#[cfg(feature = "parallel")]
fn run(
    inputs: &[Input],
    one: impl Fn(&Input) -> Result<(), Error> + Copy + Sync,
) -> Result<(), Error> {
    use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};
    if let [input] = inputs {
        return one(input);
    }
    inputs.par_iter().with_max_len(1).try_for_each(&one)
}

#[cfg(not(feature = "parallel"))]
fn run(inputs: &[Input], one: impl Fn(&Input) -> Result<(), Error> + Copy) -> Result<(), Error> {
    inputs.iter().try_for_each(one)
}

/// `cog` is the file that the block is from: its cache keys, its options.
fn decode_one(
    fetched: &Fetched,
    cog: &Inner,
    input: &Input,
    wanted: &[u16],
) -> Result<Option<Decoded>, Error> {
    let (bytes, offset, stored) = match &input.data {
        Data::Sparse => return Ok(None),
        Data::Decoded(block) => {
            let block = Arc::clone(block);
            return Ok(Some(Decoded::whole(block)));
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
    // What is kept must serve other windows too, so it is decoded whole. A block that would drive
    // most others out is not kept, and then no more of it is decoded than is needed.
    let cache = cog.options.block_cache.as_ref().filter(|cache| {
        *stored == whole && picture.block_bytes() <= cache.capacity() / LARGEST_SHARE
    });
    // Another read may have decoded it while this one fetched it.
    if let Some(block) = cache.and_then(|cache| cache.block(&cog.key(part))) {
        return Ok(Some(Decoded::whole(block)));
    }
    let needed = needed_rows(part, &fetched.window).end;
    let (end, bands) = match cache {
        Some(_) => (whole.end, None),
        None => (needed, Some(wanted)),
    };
    let failed = |source: Arc<dyn core::error::Error + Send + Sync>| Error::Block {
        location: cog.location.clone(),
        level: fetched.level,
        block: part.block,
        offset,
        end: offset + bytes.len() as u64,
        source,
    };
    let decode = |end, bands| picture.decode(&cog.options.registry, bytes, stored, end, bands);
    // A block whose end is damaged gives the rows before that, with a cache as without.
    let (decoded, cache, end, bands) = match decode(end, bands) {
        Err(_) if needed < end => (decode(needed, Some(wanted)), None, needed, Some(wanted)),
        decoded => (decoded, cache, end, bands),
    };
    let block = match decoded {
        Ok(block) => block,
        Err(cog_codec::Error::Unsupported { mut feature }) => {
            // In the codec's own message a comma goes before "is not supported".
            feature.truncate(feature.trim_end_matches(',').len());
            return Err(Error::Unsupported {
                location: cog.location.clone(),
                feature,
            });
        }
        Err(error) => return Err(failed(Arc::new(error))),
    };
    // A codec is a stranger's code, perhaps: its answer is checked before it is indexed.
    if block.samples.sample_type() != picture.sample_type
        || block.samples.len() as u64 != picture.samples_in(block.rows, bands)
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
        bands: bands.map(<[u16]>::to_vec),
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
fn copy<T: Sample>(part: &Part, decoded: &Decoded, band: u16, window: &Window, plane: &mut [T]) {
    let own = part.window();
    // Blocks are checked for type and shape when they are decoded.
    let (Some(samples), Some(shared), Some(band)) = (
        decoded.block.samples.as_slice::<T>(),
        own.intersection(window),
        decoded.place(band),
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
