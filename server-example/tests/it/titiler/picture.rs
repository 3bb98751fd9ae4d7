//! Pictures, decoded: red, green, blue and alpha of each pixel.

use crate::png;
use cog_codec::{BlockLayout, CodecRegistry, Compression, SampleFormat, decode_block};
use cog_raster::Samples;
use serde_json::Value;

/// Least signal-to-noise ratio, in dB, between two encoders' pictures with loss of the same pixels.
const LOSSY: f64 = 30.0;

/// Differences of a picture and the one that was written down as `{"width", "height", "rgba"}`, the pixels in
/// hexadecimal digits.
pub(super) fn differences(expected: &Value, media_type: &str, body: &[u8]) -> Vec<String> {
    let side = |name: &str| u32::try_from(expected[name].as_u64().unwrap()).unwrap();
    let (width, height) = (side("width"), side("height"));
    let theirs: Vec<[u8; 4]> = pixels(expected["rgba"].as_str().unwrap());
    let ours = match media_type {
        "image/png" => {
            let (own_width, own_height, pixels) = png::rgba(body);
            if (own_width, own_height) != (width, height) {
                return vec![format!(
                    "{width} × {height} pixels, ours {own_width} × {own_height}"
                )];
            }
            pixels
        }
        _ => match lossy(media_type, body, width, height) {
            Ok(pixels) => pixels,
            Err(error) => return vec![format!("{width} × {height} pixels: {error}")],
        },
    };
    let mut found = Vec::new();
    let exact = media_type == "image/png";
    let apart = |a: u8, b: u8| a.abs_diff(b) > 1;
    let alpha = (theirs.iter().zip(&ours)).filter(|(a, b)| apart(a[3], b[3]));
    let alpha = alpha.count();
    if alpha > 0 {
        found.push(format!("alpha of {alpha} pixels differs"));
    }
    // What is transparent has no colour.
    let shown: Vec<_> = (theirs.iter().zip(&ours))
        .filter(|(a, b)| a[3] > 0 && b[3] > 0)
        .collect();
    let wrong: Vec<_> = (shown.iter())
        .filter(|(a, b)| (0..3).any(|k| apart(a[k], b[k])))
        .collect();
    if exact && !wrong.is_empty() {
        let (a, b) = wrong[0];
        let (count, of) = (wrong.len(), shown.len());
        found.push(format!("{count} of {of} pixels differ: {a:?}, ours {b:?}"));
    }
    let squares: f64 = (shown.iter())
        .flat_map(|(a, b)| (0..3).map(|k| f64::from(a[k].abs_diff(b[k])).powi(2)))
        .sum();
    let ratio = 10.0 * (255.0_f64.powi(2) * 3.0 * shown.len() as f64 / squares).log10();
    if !exact && squares > 0.0 && ratio < LOSSY {
        found.push(format!("PSNR {ratio:.1} dB"));
    }
    found
}

fn pixels(digits: &str) -> Vec<[u8; 4]> {
    let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
    (0..digits.len() / 8)
        .map(|pixel| [0, 2, 4, 6].map(|k| byte(8 * pixel + k)))
        .collect()
}

/// A JPEG or a WebP of a size.
fn lossy(media_type: &str, body: &[u8], width: u32, height: u32) -> Result<Vec<[u8; 4]>, String> {
    let layout = |samples| BlockLayout::new(width, height, samples, 8, SampleFormat::Unsigned);
    let (layout, samples) = match media_type {
        "image/jpeg" => {
            // A frame's header says how many components there are.
            let frame = (body.windows(2)).position(|two| matches!(two, [0xff, 0xc0..=0xc2]));
            let samples = u16::from(body[frame.ok_or("no frame")? + 9]);
            let photometric = if samples == 3 { 6 } else { 1 };
            let layout = layout(samples)
                .with_compression(Compression::JPEG)
                .with_photometric(photometric)
                .with_ycbcr_subsampling(2, 2);
            (layout, samples)
        }
        "image/webp" => (layout(4).with_compression(Compression::WEBP), 4),
        other => return Err(format!("{other} is no picture")),
    };
    let block = decode_block(&CodecRegistry::default(), &layout, body, None)
        .map_err(|error| error.to_string())?;
    let Samples::U8(bytes) = block.samples else {
        return Err("it has not 8 bits".into());
    };
    let area = (width * height) as usize;
    let at = |pixel: usize, band: usize| bytes[band * area + pixel];
    Ok((0..area)
        .map(|pixel| match samples {
            1 => [at(pixel, 0), at(pixel, 0), at(pixel, 0), 255],
            3 => [at(pixel, 0), at(pixel, 1), at(pixel, 2), 255],
            _ => [0, 1, 2, 3].map(|band| at(pixel, band)),
        })
        .collect())
}
