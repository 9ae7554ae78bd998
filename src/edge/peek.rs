//! How does a failed body begin? Read from a clone, so that the response itself can still go to the visitor whole.

use std::time::Duration;

use worker::js_sys::{Reflect, Uint8Array};
use worker::wasm_bindgen::prelude::*;
use worker::web_sys::{ReadableStream, ReadableStreamDefaultReader, Response};

use super::attempt::Ended;
use super::task::{detached, settled};
use super::wait::within;
use crate::failure::{Prefix, Until};

#[wasm_bindgen(wasm_bindgen = worker::wasm_bindgen, module = "/src/edge/glue.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn broken(response: &Response, bytes: &[u8]) -> Result<Response, JsValue>;
}

/// Reads the start of the body, decoded. What has not come within the limit is not waited for.
pub async fn prefix(response: &Response, until: Until, limit: Duration) -> Prefix {
    let is = |name: &str| response.headers().get(name).ok().flatten();
    if response.body().is_none() || is("content-length").as_deref() == Some("0") {
        return Prefix::nothing();
    }
    let Some(reader) = response.clone().ok().and_then(|copy| reader(&copy)) else { return Prefix::default() };
    let mut prefix = Prefix::default();
    // One limit for all of it: a body that comes byte by byte is slow as a whole.
    within(&mut Box::pin(fill(&mut prefix, &reader, until)), Some(limit)).await;
    if !prefix.is_whole() {
        discard(reader.cancel());
    }
    prefix
}

async fn fill(prefix: &mut Prefix, reader: &ReadableStreamDefaultReader, until: Until) {
    while let Some(room) = prefix.wants(until) {
        let Ok(result) = settled(reader.read()).await else { return prefix.break_off() };
        if is_done(&result) {
            prefix.end();
            return;
        }
        let Some(chunk) = chunk(&result) else { return };
        // Cut on the other side: a chunk may be large, and all of it would have to be copied.
        let room = u32::try_from(room).unwrap_or(0);
        prefix.add(&chunk.subarray(0, room.min(chunk.length())).to_vec());
    }
}

/// The attempt, with a body that breaks off where the one that was read did: the other branch of that one is as broken, and
/// the runtime would not even send the header fields of such an answer.
pub fn restored(ended: Ended, prefix: Option<&Prefix>) -> Ended {
    match (ended, prefix.filter(|prefix| prefix.is_broken())) {
        // Of a coded body only what was decoded is known; the runtime's own may get further.
        (Ended::Answered(response), Some(prefix))
            if !response.headers().has("content-encoding").unwrap_or_default() =>
        {
            Ended::Answered(broken(&response, prefix.bytes()).unwrap_or(response))
        }
        (ended, _) => ended,
    }
}

/// A reader of the response's body.
pub fn reader(response: &Response) -> Option<ReadableStreamDefaultReader> {
    response.body()?.get_reader().dyn_into().ok()
}

/// Has the stream ended?
pub fn is_done(result: &JsValue) -> bool {
    Reflect::get(result, &"done".into()).is_ok_and(|done| done.is_truthy())
}

/// The bytes of one read.
pub fn chunk(result: &JsValue) -> Option<Uint8Array> {
    Reflect::get(result, &"value".into()).ok()?.dyn_into().ok()
}

/// Gives the body of a response back that nobody will read: unread bodies hold a connection.
pub fn cancel(response: &Response) {
    if let Some(body) = response.body() {
        discard(body.cancel());
    }
}

/// The same for what may be a stream.
pub fn cancel_stream(body: &JsValue) {
    if let Some(stream) = body.dyn_ref::<ReadableStream>() {
        discard(stream.cancel());
    }
}

/// Lets a promise run; a rejection must not surface as an unhandled one.
fn discard(promise: worker::js_sys::Promise) {
    detached(async move {
        let _ = settled(promise).await;
    });
}
