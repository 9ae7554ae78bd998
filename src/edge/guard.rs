//! How is an answer held until it is whole? The other branch of its body is read to the end; the response itself stays the
//! runtime's own object, compressed as it came. Nothing passes through Wasm.

use std::time::Duration;

use worker::js_sys::Promise;
use worker::wasm_bindgen::prelude::*;
use worker::wasm_bindgen_futures::JsFuture;
use worker::web_sys::Response;

use super::isolate::Buffered;
use crate::flow::{Held, Hold};

#[wasm_bindgen(wasm_bindgen = worker::wasm_bindgen, module = "/src/edge/glue.js")]
extern "C" {
    fn held(copy: &Response, limit: f64, patience: f64) -> Promise;
}

/// Holds it. What an isolate holds at one time is limited, together with what it holds for copies.
pub async fn hold(response: &Response, hold: &Hold) -> Held {
    let Some(_share) = Buffered::take(hold.limit, hold.patience + MARGIN) else { return Held::Released };
    let Ok(copy) = response.clone() else { return Held::Released };
    let ended = JsFuture::from(held(&copy, hold.limit as f64, hold.patience.as_secs_f64() * 1000.0)).await;
    match ended.ok().and_then(|whole| whole.as_bool()) {
        Some(true) => Held::Whole,
        Some(false) => Held::Cut,
        None => Held::Released,
    }
}

/// Nobody is held longer than the patience; so much for a clock that stands still meanwhile.
const MARGIN: Duration = Duration::from_secs(1);
