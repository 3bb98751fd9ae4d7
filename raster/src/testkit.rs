//! The contract suite that every implementation of [`RasterSource`] runs.

use crate::{
    MaskKind, Raster, RasterMask, RasterSource, ReadRequest, SampleType, SourceErrorKind, Window,
};

/// Every sample type, for a test of all.
pub const SAMPLE_TYPES: [SampleType; 15] = [
    SampleType::U8,
    SampleType::I8,
    SampleType::U16,
    SampleType::I16,
    SampleType::U32,
    SampleType::I32,
    SampleType::U64,
    SampleType::I64,
    SampleType::F16,
    SampleType::F32,
    SampleType::F64,
    SampleType::ComplexI16,
    SampleType::ComplexI32,
    SampleType::ComplexF32,
    SampleType::ComplexF64,
];

/// Checks what of the contract of [`RasterSource`] can be checked from outside.
///
/// The whole of every level is read (so use it on small sources), then windows
/// at the corners, across block borders and at scattered places are compared
/// with it, then requests that do not fit are made.
///
/// # Panics
///
/// With a message that names the broken rule.
pub async fn check_source(source: &dyn RasterSource) {
    let info = source.info();
    assert!(!info.levels.is_empty(), "a source has at least one level");
    assert!(!info.bands.is_empty(), "a source has at least one band");
    for pair in info.levels.windows(2) {
        assert!(
            pair[1].width <= pair[0].width && pair[1].height <= pair[0].height,
            "levels get no larger: {pair:?}"
        );
    }
    for level in 0..info.levels.len() {
        check_level(source, level).await;
    }
    check_refusals(source).await;
}

async fn check_level(source: &dyn RasterSource, level: usize) {
    let info = source.info();
    let size = info.levels[level];
    assert!(
        size.block_width > 0 && size.block_height > 0,
        "blocks have a size: {size:?}"
    );
    let everything = Window::new(0, 0, size.width, size.height);
    let all = read(source, ReadRequest::new(level, everything)).await;
    assert_eq!(
        all.sample_type(),
        info.sample_type,
        "the type is the one announced"
    );
    match (info.mask_kind, all.mask()) {
        (MaskKind::None, RasterMask::AllValid)
        | (MaskKind::PerDataset | MaskKind::Alpha, RasterMask::PerDataset(_))
        | (MaskKind::PerBand, RasterMask::PerBand(_)) => {}
        (kind, mask) => panic!("mask kind {kind:?} announced, delivered {mask:?}"),
    }
    if let (MaskKind::PerDataset, RasterMask::PerDataset(mask)) = (info.mask_kind, all.mask()) {
        assert!(
            mask.values().iter().all(|&v| v == 0 || v == 255),
            "a mask is 0 or 255"
        );
    }
    let without = read(source, ReadRequest::new(level, everything).with_mask(false)).await;
    assert_eq!(
        without.mask(),
        &RasterMask::AllValid,
        "no mask unless asked for"
    );
    assert_eq!(without.samples().to_le_bytes(), all.samples().to_le_bytes());

    let bands: Vec<u32> = (0..all.bands()).rev().chain([0]).collect();
    for window in windows(&size) {
        let part = read(source, ReadRequest::new(level, window)).await;
        same(
            &part,
            &all.crop(&window).expect("windows are made to fit"),
            &window,
        );
        let chosen = read(
            source,
            ReadRequest::new(level, window).with_bands(bands.clone()),
        )
        .await;
        same(
            &chosen,
            &all.select(&window, &bands).expect("bands exist"),
            &window,
        );
    }
}

async fn check_refusals(source: &dyn RasterSource) {
    let info = source.info();
    let (width, height) = (info.width(), info.height());
    let one = Window::new(0, 0, 1, 1);
    let count = u32::try_from(info.bands.len()).expect("bands fit in 32 bits");
    let refused = [
        ReadRequest::new(info.levels.len(), one),
        ReadRequest::new(usize::MAX, one),
        ReadRequest::new(0, Window::new(0, 0, 0, 1)),
        ReadRequest::new(0, Window::new(0, 0, width, height.saturating_add(1))),
        ReadRequest::new(0, Window::new(width, 0, 1, 1)),
        ReadRequest::new(0, Window::new(u32::MAX, u32::MAX, u32::MAX, u32::MAX)),
        ReadRequest::new(0, one).with_bands([count]),
        ReadRequest::new(0, one).with_bands([0, u32::MAX]),
        ReadRequest::new(0, one).with_bands([]),
    ];
    for request in refused {
        match source.read(request.clone()).await {
            Ok(_) => panic!("{request:?} should have been refused"),
            Err(error) => assert_eq!(
                error.kind(),
                SourceErrorKind::InvalidRequest,
                "{request:?}: {error}"
            ),
        }
    }
}

/// Corners, the block borders, and a few scattered windows.
fn windows(level: &crate::LevelInfo) -> Vec<Window> {
    let (w, h) = (level.width, level.height);
    let (bw, bh) = (level.block_width.min(w), level.block_height.min(h));
    let mut windows = vec![
        Window::new(0, 0, 1, 1),
        Window::new(w - 1, h - 1, 1, 1),
        Window::new(0, 0, bw, bh),
        Window::new(w / 3, 0, 1, h),
        Window::new(0, h / 3, w, 1),
        Window::new(bw - 1, bh - 1, (w - bw + 1).min(2), (h - bh + 1).min(2)),
    ];
    // A small linear congruential generator: the same windows on every run.
    let mut state = 0x2545_f491_u32;
    let mut below = |n: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) % n.max(1)
    };
    for _ in 0..8 {
        let (col, row) = (below(w), below(h));
        windows.push(Window::new(
            col,
            row,
            1 + below(w - col),
            1 + below(h - row),
        ));
    }
    windows
}

async fn read(source: &dyn RasterSource, request: ReadRequest) -> Raster {
    let raster = match source.read(request.clone()).await {
        Ok(raster) => raster,
        Err(error) => panic!("{request:?} should be readable: {error}"),
    };
    assert_eq!(
        (raster.columns(), raster.rows()),
        (request.window.width, request.window.height),
        "the shape is the window's"
    );
    raster
}

/// Compares by bytes, so that a NaN equals itself.
fn same(part: &Raster, expected: &Raster, window: &Window) {
    assert_eq!(part.bands(), expected.bands(), "bands in window {window}");
    assert!(
        part.samples().to_le_bytes() == expected.samples().to_le_bytes(),
        "window {window} differs from the same part of the whole"
    );
    assert!(
        part.mask() == expected.mask(),
        "mask of window {window} differs from the whole's"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_type_is_in_the_list() {
        let last = SampleType::ComplexF64 as usize;
        let places = SAMPLE_TYPES.map(|sample_type| sample_type as usize);
        assert!(places.into_iter().eq(0..=last));
    }
}
