//! The command line: one file per command.

mod args;
mod demo;
mod info;
mod npy;
mod open;
mod read;
mod report;
mod run;
mod serve;
mod source_args;
mod sources;
mod tile;
mod validate;

pub use args::{
    Cli, Command, DemoArgs, InfoArgs, ListenArgs, LogFormat, LogLevel, ReadArgs, RenderArgs,
    ServeArgs, TileArgs, ValidateArgs,
};
pub use run::run;
pub use source_args::{Colors, SourceArgs};
