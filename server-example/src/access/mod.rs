//! What a `url=` in a request may reach.
//!
//! ```text
//! url=… ──► Policy::resolve ──► Target ──► Openers::open
//!             │                              │ every address that the name resolves to,
//!             │ layer, served path,          │ every redirect
//!             │ allowed URL                  │
//!             └─────── 403: the reason, and the flag that would allow it
//! ```
//!
//! A URL is checked as text before anything is opened; every address that its
//! host's name resolves to is checked when a connection is made, and the
//! connection goes to the checked address, so a name that changes its answer in
//! between gains nothing. Redirects pass the same checks.

mod guard;
mod path;
mod policy;
mod prefix;
mod stores;

pub(crate) use guard::{Openers, resolves_inside};
pub(crate) use path::lexical;
pub use policy::{Policy, PolicyOptions, Target};
pub(crate) use policy::{file_path, is_url, parse_url};
pub use stores::StoreConfig;
