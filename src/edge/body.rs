//! How is the body of a copy read: whole, decoded, and never more of it than there is room for?
//!
//! It is the other branch of a stream that goes to a visitor. Whoever reads ahead of the visitor makes the runtime hold
//! the difference, so what an isolate reads is limited in size and in sum, and given up beyond that. Nothing passes
//! through Wasm.

use std::time::Duration;

use worker::js_sys::{Array, ArrayBuffer, Function, Promise, Reflect, Uint8Array, global};
use worker::wasm_bindgen::prelude::*;
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::web_sys::{ReadableStream, Response};

use super::isolate::Buffered;
use super::peek;
use super::task::settled;

#[wasm_bindgen(wasm_bindgen = worker::wasm_bindgen, module = "/src/edge/glue.js")]
extern "C" {
    fn filled(stream: &ReadableStream, length: f64) -> Promise;
}

/// What became of reading it.
pub enum Body {
    /// It is all there; its share of the memory is free again once this is dropped.
    Whole(ArrayBuffer, Buffered),
    /// It is larger than copies may be.
    TooLarge,
    /// It broke off, or there was no room for it.
    Lost,
}

/// Reads the body to its end.
pub async fn read(response: &Response, limit: u64) -> Body {
    let known = response.headers().get("content-length").ok().flatten().and_then(|l| l.parse::<u64>().ok());
    let coded = response.headers().has("content-encoding").unwrap_or(true);
    match known.filter(|_| !coded) {
        Some(length) if length > limit => {
            peek::cancel(response);
            Body::TooLarge
        }
        Some(length) => match Buffered::take(length, LASTS) {
            Some(held) => all(response, length).await.map_or(Body::Lost, |body| Body::Whole(body, held)),
            None => {
                peek::cancel(response);
                Body::Lost
            }
        },
        None => collect(response, limit).await,
    }
}

async fn all(response: &Response, length: u64) -> Option<ArrayBuffer> {
    match response.body() {
        Some(stream) => settled(filled(&stream, length as f64)).await.ok()?.dyn_into().ok(),
        None => (length == 0).then(|| ArrayBuffer::new(0)),
    }
}

/// The same for a body of unknown length: piece by piece, until it is too large.
async fn collect(response: &Response, limit: u64) -> Body {
    let Some(mut held) = Buffered::take(0, LASTS) else { return Body::Lost };
    let Some(reader) = peek::reader(response) else { return Body::Whole(ArrayBuffer::new(0), held) };
    let mut pieces: Vec<Uint8Array> = Vec::new();
    let mut length: u64 = 0;
    loop {
        let Ok(result) = settled(reader.read()).await else { return Body::Lost };
        if peek::is_done(&result) {
            break;
        }
        let Some(piece) = peek::chunk(&result) else { return Body::Lost };
        length += u64::from(piece.length());
        let fits = length <= limit;
        if !fits || !held.grow(u64::from(piece.length())) {
            drop(pieces);
            let _ = settled(reader.cancel()).await;
            return if fits { Body::Lost } else { Body::TooLarge };
        }
        pieces.push(piece);
    }
    let all = Uint8Array::new_with_length(u32::try_from(length).unwrap_or(0));
    let mut at = 0;
    for piece in pieces {
        all.set(&piece, at);
        at += piece.length();
    }
    Body::Whole(all.buffer(), held)
}

/// A hash of it, made by the runtime.
pub async fn hash(body: &ArrayBuffer) -> Option<u64> {
    let subtle = Reflect::get(&Reflect::get(&global(), &"crypto".into()).ok()?, &"subtle".into()).ok()?;
    let digest: Function = Reflect::get(&subtle, &"digest".into()).ok()?.dyn_into().ok()?;
    let promise: Promise = digest.apply(&subtle, &Array::of2(&JsValue::from("SHA-256"), body)).ok()?.dyn_into().ok()?;
    let hash: ArrayBuffer = settled(promise).await.ok()?.dyn_into().ok()?;
    let first = Uint8Array::new(&hash).subarray(0, 8).to_vec();
    Some(u64::from_be_bytes(first.try_into().ok()?))
}

/// A body that has not been read by then, or of which nothing more has come, belongs to a request that was ended.
const LASTS: Duration = Duration::from_secs(120);
