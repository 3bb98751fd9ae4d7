//! What the binary promises, driven from outside.
#![allow(clippy::unwrap_used, reason = "a test that fails should panic")]

mod access;
mod areas;
mod bad_input;
mod cli;
mod demo;
mod economy;
mod files;
mod front;
mod fuzzed;
mod http;
mod ingest;
mod lifecycle;
mod npy;
mod ogc;
mod openapi;
mod opening;
mod optimize;
mod oracle;
mod png;
mod recorded;
mod remote;
mod s3;
mod server;
mod settings;
mod stac;
mod terracotta;
mod terracotta_recorded;
mod titiler;
mod viewer;
