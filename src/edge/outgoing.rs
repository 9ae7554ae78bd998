//! How does a request go to origins, once or more often?

use std::time::Duration;

use worker::js_sys::ArrayBuffer;
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::web_sys::Request as Incoming;

use super::attempt::Attempt;
use super::convert;
use super::isolate::Buffered;
use super::task::settled;
use crate::cdn_loop;
use crate::config::{Config, Mode};
use crate::flow::Fetch;
use crate::request::Request;
use crate::retry::Replay;

/// What else is known of a request from the start.
#[derive(Clone, Copy)]
pub struct Came {
    /// It has a body.
    pub has_body: bool,
    /// Its URL is not the one that it came with: dot segments are resolved.
    pub moved: bool,
}

/// The request as it goes to origins.
pub struct Outgoing {
    incoming: Incoming,
    /// The body, kept for replay, and the room that it takes.
    body: Option<ArrayBuffer>,
    held: Option<Buffered>,
    replay: Replay,
    /// Its body broke off while it was being read: there is nothing to send any more.
    spoiled: bool,
    fields: Vec<(&'static str, String)>,
    /// Where it was going, if its own URL says something else.
    url: Option<String>,
}

impl Outgoing {
    /// Keeps the body if it is small enough: before the first send, for afterwards it is gone. Not only for replay: the
    /// time of an attempt can be measured only when the visitor has no part in it.
    pub async fn new(config: &Config, request: &Request, incoming: Incoming, came: Came) -> Self {
        let fields = config.mark.as_deref().map(|mark| forwarded(request, mark)).unwrap_or_default();
        let url = came.moved.then(|| request.url().to_owned());
        let mut outgoing = Self { incoming, body: None, held: None, replay: Replay::Yes, spoiled: false, fields, url };
        if !came.has_body {
            return outgoing;
        }
        outgoing.replay = Replay::No;
        let length = request.fields().field("content-length").and_then(|l| l.parse::<u64>().ok());
        if let Some(length) = length.filter(|length| config.mode == Mode::On && *length <= config.replay_limit) {
            // `fetch` takes no new body with GET and HEAD, only the one that came.
            if matches!(request.method(), "GET" | "HEAD") {
                outgoing.replay = Replay::Once;
            } else if let Some(held) = Buffered::take_for_upload(length, LASTS) {
                outgoing.held = Some(held);
                outgoing.body = buffer(&outgoing.incoming).await;
                outgoing.spoiled = outgoing.body.is_none();
                outgoing.replay = if outgoing.spoiled { Replay::No } else { Replay::Yes };
            }
        }
        outgoing
    }

    /// Can it be sent again?
    pub fn replay(&self) -> Replay {
        self.replay
    }

    /// Sends it.
    ///
    /// # Errors
    /// What the runtime throws at a request that cannot be made.
    pub fn start(&self, fetch: &Fetch) -> Result<Attempt, JsValue> {
        if self.spoiled {
            return Err(JsValue::NULL);
        }
        let body = self.body.as_ref().map(|b| JsValue::from(b.clone()));
        match &fetch.url {
            None if body.is_none() && fetch.conditions.is_empty() && self.url.is_none() => {
                Ok(Attempt::start(&self.incoming, fetch.timeout))
            }
            url => {
                // Where it was going, it is nobody else's request.
                let mut fields: Vec<(&str, String)> = if url.is_some() { self.fields.clone() } else { Vec::new() };
                if !fetch.conditions.is_empty() {
                    fields.extend(CONDITIONS.map(|name| (name, String::new())));
                    fields.extend(fetch.conditions.iter().map(|(name, value)| (name.as_str(), value.clone())));
                }
                let url = url.clone().or_else(|| self.url.clone()).unwrap_or_else(|| self.incoming.url());
                let request = convert::outgoing(&self.incoming, &url, body.as_ref(), &fields)?;
                Ok(Attempt::start(&request, fetch.timeout))
            }
        }
    }
}

impl Drop for Outgoing {
    fn drop(&mut self) {
        // Nobody else reads it more slowly.
        self.held.iter_mut().for_each(|held| held.shrink(0));
    }
}

/// A body that has not come by then belongs to a request that was ended.
const LASTS: Duration = Duration::from_secs(120);

/// What the visitor asks of a copy of theirs, and no longer does where something else is asked.
const CONDITIONS: [&str; 2] = ["if-none-match", "if-modified-since"];

async fn buffer(incoming: &Incoming) -> Option<ArrayBuffer> {
    settled(incoming.array_buffer().ok()?).await.ok()?.dyn_into().ok()
}

/// What a request to another address carries: where it came from, and our mark.
pub fn forwarded(request: &Request, mark: &str) -> Vec<(&'static str, String)> {
    let parts = request.parts();
    let passed = request.fields().field("cdn-loop");
    vec![
        ("x-forwarded-host", parts.authority.to_owned()),
        ("x-forwarded-proto", parts.scheme.to_owned()),
        ("cdn-loop", cdn_loop::append(passed.as_deref(), mark)),
    ]
}
