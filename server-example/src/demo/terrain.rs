//! An island: uplifted, cut by its rivers, with lakes and a coast.

use super::{
    grid::{Grid, SIDE},
    hydrology::{Drainage, neighbours},
    noise::{cell, fractal, smoothstep},
    rivers::{Rivers, river_distance},
};

/// The landscape that every demo file shows.
#[derive(Debug)]
pub(crate) struct Terrain {
    /// Metres above the sea; the sea's floor where negative, the bed under lakes and rivers.
    pub(crate) height: Grid,
    /// Metres to the nearest river's bank, negative inside; capped at [`FAR`].
    pub(crate) river: Grid,
    /// Surface of the lake that covers or lies beside the place; below the ground elsewhere.
    pub(crate) lake: Grid,
}

/// Beyond this many metres a river does not matter.
pub(crate) const FAR: f32 = 400.0;

impl Terrain {
    /// Makes the landscape with `n × n` cells; from 1024 on its shape does not depend on `n`.
    pub(crate) fn new(n: usize) -> Self {
        let coarse = 1024.min(n.next_power_of_two());
        let mut ground = eroded(coarse);
        dig_lakes(&mut ground);
        let drainage = Drainage::of(&ground);
        let lake = lake_surface(&ground, &drainage);
        let rivers = Rivers::trace(&ground, &drainage);
        let river = river_distance(&rivers, n);
        let height = detailed(&ground, &river, n);
        Self {
            height,
            river,
            lake,
        }
    }
}

/// Where and how strongly the land rises: positive on land, negative under the sea, about −1..1.
fn uplift(u: f32, v: f32) -> f32 {
    let (x, y) = (u / SIDE, v / SIDE);
    // Bending the plane before drawing simple shapes on it is what makes a coast.
    let wx = x + 0.26 * fractal(x * 2.9, y * 2.9, 6, 11);
    let wy = y + 0.26 * fractal(x * 2.9, y * 2.9, 6, 29);
    let blob = |cx: f32, cy: f32, rx: f32, ry: f32| 1.0 - ((wx - cx) / rx).hypot((wy - cy) / ry);
    let main = blob(0.46, 0.50, 0.40, 0.33);
    let islet = blob(0.84, 0.17, 0.075, 0.06);
    let skerry = blob(0.17, 0.84, 0.07, 0.05);
    let land = main.max(islet).max(skerry);
    if land <= 0.0 {
        return land.max(-1.0);
    }
    // Two chains of mountains that meet, and hills of all sizes beside them.
    let bend = 0.10 * fractal(x * 4.0, y * 4.0, 4, 97);
    let ridge = (wy + bend - 0.45 - 0.14 * (wx * 5.2 + 0.6).sin()) / 0.085;
    let spur = (wx + bend - 0.52 - 0.35 * (wy - 0.5)) / 0.06;
    let chain = (-ridge * ridge).exp().max(0.75 * (-spur * spur).exp());
    let hills = (0.5 + 0.9 * fractal(x * 5.0, y * 5.0, 4, 53)).clamp(0.0, 1.0);
    (2.0 * land).sqrt().min(1.0)
        * (0.02 + 0.16 * hills * hills + 0.82 * chain * (0.4 + 0.6 * hills))
}

/// Uplift against erosion by rivers until both nearly balance, from coarse to fine.
///
/// The stream power law with the implicit scheme of Braun and Willett (2013),
/// which is stable for any time step: going upstream, each cell is lowered
/// towards the one that it drains to.
fn eroded(n: usize) -> Grid {
    let mut n_now = 128.min(n);
    let mut ground = Grid::from_fn(n_now, |u, v| {
        uplift(u, v).min(0.0) * 400.0
            + fractal(u / 1500.0, v / 1500.0, 4, 71).abs() * 20.0 * f32::from(uplift(u, v) > 0.0)
    });
    for rounds in [70, 45, 25, 12] {
        let rise = Grid::from_fn(n_now, uplift);
        for _ in 0..rounds {
            erode(&mut ground, &rise);
        }
        if n_now >= n {
            break;
        }
        n_now *= 2;
        ground = ground.resampled(n_now);
        // New detail needs something to grow from.
        let cell_size = ground.cell();
        for (i, height) in ground.values.iter_mut().enumerate() {
            let (col, row) = ((i % n_now) as i32, (i / n_now) as i32);
            *height += (cell(col, row, 5) - 0.5) * 0.10 * cell_size;
        }
    }
    finish(ground)
}

