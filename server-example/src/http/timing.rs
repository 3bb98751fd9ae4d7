//! How long a request's stages took, for the `Server-Timing` header.

use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

/// Durations and counters of one request, in the order in which they were taken.
#[derive(Debug)]
pub(crate) struct Timing {
    started: Instant,
    entries: Vec<(&'static str, Entry)>,
}

#[derive(Debug)]
enum Entry {
    Duration(Duration),
    Count(u64),
}

impl Timing {
    /// Starts the clock of the total.
    pub(crate) fn start() -> Self {
        Self {
            started: Instant::now(),
            entries: Vec::new(),
        }
    }

    /// Adds a stage's duration; stages of one name are summed.
    pub(crate) fn add(&mut self, name: &'static str, duration: Duration) {
        for (found, entry) in &mut self.entries {
            if let (true, Entry::Duration(sum)) = (*found == name, entry) {
                *sum += duration;
                return;
            }
        }
        self.entries.push((name, Entry::Duration(duration)));
    }

    /// Adds a counter; those of one name are summed.
    pub(crate) fn count(&mut self, name: &'static str, value: u64) {
        for (found, entry) in &mut self.entries {
            if let (true, Entry::Count(sum)) = (*found == name, entry) {
                *sum += value;
                return;
            }
        }
        self.entries.push((name, Entry::Count(value)));
    }

    /// Adds the stages and counters of what ran as a part of this.
    pub(crate) fn absorb(&mut self, part: &Self) {
        for (name, entry) in &part.entries {
            match entry {
                Entry::Duration(duration) => self.add(name, *duration),
                Entry::Count(value) => self.count(name, *value),
            }
        }
    }

    /// Runs `work` and adds its duration under `name`.
    pub(crate) async fn stage<T>(
        &mut self,
        name: &'static str,
        work: impl Future<Output = T>,
    ) -> T {
        let start = Instant::now();
        let result = work.await;
        self.add(name, start.elapsed());
        result
    }

    /// The same for work that is done here and now.
    pub(crate) fn run<T>(&mut self, name: &'static str, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = work();
        self.add(name, start.elapsed());
        result
    }

    /// The header's value: durations in milliseconds, counters as descriptions.
    ///
    /// # Specification
    ///
    /// W3C Server Timing: `name;dur=1.25`, `name;desc="3"`.
    pub(crate) fn header(&self) -> String {
        let mut out = String::new();
        for (name, entry) in &self.entries {
            let _ = match entry {
                Entry::Duration(d) => write!(out, "{name};dur={:.2}, ", d.as_secs_f64() * 1e3),
                Entry::Count(n) => write!(out, "{name};desc=\"{n}\", "),
            };
        }
        let total = self.started.elapsed().as_secs_f64() * 1e3;
        let _ = write!(out, "total;dur={total:.2}");
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_sums_stages_and_ends_with_the_total() {
        let mut timing = Timing::start();
        timing.add("fetch", Duration::from_micros(1500));
        timing.add("fetch", Duration::from_micros(500));
        timing.count("requests", 3);
        let header = timing.header();
        assert!(
            header.starts_with("fetch;dur=2.00, requests;desc=\"3\", total;dur="),
            "{header}"
        );
    }
}
