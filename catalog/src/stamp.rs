//! What tells one state of a catalog from another.

/// A state of a catalog: another one whenever anything in it may have changed.
///
/// For equality alone; what the numbers are is the catalog's own matter.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Stamp([u64; 5]);

impl Stamp {
    /// A state that these numbers tell from others.
    #[must_use]
    pub const fn new(numbers: [u64; 5]) -> Self {
        Self(numbers)
    }
}
