//! Between pixel-interleaved and band-sequential samples.

/// Splits `pixels × samples` values into `samples` planes, converting each.
pub(crate) fn split<T: Copy, U: Copy + Default>(
    values: Vec<T>,
    samples: usize,
    convert: impl Fn(T) -> U,
) -> Vec<U> {
    if samples == 1 {
        return values.into_iter().map(convert).collect();
    }
    let mut out = vec![U::default(); values.len()];
    let pixels = values.len() / samples.max(1);
    if pixels == 0 {
        return out;
    }
    match samples {
        2 => split_n::<2, _, _>(&values, &mut out, pixels, convert),
        3 => split_n::<3, _, _>(&values, &mut out, pixels, convert),
        4 => split_n::<4, _, _>(&values, &mut out, pixels, convert),
        _ => {
            for (sample, plane) in out.chunks_exact_mut(pixels).enumerate() {
                for (out, pixel) in plane.iter_mut().zip(values.chunks_exact(samples)) {
                    *out = convert(pixel[sample]);
                }
            }
        }
    }
    out
}

/// One pass over the pixels for the usual numbers of samples: each pixel is read once, while it is in cache.
fn split_n<const N: usize, T: Copy, U: Copy>(
    values: &[T],
    out: &mut [U],
    pixels: usize,
    convert: impl Fn(T) -> U,
) {
    let mut planes = out.chunks_exact_mut(pixels);
    let mut planes: [_; N] = core::array::from_fn(|_| planes.next().unwrap_or_default().iter_mut());
    for pixel in values.as_chunks::<N>().0 {
        for (plane, &value) in planes.iter_mut().zip(pixel) {
            if let Some(out) = plane.next() {
                *out = convert(value);
            }
        }
    }
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
            let planes = split(values.clone(), samples, |v| v);
            assert_eq!(planes[4], (4 * samples) as u16);
            assert_eq!(join(&planes, samples, |v| v), values);
        }
    }
}
