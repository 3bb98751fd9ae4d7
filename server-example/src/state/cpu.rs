//! Where pixels are computed, and how many requests may wait for it.

use crate::Error;
use cog_render::Interrupt;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

/// A pool of threads for decoding, warping and encoding, beside the threads that do I/O.
///
/// Bounds keep memory and waiting times in hand: `active` requests may hold
/// pixels at a time, `waiting` more may queue for that, and whoever comes then
/// is told to come back later; and what all of them have read of their sources at
/// a time is no more than a number of bytes, nor are the images made of that. The jobs of the active requests are few each, so
/// the pool's own queue is bounded by them.
#[derive(Clone, Debug)]
pub struct CpuPool {
    pool: Arc<rayon::ThreadPool>,
    active: Arc<Semaphore>,
    most_active: usize,
    /// What is read of sources; a permit is a KiB.
    sources: Arc<Semaphore>,
    /// What is made of that, until it is sent.
    images: Arc<Semaphore>,
    most_memory: u32,
    waiting: Arc<AtomicUsize>,
    most_waiting: usize,
}

/// The right to hold pixels, and the memory for them; given back when dropped.
#[derive(Debug)]
pub struct Admission {
    _permit: OwnedSemaphorePermit,
    held: Option<OwnedSemaphorePermit>,
    cpu: CpuPool,
}

impl Admission {
    /// The pool that admitted.
    #[must_use]
    pub const fn cpu(&self) -> &CpuPool {
        &self.cpu
    }

    /// Waits for the right to hold an image of `bytes`, instead of what was held before: who waited for
    /// more while it holds some could wait for who does the same.
    ///
    /// # Errors
    ///
    /// [`Error::Overloaded`] when the server shuts down.
    pub async fn hold(&mut self, bytes: u64) -> Result<(), Error> {
        self.held = None;
        self.held = Some(self.cpu.acquire(&self.cpu.images, bytes).await?);
        Ok(())
    }
}

