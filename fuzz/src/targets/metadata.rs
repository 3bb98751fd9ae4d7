//! Any values of the tags that say where and what an image is.

use std::sync::Arc;

use arbitrary::{Arbitrary, Unstructured};
use cog_raster::RasterSource as _;
use cog_reader::{Cog, MemoryReader, OpenOptions};

use crate::model::{Block, Directory, Entry, File, Values};
use crate::reading::{see, tight};

/// What GDAL and GeoTIFF add to a directory.
#[derive(Arbitrary, Debug)]
struct Tags<'a> {
    big_endian: bool,
    bands: u8,
    bits: u8,
    sample_format: u8,
    photometric: u8,
    nodata: &'a [u8],
    scale: Vec<f64>,
    tie_points: Vec<f64>,
    transformation: Vec<f64>,
    keys: Vec<u16>,
    doubles: Vec<f64>,
    ascii: &'a [u8],
    rational: Vec<f64>,
    color_map: Vec<u16>,
    /// Kind of a field for each of the above, 0 for the right one.
    kinds: u64,
    xml: &'a str,
}

/// Opens an image of one pixel that is described by `bytes`: after a byte `<` as GDAL's XML alone.
///
/// # Panics
///
/// On a find.
pub fn metadata(bytes: &[u8]) {
    let tags = if bytes.first() == Some(&b'<') {
        let Ok(xml) = core::str::from_utf8(bytes) else {
            return;
        };
        let mut from = Unstructured::new(&[]);
        let Ok(tags) = Tags::arbitrary(&mut from) else {
            return;
        };
        Tags { xml, ..tags }
    } else {
        let Ok(tags) = Tags::arbitrary_take_rest(Unstructured::new(bytes)) else {
            return;
        };
        tags
    };
    let reader = Arc::new(MemoryReader::new("file.tif", tags.file().serialise()));
    let options = OpenOptions::default().with_limits(tight());
    if let Ok(cog) = pollster::block_on(Cog::open(reader, options)) {
        let bounds = cog.info().bounds();
        let said = format!("{:?} {:?} {bounds:?}", cog.info(), cog.georeference());
        assert!(!said.is_empty());
        see(&cog);
    }
}

impl Tags<'_> {
    fn file(&self) -> File {
        let mut file = File {
            big: false,
            big_endian: self.big_endian,
            front: Vec::new(),
            directories: Vec::new(),
        };
        let bands = usize::from(self.bands % 8) + 1;
        let doubles = |values: &[f64]| {
            let bits: Vec<u64> = values.iter().map(|value| value.to_bits()).collect();
            bits
        };
        let shorts = |values: &[u16]| {
            values
                .iter()
                .map(|&value| value.into())
                .collect::<Vec<u64>>()
        };
        let mut entries = vec![
            file.entry(256, 3, &[1]),
            file.entry(257, 3, &[1]),
            file.entry(258, 3, &vec![self.bits.into(); bands]),
            file.entry(262, 3, &[self.photometric.into()]),
            Entry::new(273, 4, Values::BlockOffsets),
            file.entry(277, 3, &[bands as u64]),
            Entry::new(279, 4, Values::BlockLengths),
            file.entry(339, 3, &vec![self.sample_format.into(); bands]),
        ];
        let described = [
            (320, 3, shorts(&self.color_map)),
            (33550, 12, doubles(&self.scale)),
            (33922, 12, doubles(&self.tie_points)),
            (34264, 12, doubles(&self.transformation)),
            (34735, 3, shorts(&self.keys)),
            (34736, 12, doubles(&self.doubles)),
            (50844, 12, doubles(&self.rational)),
        ];
        for (index, (tag, right, values)) in described.iter().enumerate() {
            let other = self.kinds >> (index * 5) & 31;
            let kind = if other == 0 { *right } else { other as u16 };
            if !values.is_empty() {
                entries.push(file.entry(*tag, kind, values));
            }
        }
        for (tag, text) in [
            (34737, self.ascii),
            (42112, self.xml.as_bytes()),
            (42113, self.nodata),
        ] {
            if !text.is_empty() {
                entries.push(Entry::new(tag, 2, Values::Bytes(text.to_vec())));
            }
        }
        entries.sort_by_key(|entry| entry.tag);
        let blocks = vec![Block {
            bytes: vec![1; 64],
            ..Block::default()
        }];
        file.directories.push(Directory {
            entries,
            blocks,
            ..Directory::default()
        });
        file
    }
}
