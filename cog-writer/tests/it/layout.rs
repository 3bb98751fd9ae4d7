//! The layout that a COG promises, held against the bytes; and the `tiff` crate reads the pixels.

use std::io::Cursor;

use cog_raster::{SampleType, Samples};
use cog_writer::{BlockCompression, Overviews, WriteOptions};
use tiff::{
    decoder::{Decoder, DecodingResult},
    tags::Tag,
};

use crate::support::{info, ragged, surface, write};

#[test]
fn the_tiff_crate_reads_every_level() {
    for compression in [
        BlockCompression::None,
        BlockCompression::Lzw,
        BlockCompression::Deflate { level: 6 },
    ] {
        let raster = surface(SampleType::U16, 3, 301, 407);
        let options = WriteOptions::default()
            .with_block_size(128)
            .with_compression(compression);
        let (file, summary) = write(&raster, &info(&raster), &options);
        assert_eq!(summary.levels, [(407, 301), (204, 151), (102, 76)]);
        let mut decoder = Decoder::new(Cursor::new(&file)).unwrap();
        assert_eq!(decoder.dimensions().unwrap(), (407, 301));
        let DecodingResult::U16(pixels) = decoder.read_image().unwrap() else {
            panic!("not u16")
        };
        let Samples::U16(planes) = raster.samples() else {
            panic!("not u16")
        };
        let count = 407 * 301;
        for index in (0..count).step_by(97) {
            for band in 0..3 {
                assert_eq!(pixels[index * 3 + band], planes[band * count + index]);
            }
        }
        decoder.next_image().unwrap();
        assert_eq!(decoder.dimensions().unwrap(), (204, 151));
        decoder.next_image().unwrap();
        assert_eq!(decoder.dimensions().unwrap(), (102, 76));
        assert!(!decoder.more_images());
    }
}

#[test]
fn directories_come_first_and_the_smallest_overview_before_the_others() {
    let raster = surface(SampleType::U8, 1, 300, 300)
        .with_mask(ragged(300, 300))
        .unwrap();
    let options = WriteOptions::default().with_block_size(64);
    let (file, summary) = write(&raster, &info(&raster), &options);
    let ghost = &file[8..];
    assert!(ghost.starts_with(b"GDAL_STRUCTURAL_METADATA_SIZE="));
    let mut decoder = Decoder::new(Cursor::new(&file)).unwrap();
    let mut first_blocks = Vec::new();
    loop {
        let offsets = decoder.get_tag_u64_vec(Tag::TileOffsets).unwrap();
        let counts = decoder.get_tag_u64_vec(Tag::TileByteCounts).unwrap();
        for (&offset, &count) in offsets.iter().zip(&counts) {
            let (at, len) = (offset as usize, count as usize);
            let leader = u32::from_le_bytes(file[at - 4..at].try_into().unwrap());
            assert_eq!(u64::from(leader), count, "the leader is the block's length");
            assert_eq!(
                file[at + len - 4..at + len],
                file[at + len..at + len + 4],
                "the trailer"
            );
        }
        let subfile = decoder
            .find_tag(Tag::NewSubfileType)
            .unwrap()
            .map_or(0, |v| v.into_u32().unwrap());
        first_blocks.push((subfile, offsets[0], offsets[offsets.len() - 1]));
        if !decoder.more_images() {
            break;
        }
        decoder.next_image().unwrap();
    }
    let kinds: Vec<_> = first_blocks.iter().map(|d| d.0).collect();
    assert_eq!(kinds, [0, 4, 1, 1, 1, 5, 5, 5]);
    assert_eq!(summary.levels.len(), 4);
    // Image, its mask, three overviews, their masks: data from the last overview to the first image.
    let (images, masks) = ([0, 2, 3, 4], [1, 5, 6, 7]);
    for pair in images.windows(2) {
        assert!(first_blocks[pair[1]].2 < first_blocks[pair[0]].1);
    }
    for (image, mask) in images.into_iter().zip(masks) {
        assert!(first_blocks[mask].1 > first_blocks[image].1);
        assert!(first_blocks[mask].2 > first_blocks[image].2);
    }
}

#[test]
fn a_raster_of_one_pixel_is_a_cog() {
    let raster = surface(SampleType::F32, 1, 1, 1);
    let options = WriteOptions::default().with_overviews(Overviews::Count(4));
    let (file, summary) = write(&raster, &info(&raster), &options);
    assert_eq!(summary.levels, [(1, 1)]);
    assert!(Decoder::new(Cursor::new(&file)).is_ok());
}
