//! NumPy's `.npz`: a zip archive of `.npy` files (NEP 1), by the `zip` crate.

use super::npy::{header, in_numpy, shape};
use super::{Format, failed, mask::mask_band};
use crate::{Error, Image};
use std::io::{Cursor, Write};
use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

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
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    add(&mut archive, "data.npy", &data, &samples.to_le_bytes()).map_err(refused)?;
    if mask {
        let flags = mask_band(image, &samples);
        let plane = format!("({}, {})", image.height(), image.width());
        let head = header(flags.sample_type(), &plane);
        add(&mut archive, "mask.npy", &head, &flags.to_le_bytes()).map_err(refused)?;
    }
    Ok(archive.finish().map_err(refused)?.into_inner())
}

fn add(
    archive: &mut ZipWriter<Cursor<Vec<u8>>>,
    name: &str,
    header: &[u8],
    data: &[u8],
) -> Result<(), ZipError> {
    // Without a time: the same picture is the same bytes.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(LEVEL))
        .last_modified_time(zip::DateTime::default());
    archive.start_file(name, options)?;
    archive.write_all(header)?;
    archive.write_all(data)?;
    Ok(())
}

/// Deflate's level: NumPy's archives have 6.
const LEVEL: i64 = 6;

fn refused(error: ZipError) -> Error {
    failed(Format::Npz, error)
}
