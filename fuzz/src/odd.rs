//! Files of kinds that `cog-writer` has no use for: other programs' compressions and colours, and
//! places that are no affine.

use cog_codec::{BlockLayout, Compression, SampleFormat};
use cog_raster::SampleType;

use crate::foreign::foreign_blocks;
use crate::model::{Entry, File, Values};
use crate::seeds::{Picture, Seed, directory, empty, stored};

/// All of them.
pub(crate) fn odd() -> Vec<Seed> {
    let mut seeds: Vec<Seed> = foreign_blocks()
        .into_iter()
        .enumerate()
        .map(|(index, (layout, bytes))| compressed(index, layout, bytes))
        .collect();
    seeds.extend(colours());
    seeds.extend(places());
    seeds.push(masked_bands());
    seeds
}

fn seed(name: impl Into<String>, file: &File) -> Seed {
    Seed {
        name: name.into(),
        bytes: file.serialise().into(),
    }
}

fn single(layout: BlockLayout, stream: Option<Vec<u8>>) -> Picture {
    Picture {
        width: layout.width,
        height: layout.height,
        tiled: false,
        planes: 1,
        stream,
        more: Vec::new(),
        layout,
    }
}

/// One strip, as another encoder made it.
fn compressed(index: usize, layout: BlockLayout, bytes: Vec<u8>) -> Seed {
    let name = format!("{} {index}", layout.compression);
    let compression = layout.compression;
    let mut more = vec![(262, 3, vec![u64::from(layout.photometric)])];
    if layout.photometric == 0 {
        more[0].2 = vec![1];
    }
    if layout.fill_order_lsb {
        more.push((266, 3, vec![2]));
    }
    match compression {
        Compression::CCITT_G3 => more.push((292, 4, vec![layout.t4_options.into()])),
        Compression::LERC => {
            let inside = layout.lerc_additional_compression.into();
            more.push((50674, 4, vec![4, inside]));
        }
        _ => {}
    }
    if layout.photometric == 6 {
        more.push((530, 3, vec![2, 2]));
    }
    let mut file = empty(index % 2 == 1, index % 3 == 1 && layout.bits <= 8);
    let picture = Picture {
        more,
        ..single(layout, Some(bytes))
    };
    file.directories.push(directory(&file, &picture, 0));
    seed(name, &file)
}

/// What becomes RGB if a user asks: CMYK, CIELab, ICCLab, YCbCr that no JPEG holds, min-is-white, a palette.
fn colours() -> Vec<Seed> {
    let of = |photometric: u64, samples: u16, sample_type: SampleType| {
        let (bits, format) = stored(sample_type);
        let layout =
            BlockLayout::new(16, 16, samples, bits, format).with_compression(Compression::DEFLATE);
        let mut picture = single(layout, None);
        (picture.width, picture.height, picture.tiled) = (24, 20, true);
        picture.more.push((262, 3, vec![photometric]));
        picture
    };
    let mut pictures = vec![
        ("CMYK", of(5, 4, SampleType::U8)),
        ("CMYK and alpha", of(5, 5, SampleType::U8)),
        ("CMYK of 16 bits", of(5, 4, SampleType::U16)),
        ("CIELab", of(8, 3, SampleType::U8)),
        ("CIELab of 16 bits", of(8, 3, SampleType::U16)),
        ("ICCLab", of(9, 3, SampleType::U8)),
        ("ITULab", of(10, 3, SampleType::U8)),
        ("min is white", of(0, 1, SampleType::U8)),
        ("YCbCr", of(6, 3, SampleType::U8)),
    ];
    if let Some((_, lab)) = pictures.get_mut(3) {
        // Another white point.
        lab.more
            .push((318, 5, vec![fraction(3127, 10_000), fraction(3290, 10_000)]));
    }
    for (across, down) in [(1, 1), (2, 1), (2, 2), (4, 2), (4, 4)] {
        // Units of `across × down` luma samples and two of chroma (TIFF 6.0 §21).
        let units = 16 / across * (16 / down);
        let bytes = (0..units * (across * down + 2)).map(|i| (i * 37 % 256) as u8);
        let mut picture = of(6, 3, SampleType::U8);
        picture.layout = picture.layout.with_compression(Compression::NONE);
        picture.stream = Some(bytes.collect());
        picture.more.push((530, 3, vec![across, down]));
        picture.more.push((531, 3, vec![1 + down % 2]));
        // Levels and weights.
        let levels = [0, 255, 128, 255, 128, 255].map(|level| fraction(level, 1));
        picture.more.push((532, 5, levels.into()));
        let weights = [299, 587, 114].map(|weight| fraction(weight, 1000));
        picture.more.push((529, 5, weights.into()));
        pictures.push(("YCbCr of units", picture));
    }
    let mut palette = of(3, 1, SampleType::U8);
    let color_map = (0..768).map(|i| i * 85).collect();
    palette.more.push((320, 3, color_map));
    pictures.push(("palette", palette));
    pictures
        .into_iter()
        .map(|(name, picture)| {
            let mut file = empty(false, false);
            file.directories.push(directory(&file, &picture, 0));
            seed(name, &file)
        })
        .collect()
}

