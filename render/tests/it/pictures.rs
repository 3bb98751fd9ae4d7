//! Pictures hold what the style says, and decode to it.

use cog_raster::{Mask, MemorySource, Raster, RasterMask, RasterSource, Samples};
use cog_render::{
    Colormap, Error, Format, Grid, Image, ImageBand, OutputSize, Picture, Pixels, ReadOptions,
    Style, encode, npy, render, render_suited, style,
};
use tile_math::BoundingBox;

const SIDE: u32 = 16;

fn image(bands: u32, samples: Samples, mask: impl Fn(usize) -> u8) -> Image {
    let mask = (0..(SIDE * SIDE) as usize).map(mask).collect();
    let raster = Raster::new(bands, SIDE, SIDE, samples)
        .unwrap()
        .with_mask(RasterMask::PerDataset(Mask::new(SIDE, SIDE, mask).unwrap()))
        .unwrap();
    let infos = (1..=bands)
        .map(|band| ImageBand::new(format!("b{band}")))
        .collect();
    let bounds = BoundingBox {
        left: 0.0,
        bottom: 0.0,
        right: 16.0,
        top: 16.0,
    };
    Image::new(raster, infos, None, bounds).unwrap()
}

fn bytes(bands: u32) -> Samples {
    Samples::U8(
        (0..bands * SIDE * SIDE)
            .map(|k| (k * 7 % 251) as u8)
            .collect(),
    )
}

/// A PNG as RGBA of 16 bits, whatever it holds.
fn decode_png(png: &[u8]) -> (png::ColorType, png::BitDepth, Vec<[u16; 4]>) {
    let decoder = png::Decoder::new(std::io::Cursor::new(png));
    let mut reader = decoder.read_info().unwrap();
    let kind = (reader.info().color_type, reader.info().bit_depth);
    let palette = reader
        .info()
        .palette
        .clone()
        .map(|p| p.to_vec())
        .unwrap_or_default();
    let alpha = reader
        .info()
        .trns
        .clone()
        .map(|t| t.to_vec())
        .unwrap_or_default();
    let mut data = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut data).unwrap();
    let line = frame.line_size;
    let values: Vec<u16> = match kind.1 {
        png::BitDepth::Sixteen => data
            .chunks_exact(2)
            .map(|b| u16::from_be_bytes([b[0], b[1]]))
            .collect(),
        png::BitDepth::One | png::BitDepth::Two | png::BitDepth::Four => {
            let bits = kind.1 as usize;
            let fit = 8 / bits;
            (0..frame.height as usize)
                .flat_map(|row| (0..frame.width as usize).map(move |column| (row, column)))
                .map(|(row, column)| {
                    let shift = 8 - bits * (column % fit + 1);
                    u16::from(data[row * line + column / fit] >> shift) & ((1 << bits) - 1)
                })
                .collect()
        }
        _ => data.iter().map(|v| u16::from(*v)).collect(),
    };
    let full = if kind.1 == png::BitDepth::Sixteen {
        u16::MAX
    } else {
        255
    };
    let pixels = match kind.0 {
        png::ColorType::Grayscale => values.iter().map(|&g| [g, g, g, full]).collect(),
        png::ColorType::GrayscaleAlpha => values
            .chunks_exact(2)
            .map(|p| [p[0], p[0], p[0], p[1]])
            .collect(),
        png::ColorType::Rgb => values
            .chunks_exact(3)
            .map(|p| [p[0], p[1], p[2], full])
            .collect(),
        png::ColorType::Rgba => values
            .chunks_exact(4)
            .map(|p| [p[0], p[1], p[2], p[3]])
            .collect(),
        png::ColorType::Indexed => values
            .iter()
            .map(|&index| {
                let rgb = &palette[index as usize * 3..][..3];
                let alpha = alpha.get(index as usize).copied().unwrap_or(255);
                [rgb[0].into(), rgb[1].into(), rgb[2].into(), alpha.into()]
            })
            .collect(),
    };
    (kind.0, kind.1, pixels)
}

