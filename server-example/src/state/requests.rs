//! What was answered, and how fast.

use axum::http::StatusCode;
use core::time::Duration;
use prometheus_client::{
    encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder},
    metrics::{counter::Counter, family::Family, histogram::Histogram},
    registry::Registry,
};

/// Upper ends of the times that are told apart, in seconds.
const SECONDS: [f64; 12] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0,
];

/// Counts of answers.
#[derive(Debug)]
pub(crate) struct Requests {
    answers: Family<Labels, Counter>,
    seconds: Histogram,
}

#[derive(Clone, Debug, Eq, Hash, PartialEq, EncodeLabelSet)]
struct Labels {
    status: Status,
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
struct Status(u16);

impl EncodeLabelValue for Status {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), core::fmt::Error> {
        EncodeLabelValue::encode(&u32::from(self.0), encoder)
    }
}

impl Default for Requests {
    fn default() -> Self {
        Self {
            answers: Family::default(),
            seconds: Histogram::new(SECONDS),
        }
    }
}

impl Requests {
    /// Counts an answer and the time until its head was ready.
    pub(crate) fn note(&self, status: StatusCode, time: Duration) {
        let status = Status(status.as_u16());
        self.answers.get_or_create(&Labels { status }).inc();
        self.seconds.observe(time.as_secs_f64());
    }

    /// Shows the counts.
    pub(crate) fn register(&self, registry: &mut Registry) {
        registry.register("answers", "Answers, by status", self.answers.clone());
        registry.register(
            "answer_seconds",
            "Seconds from a request's head to that of its answer",
            self.seconds.clone(),
        );
    }
}
