//! Pixels that compress as real ones do.

/// A scene of 4096 × 4096 pixels, the same on every run: land with structure at every scale, fields of
/// one colour, still water, a sensor's noise.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Scene {
    /// Aerial imagery: three bands of `uint8`.
    Rgb,
    /// The same in one band of `uint8`.
    Gray,
    /// A satellite's reflectance, one band of `uint16`, in ten thousandths.
    Reflectance,
    /// Elevation in whole metres, one band of `int16`.
    Elevation,
    /// Elevation with every bit of its `float32`.
    FineElevation,
}

/// Columns and rows of a scene.
pub const SCENE_SIDE: u32 = 4096;

impl Scene {
    /// A name; the sample type as rasterio says it; bands.
    #[must_use]
    pub const fn describe(self) -> (&'static str, &'static str, u32) {
        match self {
            Self::Rgb => ("rgb", "uint8", 3),
            Self::Gray => ("gray", "uint8", 1),
            Self::Reflectance => ("u16", "uint16", 1),
            Self::Elevation => ("i16", "int16", 1),
            Self::FineElevation => ("f32", "float32", 1),
        }
    }

    /// The samples, band-sequential, little-endian.
    #[must_use]
    pub fn bytes(self) -> Vec<u8> {
        // Each wavelength's height, as part of that of the one twice as long: pictures are rougher than land.
        let roughness = match self {
            Self::Rgb | Self::Gray | Self::Reflectance => 0.68,
            Self::Elevation | Self::FineElevation => 0.48,
        };
        let ground: Vec<f32> = field(0, roughness);
        let (_, _, bands) = self.describe();
        let mut out = Vec::new();
        for band in 0..bands {
            let tint: Vec<f32> = if self == Self::Rgb {
                field(1 + band, 0.55)
            } else {
                Vec::new()
            };
            for (index, &height) in ground.iter().enumerate() {
                let (column, row) = (index as u32 % SCENE_SIDE, index as u32 / SCENE_SIDE);
                // Two dice: a noise that is mostly small.
                let dice = hash(column, row, 77 + band);
                let noise = ((dice & 0xff) as f32 + (dice >> 8 & 0xff) as f32) / 255.0 - 1.0;
                // Fields are 190 × 140 pixels; every third is of one colour.
                let plot = hash(column / 190, row / 140, 5);
                let flat = plot.is_multiple_of(3);
                let base = if flat {
                    f32::from((plot >> 8) as u8) / 255.0
                } else {
                    height
                };
                let water = height < 0.4;
                match self {
                    Self::Rgb | Self::Gray => {
                        let color = tint.get(index).map_or(0.0, |tint| (tint - 0.5) * 70.0);
                        let value = if water {
                            40.0 + 12.0 * band as f32 + noise
                        } else {
                            35.0 + 185.0 * base + color + 4.0 * noise
                        };
                        out.push(value as u8);
                    }
                    Self::Reflectance => {
                        let value = if water {
                            180.0 + 6.0 * noise
                        } else {
                            300.0 + 4200.0 * base + 24.0 * noise
                        };
                        out.extend_from_slice(&(value as u16).to_le_bytes());
                    }
                    Self::Elevation => {
                        let value = if water { 0.0 } else { (height - 0.4) * 2400.0 };
                        out.extend_from_slice(&(value as i16).to_le_bytes());
                    }
                    Self::FineElevation => {
                        let value = if water {
                            0.0
                        } else {
                            (height - 0.4) * 2400.0 + 0.05 * noise
                        };
                        out.extend_from_slice(&value.to_le_bytes());
                    }
                }
            }
        }
        out
    }
}

/// Noise between 0 and 1 at wavelengths of 1024 pixels down to 2, each half as long and `roughness` times as high.
fn field(seed: u32, roughness: f32) -> Vec<f32> {
    let side = SCENE_SIDE as usize;
    let mut out = vec![0.0; side * side];
    // The weights' sum is just under 1.
    let mut weight = 1.0 - roughness;
    for octave in 0..10_u32 {
        let cell = 1024_usize >> octave;
        let lattice = |column: usize, row: usize| {
            let value = hash(column as u32, row as u32, seed * 31 + octave);
            f32::from(value as u16) / 65_535.0
        };
        for (row, line) in out.chunks_exact_mut(side).enumerate() {
            let (above, down) = (row / cell, (row % cell) as f32 / cell as f32);
            let down = down * down * (3.0 - 2.0 * down);
            let mut left = [0.0; 2];
            let mut right = [lattice(0, above), lattice(0, above + 1)];
            for (column, value) in line.iter_mut().enumerate() {
                if column % cell == 0 {
                    let next = column / cell + 1;
                    left = right;
                    right = [lattice(next, above), lattice(next, above + 1)];
                }
                let across = (column % cell) as f32 / cell as f32;
                let across = across * across * (3.0 - 2.0 * across);
                let top = left[0] + (right[0] - left[0]) * across;
                let bottom = left[1] + (right[1] - left[1]) * across;
                *value += weight * (top + (bottom - top) * down);
            }
        }
        weight *= roughness;
    }
    out
}

/// A number without a pattern for each place.
const fn hash(column: u32, row: u32, seed: u32) -> u32 {
    let mut value = column.wrapping_mul(0x9e37_79b9)
        ^ row.wrapping_mul(0x85eb_ca6b)
        ^ seed.wrapping_mul(0xc2b2_ae35);
    value ^= value >> 15;
    value = value.wrapping_mul(0x2c1b_3c6d);
    value ^= value >> 12;
    value = value.wrapping_mul(0x297a_2d39);
    value ^ value >> 15
}