impl CpuPool {
    /// A pool of `threads`, for `active` requests at a time and `waiting` more in the queue, that
    /// hold up to `bytes` of their sources' pixels, and as much of their own.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`] if the threads cannot be started.
    pub fn new(threads: usize, active: usize, waiting: usize, bytes: u64) -> Result<Self, Error> {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|i| format!("cpu-{i}"))
            // A job that panics is one failed request, answered as such; the pool goes on.
            .panic_handler(|_| tracing::error!("a job on the CPU pool panicked"))
            .build()
            .map_err(|e| Error::failed("the CPU pool cannot start", &e))?;
        let most_memory = kibibytes(bytes).max(1);
        Ok(Self {
            pool: Arc::new(pool),
            sources: Arc::new(Semaphore::new(most_memory as usize)),
            images: Arc::new(Semaphore::new(most_memory as usize)),
            most_memory,
            active: Arc::new(Semaphore::new(active.max(1))),
            most_active: active.max(1),
            waiting: Arc::default(),
            most_waiting: waiting,
        })
    }

    /// Waits for the right to hold pixels.
    ///
    /// # Errors
    ///
    /// [`Error::Overloaded`] at once when the queue is full.
    pub async fn admit(&self) -> Result<Admission, Error> {
        if let Ok(permit) = Arc::clone(&self.active).try_acquire_owned() {
            return Ok(self.admission(permit));
        }
        if self.waiting.fetch_add(1, Ordering::Relaxed) >= self.most_waiting {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            return Err(overloaded());
        }
        // Counts down also when the client leaves while it waits.
        let _place = Place(&self.waiting);
        let permit = Arc::clone(&self.active)
            .acquire_owned()
            .await
            .map_err(|_| shutting_down())?;
        Ok(self.admission(permit))
    }

    fn admission(&self, permit: OwnedSemaphorePermit) -> Admission {
        Admission {
            _permit: permit,
            held: None,
            cpu: self.clone(),
        }
    }

    /// Waits for the right to hold `bytes` of a source's pixels until what this gives is dropped; who
    /// wants more than there is at all waits until nobody else holds any.
    ///
    /// Wait for nothing of this pool but its threads while you hold it.
    ///
    /// # Errors
    ///
    /// [`Error::Overloaded`] when the server shuts down.
    pub async fn hold(&self, bytes: u64) -> Result<OwnedSemaphorePermit, Error> {
        self.acquire(&self.sources, bytes).await
    }

    async fn acquire(
        &self,
        memory: &Arc<Semaphore>,
        bytes: u64,
    ) -> Result<OwnedSemaphorePermit, Error> {
        Arc::clone(memory)
            .acquire_many_owned(kibibytes(bytes).min(self.most_memory))
            .await
            .map_err(|_| shutting_down())
    }

    /// How much there is to do at the moment.
    #[must_use]
    pub fn load(&self) -> Load {
        let held = |memory: &Semaphore| {
            (u64::from(self.most_memory)).saturating_sub(memory.available_permits() as u64) * 1024
        };
        Load {
            active: self.most_active - self.active.available_permits().min(self.most_active),
            waiting: self.waiting.load(Ordering::Relaxed),
            source_bytes: held(&self.sources),
            image_bytes: held(&self.images),
        }
    }

    /// Says whether a request that came now would at least be queued.
    ///
    /// # Errors
    ///
    /// [`Error::Overloaded`] if not.
    pub fn check_room(&self) -> Result<(), Error> {
        if self.active.available_permits() == 0
            && self.waiting.load(Ordering::Relaxed) >= self.most_waiting
        {
            return Err(overloaded());
        }
        Ok(())
    }

    /// Runs `work` on the pool. If this future is dropped, work that waits is skipped, and rendering that runs
    /// breaks off: nobody takes its result.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`] if the work panicked.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let (sender, receiver) = oneshot::channel();
        let interrupt = Interrupt::default();
        let _raised = Raise(interrupt.clone());
        self.spawn(move || {
            if !sender.is_closed() {
                // The client may leave while the work runs; then nobody takes the result.
                let _ = sender.send(interrupt.during(work));
            }
        });
        receiver.await.map_err(|_| {
            Error::Failed("a computation broke off; this is a bug, please report it".into())
        })
    }

    /// Runs `job` on the pool, some time.
    pub fn spawn(&self, job: impl FnOnce() + Send + 'static) {
        self.pool.spawn(job);
    }
}

/// What a [`CpuPool`] is at.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Load {
    /// Requests that may hold pixels.
    pub active: usize,
    /// Requests that wait for that.
    pub waiting: usize,
    /// Bytes of sources' pixels that are held.
    pub source_bytes: u64,
    /// Bytes of images that are held.
    pub image_bytes: u64,
}

fn shutting_down() -> Error {
    Error::Overloaded("the server is shutting down".into())
}

fn kibibytes(bytes: u64) -> u32 {
    u32::try_from(bytes.div_ceil(1024)).unwrap_or(u32::MAX)
}

fn overloaded() -> Error {
    Error::Overloaded(
        "the server has more requests than it can work on; try again in a second".into(),
    )
}

/// Raises the interrupt when it is dropped; nothing is left to break off where that is after the work.
struct Raise(Interrupt);

impl Drop for Raise {
    fn drop(&mut self) {
        self.0.raise();
    }
}

