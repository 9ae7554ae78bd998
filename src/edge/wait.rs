//! How is one thing waited for beside another? No task of its own for either: both live in the request that waits.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use worker::Delay;
use worker::wasm_bindgen::JsValue;
use worker::wasm_bindgen_futures::future_to_promise;

/// What the future gives, unless it takes longer than the limit.
pub async fn within<F: Future + Unpin>(future: &mut F, limit: Option<Duration>) -> Option<F::Output> {
    match limit {
        Some(limit) => either(Pin::new(future), Delay::from(limit)).await.ok(),
        None => Some(Pin::new(future).await),
    }
}

/// What ends first; the first one where both have ended. The other one is dropped.
pub async fn either<A: Future, B: Future>(one: A, other: B) -> Result<A::Output, B::Output> {
    let (mut one, mut other) = (pin!(one), pin!(other));
    poll_fn(|cx| match one.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Ok(output)),
        Poll::Pending => other.as_mut().poll(cx).map(Err),
    })
    .await
}

/// Both, side by side: one that hangs does not hold up the other.
pub async fn both(one: impl Future<Output = ()>, other: impl Future<Output = ()>) {
    let (mut one, mut other) = (pin!(one), pin!(other));
    let mut ended = (false, false);
    poll_fn(|cx| {
        ended.0 = ended.0 || one.as_mut().poll(cx).is_ready();
        ended.1 = ended.1 || other.as_mut().poll(cx).is_ready();
        if ended == (true, true) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

/// What the future gives, if it does so at once, else a promise of it.
pub fn promised<T: Into<JsValue>>(future: impl Future<Output = T> + 'static) -> JsValue {
    let mut future = Box::pin(future);
    let sleeper = Arc::new(Sleeper::default());
    let waker = Waker::from(Arc::clone(&sleeper));
    match future.as_mut().poll(&mut Context::from_waker(&waker)) {
        Poll::Ready(output) => output.into(),
        Poll::Pending => future_to_promise(poll_fn(move |cx| {
            sleeper.is(cx.waker());
            future.as_mut().poll(&mut Context::from_waker(&waker)).map(|output| Ok(output.into()))
        }))
        .into(),
    }
}

/// Who is to be woken. Known only after the first poll, and [`Delay`] remembers the waker of that one for good.
#[derive(Default)]
struct Sleeper(Mutex<Option<Waker>>);

impl Sleeper {
    fn is(&self, waker: &Waker) {
        if let Ok(mut known) = self.0.lock() {
            *known = Some(waker.clone());
        }
    }
}

impl Wake for Sleeper {
    fn wake(self: Arc<Self>) {
        let known = self.0.lock().ok().and_then(|mut known| known.take());
        if let Some(waker) = known {
            waker.wake();
        }
    }
}
