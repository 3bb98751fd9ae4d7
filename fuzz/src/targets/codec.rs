//! Any bytes as a block.

use cog_codec::{
    BlockLayout, ByteOrder, CodecRegistry, Compression, Error, SampleFormat, decode_block,
};

/// Bytes of the layout in front of a block.
const HEADER: usize = 16;

/// Largest decoded block: what costs more is refused by callers.
const MOST: usize = 4 << 20;

/// A block as the target [`codec`] takes it: its layout in 16 bytes, shared JPEG tables, the block.
#[derive(Clone, Debug, PartialEq)]
pub struct BlockInput {
    /// How to decode it.
    pub layout: BlockLayout,
    /// Rows wanted.
    pub rows: Option<u32>,
    /// As stored.
    pub bytes: Vec<u8>,
}

const FORMATS: [SampleFormat; 6] = [
    SampleFormat::Unsigned,
    SampleFormat::Signed,
    SampleFormat::Float,
    SampleFormat::Undefined,
    SampleFormat::ComplexInt,
    SampleFormat::ComplexFloat,
];

impl BlockInput {
    /// Reads what [`Self::to_bytes`] writes; `None` if the layout is not there.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (&h, rest) = bytes.split_first_chunk::<HEADER>()?;
        let word = |at: usize| u16::from_le_bytes([h[at], h[at + 1]]);
        let tables = usize::from(word(14)).min(rest.len());
        let (tables, block) = rest.split_at(tables);
        // A codec of the build rather than a number that none has.
        let known: Vec<Compression> = CodecRegistry::default().compressions().collect();
        let compression = Compression(word(0));
        let compression = match known.contains(&compression) {
            true => compression,
            false => known[usize::from(word(0)) % known.len()],
        };
        let flags = h[11];
        // Fax has options where colours have subsampling.
        let fax = is_fax(compression);
        let (across, down) = match fax {
            true => (1, 1),
            false => (u16::from(h[12] >> 4), u16::from(h[12] & 15)),
        };
        let layout = BlockLayout::new(
            word(2).into(),
            word(4).into(),
            u16::from(h[6]),
            u16::from(h[7]),
            FORMATS[usize::from(h[8]) % FORMATS.len()],
        )
        .with_compression(compression)
        .with_predictor(u16::from(h[9]))
        .with_photometric(u16::from(h[10]))
        .with_byte_order(if flags & 1 > 0 {
            ByteOrder::Big
        } else {
            ByteOrder::Little
        })
        .with_fill_order_lsb(flags & 2 > 0)
        .with_t4_options(if fax { u32::from(h[12] & 15) } else { 0 })
        .with_t6_options(if fax { u32::from(h[12] >> 4) } else { 0 })
        .with_ycbcr_subsampling(across, down)
        .with_lerc_additional_compression(u32::from(flags >> 4))
        .with_jpeg_tables((flags & 4 > 0).then(|| tables.into()));
        let rows = (h[13] > 0).then(|| u32::from(h[13]));
        Some(Self {
            layout,
            rows,
            bytes: block.to_vec(),
        })
    }

    /// The target's input for this block; layouts beyond its 16 bytes are cut to them.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let layout = &self.layout;
        let tables = layout.jpeg_tables.as_deref().unwrap_or_default();
        let format = FORMATS
            .iter()
            .position(|&format| format == layout.format)
            .unwrap_or(0);
        let flags = u8::from(layout.byte_order == ByteOrder::Big)
            | u8::from(layout.fill_order_lsb) << 1
            | u8::from(layout.jpeg_tables.is_some()) << 2
            | (layout.lerc_additional_compression as u8) << 4;
        let mut out = Vec::new();
        out.extend(layout.compression.0.to_le_bytes());
        out.extend((layout.width as u16).to_le_bytes());
        out.extend((layout.height as u16).to_le_bytes());
        let (across, down) = match is_fax(layout.compression) {
            true => (layout.t6_options as u16, layout.t4_options as u16),
            false => layout.ycbcr_subsampling,
        };
        out.extend([layout.samples as u8, layout.bits as u8, format as u8]);
        out.extend([layout.predictor as u8, layout.photometric as u8, flags]);
        out.extend([
            (across as u8) << 4 | down as u8 & 15,
            self.rows.unwrap_or(0) as u8,
        ]);
        out.extend((tables.len() as u16).to_le_bytes());
        out.extend(tables);
        out.extend(&self.bytes);
        out
    }
}

const fn is_fax(compression: Compression) -> bool {
    matches!(compression, Compression::CCITT_G3 | Compression::CCITT_G4)
}

/// Decodes a block, whole and its first rows.
///
/// # Panics
///
/// On a find.
pub fn codec(bytes: &[u8]) {
    let Some(input) = BlockInput::from_bytes(bytes) else {
        return;
    };
    let BlockInput {
        layout,
        rows,
        bytes,
    } = input;
    if layout.decoded_len().is_ok_and(|length| length > MOST) {
        return;
    }
    let registry = CodecRegistry::default();
    let decoded = decode_block(&registry, &layout, &bytes, rows);
    match &decoded {
        Ok(block) => {
            let asked = rows.unwrap_or(layout.height).clamp(1, layout.height);
            assert!((asked..=layout.height).contains(&block.rows), "{layout:?}");
            let pixels = layout.width as usize * block.rows as usize;
            assert_eq!(block.samples.len(), pixels * usize::from(layout.samples));
            assert_eq!(Some(block.samples.sample_type()), layout.sample_type().ok());
            if let Some(valid) = &block.valid {
                assert_eq!(valid.len(), pixels);
                assert!(valid.iter().all(|&valid| valid == 0 || valid == 255));
            }
        }
        Err(error @ (Error::InvalidSamples { .. } | Error::Panicked { .. })) => panic!("{error}"),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    // Rows in front do not depend on how many are asked for.
    if rows.is_some()
        && let Ok(part) = decoded
        && let Ok(whole) = decode_block(&registry, &layout, &bytes, None)
    {
        let (part_rows, whole_rows) = (part.rows as usize, whole.rows as usize);
        let (part, whole) = (part.samples.to_le_bytes(), whole.samples.to_le_bytes());
        let row = part.len() / part_rows / usize::from(layout.samples);
        for (part, whole) in part
            .chunks(row * part_rows)
            .zip(whole.chunks(row * whole_rows))
        {
            assert_eq!(part, &whole[..part.len()], "{layout:?}");
        }
    }
}
