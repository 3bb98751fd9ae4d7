//! Time, from whoever has it.

use crate::{Error, ReadError, ReadErrorKind};
use cog_raster::{BoxFuture, MaybeSend, MaybeSync};
use core::fmt::Debug;
use core::pin::pin;
use core::time::Duration;
use futures_util::future::{Either, select};
use std::sync::Arc;

/// Tells the time and waits.
///
/// The crate has no runtime and, in a browser, no clock; whoever wants
/// deadlines and ages gives one. `TokioClock` (feature `object_store`) is
/// Tokio's.
///
/// # Contract
///
/// `now` never goes back; `sleep` ends not before `now` has grown by that much,
/// and may be dropped before.
pub trait Clock: Debug + MaybeSend + MaybeSync {
    /// Time since some fixed moment.
    fn now(&self) -> Duration;

    /// Waits.
    fn sleep(&self, time: Duration) -> BoxFuture<'static, ()>;
}

/// How long one opening, or one read as a whole, may take, tries and waits included.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Deadline {
    /// Time for each.
    pub time: Duration,
    /// Who measures it.
    pub clock: Arc<dyn Clock>,
}

impl Deadline {
    /// So much time, by this clock.
    #[must_use]
    pub fn new(time: Duration, clock: Arc<dyn Clock>) -> Self {
        Self { time, clock }
    }
}

/// Runs `work`, and drops it when its time is over.
///
/// # Errors
///
/// Those of `work`; [`ReadErrorKind::TimedOut`].
pub(crate) async fn within<T>(
    deadline: Option<&Deadline>,
    location: impl Fn() -> String,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let Some(deadline) = deadline else {
        return work.await;
    };
    let work = pin!(work);
    match select(work, deadline.clock.sleep(deadline.time)).await {
        Either::Left((result, _)) => result,
        Either::Right(_) => {
            let location = location();
            let message = format!(
                "{location} was not read within {:?}; its store is too slow, or the time too short",
                deadline.time
            );
            Err(Error::Source {
                location,
                source: ReadError::new(ReadErrorKind::TimedOut, message),
            })
        }
    }
}