fn erode(ground: &mut Grid, rise: &Grid) {
    const STEP: f32 = 2.5e5;
    const UPLIFT: f32 = 2.7e-3;
    const ERODIBILITY: f32 = 6.0e-6;
    let n = ground.n;
    let cell_size = ground.cell();
    for (height, rise) in ground.values.iter_mut().zip(&rise.values) {
        if *rise <= 0.0 {
            // The sea floor is given; only land is shaped.
            *height = height.min(-0.5).max(rise * 400.0);
        } else {
            *height = height.max(0.01) + rise * UPLIFT * STEP;
        }
    }
    let drainage = Drainage::of(ground);
    let area = drainage.catchments(cell_size);
    for &i in &drainage.order {
        let (i, to) = (i as usize, drainage.receiver[i as usize] as usize);
        if i == to {
            continue;
        }
        let distance = if i % n == to % n || i / n == to / n {
            cell_size
        } else {
            cell_size * core::f32::consts::SQRT_2
        };
        let base = ground.values[to].max(0.0);
        let height = &mut ground.values[i];
        if *height > base {
            let f = ERODIBILITY * STEP * area[i].sqrt() / distance;
            *height = (*height + f * base) / (1.0 + f);
        }
        // Slopes steeper than rock stands fail; depressions silt up.
        *height = height.clamp(base + 1e-3, base + 0.66 * distance);
    }
    // The same creep in metres asks for more passes where the cells are finer.
    let passes = (n / 256).max(1);
    for _ in 0..passes {
        smooth(ground, 0.30);
    }
}

/// Hillslope creep: a little of the difference to the neighbours' mean.
fn smooth(ground: &mut Grid, amount: f32) {
    let old = ground.clone();
    let n = ground.n;
    for row in 0..n as isize {
        for col in 0..n as isize {
            let here = old.at(col, row);
            if here > 0.0 {
                let mean = (old.at(col - 1, row)
                    + old.at(col + 1, row)
                    + old.at(col, row - 1)
                    + old.at(col, row + 1))
                    / 4.0;
                ground.values[row as usize * n + col as usize] = here + amount * (mean - here);
            }
        }
    }
}

/// Scales the summits to 1 700 m, lets the sea into the valleys, and lays plains of sediment.
fn finish(mut ground: Grid) -> Grid {
    /// How far the sea has risen since the rivers cut their valleys: this makes the bays.
    const DROWNED: f32 = 20.0;
    let highest = ground.values.iter().copied().fold(1.0, f32::max);
    let plain = Grid::from_fn(ground.n, |u, v| {
        let inland = smoothstep(0.0, 0.10, uplift(u, v));
        let wide = 0.5 + fractal(u / 5200.0, v / 5200.0, 3, 607);
        inland * (16.0 + 34.0 * wide) - 9.0
    });
    for (height, plain) in ground.values.iter_mut().zip(&plain.values) {
        if *height > 0.0 {
            let share = *height / highest;
            *height = 1715.0 * share * (0.35 + 0.65 * smoothstep(0.0, 0.35, share)) - DROWNED;
            // A smooth maximum: rivers leave a trace of slope on the plains.
            let (low, high) = (height.min(*plain), height.max(*plain));
            *height = high + 0.08 * (low - high).max(-60.0) + 0.08 * 12.0;
        } else {
            *height -= 6.0;
        }
    }
    ground
}

