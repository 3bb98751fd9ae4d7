//! Writes small TIFFs by hand, to the byte as a test wants them.

use std::collections::BTreeMap;

/// Values of a tag.
#[derive(Clone, Debug)]
pub(crate) enum V {
    Ascii(&'static str),
    Short(Vec<u16>),
    Long(Vec<u32>),
    Double(Vec<f64>),
}

/// One directory and its blocks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ifd {
    pub(crate) tags: BTreeMap<u16, V>,
    /// Stored bytes of each block; an empty one is left out of the file.
    pub(crate) blocks: Vec<Vec<u8>>,
    pub(crate) tiled: bool,
    /// Directories that tag 330 points to.
    pub(crate) subs: Vec<Self>,
    /// Leave tags 279 / 325 out.
    pub(crate) without_byte_counts: bool,
}

impl Ifd {
    pub(crate) fn with(mut self, tag: u16, value: V) -> Self {
        self.tags.insert(tag, value);
        self
    }

    pub(crate) fn without(mut self, tag: u16) -> Self {
        self.tags.remove(&tag);
        self
    }
}

/// The shape of the file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct File {
    pub(crate) big_endian: bool,
    pub(crate) big: bool,
    /// Directories and their values before all pixels, pixels of the last
    /// directory first, with GDAL's ghost area, leaders and trailers.
    pub(crate) cog: bool,
    /// With `cog`: blocks of directory 1, the mask, follow those of directory 0.
    pub(crate) interleaved_mask: bool,
}

impl File {
    pub(crate) const CLASSIC: Self = Self {
        big_endian: false,
        big: false,
        cog: false,
        interleaved_mask: false,
    };
    pub(crate) const COG: Self = Self {
        cog: true,
        ..Self::CLASSIC
    };
}

/// How pixels are cut into blocks.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cut {
    Tiles(u32, u32),
    Strips(u32),
}

/// A made-up image: `value(band, col, row)` in `size` bytes, uncompressed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pattern {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) bands: u16,
    pub(crate) size: usize,
    pub(crate) cut: Cut,
    pub(crate) planar: bool,
    pub(crate) value: fn(u32, u32, u32) -> u64,
}

impl Pattern {
    pub(crate) fn ifd(&self, file: &File) -> Ifd {
        let (bw, bh, tiled) = match self.cut {
            Cut::Tiles(w, h) => (w, h, true),
            Cut::Strips(rows) => (self.width, rows, false),
        };
        let (across, down) = (self.width.div_ceil(bw), self.height.div_ceil(bh));
        let planes = if self.planar {
            u32::from(self.bands)
        } else {
            1
        };
        let mut blocks = Vec::new();
        for plane in 0..planes {
            for by in 0..down {
                for bx in 0..across {
                    blocks.push(self.block(file, plane, bx * bw, by * bh, bw, bh, tiled));
                }
            }
        }
        let bits = vec![self.size as u16 * 8; self.bands.into()];
        let mut ifd = Ifd {
            blocks,
            tiled,
            ..Ifd::default()
        }
        .with(256, V::Long(vec![self.width]))
        .with(257, V::Long(vec![self.height]))
        .with(258, V::Short(bits))
        .with(259, V::Short(vec![1]))
        .with(262, V::Short(vec![if self.bands == 3 { 2 } else { 1 }]))
        .with(277, V::Short(vec![self.bands]))
        .with(284, V::Short(vec![if self.planar { 2 } else { 1 }]));
        if self.bands > 1 && self.bands != 3 {
            ifd = ifd.with(338, V::Short(vec![0; usize::from(self.bands) - 1]));
        }
        if tiled {
            ifd.with(322, V::Long(vec![bw]))
                .with(323, V::Long(vec![bh]))
        } else {
            ifd.with(278, V::Long(vec![bh]))
        }
    }

    #[allow(clippy::too_many_arguments, reason = "a rectangle and where it goes")]
    fn block(
        &self,
        file: &File,
        plane: u32,
        x: u32,
        y: u32,
        w: u32,
        h: u32,
        tiled: bool,
    ) -> Vec<u8> {
        let h = if tiled { h } else { h.min(self.height - y) };
        let mut bytes = Vec::new();
        for row in y..y + h {
            for col in x..x + w {
                let bands = if self.planar {
                    plane..plane + 1
                } else {
                    0..self.bands.into()
                };
                for band in bands {
                    // Outside the image tiles hold what must never be seen.
                    let inside = row < self.height && col < self.width;
                    let value = if inside {
                        (self.value)(band, col, row)
                    } else {
                        0xA5A5_A5A5
                    };
                    number(&mut bytes, file, value, self.size);
                }
            }
        }
        bytes
    }

