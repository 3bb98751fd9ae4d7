//! The parameter `color_formula`: what it does.

use super::curve::Curve;
use super::formula::{ColorFormula, Operation, wrong};
use super::rescale::rescaled;
use super::saturation::Saturation;
use crate::{Error, Image};
use cog_raster::{Sample, SampleType, Samples, with_samples};

impl ColorFormula {
    /// Applies the operations to all pixels; the result has samples of 8 bits.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidParameter`] if the samples are not integers, or there is no such band.
    pub fn apply(&self, image: &Image) -> Result<Image, Error> {
        let sample_type = image.sample_type();
        if !sample_type.is_integer() {
            return Err(wrong(format!(
                "it works on whole numbers, not on {}: give rescale",
                sample_type.name()
            )));
        }
        self.check_bands(image.bands().len())?;
        let pixels = image.pixels();
        let mut out = vec![0_u8; image.samples().len()];
        let mut rest = &self.operations[..];
        match image.samples() {
            Samples::U8(bytes) => out.copy_from_slice(bytes),
            // The first operation makes bytes of the rest.
            samples => {
                if let [first, others @ ..] = rest {
                    with_samples!(samples, T, buffer => first_of::<T>(*first, buffer, pixels, &mut out));
                    rest = others;
                }
            }
        }
        on_bytes(rest, pixels, &mut out);
        let infos = image.bands().iter().map(rescaled).collect();
        Ok(image.with_samples(Samples::U8(out), infos))
    }

    /// No operation speaks of a band beyond so many.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidParameter`] if one does.
    pub fn check_bands(&self, count: usize) -> Result<(), Error> {
        for operation in &self.operations {
            let needed = match operation {
                Operation::Saturation(_) => 3,
                Operation::Curve(bands, _) => bands.iter().rposition(|b| *b).map_or(0, |b| b + 1),
            };
            if needed > count {
                return Err(wrong(format!(
                    "it speaks of band {needed}, there are {count}: choose three"
                )));
            }
        }
        Ok(())
    }
}

fn first_of<T: Sample>(operation: Operation, samples: &[T], pixels: usize, out: &mut [u8]) {
    debug_assert_ne!(T::TYPE, SampleType::U8);
    let straight = match operation {
        Operation::Curve(..) => 0,
        Operation::Saturation(_) => 3,
    };
    let planes = samples
        .chunks_exact(pixels)
        .zip(out.chunks_exact_mut(pixels));
    for (band, (samples, out)) in planes.enumerate().skip(straight) {
        curve_of(operation, band).fill(samples, out);
    }
    if let Operation::Saturation(proportion) = operation {
        let (r, rest) = samples.split_at(pixels);
        let (g, rest) = rest.split_at(pixels);
        let planes = [r, g, &rest[..pixels]];
        Saturation::new(proportion).fill(planes, three(out, pixels));
    }
}

/// The first three planes.
fn three(planes: &mut [u8], pixels: usize) -> [&mut [u8]; 3] {
    let (red, rest) = planes.split_at_mut(pixels);
    let (green, rest) = rest.split_at_mut(pixels);
    [red, green, &mut rest[..pixels]]
}

fn curve_of(operation: Operation, band: usize) -> Curve {
    match operation {
        Operation::Curve(bands, curve) if bands.get(band) == Some(&true) => curve,
        _ => Curve::Straight,
    }
}

/// Operations on bytes. Curves in a row are one table.
fn on_bytes(operations: &[Operation], pixels: usize, bytes: &mut [u8]) {
    let runs = operations
        .chunk_by(|a, b| matches!(a, Operation::Curve(..)) && matches!(b, Operation::Curve(..)));
    for run in runs {
        if let [Operation::Saturation(proportion)] = run {
            let before = bytes[..3 * pixels].to_vec();
            let (r, rest) = before.split_at(pixels);
            let (g, b) = rest.split_at(pixels);
            Saturation::new(*proportion).fill([r, g, b], three(bytes, pixels));
            continue;
        }
        for (band, plane) in bytes.chunks_exact_mut(pixels).enumerate() {
            let mut table: Vec<u8> = (0..=u8::MAX).collect();
            let mut changed = false;
            for curve in run.iter().map(|operation| curve_of(*operation, band)) {
                if curve != Curve::Straight {
                    let next = curve.table(255.0);
                    table.iter_mut().for_each(|v| *v = next[usize::from(*v)]);
                    changed = true;
                }
            }
            if changed {
                plane.iter_mut().for_each(|v| *v = table[usize::from(*v)]);
            }
        }
    }
}
