//! Keyed datasets: Terracotta's paths, parameters and answers, and what goes beyond them.
//!
//! ```text
//! /keys  /datasets  /metadata/20200101/B04  /colormap  /legend.svg  what there is
//! /singleband/20200101/B04/9/271/180.png                            one dataset, stretched and coloured
//! /rgb/20200101/9/271/180.png?r=B04&g=B03&b=B02                     three
//! /compute/20200101/9/271/180.png?expression=(v1-v2)/(v1+v2)&…      some, and arithmetic
//! /point/20200101/B04?lon=9&lat=46                                  a value
//! ```
//!
//! The paths are always there, so that one document describes every server. One that has no catalog
//! answers 404 with a message that says how to start one that has: whoever points a client of Terracotta
//! at the wrong server reads why it stays empty.

mod address;
mod colormap;
mod columns;
mod compute;
mod cors;
mod datasets;
mod document;
mod documents;
mod draw;
mod found;
mod keys;
mod metadata;
mod point;
mod reading;
mod refusal;
mod rgb;
mod routes;
mod singleband;
mod target;
mod tilejson;

pub(super) use cors::Cors;
pub(super) use document::TerracottaDocument;
pub(super) use routes::{missing, routes};

use refusal::{Refusal, catalog_of};
