//! How is one thing waited for beside another? No task of its own for either: both live in the request that waits.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use super::task::sleep;

/// What the future gives, unless it takes longer than the limit.
pub async fn within<F: Future + Unpin>(future: &mut F, limit: Option<Duration>) -> Option<F::Output> {
    match limit {
        Some(limit) => either(Pin::new(future), sleep(limit)).await.ok(),
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
