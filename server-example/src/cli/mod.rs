//! The command line: one file per command.

mod args;
mod catalog_args;
mod catalogs;
mod connect;
mod demo;
mod gather;
mod info;
mod ingest;
mod migrate;
mod npy;
mod open;
mod optimize;
mod optimize_args;
mod read;
mod report;
mod run;
mod serve;
mod settings;
mod sink;
mod source_args;
mod sources;
mod tile;
mod validate;

pub use args::{
    Cli, Command, DemoArgs, InfoArgs, ListenArgs, LogFormat, LogLevel, ReadArgs, RenderArgs,
    ServeArgs, TileArgs, ValidateArgs,
};
pub use catalog_args::{
    Bands, ConfigArgs, ConnectArgs, DatabaseArgs, Empty, IngestArgs, Kernel, MigrateArgs,
    StoreArgs, TerracottaArgs,
};
pub use optimize_args::{
    Big, Compression, OptimizeArgs, Predictor, Profile, Resampling, ZoomLevel,
};
pub use run::run;
pub use source_args::{Colors, SourceArgs};