/// Hollows in the valley floors, as glaciers leave them; water fills them to the spill point.
fn dig_lakes(ground: &mut Grid) {
    const WANTED: usize = 9;
    let n = ground.n;
    let cell_size = ground.cell();
    let drainage = Drainage::of(ground);
    let area = drainage.catchments(cell_size);
    let mut places: Vec<usize> = (0..n * n)
        .filter(|&i| {
            let height = ground.values[i];
            (3e6..1.2e8).contains(&area[i]) && (60.0..1200.0).contains(&height)
        })
        .collect();
    // Gentle valleys first: there a hollow makes a long lake.
    let steepness = |i: usize| {
        let to = drainage.receiver[i] as usize;
        ground.values[i] - ground.values[to] - area[i].sqrt() * 1e-4
    };
    places.sort_by(|&a, &b| steepness(a).total_cmp(&steepness(b)).then(a.cmp(&b)));
    let mut chosen: Vec<(f32, f32)> = Vec::new();
    for i in places {
        let (x, y) = ((i % n) as f32 * cell_size, (i / n) as f32 * cell_size);
        if chosen
            .iter()
            .all(|(cx, cy)| (cx - x).hypot(cy - y) > 3200.0)
        {
            chosen.push((x, y));
            if chosen.len() == WANTED {
                break;
            }
        }
    }
    for (k, (x, y)) in chosen.into_iter().enumerate() {
        let radius = 500.0 + 650.0 * cell(k as i32, 0, 91);
        let depth = 0.16 * radius;
        let reach = (radius / cell_size) as isize + 1;
        let (c, r) = ((x / cell_size) as isize, (y / cell_size) as isize);
        for row in (r - reach).max(0)..(r + reach).min(n as isize) {
            for col in (c - reach).max(0)..(c + reach).min(n as isize) {
                let d = (col as f32 * cell_size - x).hypot(row as f32 * cell_size - y) / radius;
                let height = &mut ground.values[row as usize * n + col as usize];
                if d < 1.0 && *height > 5.0 {
                    *height -= depth * (1.0 - d * d).powi(2);
                }
            }
        }
    }
}

/// The lakes' surfaces, reaching a few cells over the shore so that the finer ground cuts the
/// shoreline; far below the ground where no lake is near.
fn lake_surface(ground: &Grid, drainage: &Drainage) -> Grid {
    const NONE: f32 = -1e4;
    let n = ground.n;
    let mut surface: Vec<f32> = ground
        .values
        .iter()
        .zip(&drainage.level)
        .map(|(&height, &level)| {
            if height > 0.0 && level - height > 0.8 {
                level
            } else {
                NONE
            }
        })
        .collect();
    for _ in 0..3 {
        let old = surface.clone();
        for (i, value) in surface.iter_mut().enumerate() {
            if *value == NONE {
                *value = neighbours(i, n).map(|(j, _)| old[j]).fold(NONE, f32::max);
            }
        }
    }
    Grid { n, values: surface }
}

/// The ground with the roughness that the coarse grid cannot hold, and with river beds.
fn detailed(ground: &Grid, river: &Grid, n: usize) -> Grid {
    Grid::from_fn(n, |u, v| {
        let base = ground.bicubic(u, v);
        let (gu, gv) = ground.gradient(u, v);
        let steep = gu.hypot(gv);
        let bank = river.bilinear(u, v);
        // Valley floors are smooth, cliffs are rough, the sea floor has ripples.
        let rough = if base > 0.0 {
            (0.6 + 34.0 * steep.min(1.0))
                * (0.1 + 0.9 * smoothstep(0.0, 250.0, bank))
                * (0.25 + 0.75 * smoothstep(0.0, 60.0, base))
        } else {
            3.0
        };
        let mut height = base + rough * fractal(u / 310.0, v / 310.0, 5, 211);
        if base > 0.3 {
            // The bed, cut into the floor, never through the lowlands into the sea.
            height -= (2.2 * (1.0 - smoothstep(-6.0, 18.0, bank))).min(base * 0.4);
            height = height.max(0.15);
        }
        height
    })
}
