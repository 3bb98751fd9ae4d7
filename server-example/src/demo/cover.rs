//! What grows, stands or flows where, and what light it throws back.

use super::{
    grid::SIDE,
    noise::{cell, fractal, gradient, lerp, smoothstep},
    terrain::Terrain,
};

/// Reflectance (0 to 1) in blue, green, red and near infrared.
pub(crate) type Spectrum = [f32; 4];

/// A time of the year.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Season {
    /// How green deciduous trees and pastures are, 0 to 1.
    pub(crate) green: f32,
    /// How far leaves have turned yellow and grass dry, 0 to 1.
    pub(crate) dry: f32,
    /// Metres above the sea from which snow lies.
    pub(crate) snow_line: f32,
    /// Progress of the farming year, 0 in January to 1 in December.
    pub(crate) year: f32,
}

impl Season {
    pub(crate) const SPRING: Self = Self {
        green: 0.55,
        dry: 0.0,
        snow_line: 900.0,
        year: 0.29,
    };
    pub(crate) const SUMMER: Self = Self {
        green: 1.0,
        dry: 0.30,
        snow_line: 1640.0,
        year: 0.55,
    };
    pub(crate) const AUTUMN: Self = Self {
        green: 0.45,
        dry: 0.85,
        snow_line: 1330.0,
        year: 0.78,
    };
}

/// What the sensor sees at a place, before light and air.
pub(crate) fn reflectance(
    terrain: &Terrain,
    (u, v): (f32, f32),
    slope: (f32, f32),
    season: &Season,
) -> Spectrum {
    let height = terrain.height.bilinear(u, v);
    // Grain at the scale of trees and rocks.
    let grain = gradient(u / 14.0, v / 14.0, 3) * 0.6 + gradient(u / 31.0, v / 31.0, 4) * 0.6;
    let patch = fractal(u / 900.0, v / 900.0, 4, 17);
    if height <= 0.0 {
        return sea(-height + 0.8 * patch, patch);
    }
    let depth = terrain.lake.bilinear(u, v) - height;
    let bank = terrain.river.bilinear(u, v);
    let land = ground((u, v), height, slope, bank, (grain, patch), season);
    if depth > -0.4 {
        let water = mix(SHALLOWS, LAKE, smoothstep(0.0, 12.0, depth));
        return mix(land, water, smoothstep(-0.4, 0.4, depth));
    }
    let wet = 1.0 - smoothstep(-4.0, 4.0, bank);
    if wet > 0.0 {
        return mix(land, RIVER, wet);
    }
    land
}

fn sea(depth: f32, patch: f32) -> Spectrum {
    let shelf = mix(SURF, SHELF, smoothstep(0.0, 5.0, depth));
    let water = mix(shelf, DEEP, smoothstep(2.0, 55.0 + 25.0 * patch, depth));
    let swell = 1.0 + 0.05 * patch;
    water.map(|value| value * swell)
}

