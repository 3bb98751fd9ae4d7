//! JPEG XL: a whole picture per block.

use jxl::{
    api::{
        Endianness, Event, JxlColorType, JxlDataFormat, JxlDecoder, JxlDecoderOptions,
        JxlOutputBuffer, JxlPixelFormat, ProfileLevel,
    },
    image::OwnedRawImage,
};

use crate::{BlockLayout, ByteOrder, Codec, Compression, Decoded, Error, SampleFormat};

/// Compressions 50002 (libtiff, as GDAL builds it) and 52546 (DNG 1.7): grey or
/// RGB and any extra channels, unsigned integers of 8 and 16 bits, floats of 16
/// and 32.
#[derive(Debug)]
pub(crate) struct JpegXl;

/// Samples that a picture may have beyond its block's, as frames are padded: those of a group of four channels.
const EXCESS: usize = 4 * 256 * 256;

impl Codec for JpegXl {
    fn decode(
        &self,
        layout: &BlockLayout,
        input: &[u8],
        output: &mut [u8],
    ) -> Result<Decoded, Error> {
        let compression = layout.compression;
        let malformed = |error: jxl::error::Error| Error::malformed(compression, error);
        let format = format(layout)?;
        let pixels =
            layout.encoded_len()? / format.bytes_per_sample() / usize::from(layout.samples);
        let mut options = JxlDecoderOptions::default();
        // Tag 274 has the say.
        options.adjust_orientation = false;
        options.max_profile_level = ProfileLevel::Main10;
        options.sample_limit = Some(
            pixels
                .saturating_mul(usize::from(layout.samples).max(3) + 1)
                .saturating_add(EXCESS),
        );
        let mut decoder = JxlDecoder::new(options);
        let mut input = input;
        let mut event = decoder.process(&mut input, None, None);
        while !matches!(event, Ok(Event::BasicInfo)) {
            match event.map_err(malformed)? {
                Event::NeedMoreInput { .. } | Event::Complete => return Err(ends(compression)),
                _ => event = decoder.process(&mut input, None, None),
            }
        }
        let color = check(layout, &decoder)?;
        let extra = usize::from(layout.samples) - color.samples_per_pixel();
        decoder
            .set_pixel_format(JxlPixelFormat {
                color_type: color,
                color_data_format: Some(format),
                extra_channel_format: vec![Some(format); extra],
            })
            .map_err(malformed)?;
        let (width, height) = (layout.width as usize, layout.height as usize);
        let sample = format.bytes_per_sample();
        // How many samples of a pixel each buffer holds: colours together, the others alone.
        let shares: Vec<usize> = std::iter::once(color.samples_per_pixel())
            .chain(std::iter::repeat_n(1, extra))
            .collect();
        let mut images = shares
            .iter()
            .map(|share| OwnedRawImage::new((width * share * sample, height)))
            .collect::<Result<Vec<_>, _>>()
            .map_err(malformed)?;
        loop {
            let mut buffers: Vec<JxlOutputBuffer<'_>> = images
                .iter_mut()
                .map(|image| JxlOutputBuffer::from_image_rect_mut(image.as_rect_mut()))
                .collect();
            match decoder
                .process(&mut input, Some(&mut buffers), None)
                .map_err(malformed)?
            {
                Event::FrameComplete { .. } => break,
                Event::NeedMoreInput { .. } | Event::Complete => return Err(ends(compression)),
                _ => {}
            }
        }
        let pixel = usize::from(layout.samples) * sample;
        for (y, row) in output.chunks_exact_mut(width * pixel).enumerate() {
            let mut at = 0;
            for (image, share) in images.iter().zip(&shares) {
                let length = share * sample;
                let from = image.row(y).chunks_exact(length);
                for (out, from) in row.chunks_exact_mut(pixel).zip(from) {
                    out[at..at + length].copy_from_slice(from);
                }
                at += length;
            }
        }
        Ok(Decoded::default())
    }
}

fn ends(compression: Compression) -> Error {
    Error::malformed(compression, "ends before the picture does")
}

/// Samples as the layout has them.
fn format(layout: &BlockLayout) -> Result<JxlDataFormat, Error> {
    let endianness = match layout.byte_order {
        ByteOrder::Little => Endianness::LittleEndian,
        ByteOrder::Big => Endianness::BigEndian,
    };
    match (layout.format, layout.bits) {
        (SampleFormat::Unsigned | SampleFormat::Undefined, 8) => {
            Ok(JxlDataFormat::U8 { bit_depth: 8 })
        }
        (SampleFormat::Unsigned | SampleFormat::Undefined, 16) => Ok(JxlDataFormat::U16 {
            endianness,
            bit_depth: 16,
        }),
        (SampleFormat::Float, 16) => Ok(JxlDataFormat::F16 { endianness }),
        (SampleFormat::Float, 32) => Ok(JxlDataFormat::F32 { endianness }),
        (format, bits) => {
            let compression = layout.compression;
            Err(Error::unsupported(format!(
                "{compression} of {bits} bits, format {format:?},"
            )))
        }
    }
}

/// Holds the picture against its block, before its pixels are decoded; returns
/// what its first channels are.
fn check(layout: &BlockLayout, decoder: &JxlDecoder) -> Result<JxlColorType, Error> {
    let no_header = || ends(layout.compression);
    let info = decoder.basic_info().ok_or_else(no_header)?;
    let profile = decoder.embedded_color_profile().ok_or_else(no_header)?;
    let color = match profile.channels() {
        1 => JxlColorType::Grayscale,
        _ => JxlColorType::Rgb,
    };
    let samples = color.samples_per_pixel() + info.extra_channels.len();
    let (width, height) = info.size;
    if (width, height) != (layout.width as usize, layout.height as usize)
        || samples != usize::from(layout.samples)
    {
        let reason = format!(
            "a picture of {width} × {height} × {samples} in a block of {} × {} × {}",
            layout.width, layout.height, layout.samples
        );
        return Err(Error::malformed(layout.compression, reason));
    }
    Ok(color)
}