#[test]
fn png_of_every_kind_comes_back() {
    let half = |k: usize| if k.is_multiple_of(3) { 0 } else { 255 };
    let whole = |_: usize| 255;
    let deep = |bands: u32| Samples::U16((0..bands * 256).map(|k| (k * 251) as u16).collect());
    let cases = [
        (
            image(1, bytes(1), whole),
            png::ColorType::Grayscale,
            png::BitDepth::Eight,
        ),
        (
            image(1, bytes(1), half),
            png::ColorType::GrayscaleAlpha,
            png::BitDepth::Eight,
        ),
        (
            image(3, bytes(3), whole),
            png::ColorType::Rgb,
            png::BitDepth::Eight,
        ),
        (
            image(3, bytes(3), half),
            png::ColorType::Rgba,
            png::BitDepth::Eight,
        ),
        (
            image(1, deep(1), whole),
            png::ColorType::Grayscale,
            png::BitDepth::Sixteen,
        ),
        (
            image(1, deep(1), half),
            png::ColorType::GrayscaleAlpha,
            png::BitDepth::Sixteen,
        ),
        (
            image(3, deep(3), whole),
            png::ColorType::Rgb,
            png::BitDepth::Sixteen,
        ),
        (
            image(3, deep(3), half),
            png::ColorType::Rgba,
            png::BitDepth::Sixteen,
        ),
    ];
    for (image, color, depth) in cases {
        let png = render(&image, &Style::default(), Format::Png).unwrap();
        let (found_color, found_depth, pixels) = decode_png(&png);
        assert_eq!((found_color, found_depth), (color, depth));
        let full = if depth == png::BitDepth::Sixteen {
            257
        } else {
            1
        };
        let last = image.bands().len() - 1;
        for (k, pixel) in pixels.iter().enumerate() {
            for (channel, found) in pixel[..3].iter().enumerate() {
                let at = channel.min(last) * 256 + k;
                assert_eq!(f64::from(*found), image.samples().value(at).unwrap());
            }
            assert_eq!(pixel[3], u16::from(image.mask().values()[k]) * full);
        }
    }
}

#[test]
fn a_colormap_makes_an_indexed_png() {
    let values = Samples::I16((0..256).map(|k| k * 100 - 12_800).collect());
    let image = image(1, values, |k| if k < 16 { 0 } else { 255 });
    let viridis = Colormap::named("viridis").unwrap();
    let how = Style::default()
        .with_rescale([(-12_800.0, 12_700.0)])
        .with_colormap(viridis.clone());
    let png = render(&image, &how, Format::Png).unwrap();
    let (color, _, pixels) = decode_png(&png);
    assert_eq!(color, png::ColorType::Indexed);
    let steps = viridis.steps().unwrap();
    for (k, pixel) in pixels.iter().enumerate() {
        if k < 16 {
            assert_eq!(pixel[3], 0);
        } else {
            assert_eq!(*pixel, steps[k].map(u16::from));
        }
    }
    // Without a mask what does not count has its value's colour: rescaled, that is 0.
    let opaque = render(&image, &how.with_return_mask(false), Format::Png).unwrap();
    let (_, _, pixels) = decode_png(&opaque);
    assert_eq!(pixels[3], steps[0].map(u16::from));
}

#[test]
fn more_than_256_colours_need_no_palette() {
    let map: Vec<String> = (0..300)
        .map(|k| format!("\"{k}\": [{}, {}, 9]", k % 256, k / 256))
        .collect();
    let map = Colormap::from_json(&format!("{{{}}}", map.join(","))).unwrap();
    let values = Samples::U16((0..256).map(|k| k + 44).collect());
    let opaque = image(1, values.clone(), |_| 255);
    let how = Style::default().with_colormap(map);
    let png = render(&opaque, &how, Format::Png).unwrap();
    assert_eq!(decode_png(&png).0, png::ColorType::Indexed);
    let masked = image(1, values, |k| if k == 0 { 0 } else { 255 });
    let (color, _, pixels) = decode_png(&render(&masked, &how, Format::Png).unwrap());
    // One of the colours is masked away, so that with transparency there are 256.
    assert_eq!(
        (color, pixels[0][3], pixels[1]),
        (png::ColorType::Indexed, 0, [45, 0, 9, 255])
    );
}

#[test]
fn a_palette_of_the_source_is_applied() {
    let palette: Vec<[u8; 4]> = (0..=255)
        .map(|k| [k, 255 - k, 7, if k == 3 { 0 } else { 255 }])
        .collect();
    let indexes = Raster::new(1, 16, 16, Samples::U8((0..=255).collect())).unwrap();
    let source = MemorySource::new(indexes).with_colormap(palette.clone());
    let grid = Grid::native(source.info(), OutputSize::native()).unwrap();
    let image =
        pollster::block_on(cog_render::read(&source, &grid, &ReadOptions::default())).unwrap();
    let (_, _, pixels) = decode_png(&render(&image, &Style::default(), Format::Png).unwrap());
    for (pixel, color) in pixels.iter().zip(&palette) {
        assert_eq!(*pixel, color.map(u16::from));
    }
}