fn ground(
    (u, v): (f32, f32),
    height: f32,
    slope: (f32, f32),
    bank: f32,
    (grain, patch): (f32, f32),
    season: &Season,
) -> Spectrum {
    let steep = slope.0.hypot(slope.1);
    // Slopes that fall to the north (south is positive v) stay cool and wet.
    let north = (slope.1 / (0.3 + steep)).clamp(-1.0, 1.0);
    let moist = 0.5 + 0.35 * patch + 0.20 * north + 0.35 * (1.0 - smoothstep(0.0, 180.0, bank));
    let valley = 1.0 - smoothstep(0.0, 90.0, bank);

    let grass = mix(
        mix(
            BARE_GRASS,
            GRASS,
            season.green * (0.55 + 0.45 * moist.clamp(0.0, 1.0)),
        ),
        DRY_GRASS,
        (season.dry * (1.0 - 0.6 * valley) * (1.1 - moist)).clamp(0.0, 1.0),
    );
    let leaves = mix(
        mix(BARE_TREES, BROADLEAF, season.green),
        TURNED_LEAVES,
        (season.dry * 1.2 - 0.35).clamp(0.0, 1.0) * (0.6 + 0.5 * grain).clamp(0.0, 1.0),
    );
    let conifers = 0.5 + 1.3 * patch + smoothstep(350.0, 900.0, height + 150.0 * north) - 0.35;
    let forest = mix(leaves, CONIFER, smoothstep(0.3, 0.7, conifers))
        .map(|value| value * (1.0 + 0.32 * grain));

    // Farms on gentle lowland, woods on the slopes, pasture above the trees, then rock.
    let tree_line = 1350.0 + 180.0 * patch + 120.0 * north;
    let woods = smoothstep(
        0.16,
        0.30,
        steep + 0.20 * patch + 0.05 * moist + height / 5000.0 - 0.03,
    )
    .max(smoothstep(0.35, 0.55, moist - 0.5 + 0.5 * grain * 0.2))
        * (1.0 - smoothstep(tree_line - 220.0, tree_line + 120.0, height + 90.0 * grain));
    let farmed = (1.0 - smoothstep(0.16, 0.26, steep))
        * (1.0 - smoothstep(260.0, 460.0, height))
        * smoothstep(3.0, 6.0, height)
        * smoothstep(12.0, 40.0, bank);
    let mut cover = mix(
        grass.map(|value| value * (1.0 + 0.12 * grain)),
        forest,
        woods,
    );
    if farmed > 0.0 {
        cover = mix(
            cover,
            farmland(u, v, grain, season),
            farmed * (1.0 - 0.65 * woods),
        );
    }

    let rock = mix(ROCK, DARK_ROCK, (0.5 + patch + 0.4 * grain).clamp(0.0, 1.0));
    let rocky = smoothstep(1.05, 1.40, steep + 0.12 * grain + 0.15 * patch)
        .max(smoothstep(
            1500.0,
            1850.0,
            height + 160.0 * patch + 120.0 * grain,
        ))
        .max(0.8 * smoothstep(0.55, 0.85, steep) * smoothstep(1150.0, 1500.0, height));
    cover = mix(cover, rock.map(|value| value * (1.0 + 0.25 * grain)), rocky);

    // Beaches where the shore is flat, pale gravel along the larger rivers.
    let beach =
        (1.0 - smoothstep(1.0, 2.6, height + 0.8 * patch)) * (1.0 - smoothstep(0.10, 0.25, steep));
    cover = mix(cover, SAND.map(|value| value * (1.0 + 0.08 * grain)), beach);
    let gravel = (1.0 - smoothstep(2.0, 11.0, bank + 4.0 * grain)) * smoothstep(3.0, 10.0, height);
    cover = mix(cover, GRAVEL, 0.55 * gravel);

    let snow = smoothstep(
        -90.0,
        130.0,
        height - season.snow_line + 220.0 * north + 110.0 * patch + 60.0 * grain,
    ) * (1.0 - smoothstep(0.75, 1.25, steep));
    mix(cover, SNOW, snow)
}

