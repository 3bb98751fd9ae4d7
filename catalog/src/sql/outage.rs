//! Servers that do not answer, and who is to wait for them.

use core::time::Duration;
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Instant,
};

/// Remembers that there was no connection to be had.
///
/// Whoever asks for one then waits as long as a connection may take to be made. So that not all wait, those
/// that come within [`memory`](Self::new) of a failure are turned away at once; after it one goes to see, and
/// the others are turned away until it knows.
#[derive(Debug)]
pub(super) struct Outage {
    /// Nothing is remembered where it is zero.
    memory: Duration,
    state: Mutex<State>,
}

#[derive(Clone, Copy, Debug, Default)]
struct State {
    /// When it was last seen to last.
    failed: Option<Instant>,
    is_probed: bool,
}

impl Outage {
    pub(super) fn new(memory: Duration) -> Self {
        Self {
            memory,
            state: Mutex::default(),
        }
    }

    /// Leave to ask for a connection; `None` if there is none to be had.
    pub(super) fn enter(&self, now: Instant) -> Option<Attempt<'_>> {
        let mut state = self.state();
        let is_probe = match state.failed {
            Some(_) if self.memory.is_zero() => false,
            Some(failed) if state.is_probed || now < failed + self.memory => return None,
            Some(_) => true,
            None => false,
        };
        state.is_probed |= is_probe;
        drop(state);
        Some(Attempt {
            outage: self,
            is_probe,
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One that asks for a connection. Dropped without a word, it was broken off, and the next may ask.
#[derive(Debug)]
pub(super) struct Attempt<'a> {
    outage: &'a Outage,
    is_probe: bool,
}

impl Attempt<'_> {
    /// There is a connection: the outage is over.
    pub(super) fn succeeded(self) {
        self.outage.state().failed = None;
    }

    /// There is none.
    pub(super) fn failed(self, now: Instant) {
        self.outage.state().failed = Some(now);
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        if self.is_probe {
            self.outage.state().is_probed = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEMORY: Duration = Duration::from_secs(1);
    const MOMENT: Duration = Duration::from_millis(1);

    #[test]
    fn all_go_while_nothing_fails() {
        let (outage, now) = (Outage::new(MEMORY), Instant::now());
        let attempts = [outage.enter(now), outage.enter(now), outage.enter(now)];
        for attempt in attempts {
            attempt.unwrap().succeeded();
        }
        assert!(outage.enter(now).is_some());
    }

    #[test]
    fn after_a_failure_one_goes_to_see_when_it_is_time() {
        let (outage, start) = (Outage::new(MEMORY), Instant::now());
        outage.enter(start).unwrap().failed(start);
        assert!(outage.enter(start).is_none());
        assert!(outage.enter(start + MEMORY - MOMENT).is_none());
        let later = start + MEMORY;
        let probe = outage.enter(later).unwrap();
        assert!(outage.enter(later + MEMORY * 5).is_none(), "one is there");
        probe.failed(later + MEMORY * 5);
        assert!(outage.enter(later + MEMORY * 6 - MOMENT).is_none());
        let probe = outage.enter(later + MEMORY * 6).unwrap();
        probe.succeeded();
        let now = later + MEMORY * 6;
        let (one, other) = (outage.enter(now), outage.enter(now));
        assert!(one.is_some() && other.is_some());
    }

    #[test]
    fn a_probe_that_was_broken_off_lets_the_next_go() {
        let (outage, start) = (Outage::new(MEMORY), Instant::now());
        outage.enter(start).unwrap().failed(start);
        let later = start + MEMORY;
        drop(outage.enter(later).unwrap());
        assert!(outage.enter(later).is_some());
    }

    #[test]
    fn who_was_there_before_the_failure_may_still_find_it_over() {
        let (outage, start) = (Outage::new(MEMORY), Instant::now());
        let (one, other) = (outage.enter(start).unwrap(), outage.enter(start).unwrap());
        one.failed(start);
        assert!(outage.enter(start).is_none());
        other.succeeded();
        assert!(outage.enter(start).is_some());
    }

    #[test]
    fn without_a_memory_all_go() {
        let (outage, now) = (Outage::new(Duration::ZERO), Instant::now());
        outage.enter(now).unwrap().failed(now);
        let (one, other) = (outage.enter(now), outage.enter(now));
        assert!(one.is_some() && other.is_some());
    }
}