struct Place<'a>(&'a AtomicUsize);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cog_raster::{Raster, Samples};
    use cog_render::{Expression, Image, ImageBand};
    use std::sync::mpsc;
    use tile_math::BoundingBox;

    #[tokio::test]
    async fn a_full_queue_refuses_and_an_empty_one_admits() {
        let pool = CpuPool::new(1, 1, 1, 1 << 20).unwrap();
        let first = pool.admit().await.unwrap();
        let waiting = tokio::spawn({
            let pool = pool.clone();
            async move { pool.admit().await.map(drop) }
        });
        while pool.waiting.load(Ordering::Relaxed) == 0 {
            tokio::task::yield_now().await;
        }
        assert!(matches!(pool.admit().await, Err(Error::Overloaded(_))));
        drop(first);
        waiting.await.unwrap().unwrap();
        assert!(pool.admit().await.is_ok());
    }

    #[tokio::test]
    async fn memory_is_lent_and_given_back() {
        let pool = CpuPool::new(1, 1, 1, 10_000).unwrap();
        let small = pool.hold(4_000).await.unwrap();
        let also_small = pool.hold(4_000).await.unwrap();
        let mut large = Box::pin(pool.hold(u64::MAX));
        tokio::select! {
            biased;
            _ = &mut large => panic!("others hold some"),
            () = core::future::ready(()) => {}
        }
        drop((small, also_small));
        let held = large.await.unwrap();
        assert_eq!(pool.load().source_bytes, 10_240);
        drop(held);
        // An image takes the place of the one before.
        let mut admission = pool.admit().await.unwrap();
        for bytes in [9_000, 10_000, 1] {
            admission.hold(bytes).await.unwrap();
        }
        assert_eq!((pool.load().image_bytes, pool.load().active), (1024, 1));
        drop(admission);
        assert_eq!((pool.load().image_bytes, pool.load().active), (0, 0));
    }

    #[tokio::test]
    async fn work_that_nobody_waits_for_is_skipped() {
        let pool = CpuPool::new(1, 1, 1, 1 << 20).unwrap();
        let (release, gate) = mpsc::channel::<()>();
        let blocker = tokio::spawn({
            let pool = pool.clone();
            async move { pool.run(move || gate.recv()).await }
        });
        let ran = Arc::new(AtomicUsize::new(0));
        let abandoned = pool.run({
            let ran = Arc::clone(&ran);
            move || ran.fetch_add(1, Ordering::SeqCst)
        });
        let mut abandoned = Box::pin(abandoned);
        // Polled once, so that the job is queued behind the blocker; then the client leaves.
        tokio::select! {
            biased;
            _ = &mut abandoned => panic!("the blocker holds the only thread"),
            () = core::future::ready(()) => {}
        }
        drop(abandoned);
        release.send(()).unwrap();
        blocker.await.unwrap().unwrap().unwrap();
        pool.run(|| ()).await.unwrap();
        assert_eq!(ran.load(Ordering::SeqCst), 0);
    }

    #[tokio::test]
    async fn rendering_that_nobody_waits_for_breaks_off() {
        let pool = CpuPool::new(1, 1, 1, 1 << 20).unwrap();
        let (started, begun) = mpsc::channel();
        let (left, ended) = mpsc::channel();
        let mut abandoned = Box::pin(pool.run(move || {
            started.send(()).unwrap();
            let raster = Raster::new(1, 1, 2, Samples::U8(vec![1, 2])).unwrap();
            let bounds = BoundingBox::new(0.0, 0.0, 2.0, 1.0);
            let image = Image::new(raster, vec![ImageBand::new("b1")], None, bounds).unwrap();
            let expression = Expression::parse("b1*2").unwrap();
            let broken_off =
                std::iter::repeat_with(|| expression.apply(&image)).find_map(Result::err);
            left.send(broken_off).unwrap();
        }));
        tokio::select! {
            biased;
            _ = &mut abandoned => panic!("the work has no end of its own"),
            () = core::future::ready(()) => {}
        }
        begun.recv().unwrap();
        drop(abandoned);
        let broken_off = ended.recv().unwrap();
        assert!(matches!(broken_off, Some(cog_render::Error::Interrupted)));
    }

    #[tokio::test]
    async fn a_panic_is_one_failed_request() {
        let pool = CpuPool::new(1, 1, 1, 1 << 20).unwrap();
        let broken = pool.run(|| -> u32 { panic!("on purpose") }).await;
        assert!(matches!(broken, Err(Error::Failed(_))));
        assert_eq!(pool.run(|| 7).await.unwrap(), 7);
    }
}
