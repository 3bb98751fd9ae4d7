//! Ending work that nobody wants any more.

use crate::Error;
use futures_util::future::{Either, select};
use js_sys::{Function, Promise};
use std::pin::pin;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortSignal;

/// Drives `work` until it is done or `signal` is given; then `work` is dropped, and with it its
/// requests.
pub(super) async fn until<T>(
    signal: Option<AbortSignal>,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let Some(signal) = signal else {
        return work.await;
    };
    if signal.aborted() {
        return Err(Error::Aborted);
    }
    let mut listener = None;
    let given = Promise::new(&mut |resolve, _| {
        // Without a listener the work goes on to its end, which is no harm.
        let _ = signal.add_event_listener_with_callback("abort", &resolve);
        listener = Some(resolve);
    });
    let _listening = Listening(&signal, listener);
    match select(pin!(work), pin!(JsFuture::from(given))).await {
        Either::Left((result, _)) => result,
        Either::Right(_) => Err(Error::Aborted),
    }
}

/// A listener for `abort`, taken off again with this; it also ends the promise, which would else be
/// kept for ever by those who wait for it.
struct Listening<'a>(&'a AbortSignal, Option<Function>);

impl Drop for Listening<'_> {
    fn drop(&mut self) {
        if let Some(listener) = &self.1 {
            let _ = self
                .0
                .remove_event_listener_with_callback("abort", listener);
            let _ = listener.call0(&JsValue::UNDEFINED);
        }
    }
}
