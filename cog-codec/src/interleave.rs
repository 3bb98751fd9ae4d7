//! Between pixel-interleaved and band-sequential samples.

/// Splits `pixels × samples` values into planes, converting each: those of `bands`, or all of them.
pub(crate) fn split<T: Copy, U: Copy>(
    values: Vec<T>,
    samples: usize,
    bands: Option<&[u16]>,
    convert: impl Fn(T) -> U,
) -> Vec<U> {
    if samples == 1 && bands.is_none() {
        return values.into_iter().map(convert).collect();
    }
    let all: Vec<u16>;
    let bands = match bands {
        Some(bands) => bands,
        None => {
            all = (0..).take(samples).collect();
            &all
        }
    };
    let mut out = Vec::with_capacity(values.len() / samples * bands.len());
    for &band in bands {
        let pixels = values.chunks_exact(samples);
        out.extend(pixels.map(|pixel| convert(pixel[usize::from(band)])));
    }
    out
}

/// The inverse of [`split`].
pub(crate) fn join<T: Copy, U>(planes: &[T], samples: usize, convert: impl Fn(T) -> U) -> Vec<U> {
    let pixels = planes.len() / samples.max(1);
    let mut out = Vec::with_capacity(planes.len());
    for pixel in 0..pixels {
        for sample in 0..samples {
            out.push(convert(planes[sample * pixels + pixel]));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn split_and_join_are_inverse() {
        for samples in 1..7_usize {
            let values: Vec<u16> = (0..samples as u16 * 5).collect();
            let planes = split(values.clone(), samples, None, |v| v);
            assert_eq!(planes[4], (4 * samples) as u16);
            assert_eq!(join(&planes, samples, |v| v), values);
        }
    }
}
