//! How does a copy become an answer? Its body, all of it or a part, without a way through Wasm.

use worker::js_sys::{ArrayBuffer, Uint8Array};
use worker::wasm_bindgen::prelude::*;
use worker::web_sys::Response;

use super::store::Copy;
use super::{peek, respond};
use crate::stale::{Part, Served};

#[wasm_bindgen(wasm_bindgen = worker::wasm_bindgen, module = "/src/edge/glue.js")]
extern "C" {
    fn noticed(body: &JsValue, html: &str) -> JsValue;
    #[wasm_bindgen(js_name = part)]
    fn glue_part(stream: &JsValue, first: f64, last: f64) -> JsValue;
}

/// The answer from a copy.
pub fn copied(served: Served, copy: Option<Copy>) -> Option<Response> {
    let body = match served.part {
        Part::Whole => Some(match &served.notice {
            Some(html) => noticed(&copy?.body, html),
            None => copy?.body,
        }),
        Part::Nothing => {
            peek::cancel_stream(&copy?.body);
            None
        }
        Part::Range { first, last } => Some(part(&copy?.body, first, last)?),
    };
    respond::made(served.status, served.lines, body)
}

/// Some bytes of a copy. Of a buffer no copy is made; a stream is read on the way, for a large one has no room in here.
fn part(body: &JsValue, first: u64, last: u64) -> Option<JsValue> {
    let Some(all) = body.dyn_ref::<ArrayBuffer>() else { return Some(glue_part(body, first as f64, last as f64)) };
    let (first, last) = (u32::try_from(first).ok()?, u32::try_from(last).ok()?);
    Some(Uint8Array::new(all).subarray(first, last.saturating_add(1)).into())
}
