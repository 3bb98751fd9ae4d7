//! Rectangles of pixels.

/// A rectangle of pixels of one level, half-open: columns
/// `col..col + width`, rows `row..row + height`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Window {
    /// First column.
    pub col: u32,
    /// First row.
    pub row: u32,
    /// Number of columns.
    pub width: u32,
    /// Number of rows.
    pub height: u32,
}

impl Window {
    /// The window that starts at `(col, row)`.
    #[must_use]
    pub const fn new(col: u32, row: u32, width: u32, height: u32) -> Self {
        Self {
            col,
            row,
            width,
            height,
        }
    }

    /// Number of pixels.
    #[must_use]
    pub const fn pixels(&self) -> u64 {
        self.width as u64 * self.height as u64
    }

    /// No pixel at all.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.width == 0 || self.height == 0
    }

    /// First column after the window; `u64` because `col + width` may pass `u32::MAX`.
    #[must_use]
    pub const fn col_end(&self) -> u64 {
        self.col as u64 + self.width as u64
    }

    /// First row after the window.
    #[must_use]
    pub const fn row_end(&self) -> u64 {
        self.row as u64 + self.height as u64
    }

    /// The whole window lies within `width × height` pixels.
    #[must_use]
    pub const fn fits(&self, width: u32, height: u32) -> bool {
        self.col_end() <= width as u64 && self.row_end() <= height as u64
    }

    /// What two windows share; `None` when that is nothing.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Option<Self> {
        let col = self.col.max(other.col);
        let row = self.row.max(other.row);
        let width = self
            .col_end()
            .min(other.col_end())
            .checked_sub(u64::from(col))?;
        let height = self
            .row_end()
            .min(other.row_end())
            .checked_sub(u64::from(row))?;
        // A width no larger than either window's fits in 32 bits again.
        let shared = Self::new(
            col,
            row,
            u32::try_from(width).ok()?,
            u32::try_from(height).ok()?,
        );
        (!shared.is_empty()).then_some(shared)
    }
}

impl core::fmt::Display for Window {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(
            f,
            "{},{},{},{}",
            self.col, self.row, self.width, self.height
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_that_touch_share_nothing() {
        assert_eq!(
            Window::new(0, 0, 4, 4).intersection(&Window::new(4, 0, 4, 4)),
            None
        );
        assert_eq!(
            Window::new(0, 0, 4, 4).intersection(&Window::new(3, 2, 9, 1)),
            Some(Window::new(3, 2, 1, 1))
        );
    }

    #[test]
    fn ends_do_not_wrap() {
        let window = Window::new(u32::MAX, 0, u32::MAX, 1);
        assert!(!window.fits(u32::MAX, 1));
        assert_eq!(window.intersection(&window), Some(window));
    }
}
