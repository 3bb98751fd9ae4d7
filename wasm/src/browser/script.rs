//! Rust's errors and values, for JavaScript.

use crate::Error;
use js_sys::{JSON, Reflect};
use serde::Serialize;
use wasm_bindgen::JsValue;

/// A JavaScript `Error` with our message, and its `kind`.
pub(super) fn thrown(error: &Error) -> JsValue {
    let thrown = js_sys::Error::new(&error.in_words());
    let name = if matches!(error, Error::Aborted) {
        "AbortError"
    } else {
        "CogError"
    };
    thrown.set_name(name);
    // A plain object takes every property; if it did not, the message would still be there.
    let _ = Reflect::set(&thrown, &"kind".into(), &error.kind().name().into());
    thrown.into()
}

/// A plain JavaScript value.
pub(super) fn plain(value: &impl Serialize) -> Result<JsValue, JsValue> {
    let json = serde_json::to_string(value).map_err(|e| JsValue::from_str(&e.to_string()))?;
    JSON::parse(&json)
}

/// The JSON of a JavaScript value; empty for none.
pub(super) fn json(value: &JsValue) -> Result<String, JsValue> {
    if value.is_undefined() || value.is_null() {
        return Ok(String::new());
    }
    Ok(JSON::stringify(value)?.into())
}

/// A thrown value as text.
pub(super) fn text(thrown: &JsValue) -> String {
    let message = Reflect::get(thrown, &"message".into()).ok();
    message
        .and_then(|message| message.as_string())
        .or_else(|| thrown.as_string())
        .unwrap_or_else(|| "no reason is told".into())
}
