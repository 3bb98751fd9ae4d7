//! GeoTIFFs by hand: one tiled, uncompressed image, so that the viewer's test depends on no encoder.

/// Width and height of a block, in pixels.
const BLOCK: u32 = 128;

/// Where an image lies.
#[derive(Clone, Copy)]
pub(crate) struct Tiff {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Code of a projected CRS.
    pub(crate) epsg: u16,
    /// The outer corner of the first pixel, in the CRS's metres.
    pub(crate) origin: (f64, f64),
    /// Side of a pixel in metres.
    pub(crate) pixel: f64,
    /// Text of tag 42113 (`GDAL_NODATA`).
    pub(crate) nodata: Option<&'static str>,
}

/// A sample that a TIFF can hold.
pub(crate) trait Sample: Copy {
    /// Tag 339 (`SampleFormat`): 1 unsigned, 3 IEEE float.
    const FORMAT: u16;
    /// Tag 258 (`BitsPerSample`).
    const BITS: u16;
    fn put(self, bytes: &mut Vec<u8>);
}

macro_rules! sample {
    ($type:ty, $format:literal) => {
        impl Sample for $type {
            const FORMAT: u16 = $format;
            const BITS: u16 = 8 * size_of::<$type>() as u16;
            fn put(self, bytes: &mut Vec<u8>) {
                bytes.extend_from_slice(&self.to_le_bytes());
            }
        }
    };
}

sample!(u8, 1);
sample!(u16, 1);
sample!(f32, 3);

/// A directory's entry: tag, field type, count, value.
type Entry = (u16, u16, u32, Vec<u8>);

impl Tiff {
    /// The file whose pixels are `at(column, row)`.
    pub(crate) fn encode<S: Sample, const BANDS: usize>(
        &self,
        at: impl Fn(u32, u32) -> [S; BANDS],
    ) -> Vec<u8> {
        // A classic TIFF begins with its byte order, 42, and where the directory is: it comes last.
        let mut file = b"II*\0\0\0\0\0".to_vec();
        let mut offsets = Vec::new();
        let mut counts = Vec::new();
        for block_row in 0..self.height.div_ceil(BLOCK) {
            for block_column in 0..self.width.div_ceil(BLOCK) {
                let start = file.len();
                for row in block_row * BLOCK..(block_row + 1) * BLOCK {
                    for column in block_column * BLOCK..(block_column + 1) * BLOCK {
                        // Blocks reach beyond the image; the padding repeats its last pixels.
                        let pixel = at(column.min(self.width - 1), row.min(self.height - 1));
                        for sample in pixel {
                            sample.put(&mut file);
                        }
                    }
                }
                offsets.push(u32::try_from(start).unwrap());
                counts.push(u32::try_from(file.len() - start).unwrap());
            }
        }
        let entries = self.entries::<S>(BANDS, &offsets, &counts);
        write_directory(&mut file, entries);
        file
    }

    fn entries<S: Sample>(&self, bands: usize, offsets: &[u32], counts: &[u32]) -> Vec<Entry> {
        let three = bands == 3;
        let keys = [
            1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, self.epsg,
        ];
        let mut entries = vec![
            longs(256, &[self.width]),
            longs(257, &[self.height]),
            shorts(258, &vec![S::BITS; bands]),
            shorts(259, &[1]),
            shorts(262, &[if three { 2 } else { 1 }]),
            shorts(277, &[u16::try_from(bands).unwrap()]),
            shorts(284, &[1]),
            longs(322, &[BLOCK]),
            longs(323, &[BLOCK]),
            longs(324, offsets),
            longs(325, counts),
        ];
        if bands > 1 && !three {
            entries.push(shorts(338, &vec![0; bands - 1]));
        }
        entries.push(shorts(339, &vec![S::FORMAT; bands]));
        entries.push(doubles(33550, &[self.pixel, self.pixel, 0.0]));
        let (x, y) = self.origin;
        entries.push(doubles(33922, &[0.0, 0.0, 0.0, x, y, 0.0]));
        entries.push(shorts(34735, &keys));
        if let Some(nodata) = self.nodata {
            let text = [nodata.as_bytes(), b"\0"].concat();
            entries.push((42113, 2, u32::try_from(text.len()).unwrap(), text));
        }
        entries
    }
}

fn shorts(tag: u16, values: &[u16]) -> Entry {
    let bytes = values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect();
    (tag, 3, u32::try_from(values.len()).unwrap(), bytes)
}

fn longs(tag: u16, values: &[u32]) -> Entry {
    let bytes = values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect();
    (tag, 4, u32::try_from(values.len()).unwrap(), bytes)
}

fn doubles(tag: u16, values: &[f64]) -> Entry {
    let bytes = values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect();
    (tag, 12, u32::try_from(values.len()).unwrap(), bytes)
}

/// Appends the values that do not fit into an entry, then the directory, and points the header at it.
fn write_directory(file: &mut Vec<u8>, entries: Vec<Entry>) {
    let mut directory = u16::try_from(entries.len()).unwrap().to_le_bytes().to_vec();
    for (tag, kind, count, mut value) in entries {
        if value.len() > 4 {
            // Values begin on a word boundary (TIFF 6.0, section 2).
            file.resize(file.len().next_multiple_of(2), 0);
            let offset = u32::try_from(file.len()).unwrap();
            file.extend_from_slice(&value);
            value = offset.to_le_bytes().to_vec();
        }
        value.resize(4, 0);
        directory.extend_from_slice(&tag.to_le_bytes());
        directory.extend_from_slice(&kind.to_le_bytes());
        directory.extend_from_slice(&count.to_le_bytes());
        directory.extend_from_slice(&value);
    }
    directory.extend_from_slice(&[0; 4]);
    file.resize(file.len().next_multiple_of(2), 0);
    let start = u32::try_from(file.len()).unwrap();
    file[4..8].copy_from_slice(&start.to_le_bytes());
    file.extend_from_slice(&directory);
}
