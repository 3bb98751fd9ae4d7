//! The JavaScript interface.

use super::cancel::until;
use super::fetch::FetchReader;
use super::script::{json, plain, thrown};
use crate::{Dataset, Error, View};
use cog_reader::CountingReader;
use js_sys::{Uint8Array, Uint8ClampedArray};
use serde::Serialize;
use std::sync::Arc;
use tile_math::Tile;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use web_sys::{AbortSignal, ImageData};

/// An open file.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Cog {
    dataset: Dataset,
    reader: Arc<CountingReader<FetchReader>>,
}

/// What reading has cost so far.
#[derive(Serialize)]
struct Traffic {
    requests: u64,
    bytes: u64,
}

/// Opens the file at `url`, absolute or relative to the worker's script. Needs a worker.
///
/// # Errors
///
/// Throws an `Error` with a `kind`: `not-found`, `denied`, `unavailable`, `malformed`, `unsupported`,
/// `over-limit`, `changed` or `aborted`.
#[wasm_bindgen]
pub async fn open(url: String, signal: Option<AbortSignal>) -> Result<Cog, JsValue> {
    let opened = until(signal, async {
        let reader = FetchReader::new(&url).map_err(|source| cog_reader::Error::Source {
            location: crate::shown_url(&url),
            source,
        })?;
        let reader = Arc::new(CountingReader::new(reader));
        let dataset = Dataset::open(reader.clone()).await?;
        Ok(Cog { dataset, reader })
    });
    opened.await.map_err(|error| thrown(&error))
}

#[wasm_bindgen]
impl Cog {
    /// What the file says of itself: a plain object with the fields of Rust's `Info`.
    ///
    /// # Errors
    ///
    /// Throws if there is no memory for it.
    pub fn info(&self) -> Result<JsValue, JsValue> {
        plain(&self.dataset.info())
    }

    /// Requests and bytes so far: `{requests, bytes}`.
    ///
    /// # Errors
    ///
    /// Throws if there is no memory for it.
    pub fn traffic(&self) -> Result<JsValue, JsValue> {
        plain(&Traffic {
            requests: self.reader.requests(),
            bytes: self.reader.bytes(),
        })
    }

    /// A tile of the web's usual map as an `ImageData`. `options` is a plain object with the fields of
    /// Rust's `View`, all optional.
    ///
    /// # Errors
    ///
    /// Throws an `Error` with a `kind`: those of `open`, `outside` where the file has nothing, `parameter`.
    pub async fn tile(
        &self,
        z: i8,
        x: u32,
        y: u32,
        options: JsValue,
        signal: Option<AbortSignal>,
    ) -> Result<ImageData, JsValue> {
        let options = json(&options)?;
        let tile = until(signal, async {
            let view = View::from_json(&options)?;
            self.dataset.tile(Tile::new(z, x, y), &view).await
        });
        let tile = tile.await.map_err(|error| thrown(&error))?;
        // A copy: of a slice, JavaScript would get a view of memory that is then given back.
        let rgba = Uint8ClampedArray::from(&tile.rgba[..]);
        ImageData::new_with_js_u8_clamped_array_and_sh(&rgba, tile.width, tile.height)
    }

    /// A tile as the bytes of a PNG.
    ///
    /// # Errors
    ///
    /// See `tile`.
    pub async fn png(
        &self,
        z: i8,
        x: u32,
        y: u32,
        options: JsValue,
        signal: Option<AbortSignal>,
    ) -> Result<Uint8Array, JsValue> {
        let options = json(&options)?;
        let tile = until(signal, async {
            let view = View::from_json(&options)?;
            self.dataset.png(Tile::new(z, x, y), &view).await
        });
        let tile = tile.await.map_err(|error| thrown(&error))?;
        Ok(Uint8Array::from(&tile[..]))
    }

    /// The values of the pixel at a point: `{coordinates, band_names, values}`.
    ///
    /// # Errors
    ///
    /// See `tile`.
    pub async fn point(
        &self,
        lon: f64,
        lat: f64,
        options: JsValue,
        signal: Option<AbortSignal>,
    ) -> Result<JsValue, JsValue> {
        let options = json(&options)?;
        let values = until(signal, async {
            let view = View::from_json(&options)?;
            self.dataset.point(lon, lat, &view).await
        });
        plain(&values.await.map_err(|error: Error| thrown(&error))?)
    }

    /// For each band the two values between which 96 % of an overview's valid pixels lie: what suits
    /// `rescale`.
    ///
    /// # Errors
    ///
    /// See `tile`.
    pub async fn stretch(
        &self,
        options: JsValue,
        signal: Option<AbortSignal>,
    ) -> Result<JsValue, JsValue> {
        let options = json(&options)?;
        let ranges = until(signal, async {
            let view = View::from_json(&options)?;
            self.dataset.stretch(&view).await
        });
        plain(&ranges.await.map_err(|error| thrown(&error))?)
    }
}