#[test]
fn a_tile_of_nothing_is_small() {
    let raster = Raster::new(3, 256, 256, Samples::F32(vec![1.0; 3 << 16]))
        .unwrap()
        .with_mask(RasterMask::PerDataset(Mask::filled(256, 256, 0)))
        .unwrap();
    let infos = (1..=3)
        .map(|band| ImageBand::new(format!("b{band}")))
        .collect();
    let bounds = BoundingBox {
        left: 0.0,
        bottom: 0.0,
        right: 1.0,
        top: 1.0,
    };
    let empty = Image::new(raster, infos, None, bounds).unwrap();
    let png = render(&empty, &Style::default(), Format::Png).unwrap();
    assert!(png.len() < 200, "{} bytes", png.len());
    let (_, _, pixels) = decode_png(&png);
    assert!(pixels.len() == 1 << 16 && pixels.iter().all(|pixel| pixel[3] == 0));
    let direct = encode(&Picture::transparent(256, 256), Format::Png).unwrap();
    assert_eq!(direct, png);
    assert!(render(&empty, &Style::default(), Format::Webp).is_ok());
}

#[test]
fn few_colours_take_few_bits() {
    for (count, depth) in [
        (2_u16, png::BitDepth::One),
        (4, png::BitDepth::Two),
        (13, png::BitDepth::Four),
        (17, png::BitDepth::Eight),
        (100, png::BitDepth::Eight),
    ] {
        let map: Vec<String> = (0..count)
            .map(|k| format!("\"{k}\": [{k}, 9, {}]", 255 - k))
            .collect();
        let map = Colormap::from_json(&format!("{{{}}}", map.join(","))).unwrap();
        // 16 × 15 of 256 pixels, so that rows of 15 end within a byte.
        let samples = Samples::U16((0..240).map(|k| k % count).collect());
        let raster = Raster::new(1, 16, 15, samples).unwrap();
        let bounds = BoundingBox {
            left: 0.0,
            bottom: 0.0,
            right: 1.0,
            top: 1.0,
        };
        let image = Image::new(raster, vec![ImageBand::new("b1")], None, bounds).unwrap();
        let how = Style::default().with_colormap(map);
        let (color, found, pixels) = decode_png(&render(&image, &how, Format::Png).unwrap());
        assert_eq!((color, found), (png::ColorType::Indexed, depth));
        for (k, pixel) in (0_u16..).zip(pixels) {
            assert_eq!(pixel, [k % count, 9, 255 - k % count, 255]);
        }
    }
}

#[test]
fn smooth_colours_are_small_and_the_same() {
    let plane =
        |slope: u32| (0..65_536_u32).map(move |k| (k / 256 * slope / 8 + k % 256 / 5) as u8);
    let samples = Samples::U8(plane(3).chain(plane(5)).chain(plane(7)).collect());
    let raster = Raster::new(3, 256, 256, samples.clone()).unwrap();
    let bounds = BoundingBox {
        left: 0.0,
        bottom: 0.0,
        right: 1.0,
        top: 1.0,
    };
    let infos = ["b1", "b2", "b3"].map(ImageBand::new).to_vec();
    let image = Image::new(raster, infos, None, bounds).unwrap();
    let small = render(&image, &Style::default(), Format::Png).unwrap();
    let raw = render(&image, &Style::default(), Format::PngRaw).unwrap();
    assert!(small.len() < raw.len(), "{} {}", small.len(), raw.len());
    assert_eq!(decode_png(&small).2, decode_png(&raw).2);
    for (k, pixel) in decode_png(&small).2.iter().enumerate() {
        for (channel, found) in pixel[..3].iter().enumerate() {
            assert_eq!(samples.value(channel * 65_536 + k), Some(f64::from(*found)));
        }
    }
}

