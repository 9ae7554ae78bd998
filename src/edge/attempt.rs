//! How is one attempt made, and what became of it?
//!
//! One timer on the healthy path, for whichever comes first of patience and timeout. Dropping the future of a fetch
//! does not end the fetch, so a timeout aborts it.

use std::time::Duration;

use worker::js_sys::{Promise, Reflect};
use worker::wasm_bindgen::prelude::*;
use worker::web_sys::{Request, Response};

use super::now;
use super::task::settled;
use crate::time::Time;

#[wasm_bindgen(wasm_bindgen = worker::wasm_bindgen, module = "/src/edge/glue.js")]
extern "C" {
    type Exchange;
    #[wasm_bindgen(constructor)]
    fn new(request: &Request, abortable: bool) -> Exchange;
    #[wasm_bindgen(method)]
    fn within(this: &Exchange, limit: f64) -> Promise;
    #[wasm_bindgen(method)]
    fn finished(this: &Exchange) -> Promise;
    #[wasm_bindgen(method)]
    fn end(this: &Exchange);
}

/// An attempt under way.
pub struct Attempt {
    exchange: Exchange,
    until: Option<Time>,
}

/// What became of it.
pub enum Ended {
    /// Response headers arrived.
    Answered(Response),
    /// The fetch was rejected, in these words.
    Rejected(String),
    /// It was aborted after its timeout.
    TimedOut,
}

impl Attempt {
    /// Sends the request.
    pub fn start(request: &Request, timeout: Option<Duration>) -> Self {
        let exchange = Exchange::new(request, timeout.is_some());
        Self { exchange, until: timeout.map(|timeout| now() + timeout) }
    }

    /// Waits; `None` when the patience was over first, and then it can be waited for again. The timeout counts from the
    /// start, whatever else was done in between.
    pub async fn ended(&mut self, patience: Option<Duration>) -> Option<Ended> {
        let left = self.until.map(|until| until.since(now()));
        let patience = patience.filter(|patience| left.is_none_or(|left| *patience < left));
        let promise = match patience.or(left) {
            Some(limit) => self.exchange.within(limit.as_secs_f64() * 1000.0),
            None => self.exchange.finished(),
        };
        match settled(promise).await {
            Ok(response) if !response.is_undefined() => Some(Ended::Answered(response.unchecked_into())),
            Err(thrown) => Some(Ended::Rejected(words(&thrown))),
            Ok(_) if patience.is_some() => None,
            Ok(_) => {
                self.exchange.end();
                Some(Ended::TimedOut)
            }
        }
    }
}

fn words(thrown: &JsValue) -> String {
    Reflect::get(thrown, &"message".into()).ok().and_then(|m| m.as_string()).unwrap_or_default()
}