/// A patchwork of fields with hedges, lanes and a few villages.
fn farmland(u: f32, v: f32, grain: f32, season: &Season) -> Spectrum {
    // Each parish has laid out its land in a direction of its own.
    const PARISH: f32 = 2100.0;
    let bend = |seed| 0.35 * fractal(u / 2400.0, v / 2400.0, 3, seed);
    let (pu, pv) = (u / PARISH + bend(807), v / PARISH + bend(808));
    let (pc, pr) = (pu.floor(), pv.floor());
    let turn = core::f32::consts::PI * cell(pc as i32, pr as i32, 801);
    let (sin, cos) = turn.sin_cos();
    let (du, dv) = (u - pc * PARISH, v - pr * PARISH);
    let (x, y) = (
        (du * cos - dv * sin) / 240.0 + 64.0 * pc,
        (du * sin + dv * cos) / 150.0 + 64.0 * pr,
    );
    let (wx, wy) = (
        x + 0.16 * gradient(x * 0.9, y * 0.9, 802),
        y + 0.16 * gradient(x * 0.9, y * 0.9, 803),
    );
    let (cx, cy) = (wx.floor() as i32, wy.floor() as i32);
    // Some fields are split once more.
    let split = cell(cx, cy, 804) > 0.55;
    let (fx, fy) = (wx - wx.floor(), wy - wy.floor());
    let part = i32::from(split && fx > 0.5);
    let edge = |t: f32| t.min(1.0 - t);
    let across = if split {
        edge((fx * 2.0).fract()) * 0.5
    } else {
        edge(fx)
    };
    let to_edge = (across * 240.0).min(edge(fy) * 150.0);

    let kind = cell(cx * 2 + part, cy, 805);
    let tint = 0.86 + 0.28 * cell(cx * 2 + part, cy, 806);
    let crop = match kind {
        // Winter grain: green in spring, ripe in summer, stubble after.
        k if k < 0.34 => year(
            season.year,
            [
                (0.0, CROP_YOUNG),
                (0.30, CROP),
                (0.53, RIPE),
                (0.66, STUBBLE),
                (0.85, SOIL),
            ],
        ),
        // Maize and beet: bare until summer, green into autumn.
        k if k < 0.58 => year(
            season.year,
            [
                (0.0, SOIL),
                (0.36, SOIL),
                (0.55, CROP),
                (0.76, RIPE_MAIZE),
                (0.85, SOIL),
            ],
        ),
        // Rape: in flower in spring.
        k if k < 0.70 => year(
            season.year,
            [
                (0.0, CROP_YOUNG),
                (0.29, FLOWER),
                (0.45, CROP),
                (0.58, STUBBLE),
                (0.80, CROP_YOUNG),
            ],
        ),
        // Meadow.
        k if k < 0.92 => mix(
            mix(BARE_GRASS, GRASS, season.green),
            DRY_GRASS,
            0.5 * season.dry,
        ),
        _ => mix(BARE_TREES, BROADLEAF, season.green),
    };
    let rows = 1.0 + 0.05 * grain;
    let field = crop.map(|value| value * tint * rows);
    let hedge = mix(BARE_TREES, BROADLEAF, season.green.max(0.35));
    let bordered = mix(hedge, field, smoothstep(2.0, 7.0, to_edge + 2.0 * grain));
    village(u, v, bordered)
}

/// Houses and streets near a few centres.
fn village(u: f32, v: f32, around: Spectrum) -> Spectrum {
    const SPACING: f32 = 2600.0;
    let (cu, cv) = ((u / SPACING).floor() as i32, (v / SPACING).floor() as i32);
    let centre = |c: i32, seed: u32| (c as f32 + 0.25 + 0.5 * cell(cu, cv, seed)) * SPACING;
    let distance = (u - centre(cu, 811)).hypot(v - centre(cv, 812));
    let radius = 110.0 + 260.0 * cell(cu, cv, 813);
    let built = 1.0
        - smoothstep(
            radius * 0.6,
            radius,
            distance + 60.0 * gradient(u / 80.0, v / 80.0, 814),
        );
    if built <= 0.0 {
        return around;
    }
    let (hu, hv) = ((u / 22.0).floor() as i32, (v / 22.0).floor() as i32);
    let lot = cell(hu, hv, 815);
    let surface = if hu % 4 == 0 || hv % 5 == 0 {
        STREET
    } else if lot < 0.55 {
        ROOF.map(|value| value * (0.8 + 0.6 * lot))
    } else {
        GARDEN
    };
    mix(around, surface, built)
}

/// The crop at this time of the year, between the stages before and after.
fn year(now: f32, stages: [(f32, Spectrum); 5]) -> Spectrum {
    let next = stages
        .iter()
        .position(|(at, _)| *at > now)
        .unwrap_or(stages.len());
    let (from, a) = stages[next.max(1) - 1];
    let Some(&(to, b)) = stages.get(next) else {
        return a;
    };
    mix(a, b, (now - from) / (to - from))
}

