//! How is an answer held until it is whole? The other branch of its body is read to the end; the response itself stays the
//! runtime's own object, compressed as it came. Nothing passes through Wasm.

use std::time::Duration;

use worker::js_sys::Promise;
use worker::wasm_bindgen::prelude::*;
use worker::web_sys::Response;

use super::isolate::Buffered;
use super::task::settled;
use crate::flow::{Held, Hold};

#[wasm_bindgen(wasm_bindgen = worker::wasm_bindgen, module = "/src/edge/glue.js")]
extern "C" {
    type Holding;

    #[wasm_bindgen(constructor)]
    fn new(copy: &Response, patience: f64) -> Holding;

    #[wasm_bindgen(method)]
    fn until(this: &Holding, bytes: f64) -> Promise;

    #[wasm_bindgen(method, getter)]
    fn came(this: &Holding) -> f64;

    #[wasm_bindgen(method)]
    fn release(this: &Holding);
}

/// Holds it. What an isolate holds at one time is limited, together with what it holds for copies; each answer takes as much
/// of that as it is large, and not as it might have been.
pub async fn hold(response: &Response, hold: &Hold) -> Held {
    let mut upto = hold.length.unwrap_or(FIRST.min(hold.limit));
    let Some(mut share) = Buffered::take(upto, hold.patience + MARGIN) else { return Held::Released };
    let Ok(copy) = response.clone() else { return Held::Released };
    let holding = Holding::new(&copy, hold.patience.as_secs_f64() * 1000.0);
    let held = loop {
        let ended = settled(holding.until(upto as f64)).await;
        match ended.ok().and_then(|whole| whole.as_bool()) {
            Some(true) => break Held::Whole,
            Some(false) => break Held::Cut,
            // Larger than this, or too late.
            None => {}
        }
        let more = upto.saturating_mul(GROWTH).min(hold.limit);
        if holding.came() <= upto as f64 || more == upto || !share.grow(more - upto) {
            holding.release();
            break Held::Released;
        }
        upto = more;
    };
    // What broke off nobody will read.
    share.shrink(if held == Held::Cut { 0 } else { holding.came() as u64 });
    held
}

/// Nobody is held longer than the patience; so much for a clock that stands still meanwhile.
const MARGIN: Duration = Duration::from_secs(1);

/// What a body of unknown length takes at first, in bytes, and by which factor it takes more.
const FIRST: u64 = 64 * 1024;
const GROWTH: u64 = 4;
