//! What lives as long as the server: pools, caches, layers, policy.

mod beside;
mod counted;
mod cpu;
mod grounds;
mod items;
mod known;
mod layers;
mod names;
mod pictures;
mod requests;
mod server;
mod sources;
mod terracotta;
mod turns;

pub(crate) use counted::{CountedReader, Counters};
pub use cpu::{Admission, CpuPool, Load};
pub(crate) use grounds::Grounds;
pub(crate) use items::{Items, StoredItem};
pub(crate) use known::Known;
pub use layers::{Layer, LayerBand, LayerSource, describe_layer};
pub use names::Names;
pub(crate) use pictures::{KeptPicture, Pictures};
pub(crate) use requests::Requests;
pub use server::{HttpOptions, ServerOptions, ServerState};
pub use sources::{Source, Sources};
pub(crate) use terracotta::OWN_ORIGINS;
pub use terracotta::{EmptyTile, TerracottaOptions};
pub(crate) use turns::Turns;
