//! Reads NumPy's `.npz`: a zip archive of `.npy` arrays.

use cog_raster::Samples;
use flate2::read::DeflateDecoder;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

/// An array: its shape and its samples in C order.
#[derive(Debug)]
pub(crate) struct Array {
    pub(crate) shape: Vec<usize>,
    pub(crate) samples: Samples,
}

/// All arrays of an archive by name, without `.npy`.
pub(crate) fn read(path: &Path) -> BTreeMap<String, Array> {
    let bytes = std::fs::read(path).unwrap();
    let u16_at = |at: usize| usize::from(u16::from_le_bytes(bytes[at..at + 2].try_into().unwrap()));
    let u32_at = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    let end = (0..=bytes.len() - 22)
        .rev()
        .find(|&at| bytes[at..at + 4] == *b"PK\x05\x06")
        .unwrap();
    let (count, mut entry) = (u16_at(end + 10), u32_at(end + 16));
    let mut arrays = BTreeMap::new();
    for _ in 0..count {
        let (method, packed) = (u16_at(entry + 10), u32_at(entry + 20));
        let (name_length, extra, comment) =
            (u16_at(entry + 28), u16_at(entry + 30), u16_at(entry + 32));
        let local = u32_at(entry + 42);
        let name = String::from_utf8(bytes[entry + 46..entry + 46 + name_length].to_vec()).unwrap();
        let start = local + 30 + u16_at(local + 26) + u16_at(local + 28);
        let data = &bytes[start..start + packed];
        let mut contents = Vec::new();
        match method {
            0 => contents.extend_from_slice(data),
            8 => {
                DeflateDecoder::new(data)
                    .read_to_end(&mut contents)
                    .unwrap();
            }
            other => panic!("{name}: zip method {other}"),
        }
        arrays.insert(name.trim_end_matches(".npy").to_owned(), npy(&contents));
        entry += 46 + name_length + extra + comment;
    }
    arrays
}

/// One array.
pub(crate) fn npy(bytes: &[u8]) -> Array {
    assert_eq!(&bytes[..6], b"\x93NUMPY");
    let (length, start) = match bytes[6] {
        1 => (usize::from(u16::from_le_bytes([bytes[8], bytes[9]])), 10),
        _ => (
            u32::from_le_bytes(bytes[8..12].try_into().unwrap()) as usize,
            12,
        ),
    };
    let header = core::str::from_utf8(&bytes[start..start + length]).unwrap();
    let data = &bytes[start + length..];
    let fortran = header.contains("'fortran_order': True");
    let after = |key: &str| &header[header.find(key).unwrap() + key.len()..];
    let descr = after("'descr': '").split('\'').next().unwrap();
    let shape = after("'shape': (").split(')').next().unwrap();
    let shape = shape
        .split(',')
        .filter_map(|n| n.trim().parse().ok())
        .collect::<Vec<usize>>();
    let size = descr[2..].parse().unwrap();
    let data = &if fortran {
        c_order(data, &shape, size)
    } else {
        data.to_vec()
    };
    macro_rules! numbers {
        ($variant:ident, $type:ty) => {
            Samples::$variant(
                data.chunks_exact(size_of::<$type>())
                    .map(|b| <$type>::from_le_bytes(b.try_into().unwrap()))
                    .collect(),
            )
        };
    }
    let samples = match &descr[1..] {
        "u1" => numbers!(U8, u8),
        "b1" => numbers!(U8, u8),
        "i1" => numbers!(I8, i8),
        "u2" => numbers!(U16, u16),
        "i2" => numbers!(I16, i16),
        "u4" => numbers!(U32, u32),
        "i4" => numbers!(I32, i32),
        "u8" => numbers!(U64, u64),
        "i8" => numbers!(I64, i64),
        "f4" => numbers!(F32, f32),
        "f8" => numbers!(F64, f64),
        other => panic!("type {other}"),
    };
    Array { shape, samples }
}

/// The elements of a matrix that is stored column by column, row by row.
fn c_order(data: &[u8], shape: &[usize], size: usize) -> Vec<u8> {
    let [rows, columns] = shape else {
        panic!("{shape:?} in Fortran's order")
    };
    let mut out = Vec::with_capacity(data.len());
    for row in 0..*rows {
        for column in 0..*columns {
            let at = (column * rows + row) * size;
            out.extend_from_slice(&data[at..at + size]);
        }
    }
    out
}
