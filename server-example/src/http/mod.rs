//! The HTTP surface: TiTiler's paths, parameters and answers.
//!
//! ```text
//! request ─► CORS ─► log ─► gzip ─► route ─► parameters ─► open source ─► ETag ─► 304
//!                                                                          │
//!                       answer ◄─ encode ◄─ warp ◄─ decode ◄─ fetch ◄─ admission
//! ```
//!
//! Handlers hold no algorithm: they read parameters, open a source, call a crate
//! and describe the result.

mod accept;
mod algorithms;
mod answer;
mod begun;
mod catalog;
mod conditional;
mod docs;
mod failure;
mod features;
mod gzip;
mod incoming;
mod info;
mod item;
mod layers;
mod metrics;
mod ogc;
mod openapi;
mod operations;
mod path;
mod pictures;
mod point;
mod preface;
mod router;
mod serve;
mod stac;
mod statistics;
mod terracotta;
mod tilejson;
mod timing;
mod validate;

pub(crate) use answer::Answer;
pub(crate) use conditional::body_tag as tag_of;
use docs::docs_page;
pub(crate) use failure::{Failure, Replaced};
pub(crate) use incoming::Incoming;
use incoming::without_root;
pub(crate) use info::describe;
pub(crate) use path::Path;
pub(crate) use pictures::find_tile;
pub use router::router;
use router::{missing, not_allowed};
pub use serve::{listen, serve};
pub(crate) use timing::Timing;
pub(crate) use validate::verdict;