#[test]
fn without_a_format_it_is_8_bits_and_png_where_something_is_missing() {
    let deep = Samples::U16((0..256).map(|k| k * 257).collect());
    let whole = image(1, deep.clone(), |_| 255);
    let (format, bytes) = render_suited(&whole, &Style::default()).unwrap();
    assert_eq!(
        (format, &bytes[..3]),
        (Format::Jpeg, &[0xff, 0xd8, 0xff][..])
    );
    let holes = image(1, deep, |k| if k == 9 { 0 } else { 255 });
    let (format, bytes) = render_suited(&holes, &Style::default()).unwrap();
    assert_eq!(format, Format::Png);
    let (color, depth, pixels) = decode_png(&bytes);
    let expected = (png::ColorType::GrayscaleAlpha, png::BitDepth::Eight);
    assert_eq!(
        (color, depth, pixels[200][0]),
        (expected.0, expected.1, 200)
    );
    // Holes of a colormap are holes; a mask that is not shown still decides, as in TiTiler.
    let map = Colormap::from_json(r##"[[[0, 60000], "#f00"]]"##).unwrap();
    let colored = Style::default().with_colormap(map);
    assert_eq!(render_suited(&whole, &colored).unwrap().0, Format::Png);
    let opaque = Style::default().with_return_mask(false);
    let (format, bytes) = render_suited(&holes, &opaque).unwrap();
    assert_eq!(format, Format::Png);
    assert_eq!(decode_png(&bytes).0, png::ColorType::Grayscale);
}

#[test]
fn two_and_four_bands_bring_their_own_alpha() {
    let how = Style::default().with_return_mask(false);
    for (bands, color) in [
        (2, png::ColorType::GrayscaleAlpha),
        (4, png::ColorType::Rgba),
    ] {
        let image = image(bands, bytes(bands), |_| 255);
        let (found, _, pixels) = decode_png(&render(&image, &how, Format::Png).unwrap());
        assert_eq!(found, color);
        let alpha = image.samples().value((bands as usize - 1) * 256 + 7);
        assert_eq!(alpha, Some(f64::from(pixels[7][3])));
        for refused in [
            render(&image, &how, Format::Jpeg),
            render(&image, &Style::default(), Format::Png),
        ] {
            assert!(matches!(
                refused,
                Err(Error::InvalidParameter {
                    parameter: "bidx",
                    ..
                })
            ));
        }
    }
}

#[test]
fn nothing_writes_jpeg_2000() {
    let image = image(1, bytes(1), |_| 255);
    let error = render(&image, &Style::default(), Format::Jp2).unwrap_err();
    assert!(
        matches!(error, Error::Encoding { format: "jp2", .. }),
        "{error}"
    );
}

#[test]
fn raw_png_is_of_8_or_16_bits() {
    let reals = image(1, Samples::F32(vec![1.0; 256]), |_| 255);
    let error = render(&reals, &Style::default(), Format::PngRaw).unwrap_err();
    assert!(error.to_string().starts_with("rescale: "), "{error}");
}

#[test]
fn jpeg_and_webp_hold_the_picture() {
    // Smooth, so that JPEG is near.
    let smooth = Samples::U8(
        (0..768_u32)
            .map(|k| (k % 256 / 16 * 8 + k % 16 * 4) as u8)
            .collect(),
    );
    let image = image(3, smooth, |k| if k < 4 { 0 } else { 255 });
    let jpeg = render(&image, &Style::default(), Format::Jpeg).unwrap();
    assert_eq!(&jpeg[..3], [0xff, 0xd8, 0xff]);
    let webp = render(&image, &Style::default(), Format::Webp).unwrap();
    let mut decoder = image_webp::WebPDecoder::new(std::io::Cursor::new(&webp)).unwrap();
    let mut pixels = vec![0; decoder.output_buffer_size().unwrap()];
    decoder.read_image(&mut pixels).unwrap();
    let Pixels::Rgba8(expected) = style(&image, &Style::default(), Format::Webp)
        .unwrap()
        .pixels()
        .clone()
    else {
        panic!("not RGBA");
    };
    assert_eq!(pixels, expected);
}

#[cfg(feature = "webp-lossy")]
#[test]
fn lossy_webp_is_near_and_small() {
    let smooth = Samples::U8(
        (0..768_u32)
            .map(|k| (k % 256 / 16 * 8 + k % 16 * 4) as u8)
            .collect(),
    );
    let image = image(3, smooth, |k| if k < 4 { 0 } else { 255 });
    let webp = render(&image, &Style::default(), Format::WebpLossy).unwrap();
    let mut decoder = image_webp::WebPDecoder::new(std::io::Cursor::new(&webp)).unwrap();
    assert!(decoder.is_lossy() && decoder.has_alpha());
    let mut pixels = vec![0; decoder.output_buffer_size().unwrap()];
    decoder.read_image(&mut pixels).unwrap();
    let picture = style(&image, &Style::default(), Format::WebpLossy).unwrap();
    let Pixels::Rgba8(expected) = picture.pixels() else {
        panic!("not RGBA");
    };
    for (found, expected) in pixels.chunks_exact(4).zip(expected.chunks_exact(4)) {
        assert_eq!(found[3], expected[3]);
        let near = |channel: usize| found[channel].abs_diff(expected[channel]) <= 16;
        assert!(
            expected[3] == 0 || (0..3).all(near),
            "{found:?} {expected:?}"
        );
    }
    let wide = Picture::transparent(16_384, 1);
    assert!(matches!(
        encode(&wide, Format::WebpLossy),
        Err(Error::Encoding { .. })
    ));
}

#[test]
fn npy_holds_samples_and_the_mask() {
    let image = image(2, Samples::I16((0..512).collect()), |k| {
        if k == 5 { 0 } else { 255 }
    });
    let array = npy(&image, true).unwrap();
    let header = String::from_utf8_lossy(&array[..128]).into_owned();
    assert!(
        header.contains("'descr': '<i2'") && header.contains("(3, 16, 16)"),
        "{header}"
    );
    let data: Vec<i16> = array[128..]
        .chunks_exact(2)
        .map(|b| i16::from_le_bytes([b[0], b[1]]))
        .collect();
    assert_eq!(data[..512], (0..512).collect::<Vec<i16>>());
    assert_eq!((data[512], data[512 + 5]), (i16::MAX, i16::MIN));
    assert_eq!(npy(&image, false).unwrap().len(), 128 + 1024);
    let rescaled = render(
        &image,
        &Style::default().with_rescale([(0.0, 511.0)]),
        Format::Npy,
    )
    .unwrap();
    assert!(String::from_utf8_lossy(&rescaled[..128]).contains("|u1"));
}

#[test]
fn samples_that_a_format_cannot_hold_are_rescaled() {
    let shown = |samples: Samples, how: &Style| {
        let picture = style(&image(1, samples, |_| 255), how, Format::Png).unwrap();
        let Pixels::Gray8(v) = picture.pixels() else {
            panic!("{picture:?}")
        };
        (v[0], v[128], v[255])
    };
    let ramp =
        |from: f32, step: f32| Samples::F32((0..256).map(|k| from + step * k as f32).collect());
    let plain = Style::default();
    // A real's own range, an integer's type.
    assert_eq!(shown(ramp(-40.0, 0.5), &plain), (0, 128, 255));
    assert_eq!(shown(Samples::I16(vec![0; 256]), &plain), (127, 127, 127));
    // What the caller knows comes first.
    assert_eq!(
        shown(ramp(0.0, 1.0), &plain.clone().with_ranges([(0.0, 510.0)])),
        (0, 64, 127)
    );
    let asked = plain
        .with_ranges([(0.0, 1.0)])
        .with_rescale([(128.0, 256.0)]);
    assert_eq!(shown(ramp(0.0, 1.0), &asked), (0, 0, 253));
}

#[test]
fn what_cannot_be_a_picture_is_refused() {
    let refused = |image: &Image, how: &Style| style(image, how, Format::Png).unwrap_err();
    let two = image(2, bytes(2), |_| 255);
    assert!(matches!(
        refused(&two, &Style::default()),
        Error::InvalidParameter {
            parameter: "bidx",
            ..
        }
    ));
    let mapped = Style::default().with_colormap(Colormap::named("magma").unwrap());
    assert!(matches!(
        refused(&two, &mapped),
        Error::InvalidParameter {
            parameter: "colormap",
            ..
        }
    ));
    let three_ranges = Style::default().with_rescale([(0.0, 1.0); 3]);
    assert!(matches!(
        refused(&two, &three_ranges),
        Error::InvalidParameter {
            parameter: "rescale",
            ..
        }
    ));
    let wide = Picture::transparent(70_000, 1);
    for format in [Format::Jpeg, Format::Webp, Format::Npy] {
        assert!(
            matches!(encode(&wide, format), Err(Error::Encoding { .. })),
            "{format}"
        );
    }
}
