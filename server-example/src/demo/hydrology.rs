//! Where water goes.

use super::grid::Grid;
use std::{cmp::Reverse, collections::BinaryHeap};

/// How a surface drains, found by flooding it from the outlets inwards.
///
/// Priority-flood (Barnes, Lehman and Mulla 2014): cells are taken in the order
/// in which rising water would reach them, so `order` lists every cell after
/// the one it drains to, and depressions drain over their spill point.
#[derive(Debug)]
pub(crate) struct Drainage {
    /// Cells, each after the one it drains to.
    pub(crate) order: Vec<u32>,
    /// The cell that each cell drains to; itself for an outlet.
    pub(crate) receiver: Vec<u32>,
    /// Height of the water that would stand here: the ground, or the spill level of a depression.
    pub(crate) level: Vec<f32>,
}

impl Drainage {
    /// Floods `ground`; cells at or below 0 and the border are outlets.
    pub(crate) fn of(ground: &Grid) -> Self {
        let n = ground.n;
        let heights = &ground.values;
        let mut receiver: Vec<u32> = (0..heights.len() as u32).collect();
        let mut level = heights.clone();
        let mut seen = vec![false; heights.len()];
        let mut taken = vec![false; heights.len()];
        let mut order = Vec::with_capacity(heights.len());
        let mut queue = BinaryHeap::with_capacity(heights.len() / 4);
        for (i, &height) in heights.iter().enumerate() {
            let (col, row) = (i % n, i / n);
            if height <= 0.0 || col == 0 || row == 0 || col == n - 1 || row == n - 1 {
                seen[i] = true;
                queue.push(key(height, i));
            }
        }
        while let Some(Reverse(key)) = queue.pop() {
            let i = (key & u64::from(u32::MAX)) as usize;
            taken[i] = true;
            order.push(i as u32);
            let is_outlet = receiver[i] == i as u32;
            let (mut steepest, mut next) = (0.0, receiver[i]);
            for (j, distance) in neighbours(i, n) {
                if !seen[j] {
                    seen[j] = true;
                    level[j] = heights[j].max(level[i]);
                    receiver[j] = i as u32;
                    queue.push(self::key(level[j], j));
                } else if taken[j] && !is_outlet {
                    let slope = (heights[i] - heights[j]) / distance;
                    if slope > steepest {
                        (steepest, next) = (slope, j as u32);
                    }
                }
            }
            receiver[i] = next;
        }
        Self {
            order,
            receiver,
            level,
        }
    }

    /// Ground that drains through each cell, itself included, in square metres.
    pub(crate) fn catchments(&self, cell: f32) -> Vec<f32> {
        let mut area = vec![cell * cell; self.receiver.len()];
        for &i in self.order.iter().rev() {
            let to = self.receiver[i as usize];
            if to != i {
                area[to as usize] += area[i as usize];
            }
        }
        area
    }
}

/// Up to eight neighbours of a cell and their distance in cells.
pub(crate) fn neighbours(i: usize, n: usize) -> impl Iterator<Item = (usize, f32)> {
    let (col, row) = ((i % n) as isize, (i / n) as isize);
    const AROUND: [(isize, isize); 8] = [
        (-1, -1),
        (0, -1),
        (1, -1),
        (-1, 0),
        (1, 0),
        (-1, 1),
        (0, 1),
        (1, 1),
    ];
    AROUND.into_iter().filter_map(move |(dc, dr)| {
        let (c, r) = (col + dc, row + dr);
        let inside = (0..n as isize).contains(&c) && (0..n as isize).contains(&r);
        let distance = if dc != 0 && dr != 0 {
            core::f32::consts::SQRT_2
        } else {
            1.0
        };
        inside.then(|| (r as usize * n + c as usize, distance))
    })
}

/// Sorts by height, then by cell: one integer compares faster than a pair.
fn key(height: f32, i: usize) -> Reverse<u64> {
    let bits = height.to_bits();
    let sortable = if bits >> 31 == 1 {
        !bits
    } else {
        bits | 1 << 31
    };
    Reverse(u64::from(sortable) << 32 | i as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bowl_fills_to_its_rim_and_everything_drains() {
        // A cone-shaped bowl on a plateau, with a notch in the rim at height 60.
        let n = 33;
        let mut ground = Grid {
            n,
            values: vec![100.0; n * n],
        };
        for row in 8..25 {
            for col in 8..25 {
                let d = (row as f32 - 16.0).hypot(col as f32 - 16.0);
                ground.values[row * n + col] = (10.0 * d).clamp(1.0, 100.0);
            }
        }
        for col in 16..n {
            let value = &mut ground.values[16 * n + col];
            *value = value.min(60.0);
        }
        let drainage = Drainage::of(&ground);
        assert_eq!(drainage.order.len(), n * n);
        assert_eq!(drainage.level[16 * n + 16], 60.0);
        let area = drainage.catchments(1.0);
        let at_outlets: f32 = (0..n * n)
            .filter(|&i| drainage.receiver[i] == i as u32)
            .map(|i| area[i])
            .sum();
        assert_eq!(at_outlets, (n * n) as f32, "all the rain leaves");
    }
}