    /// All samples, band by band, as little-endian bytes.
    pub(crate) fn expected(&self) -> Vec<u8> {
        let little = File::CLASSIC;
        let mut bytes = Vec::new();
        for band in 0..self.bands.into() {
            for row in 0..self.height {
                for col in 0..self.width {
                    number(&mut bytes, &little, (self.value)(band, col, row), self.size);
                }
            }
        }
        bytes
    }
}

/// A mask directory of one bit a pixel. `kind` is tag 254: 4, or 5 for an overview's.
pub(crate) fn mask_ifd(
    width: u32,
    height: u32,
    (bw, bh): (u32, u32),
    kind: u32,
    valid: impl Fn(u32, u32) -> bool,
) -> Ifd {
    let mut blocks = Vec::new();
    for y in (0..height).step_by(bh as usize) {
        for x in (0..width).step_by(bw as usize) {
            let mut block = Vec::new();
            for row in y..y + bh {
                for byte in 0..bw / 8 {
                    let bits = (0..8).filter(|bit| {
                        let col = x + byte * 8 + bit;
                        col < width && row < height && valid(col, row)
                    });
                    block.push(bits.fold(0_u8, |byte, bit| byte | 0x80 >> bit));
                }
            }
            blocks.push(block);
        }
    }
    Ifd {
        blocks,
        tiled: true,
        ..Ifd::default()
    }
    .with(254, V::Long(vec![kind]))
    .with(256, V::Long(vec![width]))
    .with(257, V::Long(vec![height]))
    .with(258, V::Short(vec![1]))
    .with(259, V::Short(vec![1]))
    .with(262, V::Short(vec![4]))
    .with(277, V::Short(vec![1]))
    .with(322, V::Long(vec![bw]))
    .with(323, V::Long(vec![bh]))
}

fn number(out: &mut Vec<u8>, file: &File, value: u64, size: usize) {
    if file.big_endian {
        out.extend_from_slice(&value.to_be_bytes()[8 - size..]);
    } else {
        out.extend_from_slice(&value.to_le_bytes()[..size]);
    }
}

impl V {
    fn parts(&self, file: &File) -> (u16, u64, Vec<u8>) {
        let mut out = Vec::new();
        match self {
            Self::Ascii(text) => {
                out.extend_from_slice(text.as_bytes());
                out.push(0);
                (2, out.len() as u64, out)
            }
            Self::Short(values) => {
                values
                    .iter()
                    .for_each(|&v| number(&mut out, file, v.into(), 2));
                (3, values.len() as u64, out)
            }
            Self::Long(values) => {
                values
                    .iter()
                    .for_each(|&v| number(&mut out, file, v.into(), 4));
                (4, values.len() as u64, out)
            }
            Self::Double(values) => {
                values
                    .iter()
                    .for_each(|&v| number(&mut out, file, v.to_bits(), 8));
                (12, values.len() as u64, out)
            }
        }
    }
}

const GHOST: &str = "LAYOUT=IFDS_BEFORE_DATA\nBLOCK_ORDER=ROW_MAJOR\nBLOCK_LEADER=SIZE_AS_UINT4\nBLOCK_TRAILER=LAST_4_BYTES_REPEATED\nKNOWN_INCOMPATIBLE_EDITION=NO\n ";

/// Writes the file: directories in the chain as given.
pub(crate) fn write(file: &File, ifds: &[Ifd]) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend_from_slice(if file.big_endian { b"MM" } else { b"II" });
    number(&mut out, file, if file.big { 43 } else { 42 }, 2);
    if file.big {
        number(&mut out, file, 8, 2);
        number(&mut out, file, 0, 2);
    }
    let mut link = out.len();
    number(&mut out, file, 0, offset_size(file));
    if file.cog {
        let mask = if file.interleaved_mask {
            "MASK_INTERLEAVED_WITH_IMAGERY=YES\n"
        } else {
            ""
        };
        let text = format!("{GHOST}{mask}");
        out.extend_from_slice(
            format!("GDAL_STRUCTURAL_METADATA_SIZE={:06} bytes\n", text.len()).as_bytes(),
        );
        out.extend_from_slice(text.as_bytes());
    }
    // Pixels before directories, or room for the offsets until they are known.
    let mut places: Vec<Vec<(u64, u64)>> = Vec::new();
    if !file.cog {
        for ifd in ifds {
            places.push(
                ifd.blocks
                    .iter()
                    .map(|b| put_block(&mut out, file, b))
                    .collect(),
            );
        }
    }
    let mut arrays = Vec::new();
    for (i, ifd) in ifds.iter().enumerate() {
        let subs: Vec<u64> = ifd
            .subs
            .iter()
            .map(|sub| {
                let places: Vec<_> = sub
                    .blocks
                    .iter()
                    .map(|b| put_block(&mut out, file, b))
                    .collect();
                let (at, next, _) = put_ifd(&mut out, file, sub, Some(&places), &[]);
                patch(&mut out, file, next, 0);
                at
            })
            .collect();
        let (at, next, holes) = put_ifd(&mut out, file, ifd, places.get(i).map(|p| &p[..]), &subs);
        patch(&mut out, file, link, at);
        link = next;
        arrays.push(holes);
    }
    if file.cog {
        let mut done = vec![Vec::new(); ifds.len()];
        for i in (0..ifds.len()).rev() {
            if file.interleaved_mask && i == 1 {
                continue;
            }
            for (b, block) in ifds[i].blocks.iter().enumerate() {
                done[i].push(put_block(&mut out, file, block));
                if file.interleaved_mask && i == 0 {
                    done[1].push(put_block(&mut out, file, &ifds[1].blocks[b]));
                }
            }
        }
        for (places, (offsets, counts)) in done.iter().zip(arrays) {
            for (b, (at, length)) in places.iter().enumerate() {
                patch(&mut out, file, offsets + b * offset_size(file), *at);
                if let Some(counts) = counts {
                    let bytes = encode(file, *length, 4);
                    out[counts + b * 4..counts + b * 4 + 4].copy_from_slice(&bytes);
                }
            }
        }
    }
    out
}

