//! Gradient noise: the same number for the same place, on every run.

/// Smooth noise in −1..1 with features about one unit wide.
///
/// Gradient (Perlin) noise with hashed gradients, so no table is kept; `seed`
/// chooses one of 2³² unrelated fields.
pub(crate) fn gradient(x: f32, y: f32, seed: u32) -> f32 {
    let (fx, fy) = (x.floor(), y.floor());
    let (ix, iy) = (fx as i32, fy as i32);
    let (dx, dy) = (x - fx, y - fy);
    let corner = |cx: i32, cy: i32| {
        let h = hash(ix.wrapping_add(cx), iy.wrapping_add(cy), seed);
        // Eight directions; their uneven lengths do not show once octaves are summed.
        let (px, py) = (dx - cx as f32, dy - cy as f32);
        match h >> 29 {
            0 => px + py,
            1 => px - py,
            2 => -px + py,
            3 => -px - py,
            4 => px * 1.4,
            5 => px * -1.4,
            6 => py * 1.4,
            _ => py * -1.4,
        }
    };
    let (sx, sy) = (fade(dx), fade(dy));
    let top = lerp(corner(0, 0), corner(1, 0), sx);
    let bottom = lerp(corner(0, 1), corner(1, 1), sx);
    lerp(top, bottom, sy)
}

/// Sum of `octaves` of [`gradient`], each twice as fine and half as strong; about −1..1.
pub(crate) fn fractal(x: f32, y: f32, octaves: u32, seed: u32) -> f32 {
    let (mut sum, mut amplitude, mut frequency) = (0.0, 0.5, 1.0);
    for octave in 0..octaves {
        sum += amplitude * gradient(x * frequency, y * frequency, seed.wrapping_add(octave));
        amplitude *= 0.5;
        // Not quite 2: the lattices of the octaves do not line up.
        frequency *= 2.03;
    }
    sum
}

/// A number in 0..1 for each cell of an integer lattice.
pub(crate) fn cell(x: i32, y: i32, seed: u32) -> f32 {
    (hash(x, y, seed) >> 8) as f32 / (1 << 24) as f32
}

/// 0 below `low`, 1 above `high`, smooth between.
pub(crate) fn smoothstep(low: f32, high: f32, value: f32) -> f32 {
    let t = ((value - low) / (high - low)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// `a` at 0, `b` at 1.
pub(crate) fn lerp(a: f32, b: f32, t: f32) -> f32 {
    a + (b - a) * t
}

fn fade(t: f32) -> f32 {
    t * t * t * (t * (t * 6.0 - 15.0) + 10.0)
}

fn hash(x: i32, y: i32, seed: u32) -> u32 {
    let mut h = (x as u32).wrapping_mul(0x85eb_ca6b) ^ (y as u32).wrapping_mul(0xc2b2_ae35) ^ seed;
    h = (h ^ (h >> 16)).wrapping_mul(0x7feb_352d);
    h = (h ^ (h >> 15)).wrapping_mul(0x846c_a68b);
    h ^ (h >> 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_bounded_smooth_and_repeatable() {
        let mut last = gradient(-3.0, 0.37, 7);
        for step in 1..2000 {
            let x = -3.0 + step as f32 * 0.01;
            let value = gradient(x, 0.37, 7);
            assert!(value.abs() <= 1.5, "{value} at {x}");
            assert!((value - last).abs() < 0.1, "a jump at {x}");
            assert_eq!(value, gradient(x, 0.37, 7));
            last = value;
        }
    }

    #[test]
    fn cells_fill_the_unit_interval() {
        let values: Vec<f32> = (0..1000).map(|i| cell(i, -i, 3)).collect();
        assert!(values.iter().all(|v| (0.0..1.0).contains(v)));
        let mean = values.iter().sum::<f32>() / 1000.0;
        assert!((mean - 0.5).abs() < 0.05, "{mean}");
    }
}
