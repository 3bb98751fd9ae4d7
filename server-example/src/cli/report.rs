//! Progress: a bar on a terminal, plain lines elsewhere, JSON where asked for.

use super::args::{LogFormat, LogLevel};
use indicatif::{ProgressBar, ProgressStyle};
use std::{
    io::IsTerminal as _,
    time::{Duration, Instant},
};
use tracing::level_filters::LevelFilter;

/// Sends messages to standard error in the format asked for. Called once.
pub(crate) fn init(format: LogFormat, level: LogLevel) {
    let level = match level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
    let builder = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(std::io::stderr)
        // Else who closes standard error (`2>&1 | head`) makes every message panic.
        .log_internal_errors(false)
        .with_target(false);
    // A second call keeps the first one's choice: nothing to do about it.
    let _ = match format {
        LogFormat::Text => tracing::subscriber::set_global_default(
            builder
                .with_ansi(std::io::stderr().is_terminal())
                .without_time()
                .compact()
                .finish(),
        ),
        LogFormat::Json => {
            tracing::subscriber::set_global_default(builder.json().flatten_event(true).finish())
        }
    };
}

/// One long piece of work, counted in steps.
#[derive(Debug)]
pub(crate) struct Progress {
    what: &'static str,
    total: u64,
    done: std::sync::atomic::AtomicU64,
    started: Instant,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Starts to report on `total` steps of `what`.
    pub(crate) fn new(what: &'static str, total: u64, format: LogFormat) -> Self {
        let bar = (format == LogFormat::Text && std::io::stderr().is_terminal()).then(|| {
            let bar = ProgressBar::new(total);
            if let Ok(style) =
                ProgressStyle::with_template("{prefix:>28} {bar:32} {percent:>3}% {msg}")
            {
                bar.set_style(style);
            }
            bar.set_prefix(what);
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        Self {
            what,
            total,
            done: std::sync::atomic::AtomicU64::new(0),
            started: Instant::now(),
            bar,
        }
    }

    /// Reports `steps` more.
    pub(crate) fn advance(&self, steps: u64) {
        use std::sync::atomic::Ordering;
        let before = self.done.fetch_add(steps, Ordering::Relaxed);
        let after = before + steps;
        match &self.bar {
            Some(bar) => bar.set_position(after),
            None => {
                // A line per quarter: enough to see that it goes on, few enough for a log.
                let quarter = |n: u64| n * 4 / self.total.max(1);
                if quarter(after) > quarter(before) && after < self.total {
                    tracing::info!(done = after, total = self.total, "{}", self.what);
                }
            }
        }
    }

    /// Ends with how long it took.
    pub(crate) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        let seconds = self.started.elapsed().as_secs_f64();
        tracing::info!("{}: done in {seconds:.1} s", self.what);
    }
}
