//! Pictures of bytes, in which 0 is nothing: Terracotta's.
//!
//! ```text
//!   samples ─ Stretch ─► 0…1 ─ ColorFormula ─► 0…1 ─► 1…255, 0 where nothing is
//!                                                       │ grey, ShadeMap, three bands
//!                                                     Shaded ─► PNG of one byte per pixel and band
//! ```

mod explicit;
mod maps;
mod png;
mod shade;
mod shaded;
mod stretch;

pub use explicit::ValueColors;
pub use maps::ShadeMap;
pub use shade::{MaskedBand, shade, shade_three};
pub use shaded::Shaded;
pub use stretch::Stretch;
