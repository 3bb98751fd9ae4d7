//! Sunlight on the ground.

use super::{grid::Grid, noise::smoothstep};

/// Where the sun stands, and what lies in the shadow of mountains.
#[derive(Debug)]
pub(crate) struct Light {
    /// Unit vector towards the sun: east, south, up.
    towards: (f32, f32, f32),
    /// Metres by which the shadow's upper edge stands above the ground; 0 or less is lit.
    shadow: Grid,
}

impl Light {
    /// The sun at `azimuth` degrees clockwise from north and `elevation` degrees above the horizon.
    ///
    /// The sun has to stand in the south (azimuth 135 to 225): shadows are found by one sweep
    /// from south to north, in which each row takes over the shadow's edge from the one before.
    pub(crate) fn new(height: &Grid, azimuth: f32, elevation: f32) -> Self {
        let (sin, cos) = azimuth.to_radians().sin_cos();
        let (up, flat) = elevation.to_radians().sin_cos();
        let towards = (sin * flat, -cos * flat, up);
        let n = height.n;
        // From one row to the next towards the sun: this many columns, this much lower.
        let shift = towards.0 / towards.1;
        let fall = height.cell() * (1.0 + shift * shift).sqrt() * up / flat;
        let mut shadow = vec![0.0; n * n];
        let mut edge: Vec<f32> = height.values[(n - 1) * n..].to_vec();
        for row in (0..n - 1).rev() {
            let ground = &height.values[row * n..(row + 1) * n];
            let mut next = Vec::with_capacity(n);
            for (col, &here) in ground.iter().enumerate() {
                let x = (col as f32 + shift).clamp(0.0, (n - 1) as f32);
                let (left, t) = (x as usize, x.fract());
                let right = (left + 1).min(n - 1);
                let cast = edge[left] * (1.0 - t) + edge[right] * t - fall;
                shadow[row * n + col] = cast - here.max(0.0);
                next.push(cast.max(here).max(0.0));
            }
            edge = next;
        }
        Self {
            towards,
            shadow: Grid { n, values: shadow },
        }
    }

    /// Light on ground with this slope (metres per metre east and south), relative to flat
    /// ground in the sun; skylight included.
    pub(crate) fn on(&self, u: f32, v: f32, slope: (f32, f32)) -> f32 {
        const SKY: f32 = 0.26;
        let normal = 1.0 / (1.0 + slope.0 * slope.0 + slope.1 * slope.1).sqrt();
        let (east, south, up) = self.towards;
        let facing = ((up - slope.0 * east - slope.1 * south) * normal).max(0.0) / up;
        let lit = 1.0 - smoothstep(0.0, 14.0, self.shadow.bilinear(u, v));
        SKY * (0.5 + 0.5 * normal) + (1.0 - SKY) * facing.min(2.2) * lit
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::grid::SIDE;

    #[test]
    fn a_wall_throws_its_shadow_away_from_the_sun() {
        let wall = Grid::from_fn(256, |_, v| {
            if (v - SIDE / 2.0).abs() < 200.0 {
                1000.0
            } else {
                10.0
            }
        });
        // At 45 degrees a wall of 1 000 m darkens about 1 000 m north of it.
        let light = Light::new(&wall, 180.0, 45.0);
        let flat = (0.0, 0.0);
        let north = light.on(SIDE / 2.0, SIDE / 2.0 - 700.0, flat);
        let far_north = light.on(SIDE / 2.0, SIDE / 2.0 - 3000.0, flat);
        let south = light.on(SIDE / 2.0, SIDE / 2.0 + 700.0, flat);
        assert!(north < 0.5 && far_north > 0.9 && south > 0.9);
    }
}
