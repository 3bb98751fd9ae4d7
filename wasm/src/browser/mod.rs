//! What only a browser has: `fetch`, promises, JavaScript.

mod cancel;
mod fetch;
mod interface;
mod script;

pub use self::interface::{Cog, open};
