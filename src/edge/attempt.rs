//! How is one attempt made, and what became of it?
//!
//! One timer on the healthy path, for whichever comes first of patience and timeout. Dropping the future of a fetch
//! does not end the fetch, so a timeout aborts it.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use worker::Delay;
use worker::js_sys::{Promise, Reflect};
use worker::wasm_bindgen::prelude::*;
use worker::wasm_bindgen_futures::JsFuture;
use worker::web_sys::{Request, Response};

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
    timeout: Option<Duration>,
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
        Self { exchange: Exchange::new(request, timeout.is_some()), timeout }
    }

    /// Waits; `None` when the patience was over first, and then it can be waited for again.
    pub async fn ended(&mut self, patience: Option<Duration>) -> Option<Ended> {
        let limit = match (patience, self.timeout) {
            (Some(patience), Some(timeout)) => Some(patience.min(timeout)),
            (patience, timeout) => patience.or(timeout),
        };
        let promise = match limit {
            Some(limit) => self.exchange.within(limit.as_secs_f64() * 1000.0),
            None => self.exchange.finished(),
        };
        match JsFuture::from(promise).await {
            Ok(response) if !response.is_undefined() => return Some(Ended::Answered(response.unchecked_into())),
            Ok(_) => {}
            Err(thrown) => return Some(Ended::Rejected(words(&thrown))),
        }
        if patience.is_some() && limit == patience && self.timeout != limit {
            self.timeout = self.timeout.map(|t| t.saturating_sub(limit.unwrap_or_default()));
            return None;
        }
        self.exchange.end();
        Some(Ended::TimedOut)
    }
}

/// What the future gives, unless it takes longer than the limit.
pub async fn within<F: Future + Unpin>(future: &mut F, limit: Duration) -> Option<F::Output> {
    let mut delay = pin!(Delay::from(limit));
    poll_fn(|cx| match Pin::new(&mut *future).poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => delay.as_mut().poll(cx).map(|()| None),
    })
    .await
}

fn words(thrown: &JsValue) -> String {
    Reflect::get(thrown, &"message".into()).ok().and_then(|m| m.as_string()).unwrap_or_default()
}