fn mix(a: Spectrum, b: Spectrum, t: f32) -> Spectrum {
    core::array::from_fn(|band| lerp(a[band], b[band], t))
}

/// Whether a place lies on the demo's ground.
pub(crate) fn is_inside(u: f32, v: f32) -> bool {
    (0.0..SIDE).contains(&u) && (0.0..SIDE).contains(&v)
}

// Surface reflectances, rounded from what spectral libraries give for such covers.
const DEEP: Spectrum = [0.058, 0.034, 0.012, 0.005];
const SHELF: Spectrum = [0.105, 0.112, 0.045, 0.012];
const SURF: Spectrum = [0.150, 0.165, 0.110, 0.040];
const LAKE: Spectrum = [0.040, 0.045, 0.024, 0.010];
const SHALLOWS: Spectrum = [0.060, 0.080, 0.050, 0.030];
const RIVER: Spectrum = [0.055, 0.072, 0.052, 0.030];
const SAND: Spectrum = [0.200, 0.255, 0.310, 0.380];
const GRAVEL: Spectrum = [0.170, 0.190, 0.205, 0.250];
const ROCK: Spectrum = [0.150, 0.165, 0.180, 0.225];
const DARK_ROCK: Spectrum = [0.085, 0.095, 0.105, 0.140];
const SNOW: Spectrum = [0.860, 0.850, 0.840, 0.760];
const GRASS: Spectrum = [0.036, 0.085, 0.046, 0.430];
const DRY_GRASS: Spectrum = [0.075, 0.118, 0.142, 0.290];
const BARE_GRASS: Spectrum = [0.060, 0.090, 0.090, 0.230];
const BROADLEAF: Spectrum = [0.020, 0.047, 0.025, 0.400];
const BARE_TREES: Spectrum = [0.042, 0.056, 0.062, 0.170];
const TURNED_LEAVES: Spectrum = [0.036, 0.072, 0.105, 0.310];
const CONIFER: Spectrum = [0.018, 0.032, 0.021, 0.230];
const SOIL: Spectrum = [0.078, 0.105, 0.138, 0.210];
const CROP_YOUNG: Spectrum = [0.050, 0.092, 0.066, 0.330];
const CROP: Spectrum = [0.028, 0.070, 0.032, 0.480];
const RIPE: Spectrum = [0.090, 0.148, 0.188, 0.320];
const RIPE_MAIZE: Spectrum = [0.062, 0.100, 0.108, 0.330];
const STUBBLE: Spectrum = [0.105, 0.145, 0.180, 0.270];
const FLOWER: Spectrum = [0.050, 0.170, 0.165, 0.450];
const ROOF: Spectrum = [0.110, 0.125, 0.175, 0.210];
const STREET: Spectrum = [0.125, 0.130, 0.135, 0.160];
const GARDEN: Spectrum = [0.045, 0.080, 0.058, 0.330];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vegetation_is_greener_in_summer_than_in_autumn() {
        let ndvi = |s: Spectrum| (s[3] - s[2]) / (s[3] + s[2]);
        let at = |season: &Season| {
            ndvi(ground(
                (8000.0, 9000.0),
                300.0,
                (0.3, 0.1),
                400.0,
                (0.0, -0.6),
                season,
            ))
        };
        assert!(at(&Season::SUMMER) > at(&Season::AUTUMN));
        assert!(at(&Season::SUMMER) > 0.5);
    }

    #[test]
    fn crops_go_through_their_stages() {
        let stages = [
            (0.0, SOIL),
            (0.2, CROP),
            (0.4, RIPE),
            (0.6, STUBBLE),
            (0.8, SOIL),
        ];
        assert_eq!(year(0.0, stages), SOIL);
        assert_eq!(year(0.2, stages), CROP);
        assert_eq!(year(0.9, stages), SOIL);
        let between = year(0.3, stages);
        assert!(between[2] > CROP[2] && between[2] < RIPE[2]);
    }
}
