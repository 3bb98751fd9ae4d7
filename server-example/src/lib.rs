//! What the binary `smalti` does, as a library so that tests and other binaries can embed it.
//!
//! ```text
//!        cli ─────────────────┐
//!         │ demo, serve       │ info, validate, read, tile
//!         ▼                   ▼
//!  http ─► dataset ─────► picture: plan ─► fetch ─► decode ─► warp ─► colour, encode
//!   │       │ one file,               (cog-reader)        (cog-render, on the CPU pool)
//!   │       │ or assets of an item (stac-item)
//!   │       ▼
//!   │      state: sources, items, layers, names, pools, caches
//!   ├ params: what queries say; ogc: WMTS, WMS, OGC API
//!   └ access: what a url= may reach
//! ```
//!
//! The package is thin: no algorithm lives here but the demo's landscape.
#![forbid(unsafe_code)]

mod access;
mod cli;
mod dataset;
mod demo;
mod error;
mod ground;
mod http;
mod measured;
mod params;
mod picture;
mod state;

pub use access::{Policy, PolicyOptions, StoreConfig, Target};
pub use cli::{
    Bands, Big, Cli, Colors, Command, Compression, ConfigArgs, ConnectArgs, DatabaseArgs, DemoArgs,
    Empty, InfoArgs, IngestArgs, Kernel, ListenArgs, LogFormat, LogLevel, MigrateArgs,
    OptimizeArgs, Predictor, Profile, ReadArgs, RenderArgs, Resampling, ServeArgs, SourceArgs,
    StoreArgs, TerracottaArgs, TileArgs, ValidateArgs, ZoomLevel, run,
};
pub use error::{Error, Trouble};
pub use http::{listen, router, serve};
pub use state::{
    Admission, CpuPool, EmptyTile, HttpOptions, Layer, LayerBand, LayerSource, Load, Names,
    ServerOptions, ServerState, Source, Sources, TerracottaOptions, describe_layer,
};
