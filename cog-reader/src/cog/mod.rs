//! A TIFF as a raster source: which directories belong together, what they
//! say, how a window is fetched and decoded.

mod assemble;
mod blocks;
mod fetch;
mod info;
mod level;
mod load;
mod open;
mod picture;
mod plan;
mod read;
mod sidecar;

pub(crate) use self::blocks::Data;
pub use self::fetch::Fetched;
pub use self::open::Cog;
