//! Where work that needs a CPU, or blocks, is run.

use cog_raster::{MaybeSend, MaybeSync};
use core::fmt::Debug;
use futures_channel::oneshot;

/// Runs jobs somewhere else than on the thread that polls a future.
///
/// # Contract
///
/// `run` returns at once and the job is run later, or is dropped unrun (a pool
/// that shuts down): then the read that waits for it fails, it does not hang.
/// A job never panics by itself; one that does must not bring the pool down.
///
/// A server gives its CPU pool, for example `pool.spawn(job)` of a `rayon`
/// pool: with the feature `parallel` the blocks of one read are then decoded
/// in parallel *on that pool*, since the job runs inside it.
#[cfg(not(target_arch = "wasm32"))]
pub trait DecodeExecutor: Debug + MaybeSend + MaybeSync {
    /// Takes over a job.
    fn run(&self, job: Box<dyn FnOnce() + Send>);
}

/// Runs jobs somewhere else than in the future that is polled.
#[cfg(target_arch = "wasm32")]
pub trait DecodeExecutor: Debug + MaybeSend + MaybeSync {
    /// Takes over a job.
    fn run(&self, job: Box<dyn FnOnce()>);
}

/// Runs `work` on `executor` and waits for it; `None` if the executor dropped it.
pub(crate) async fn run<T: MaybeSend + 'static>(
    executor: &dyn DecodeExecutor,
    work: impl FnOnce() -> T + MaybeSend + 'static,
) -> Option<T> {
    let (sender, receiver) = oneshot::channel();
    executor.run(Box::new(move || {
        // Nobody waits any more when the reader was dropped: the work can be skipped.
        if !sender.is_canceled() {
            let _ = sender.send(work());
        }
    }));
    receiver.await.ok()
}
