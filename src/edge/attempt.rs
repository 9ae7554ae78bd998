//! How is one attempt made, and what became of it?
//!
//! One timer on the healthy path, for whichever comes first of patience and timeout. Dropping the future of a fetch
//! does not end the fetch, so a timeout aborts it.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use worker::Delay;
use worker::js_sys::{Reflect, global};
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::wasm_bindgen_futures::JsFuture;
use worker::web_sys::{AbortController, Request, RequestInit, Response, WorkerGlobalScope};

/// An attempt under way.
pub struct Attempt {
    fetch: JsFuture,
    abort: Option<AbortController>,
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
        Self { fetch: JsFuture::from(promise), abort, timeout }
    }

    /// Waits; `None` when the patience was over first, and then it can be waited for again.
    pub async fn ended(&mut self, patience: Option<Duration>) -> Option<Ended> {
        let limit = match (patience, self.timeout) {
            (Some(patience), Some(timeout)) => Some(patience.min(timeout)),
            (patience, timeout) => patience.or(timeout),
        };
        match within(&mut self.fetch, limit).await {
            Some(Ok(response)) => Some(Ended::Answered(response.unchecked_into())),
            Some(Err(thrown)) => Some(Ended::Rejected(words(&thrown))),
            None if patience.is_some() && limit == patience && self.timeout != limit => {
                self.timeout = self.timeout.map(|t| t.saturating_sub(limit.unwrap_or_default()));
                None
            }
            None => {
                if let Some(abort) = &self.abort {
                    abort.abort();
                }
                Some(Ended::TimedOut)
            }
        }
    }
}

/// What the future gives, unless it takes longer than the limit.
pub async fn within<F: Future + Unpin>(future: &mut F, limit: Option<Duration>) -> Option<F::Output> {
    let Some(limit) = limit else { return Some(Pin::new(future).await) };
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
