//! How is one attempt made, and what became of it?
//!
//! One timer on the healthy path, for whichever comes first of patience and timeout. Dropping the future of a fetch
//! does not end the fetch, so a timeout aborts it.

use std::time::Duration;

use worker::js_sys::{Reflect, global};
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::wasm_bindgen_futures::JsFuture;
use worker::web_sys::{AbortController, Request, RequestInit, Response, WorkerGlobalScope};

use super::now;
use super::wait::within;
use crate::time::Time;

/// An attempt under way.
pub struct Attempt {
    fetch: JsFuture,
    abort: Option<AbortController>,
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
        let scope: WorkerGlobalScope = global().unchecked_into();
        let abort = timeout.and_then(|_| AbortController::new().ok());
        let promise = match &abort {
            Some(abort) => {
                let init = RequestInit::new();
                init.set_signal(Some(&abort.signal()));
                scope.fetch_with_request_and_init(request, &init)
            }
            None => scope.fetch_with_request(request),
        };
        Self { fetch: JsFuture::from(promise), abort, until: timeout.map(|timeout| now() + timeout) }
    }

    /// Waits; `None` when the patience was over first, and then it can be waited for again. The timeout counts from the
    /// start, whatever else was done in between.
    pub async fn ended(&mut self, patience: Option<Duration>) -> Option<Ended> {
        let left = self.until.map(|until| until.since(now()));
        let patience = patience.filter(|patience| left.is_none_or(|left| *patience < left));
        match within(&mut self.fetch, patience.or(left)).await {
            Some(Ok(response)) => Some(Ended::Answered(response.unchecked_into())),
            Some(Err(thrown)) => Some(Ended::Rejected(words(&thrown))),
            None if patience.is_some() => None,
            None => {
                if let Some(abort) = &self.abort {
                    abort.abort();
                }
                Some(Ended::TimedOut)
            }
        }
    }
}

fn words(thrown: &JsValue) -> String {
    Reflect::get(thrown, &"message".into()).ok().and_then(|m| m.as_string()).unwrap_or_default()
}
