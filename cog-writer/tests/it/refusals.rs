//! What cannot be written is refused before anything is.

use cog_raster::{MaskKind, Nodata, RasterInfo, SampleType};
use cog_writer::{
    BlockCompression, CogWriter, Error, MemorySpill, OverviewResampling, WriteOptions,
};

use crate::support::{info, surface};

fn refused(info: &RasterInfo, options: &WriteOptions) -> String {
    match CogWriter::new(info, options, MemorySpill::default()) {
        Ok(_) => panic!("should be refused"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn what_a_tiff_cannot_say() {
    let mut info = RasterInfo::new(SampleType::U8, 2, 9, 9);
    info.bands[0].nodata = Some(Nodata::new(1.0));
    info.bands[1].nodata = Some(Nodata::new(2.0));
    let said = refused(&info, &WriteOptions::default());
    assert!(said.contains("one nodata value for all bands"), "{said}");
    assert!(
        said.contains("band 1 has 1, band 2 2") && said.contains("add_mask"),
        "{said}"
    );
    let mut info = RasterInfo::new(SampleType::U8, 1, 9, 9);
    info.mask_kind = MaskKind::PerBand;
    assert!(refused(&info, &WriteOptions::default()).contains("mask for each band"));
    let info = RasterInfo::new(SampleType::U8, 0, 9, 9);
    assert!(refused(&info, &WriteOptions::default()).contains("0 bands"));
}

#[test]
fn a_palette_is_not_averaged() {
    let mut info = RasterInfo::new(SampleType::U8, 1, 9, 9);
    info.colormap = Some(vec![[0, 0, 0, 255]; 256]);
    let average = WriteOptions::default().with_overview_resampling(OverviewResampling::Average);
    assert!(refused(&info, &average).contains("palette"));
    let jpeg = WriteOptions::default().with_compression(BlockCompression::Jpeg { quality: 80 });
    assert!(refused(&info, &jpeg).contains("palette"));
}

#[test]
fn rows_that_do_not_fit() {
    let raster = surface(SampleType::U8, 1, 4, 10);
    let mut narrow = info(&raster);
    narrow.levels[0].width = 9;
    let mut writer =
        CogWriter::new(&narrow, &WriteOptions::default(), MemorySpill::default()).unwrap();
    assert!(matches!(
        writer.push_rows(&raster),
        Err(Error::InvalidRows { .. })
    ));

    let info = info(&raster);
    let mut writer =
        CogWriter::new(&info, &WriteOptions::default(), MemorySpill::default()).unwrap();
    let wrong_type = surface(SampleType::I8, 1, 4, 10);
    assert!(matches!(
        writer.push_rows(&wrong_type),
        Err(Error::InvalidRows { .. })
    ));
    writer.push_rows(&raster).unwrap();
    assert!(matches!(
        writer.push_rows(&raster),
        Err(Error::InvalidRows { .. })
    ));

    let writer = CogWriter::new(&info, &WriteOptions::default(), MemorySpill::default()).unwrap();
    let message = writer.finish(&mut Vec::new()).unwrap_err().to_string();
    assert_eq!(message, "rows do not fit: 0 of 4 rows came");
}

#[test]
fn rows_of_blocks_that_no_memory_holds_are_refused() {
    // Announced, not pushed: the promise is that nothing is allocated for it.
    for (width, bands, fits) in [
        (50_000, 2, true),
        (82_000_000, 2, false),
        (u32::MAX, 1, false),
        (1_000_000, 60_000, false),
    ] {
        let info = RasterInfo::new(SampleType::F32, bands, width, 10);
        let made = CogWriter::new(&info, &WriteOptions::default(), MemorySpill::default());
        match made {
            Ok(_) => assert!(fits, "{width} x {bands}"),
            Err(error) => {
                let said = error.to_string();
                assert!(!fits && said.contains("smaller blocks"), "{said}");
            }
        }
    }
}
