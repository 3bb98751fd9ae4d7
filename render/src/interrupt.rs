//! Work that nobody waits for any more breaks off.

use crate::Error;
use core::cell::RefCell;
use core::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;

thread_local! {
    /// Of the innermost [`Interrupt::during`] on this thread.
    static CURRENT: RefCell<Option<Arc<AtomicBool>>> = const { RefCell::new(None) };
}

/// Breaks off what this crate computes, from another thread.
///
/// A server that computes on a pool of threads holds one for each job, and raises it when the client has
/// left: warping and expressions then end with [`Error::Interrupted`] at the next row or block of pixels; algorithms,
/// statistics, cut-lines and styles before their next step, which passes once over a band or an image.
///
/// # Example
///
/// ```
/// use cog_render::{Error, Expression, Image, ImageBand, Interrupt};
/// use cog_raster::{Raster, Samples};
/// use tile_math::BoundingBox;
///
/// let raster = Raster::new(1, 1, 2, Samples::U8(vec![1, 2]))?;
/// let bounds = BoundingBox::new(0.0, 0.0, 2.0, 1.0);
/// let image = Image::new(raster, vec![ImageBand::new("b1")], None, bounds)?;
/// let twice = Expression::parse("b1*2")?;
///
/// let interrupt = Interrupt::default();
/// assert!(interrupt.during(|| twice.apply(&image)).is_ok());
/// interrupt.raise();
/// let broken_off = interrupt.during(|| twice.apply(&image));
/// assert!(matches!(broken_off, Err(Error::Interrupted)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Asks for the work under [`during`](Self::during), on whichever thread, to break off.
    pub fn raise(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether that was asked for.
    #[must_use]
    pub fn is_raised(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Does `work` on this thread; what it computes with this crate breaks off when this is raised.
    pub fn during<T>(&self, work: impl FnOnce() -> T) -> T {
        let before = CURRENT.with(|current| current.replace(Some(Arc::clone(&self.0))));
        let _restored = Restored(before);
        work()
    }
}

/// Puts back what was there, also when the work panics.
struct Restored(Option<Arc<AtomicBool>>);

impl Drop for Restored {
    fn drop(&mut self) {
        let before = self.0.take();
        CURRENT.with(|current| *current.borrow_mut() = before);
    }
}

/// The work on this thread is to break off.
pub(crate) fn is_raised() -> bool {
    CURRENT.with(|current| {
        let current = current.borrow();
        current
            .as_ref()
            .is_some_and(|raised| raised.load(Ordering::Relaxed))
    })
}

/// [`Error::Interrupted`] if the work on this thread is to break off.
pub(crate) fn check() -> Result<(), Error> {
    if is_raised() {
        Err(Error::Interrupted)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_watched_before_is_watched_again() {
        let (outer, inner) = (Interrupt::default(), Interrupt::default());
        outer.during(|| {
            inner.raise();
            assert!(matches!(inner.during(check), Err(Error::Interrupted)));
            assert!(check().is_ok());
            outer.raise();
            assert!(check().is_err());
        });
        assert!(check().is_ok());
    }

    /// Where panics do not abort, as they do in WebAssembly.
    #[test]
    #[cfg(panic = "unwind")]
    fn a_panic_leaves_no_interrupt_behind() {
        let raised = Interrupt::default();
        raised.raise();
        let panicked = std::panic::catch_unwind(|| raised.during(|| panic!("on purpose")));
        assert!(panicked.is_err() && check().is_ok());
    }
}
