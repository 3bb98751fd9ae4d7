//! A believable world, made from nothing: one island, seen by three instruments.
//!
//! ```text
//!  uplift ─► erosion by rivers ─► lakes ─► detail ─► Terrain
//!                                                      │  ground cover by height, slope,
//!                                                      │  water, season; sunlight
//!            terrain.tif (float32, degrees) ◄──────────┤
//!            multispectral_DATE.tif (4 × uint16, UTM) ◄┤
//!            imagery.tif (RGB, JPEG, web mercator) ◄───┘
//! ```
//!
//! All files show the same places, so values agree between them: forests end at
//! the tree line of the terrain, snow lies higher in summer, fields ripen from
//! one date to the next. Everything follows from constants, so every run makes
//! the same files.

mod cover;
mod grid;
mod hydrology;
mod light;
mod make;
mod noise;
mod rivers;
mod scene;
mod terrain;

pub(crate) use make::{STEPS, make};