/// A value of type 5 in a little-endian file.
const fn fraction(above: u64, below: u64) -> u64 {
    below << 32 | above
}

/// Control points of each order that is fitted, and a rational polynomial.
fn places() -> Vec<Seed> {
    let bits = |values: &[f64]| {
        values
            .iter()
            .map(|value| value.to_bits())
            .collect::<Vec<_>>()
    };
    let picture = |more| {
        let layout = BlockLayout::new(16, 16, 1, 8, SampleFormat::Unsigned)
            .with_compression(Compression::DEFLATE);
        let mut picture = single(layout, None);
        (picture.width, picture.height, picture.tiled) = (40, 30, true);
        picture.more = more;
        picture
    };
    // Geographic, WGS 84.
    let keys = vec![1, 1, 0, 3, 1024, 0, 1, 2, 1025, 0, 1, 1, 2048, 0, 1, 4326];
    let mut seeds = Vec::new();
    for count in [1_u32, 3, 4, 6, 10, 20, 60] {
        let ties: Vec<f64> = (0..count)
            .flat_map(|i| {
                let (col, row) = (f64::from(i * 7 % 40), f64::from(i * i * 3 % 30));
                let bent = col * row / 4000.0;
                [
                    col,
                    row,
                    0.0,
                    10.0 + col / 100.0 + bent,
                    50.0 - row / 90.0,
                    0.0,
                ]
            })
            .collect();
        let more = vec![(33922, 12, bits(&ties)), (34735, 3, keys.clone())];
        let mut file = empty(false, count % 2 == 0);
        file.directories.push(directory(&file, &picture(more), 0));
        seeds.push(seed(format!("{count} control points"), &file));
    }
    // Errors, offsets and scales, then four polynomials of 20 terms (tag 50844).
    let mut rational = vec![
        0.0, 0.0, 15.0, 20.0, 50.0, 10.0, 100.0, 15.0, 20.0, 0.5, 0.5, 500.0,
    ];
    for (place, value) in [(2, -1.0), (0, 1.0), (1, 1.0), (0, 1.0)] {
        let mut terms = [0.0; 20];
        terms[place] = value;
        terms[4] += 0.001;
        rational.extend(terms);
    }
    let more = vec![(50844, 12, bits(&rational))];
    let mut file = empty(true, false);
    file.directories.push(directory(&file, &picture(more), 0));
    seeds.push(seed("a rational polynomial", &file));
    // Points and a polynomial, and a nodata value that is text.
    let mut both = picture(vec![
        (
            33922,
            12,
            bits(&[0.0, 0.0, 0.0, 7.0, 45.0, 100.0].repeat(5)),
        ),
        (50844, 12, bits(&rational)),
    ]);
    both.more.push((34735, 3, keys));
    let mut file = empty(false, false);
    let mut page = directory(&file, &both, 0);
    page.entries
        .push(Entry::new(42113, 2, Values::Bytes(b"-32768\0".to_vec())));
    file.directories.push(page);
    seeds.push(seed("control points in one place", &file));
    seeds
}

/// What lies beside a file as `.msk`: a mask for each band.
fn masked_bands() -> Seed {
    let layout = BlockLayout::new(16, 16, 2, 8, SampleFormat::Unsigned)
        .with_compression(Compression::DEFLATE);
    let mut picture = single(layout, None);
    (picture.width, picture.height, picture.tiled) = (27, 20, true);
    let mut file = empty(false, false);
    let mut page = directory(&file, &picture, 0);
    let flags = "<GDALMetadata><Item name=\"INTERNAL_MASK_FLAGS_1\">0</Item>\
                 <Item name=\"INTERNAL_MASK_FLAGS_2\">0</Item></GDALMetadata>\0";
    page.entries
        .push(Entry::new(42112, 2, Values::Bytes(flags.into())));
    file.directories.push(page);
    seed("masks of two bands", &file)
}
