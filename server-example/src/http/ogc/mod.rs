//! OGC's services and APIs, and the pages for people.
//!
//! ```text
//!  WMTS  wmts ─► wmts_document        WMS  wms ─┬► wms_document
//!         │                                     ├► wms_map ─► canvas
//!         ▼                                     └► wms_info
//!  http::pictures ◄─ collections ─► tilesets ─► limits
//!                     └► maps
//! ```
//!
//! Layers and styles become TiTiler's parameters, and these draw: there is one way from a request to pixels.

mod canvas;
mod collections;
mod conformance;
mod document;
mod exception;
mod kvp;
mod limits;
mod maps;
mod maps_page;
mod negotiate;
mod page;
mod routes;
mod styles;
mod tilesets;
mod wms;
mod wms_document;
mod wms_info;
mod wms_map;
mod wmts;
mod wmts_document;
mod xml;

pub(super) use document::OgcDocument;
pub(super) use negotiate::{respond, wants_page};
pub(super) use routes::{routes, routes_of_kind};
