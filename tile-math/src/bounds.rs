//! Axis-parallel rectangles.

/// A rectangle in the plane of some CRS: `x` grows to the right, `y` grows up.
///
/// The same type serves geographic boxes (degrees; `left > right` then means that the box
/// crosses the antimeridian) and projected ones (the CRS's units). Bounds are inclusive.
#[derive(Copy, Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub struct BoundingBox {
    /// Smallest `x` (west).
    pub left: f64,
    /// Smallest `y` (south).
    pub bottom: f64,
    /// Largest `x` (east).
    pub right: f64,
    /// Largest `y` (north).
    pub top: f64,
}

impl BoundingBox {
    /// A box from its sides, in the order `left, bottom, right, top`.
    #[must_use]
    pub const fn new(left: f64, bottom: f64, right: f64, top: f64) -> Self {
        Self {
            left,
            bottom,
            right,
            top,
        }
    }

    /// The smallest box that holds all finite points of the iterator; `None` without any.
    #[must_use]
    pub fn of_points(points: impl IntoIterator<Item = (f64, f64)>) -> Option<Self> {
        let mut found: Option<Self> = None;
        for (x, y) in points {
            if !(x.is_finite() && y.is_finite()) {
                continue;
            }
            found = Some(match found {
                None => Self::new(x, y, x, y),
                Some(b) => Self::new(b.left.min(x), b.bottom.min(y), b.right.max(x), b.top.max(y)),
            });
        }
        found
    }

    /// `right - left`: negative for a box that crosses the antimeridian.
    #[must_use]
    pub fn width(&self) -> f64 {
        self.right - self.left
    }

    /// `top - bottom`.
    #[must_use]
    pub fn height(&self) -> f64 {
        self.top - self.bottom
    }

    /// The middle of the box.
    #[must_use]
    pub fn center(&self) -> (f64, f64) {
        (
            f64::midpoint(self.left, self.right),
            f64::midpoint(self.bottom, self.top),
        )
    }

    /// Whether all four sides are finite numbers.
    #[must_use]
    pub fn is_finite(&self) -> bool {
        self.to_array().iter().all(|v| v.is_finite())
    }

    /// Whether the box holds no area: a side is NaN, or the sides are in the wrong order.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        // Written so that NaN makes it true.
        !(self.left < self.right && self.bottom < self.top)
    }

    /// Whether the point lies in the box or on its edge.
    #[must_use]
    pub fn contains(&self, x: f64, y: f64) -> bool {
        x >= self.left && x <= self.right && y >= self.bottom && y <= self.top
    }

    /// Whether `other` lies wholly inside, edges included.
    #[must_use]
    pub fn contains_box(&self, other: &Self) -> bool {
        other.left >= self.left
            && other.right <= self.right
            && other.bottom >= self.bottom
            && other.top <= self.top
    }

    /// Whether the two boxes share area; touching edges do not count.
    #[must_use]
    pub fn intersects(&self, other: &Self) -> bool {
        self.left < other.right
            && self.right > other.left
            && self.bottom < other.top
            && self.top > other.bottom
    }

    /// The shared area, `None` where there is none.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Option<Self> {
        self.intersects(other).then(|| {
            Self::new(
                self.left.max(other.left),
                self.bottom.max(other.bottom),
                self.right.min(other.right),
                self.top.min(other.top),
            )
        })
    }

    /// The smallest box that holds both.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self::new(
            self.left.min(other.left),
            self.bottom.min(other.bottom),
            self.right.max(other.right),
            self.top.max(other.top),
        )
    }

    /// The box grown by `distance` on each side.
    #[must_use]
    pub fn buffered(&self, distance: f64) -> Self {
        Self::new(
            self.left - distance,
            self.bottom - distance,
            self.right + distance,
            self.top + distance,
        )
    }

    /// The sides in the order `left, bottom, right, top`.
    #[must_use]
    pub const fn to_array(self) -> [f64; 4] {
        [self.left, self.bottom, self.right, self.top]
    }
}

impl From<[f64; 4]> for BoundingBox {
    fn from([left, bottom, right, top]: [f64; 4]) -> Self {
        Self {
            left,
            bottom,
            right,
            top,
        }
    }
}

impl From<BoundingBox> for [f64; 4] {
    fn from(bounds: BoundingBox) -> Self {
        bounds.to_array()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn touching_boxes_do_not_intersect() {
        let a = BoundingBox::new(0.0, 0.0, 1.0, 1.0);
        assert!(!a.intersects(&BoundingBox::new(1.0, 0.0, 2.0, 1.0)));
        assert_eq!(
            a.intersection(&BoundingBox::new(0.5, -1.0, 2.0, 0.25)),
            Some(BoundingBox::new(0.5, 0.0, 1.0, 0.25))
        );
    }

    #[test]
    fn nan_is_empty_and_ignored() {
        assert!(BoundingBox::new(f64::NAN, 0.0, 1.0, 1.0).is_empty());
        assert_eq!(
            BoundingBox::of_points([(f64::NAN, 0.0), (1.0, 2.0)]),
            Some(BoundingBox::new(1.0, 2.0, 1.0, 2.0))
        );
        assert_eq!(BoundingBox::of_points([]), None);
    }
}
