//! GeoTIFF (TIFF 6.0; OGC 19-008r4), by the `tiff` crate.

use super::{Format, failed, mask::mask_band};
use crate::{Error, Image};
use cog_raster::{Nodata, SampleType, Samples};
use core::num::TryFromIntError;
use std::io::{Cursor, Seek, Write};
use tiff::TiffError;
use tiff::encoder::{DirectoryEncoder, TiffEncoder, TiffKindStandard};
use tiff::tags::Tag;

/// An image as a GeoTIFF: its samples, where they lie, and what is valid.
///
/// Bands are interleaved by pixel and not compressed, as GDAL does unless asked otherwise. With
/// `mask` one band more, the alpha: the greatest value of the type where a pixel counts, the
/// least where it does not. Without it, a nodata value that the bands share is declared.
///
/// # Errors
///
/// [`Error::Encoding`] if the CRS has no GeoKeys or there are more than 4 GiB.
///
/// # Specification
///
/// OGC 19-008r4 §7.1 for tags 33550, 33922 and 34735 to 34737; GDAL's tag 42113 for nodata.
pub fn tif(image: &Image, mask: bool) -> Result<Vec<u8>, Error> {
    let alpha = mask.then(|| mask_band(image, image.samples()));
    let bands = image.bands().len() + usize::from(mask);
    let size = image.pixels() * bands * image.sample_type().size();
    if u32::try_from(size + ROOM_FOR_TAGS).is_err() {
        return Err(refused("it holds 4 GiB at most: ask for a smaller picture"));
    }
    let mut data = vec![0; size];
    interleave(image.samples(), image.pixels(), bands, 0, &mut data);
    if let Some(alpha) = &alpha {
        interleave(alpha, image.pixels(), bands, bands - 1, &mut data);
    }
    let mut bytes = Cursor::new(Vec::with_capacity(size + 2048));
    let mut encoder = TiffEncoder::new(&mut bytes).map_err(refused)?;
    let mut directory = encoder.image_directory().map_err(refused)?;
    write_pixels(&mut directory, image, bands, mask, &data).map_err(refused)?;
    write_place(&mut directory, image)?;
    if !mask && let Some(nodata) = shared_nodata(image) {
        let text = nodata.to_string();
        directory
            .write_tag(Tag::GdalNodata, text.as_str())
            .map_err(refused)?;
    }
    directory.finish().map_err(refused)?;
    Ok(bytes.into_inner())
}

/// The baseline tags (TIFF 6.0 §3 to §8), and the pixels as one strip.
fn write_pixels<W: Write + Seek>(
    directory: &mut DirectoryEncoder<'_, W, TiffKindStandard>,
    image: &Image,
    bands: usize,
    mask: bool,
    data: &[u8],
) -> Result<(), TiffError> {
    let sample_type = image.sample_type();
    let bits = sample_type.size() * 8;
    // Bytes of three bands are red, green and blue, as GDAL guesses; four without alpha have one.
    let (photometric, colors) = match (sample_type, image.bands().len()) {
        (SampleType::U8, 3) => (RGB, 3),
        (SampleType::U8, 4) if !mask => (RGB, 3),
        _ => (MIN_IS_BLACK, 1),
    };
    directory.write_tag(Tag::ImageWidth, image.width())?;
    directory.write_tag(Tag::ImageLength, image.height())?;
    directory.write_tag(Tag::BitsPerSample, &vec![short(bits)?; bands][..])?;
    directory.write_tag(Tag::Compression, NOT_COMPRESSED)?;
    directory.write_tag(Tag::PhotometricInterpretation, photometric)?;
    directory.write_tag(Tag::SamplesPerPixel, short(bands)?)?;
    directory.write_tag(Tag::RowsPerStrip, image.height())?;
    directory.write_tag(Tag::PlanarConfiguration, CHUNKY)?;
    let mut extra = vec![UNSPECIFIED; bands - colors.min(bands)];
    if let Some(last) = extra.last_mut()
        && (mask || colors == 3)
    {
        *last = UNASSOCIATED_ALPHA;
    }
    if !extra.is_empty() {
        directory.write_tag(Tag::ExtraSamples, &extra[..])?;
    }
    let format = sample_format(sample_type);
    directory.write_tag(Tag::SampleFormat, &vec![format; bands][..])?;
    let offset = directory.write_data(data)?;
    directory.write_tag(Tag::StripOffsets, u32::try_from(offset)?)?;
    directory.write_tag(Tag::StripByteCounts, u32::try_from(data.len())?)
}

