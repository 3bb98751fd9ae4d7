//! The convex hull of pixels.

/// A corner of a pixel: column and row, 0 to the number of them.
pub(super) type Corner = (u32, u32);

/// Corners beyond which a hull is reduced to those that count.
const MOST_CORNERS: usize = 8192;

/// Corners of pixels, of which those that lie inside the others are dropped from time to time.
#[derive(Clone, Debug, Default)]
pub(super) struct Hull(Vec<Corner>);

impl Hull {
    /// Adds the pixels `first` to `last`, both included, of a row. All of a row lies between them.
    pub(super) fn add(&mut self, row: u32, first: u32, last: u32) {
        let (left, right) = (first, last.saturating_add(1));
        let below = row.saturating_add(1);
        self.0
            .extend([(left, row), (right, row), (left, below), (right, below)]);
        if self.0.len() > MOST_CORNERS {
            // A hull of whole numbers has few corners for its size: far fewer remain.
            self.0 = convex(core::mem::take(&mut self.0));
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
        if self.0.len() > MOST_CORNERS {
            self.0 = convex(core::mem::take(&mut self.0));
        }
    }

    /// The corners of the hull, clockwise in the picture from the top left; none without a pixel.
    pub(super) fn into_corners(self) -> Vec<Corner> {
        convex(self.0)
    }
}

/// Andrew's monotone chain. Points on an edge are left out.
fn convex(mut points: Vec<Corner>) -> Vec<Corner> {
    points.sort_unstable();
    points.dedup();
    if points.len() < 3 {
        return points;
    }
    let half = |points: &mut dyn Iterator<Item = Corner>| {
        let mut chain: Vec<Corner> = Vec::new();
        for point in points {
            while chain.len() >= 2
                && turn(chain[chain.len() - 2], chain[chain.len() - 1], point) <= 0
            {
                chain.pop();
            }
            chain.push(point);
        }
        // The last is the other half's first.
        chain.pop();
        chain
    };
    let mut hull = half(&mut points.iter().copied());
    hull.extend(half(&mut points.iter().rev().copied()));
    hull
}

/// Positive where `a`, `b`, `c` turn clockwise in the picture, where rows grow downwards.
fn turn(a: Corner, b: Corner, c: Corner) -> i128 {
    let wide = |from: Corner, to: Corner| {
        (
            i128::from(to.0) - i128::from(from.0),
            i128::from(to.1) - i128::from(from.1),
        )
    };
    let ((abx, aby), (acx, acy)) = (wide(a, b), wide(a, c));
    abx * acy - aby * acx
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_pixel_is_a_square() {
        let mut hull = Hull::default();
        hull.add(3, 5, 5);
        assert_eq!(hull.into_corners(), [(5, 3), (6, 3), (6, 4), (5, 4)]);
        assert!(Hull::default().into_corners().is_empty());
    }

    #[test]
    fn what_lies_inside_is_dropped_in_whatever_order_it_comes() {
        let rows: Vec<(u32, u32, u32)> = (0..20_000)
            .map(|row| {
                let d = 10_000i64.abs_diff(i64::from(row)) as u32;
                (row, d, 20_000 - d)
            })
            .collect();
        let (mut whole, mut parts) = (Hull::default(), Hull::default());
        for &(row, first, last) in &rows {
            whole.add(row, first, last);
        }
        for part in rows.rchunks(777) {
            let mut hull = Hull::default();
            for &(row, first, last) in part {
                hull.add(row, first, last);
            }
            parts.merge(hull);
        }
        let corners = whole.into_corners();
        assert_eq!(corners, parts.into_corners());
        assert!(corners.len() <= 8, "{corners:?}");
        assert!(corners.contains(&(0, 10_000)));
    }

    #[test]
    fn the_farthest_corners_do_not_overflow() {
        let mut hull = Hull::default();
        hull.add(0, 0, u32::MAX);
        hull.add(u32::MAX, 0, u32::MAX);
        assert_eq!(hull.into_corners().len(), 4);
    }
}
