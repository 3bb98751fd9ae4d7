//! A program for the browser's target that uses the inner rings; `cargo xtask guard wasm` builds it
//! with all of them linked and calls its `main` in Node. A panic there is a trap, which fails the guard.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use cog_raster::{MemorySource, Raster, RasterSource as _, ReadRequest, Samples, Window};
use {cog_codec as _, cog_reader as _, cog_render as _, cog_writer as _, tile_math as _};

fn main() {
    let ramp = Samples::U16((0..6 * 5).collect());
    let source = MemorySource::new(Raster::new(1, 5, 6, ramp).expect("30 samples"));
    let window = source.read(ReadRequest::new(0, Window::new(2, 1, 2, 2)));
    let raster = wait(window).expect("the window lies inside");
    assert_eq!(raster.samples(), &Samples::U16(vec![8, 9, 14, 15]));
}

/// Polls a future that waits for nothing outside the program.
fn wait<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..1_000_000 {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
    panic!("the future waits for something that nobody brings");
}
