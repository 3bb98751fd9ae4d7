//! NumPy's `.npz`: a zip archive of `.npy` files (NEP 1), by the `rawzip` crate.

use super::npy::{header, in_numpy, shape};
use super::{Format, failed, mask::mask_band};
use crate::{Error, Image};
use flate2::{Compression, write::DeflateEncoder};
use rawzip::{CompressionMethod, ZipArchiveWriter};
use std::io::Write;

/// The samples of an image as the NumPy array `data` of *bands × rows × columns* and, with `mask`,
/// the array `mask` of *rows × columns* in the same type, in an archive.
///
/// The mask holds the greatest value of the type where a pixel counts, the least where it does
/// not, as rio-tiler's. Complex integers become complex reals, as in [`npy`](crate::npy).
///
/// # Errors
///
/// [`Error::Encoding`] if the archive would be larger than 4 GiB.
pub fn npz(image: &Image, mask: bool) -> Result<Vec<u8>, Error> {
    let samples = in_numpy(image.samples());
    let data = header(samples.sample_type(), &shape(image.bands().len(), image));
    let mut bytes = Vec::new();
    let mut archive = ZipArchiveWriter::new(&mut bytes);
    add(&mut archive, "data.npy", &data, &samples.to_le_bytes()).map_err(refused)?;
    if mask {
        let flags = mask_band(image, &samples);
        let plane = format!("({}, {})", image.height(), image.width());
        let head = header(flags.sample_type(), &plane);
        add(&mut archive, "mask.npy", &head, &flags.to_le_bytes()).map_err(refused)?;
    }
    archive.finish().map_err(refused)?;
    Ok(bytes)
}

/// Adds a file without a time: the same picture is the same bytes.
fn add(
    archive: &mut ZipArchiveWriter<&mut Vec<u8>>,
    name: &str,
    header: &[u8],
    data: &[u8],
) -> Result<(), rawzip::Error> {
    let file = archive.new_file(name);
    let (mut entry, config) = file
        .compression_method(CompressionMethod::DEFLATE)
        .start()?;
    let encoder = DeflateEncoder::new(&mut entry, Compression::new(LEVEL));
    let mut writer = config.wrap(encoder);
    writer.write_all(header)?;
    writer.write_all(data)?;
    let (encoder, descriptor) = writer.finish()?;
    encoder.finish()?;
    entry.finish(descriptor)?;
    Ok(())
}

/// Deflate's level: NumPy's archives have 6.
const LEVEL: u32 = 6;

fn refused(error: rawzip::Error) -> Error {
    failed(Format::Npz, error)
}
