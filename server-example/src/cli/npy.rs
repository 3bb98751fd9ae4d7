//! Writing `.npy` files band by band, row by row.

use cog_raster::{SampleType, Samples};
use std::{
    fs::File,
    io::{self, Seek as _, SeekFrom, Write as _},
    path::Path,
};

/// A `.npy` file of shape (bands, rows, columns), or (rows, columns), being written.
///
/// Pieces may come in any order, so a raster larger than memory can be written
/// strip by strip although the array is band-sequential.
#[derive(Debug)]
pub(crate) struct NpyFile {
    file: File,
    header: u64,
    item: u64,
    rows: u64,
    columns: u64,
}

impl NpyFile {
    /// Creates the file at its full length.
    ///
    /// # Specification
    ///
    /// NumPy's NPY format, version 1.0: magic, version, the header's length, a
    /// Python dictionary padded with blanks so that the data starts at a
    /// multiple of 64 bytes.
    pub(crate) fn create(
        path: &Path,
        descr: &str,
        bands: Option<u32>,
        rows: u32,
        columns: u32,
    ) -> io::Result<Self> {
        let shape = match bands {
            Some(bands) => format!("({bands}, {rows}, {columns})"),
            None => format!("({rows}, {columns})"),
        };
        let mut header =
            format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}");
        const PREFIX: usize = 10;
        while !(PREFIX + header.len() + 1).is_multiple_of(64) {
            header.push(' ');
        }
        header.push('\n');
        let mut file = File::create(path)?;
        file.write_all(b"\x93NUMPY\x01\x00")?;
        let length = u16::try_from(header.len()).map_err(io::Error::other)?;
        file.write_all(&length.to_le_bytes())?;
        file.write_all(header.as_bytes())?;
        let item: u64 = descr[2..].parse().map_err(io::Error::other)?;
        let header = (PREFIX + header.len()) as u64;
        let samples = u64::from(bands.unwrap_or(1)) * u64::from(rows) * u64::from(columns);
        file.set_len(header + samples * item)?;
        Ok(Self {
            file,
            header,
            item,
            rows: rows.into(),
            columns: columns.into(),
        })
    }

    /// Writes whole rows of one band, from `row` on.
    pub(crate) fn write_rows(&mut self, band: u32, row: u32, bytes: &[u8]) -> io::Result<()> {
        let index = (u64::from(band) * self.rows + u64::from(row)) * self.columns;
        self.file
            .seek(SeekFrom::Start(self.header + index * self.item))?;
        self.file.write_all(bytes)
    }

    /// Hands everything to the disk.
    pub(crate) fn finish(self) -> io::Result<()> {
        self.file.sync_all()
    }
}

/// NumPy's name of what [`values`] writes for a sample type.
pub(crate) const fn descr(sample_type: SampleType) -> &'static str {
    match sample_type {
        SampleType::U8 => "|u1",
        SampleType::I8 => "|i1",
        SampleType::U16 => "<u2",
        SampleType::I16 => "<i2",
        SampleType::U32 => "<u4",
        SampleType::I32 => "<i4",
        SampleType::U64 => "<u8",
        SampleType::I64 => "<i8",
        SampleType::F16 | SampleType::F32 => "<f4",
        SampleType::F64 => "<f8",
        SampleType::ComplexI16 | SampleType::ComplexF32 => "<c8",
        SampleType::ComplexI32 | SampleType::ComplexF64 => "<c16",
    }
}

/// Samples as a `.npy` file holds them: little-endian, what NumPy does not have widened.
pub(crate) fn values(samples: &Samples) -> Vec<u8> {
    match samples {
        Samples::F16(values) => values
            .iter()
            .flat_map(|v| v.to_f32().to_le_bytes())
            .collect(),
        Samples::ComplexI16(values) => values
            .iter()
            .flat_map(|v| [f32::from(v.re).to_le_bytes(), f32::from(v.im).to_le_bytes()])
            .flatten()
            .collect(),
        Samples::ComplexI32(values) => values
            .iter()
            .flat_map(|v| [f64::from(v.re).to_le_bytes(), f64::from(v.im).to_le_bytes()])
            .flatten()
            .collect(),
        other => other.to_le_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_numpys_and_rows_land_in_their_place() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.npy");
        let mut npy = NpyFile::create(&path, "<u2", Some(2), 2, 3).unwrap();
        npy.write_rows(1, 1, &values(&Samples::U16(vec![7, 8, 9])))
            .unwrap();
        npy.write_rows(0, 0, &values(&Samples::U16(vec![1, 2, 3])))
            .unwrap();
        npy.finish().unwrap();
        let bytes = std::fs::read(&path).unwrap();
        assert_eq!(&bytes[..8], b"\x93NUMPY\x01\x00");
        assert_eq!(bytes.len(), 128 + 24);
        let text = std::str::from_utf8(&bytes[10..128]).unwrap();
        assert!(text.starts_with("{'descr': '<u2', 'fortran_order': False, 'shape': (2, 2, 3), }"));
        assert_eq!(&bytes[128..134], [1, 0, 2, 0, 3, 0]);
        assert_eq!(&bytes[128 + 18..], [7, 0, 8, 0, 9, 0]);
    }

    #[test]
    fn every_type_has_as_many_bytes_as_its_name_says() {
        for sample_type in [
            SampleType::U8,
            SampleType::I64,
            SampleType::F16,
            SampleType::F32,
            SampleType::ComplexI16,
            SampleType::ComplexI32,
            SampleType::ComplexF64,
        ] {
            let bytes = values(&Samples::zeros(sample_type, 3)).len();
            let item: usize = descr(sample_type)[2..].parse().unwrap();
            assert_eq!(bytes, 3 * item, "{sample_type}");
        }
    }
}