const RGB: u16 = 2;
const MIN_IS_BLACK: u16 = 1;
const NOT_COMPRESSED: u16 = 1;
const CHUNKY: u16 = 1;
const UNSPECIFIED: u16 = 0;
const UNASSOCIATED_ALPHA: u16 = 2;

fn short(number: usize) -> Result<u16, TryFromIntError> {
    u16::try_from(number)
}

/// Tag 339 (TIFF 6.0 §19); 5 and 6 are complex integers and reals.
const fn sample_format(sample_type: SampleType) -> u16 {
    match sample_type {
        SampleType::U8 | SampleType::U16 | SampleType::U32 | SampleType::U64 => 1,
        SampleType::I8 | SampleType::I16 | SampleType::I32 | SampleType::I64 => 2,
        SampleType::F16 | SampleType::F32 | SampleType::F64 => 3,
        SampleType::ComplexI16 | SampleType::ComplexI32 => 5,
        SampleType::ComplexF32 | SampleType::ComplexF64 => 6,
    }
}

/// The size of a pixel, the upper left corner, the CRS.
fn write_place<W: Write + Seek>(
    directory: &mut DirectoryEncoder<'_, W, TiffKindStandard>,
    image: &Image,
) -> Result<(), Error> {
    let bounds = image.bounds();
    let scale = [
        bounds.width() / f64::from(image.width()),
        bounds.height() / f64::from(image.height()),
        0.0,
    ];
    let tie_point = [0.0, 0.0, 0.0, bounds.left, bounds.top, 0.0];
    directory
        .write_tag(Tag::ModelPixelScaleTag, &scale[..])
        .and_then(|()| directory.write_tag(Tag::ModelTiepointTag, &tie_point[..]))
        .map_err(refused)?;
    let Some(crs) = image.crs() else {
        return Ok(());
    };
    let (keys, doubles, ascii) =
        crs.to_geokeys()
            .and_then(|keys| keys.to_tags())
            .map_err(|error| {
                refused(format!(
                    "{} has no GeoKeys, {error}: ask for another CRS",
                    crs.name()
                ))
            })?;
    directory
        .write_tag(Tag::GeoKeyDirectoryTag, &keys[..])
        .map_err(refused)?;
    if !doubles.is_empty() {
        directory
            .write_tag(Tag::GeoDoubleParamsTag, &doubles[..])
            .map_err(refused)?;
    }
    if !ascii.is_empty() {
        // One byte for one, so that the keys' offsets stay right.
        let text: String = ascii
            .iter()
            .map(|b| if b.is_ascii() { char::from(*b) } else { '?' })
            .collect();
        directory
            .write_tag(Tag::GeoAsciiParamsTag, text.as_str())
            .map_err(refused)?;
    }
    Ok(())
}

/// The nodata value, if all bands have the same.
fn shared_nodata(image: &Image) -> Option<Nodata> {
    let first = image.bands().first()?.nodata?;
    let same = image.bands().iter().all(|band| band.nodata == Some(first));
    same.then_some(first)
}

/// Puts planes of `pixels` samples into pixels of `bands` samples, from band `first` on.
fn interleave(samples: &Samples, pixels: usize, bands: usize, first: usize, out: &mut [u8]) {
    // The encoder writes the byte order of the machine into the header.
    let mut bytes = samples.to_le_bytes();
    let (size, part) = match samples.sample_type() {
        t if t.is_complex() => (t.size(), t.size() / 2),
        t => (t.size(), t.size()),
    };
    if cfg!(target_endian = "big") {
        bytes.chunks_exact_mut(part).for_each(<[u8]>::reverse);
    }
    for (band, plane) in bytes.chunks_exact(pixels * size).enumerate() {
        let at = (first + band) * size;
        match size {
            1 => scatter::<1>(plane, bands, at, out),
            2 => scatter::<2>(plane, bands, at, out),
            4 => scatter::<4>(plane, bands, at, out),
            8 => scatter::<8>(plane, bands, at, out),
            _ => scatter::<16>(plane, bands, at, out),
        }
    }
}

fn scatter<const SIZE: usize>(plane: &[u8], bands: usize, at: usize, out: &mut [u8]) {
    let pixels = out.chunks_exact_mut(bands * SIZE);
    for (pixel, sample) in pixels.zip(plane.chunks_exact(SIZE)) {
        pixel[at..at + SIZE].copy_from_slice(sample);
    }
}

/// The tags' values, generously.
const ROOM_FOR_TAGS: usize = 1 << 20;

fn refused(why: impl ToString) -> Error {
    failed(Format::Tif, why)
}