const fn offset_size(file: &File) -> usize {
    if file.big { 8 } else { 4 }
}

fn encode(file: &File, value: u64, size: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    number(&mut bytes, file, value, size);
    bytes
}

fn patch(out: &mut [u8], file: &File, at: usize, value: u64) {
    let bytes = encode(file, value, offset_size(file));
    out[at..at + bytes.len()].copy_from_slice(&bytes);
}

fn put_block(out: &mut Vec<u8>, file: &File, block: &[u8]) -> (u64, u64) {
    if block.is_empty() {
        return (0, 0);
    }
    if file.cog {
        out.extend_from_slice(&(block.len() as u32).to_le_bytes());
    }
    let at = out.len() as u64;
    out.extend_from_slice(block);
    if file.cog {
        let tail = block[block.len() - 4..].to_vec();
        out.extend_from_slice(&tail);
    }
    (at, block.len() as u64)
}

type Holes = (usize, Option<usize>);

/// Writes values, then the directory. Returns where it is, where its link to
/// the next one is, and where the arrays of offsets and lengths are.
fn put_ifd(
    out: &mut Vec<u8>,
    file: &File,
    ifd: &Ifd,
    places: Option<&[(u64, u64)]>,
    subs: &[u64],
) -> (u64, usize, Holes) {
    let n = ifd.blocks.len();
    let (offsets_tag, counts_tag) = if ifd.tiled { (324, 325) } else { (273, 279) };
    let offset_type = if file.big { 16 } else { 4 };
    let size = offset_size(file);
    let array = |values: Vec<u64>, size: usize| -> Vec<u8> {
        values.iter().flat_map(|&v| encode(file, v, size)).collect()
    };
    let place = |i: usize| places.map_or((0, 0), |places| places[i]);
    let mut entries: Vec<(u16, u16, u64, Vec<u8>)> = ifd
        .tags
        .iter()
        .map(|(&tag, value)| {
            let (kind, count, bytes) = value.parts(file);
            (tag, kind, count, bytes)
        })
        .collect();
    entries.push((
        offsets_tag,
        offset_type,
        n as u64,
        array((0..n).map(|i| place(i).0).collect(), size),
    ));
    if !ifd.without_byte_counts {
        entries.push((
            counts_tag,
            4,
            n as u64,
            array((0..n).map(|i| place(i).1).collect(), 4),
        ));
    }
    if !subs.is_empty() {
        entries.push((
            330,
            offset_type,
            subs.len() as u64,
            array(subs.to_vec(), size),
        ));
    }
    entries.sort_by_key(|entry| entry.0);
    // Where each value is: right behind the directory.
    if out.len() % 2 == 1 {
        out.push(0);
    }
    let at = out.len();
    let (count_size, entry_size) = if file.big { (8, 20) } else { (2, 12) };
    let end = at + count_size + entries.len() * entry_size + size;
    let mut values = Vec::new();
    let mut holes: Holes = (0, None);
    number(out, file, entries.len() as u64, count_size);
    for (tag, kind, count, bytes) in &entries {
        number(out, file, (*tag).into(), 2);
        number(out, file, (*kind).into(), 2);
        number(out, file, *count, if file.big { 8 } else { 4 });
        let position = if bytes.len() <= size {
            let position = out.len();
            out.extend_from_slice(bytes);
            out.resize(position + size, 0);
            position
        } else {
            let position = end + values.len();
            number(out, file, position as u64, size);
            values.extend_from_slice(bytes);
            position
        };
        if *tag == offsets_tag {
            holes.0 = position;
        } else if *tag == counts_tag {
            holes.1 = Some(position);
        }
    }
    let link = out.len();
    number(out, file, 0, size);
    out.extend_from_slice(&values);
    (at as u64, link, holes)
}
