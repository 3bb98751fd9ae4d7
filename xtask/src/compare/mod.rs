//! `cargo xtask compare`: the same work through Smalti and through others.

mod decode;
mod load;
mod mean;
mod terracotta;
mod tiles;
mod titiler;

pub(crate) use decode::decode;
pub(crate) use terracotta::terracotta;
pub(crate) use tiles::tiles;
pub(crate) use titiler::titiler;
