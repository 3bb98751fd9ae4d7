//! Figures for whoever runs the server.

use super::Failure;
use crate::{
    Error,
    state::{Load, ServerState},
};
use axum::{
    extract::State,
    http::header,
    response::{IntoResponse as _, Response},
};
use cog_reader::CacheStatistics;
use core::fmt;
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric, text},
    metrics::{MetricType, counter::ConstCounter, gauge::ConstGauge},
    registry::Registry,
};
use std::sync::Arc;

/// What is answered, how much is being worked on, what the caches hold and how much they help.
#[utoipa::path(
    get, path = "/metrics", tag = "Operations",
    responses((status = 200, description = "OpenMetrics text: answers by status and their times; requests that hold pixels and that wait, and the bytes held; entries, bytes, capacity, hits, misses and joined requests of each cache", body = String, content_type = "application/openmetrics-text"))
)]
pub(crate) async fn metrics(State(state): State<Arc<ServerState>>) -> Result<Response, Failure> {
    let mut registry = Registry::with_prefix("smalti");
    let [files, remote, stored, decoded] = state.sources.statistics();
    let pictures = ("pictures", state.pictures.statistics());
    registry.register_collector(Box::new(Caches([files, remote, stored, decoded, pictures])));
    registry.register_collector(Box::new(Work(state.cpu.load())));
    state.requests.register(&mut registry);
    let mut body = String::new();
    text::encode(&mut body, &registry)
        .map_err(|error| Error::failed("the metrics cannot be written", &error))?;
    let headers = [
        (
            header::CONTENT_TYPE,
            "application/openmetrics-text; version=1.0.0; charset=utf-8",
        ),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, body).into_response())
}

/// How much there is to do at one moment.
#[derive(Debug)]
struct Work(Load);

impl Collector for Work {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let Load {
            active,
            waiting,
            source_bytes,
            image_bytes,
            ..
        } = self.0;
        for (name, help, value) in [
            (
                "requests_active",
                "Requests that may hold pixels",
                active as u64,
            ),
            (
                "requests_waiting",
                "Requests that wait for that",
                waiting as u64,
            ),
            (
                "source_bytes",
                "Bytes of sources' pixels that are held",
                source_bytes,
            ),
            ("image_bytes", "Bytes of images that are held", image_bytes),
        ] {
            let family = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
            ConstGauge::new(value).encode(family)?;
        }
        Ok(())
    }
}

/// The caches' figures at one moment, by name.
#[derive(Debug)]
struct Caches([(&'static str, CacheStatistics); 5]);

impl Caches {
    fn family<M: EncodeMetric>(
        &self,
        encoder: &mut DescriptorEncoder<'_>,
        (name, help): (&str, &str),
        metric_type: MetricType,
        value: impl Fn(&CacheStatistics) -> M,
    ) -> Result<(), fmt::Error> {
        let mut family = encoder.encode_descriptor(name, help, None, metric_type)?;
        for (cache, statistics) in &self.0 {
            let labels = [("cache", *cache)];
            value(statistics).encode(family.encode_family(&labels)?)?;
        }
        Ok(())
    }
}

impl Collector for Caches {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        type Figure = fn(&CacheStatistics) -> u64;
        let gauges: [(&str, &str, Figure); 4] = [
            ("cache_entries", "Entries that a cache holds", |s| {
                s.entries as u64
            }),
            ("cache_bytes", "Bytes that they take", |s| s.bytes),
            ("cache_capacity_bytes", "Bytes that they may take", |s| {
                s.capacity
            }),
            ("cache_under_way", "Entries that are being asked for", |s| {
                s.under_way as u64
            }),
        ];
        for (name, help, figure) in gauges {
            self.family(&mut encoder, (name, help), MetricType::Gauge, |s| {
                ConstGauge::new(figure(s))
            })?;
        }
        let counters: [(&str, &str, Figure); 3] = [
            ("cache_hits", "Look-ups that found something", |s| s.hits),
            ("cache_misses", "Look-ups that did not", |s| s.misses),
            (
                "cache_joined",
                "Misses that were answered by what somebody else was already asking for",
                |s| s.joined,
            ),
        ];
        for (name, help, figure) in counters {
            self.family(&mut encoder, (name, help), MetricType::Counter, |s| {
                ConstCounter::new(figure(s))
            })?;
        }
        Ok(())
    }
}
