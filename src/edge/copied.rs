//! How does a copy become an answer? Its body, all of it or a part, without a way through Wasm.

use worker::js_sys::{ArrayBuffer, Uint8Array};
use worker::wasm_bindgen::prelude::*;
use worker::wasm_bindgen_futures::JsFuture;
use worker::web_sys::Response;

use super::store::Copy;
use super::{peek, respond};
use crate::fields::FieldLines;
use crate::stale::{Part, Served};

#[wasm_bindgen(wasm_bindgen = worker::wasm_bindgen, module = "/src/edge/glue.js")]
extern "C" {
    fn noticed(body: &JsValue, html: &str) -> JsValue;
}

/// The answer from a copy.
pub async fn copied(served: Served, copy: Option<Copy>) -> Option<Response> {
    let body = match served.part {
        Part::Whole => Some(match &served.notice {
            Some(html) => noticed(&copy?.body, html),
            None => copy?.body,
        }),
        Part::Nothing => {
            peek::cancel_stream(&copy?.body);
            None
        }
        Part::Range { first, last } => Some(part(copy?.body, first, last).await?),
    };
    respond::made(served.status, served.lines, body)
}

/// Some bytes of a copy, without a way through Wasm.
async fn part(body: JsValue, first: u64, last: u64) -> Option<JsValue> {
    let all: ArrayBuffer = match body.dyn_into() {
        Ok(buffer) => buffer,
        Err(stream) => {
            let response = respond::made(200, FieldLines::new(), Some(stream))?;
            JsFuture::from(response.array_buffer().ok()?).await.ok()?.dyn_into().ok()?
        }
    };
    let (first, last) = (u32::try_from(first).ok()?, u32::try_from(last).ok()?);
    Some(Uint8Array::new(&all).slice(first, last.saturating_add(1)).into())
}
