//! What something costs: memory by a counting allocator, time by the processor's own count.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use std::time::{Duration, Instant};

use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// The most that a file may cost, whatever it holds.
pub(crate) const MEMORY: usize = 256 << 20;

/// The most processor time that a file may cost: of a build without optimisation, which is some times slower.
const TIME: Duration = Duration::from_secs(2);

/// When the case at hand is called a hang: wide, because the machine may be busy.
const HANG: Duration = Duration::from_secs(300);

/// A stretch of a test that is measured: the allocator counts for the whole process, so one at a time.
pub(crate) struct Alone(
    #[expect(dead_code, reason = "held, not looked at")] MutexGuard<'static, ()>,
);

/// When the case at hand began, in milliseconds after `START`; 0: there is none.
static BEGAN: AtomicU64 = AtomicU64::new(0);

thread_local! {
    /// Panics on this thread: those that are caught count too.
    static PANICS: Cell<u32> = const { Cell::new(0) };
}

/// Waits until no other test measures.
pub(crate) fn alone() -> Alone {
    static TURN: Mutex<()> = Mutex::new(());
    static WATCHDOG: Once = Once::new();
    WATCHDOG.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            PANICS.set(PANICS.get() + 1);
            usual(info);
        }));
        std::thread::spawn(|| {
            loop {
                std::thread::park_timeout(Duration::from_secs(5));
                let began = BEGAN.load(Ordering::Relaxed);
                if began != 0 && now().saturating_sub(began) > HANG.as_millis() as u64 {
                    eprintln!("a case hangs: it began {HANG:?} ago");
                    std::process::abort();
                }
            }
        });
    });
    Alone(TURN.lock().unwrap_or_else(PoisonError::into_inner))
}

fn now() -> u64 {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_millis() as u64 + 1
}

impl Alone {
    /// Runs one case; what it gave, and the most bytes that it held.
    pub(crate) fn peak<T>(&self, work: impl FnOnce() -> T) -> (T, usize) {
        ALLOCATOR.reset_peak_usage();
        let before = ALLOCATOR.current_usage();
        BEGAN.store(now(), Ordering::Relaxed);
        let out = work();
        BEGAN.store(0, Ordering::Relaxed);
        (out, ALLOCATOR.peak_usage().saturating_sub(before))
    }

    /// Runs one case and holds it to [`MEMORY`], [`TIME`] and no panic, not even one that is caught; `name` is made for a failure only.
    pub(crate) fn bounded<T>(&self, name: impl FnOnce() -> String, work: impl FnOnce() -> T) -> T {
        let before = processor_time();
        let (out, peak) = self.peak(work);
        let spent = before
            .zip(processor_time())
            .map(|(before, after)| after.saturating_sub(before));
        assert_eq!(PANICS.replace(0), 0, "{} panicked within", name());
        if peak > MEMORY || spent.is_some_and(|spent| spent > TIME) {
            panic!("{} took {peak} bytes and {spent:?}", name());
        }
        out
    }
}

/// What this thread has used of a processor, where the system tells (Linux).
pub(crate) fn processor_time() -> Option<Duration> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(
        told.split_whitespace().next()?.parse().ok()?,
    ))
}
