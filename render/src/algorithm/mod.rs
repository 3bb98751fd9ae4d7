//! What is done to an image after it is read: TiTiler's algorithms, and those of users.

mod across;
mod builtin;
mod cast;
mod contours;
mod definition;
mod heights;
mod index;
mod info;
mod parameters;
mod pixels;
mod registry;
mod terrain;
mod tone;

pub use definition::Algorithm;
pub use info::AlgorithmInfo;
pub use parameters::{Parameter, Parameters};
pub use registry::Algorithms;
