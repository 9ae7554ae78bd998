//! How do copies lie in the Cache API, the tier of this data centre?
//!
//! In a cache of our own name: the default one is shared with `fetch`, where a visitor could ask for a record. The
//! record travels in a header field of the stored response, the body beside it, decoded. The stored response has a
//! `Cache-Control` of its own that only says how long to keep it: the origin's directives never reach the Cache API,
//! which would read some of them in its own way.

use std::cell::RefCell;
use std::time::Duration;

use worker::js_sys::{ArrayBuffer, Reflect, global};
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::web_sys::{self, CacheStorage, Headers, Response, ResponseInit};

use super::store::Held;
use super::task::settled;
use crate::stale::Entry;

/// The cache, open.
#[derive(Clone)]
pub struct Cache(web_sys::Cache);

impl Cache {
    /// Opens it, once an isolate; `None` where the platform has no Cache API.
    pub async fn open() -> Option<Self> {
        if let Some(open) = OPEN.with_borrow(Option::clone) {
            return Some(open);
        }
        let caches: CacheStorage = Reflect::get(&global(), &"caches".into()).ok()?.dyn_into().ok()?;
        let cache = settled(caches.open(NAME)).await.ok()?;
        let open = Self(cache.unchecked_into());
        OPEN.set(Some(open.clone()));
        Some(open)
    }

    /// What lies under this key.
    pub async fn get(&self, key: &str) -> Option<Held> {
        let response = settled(self.0.match_with_str(key)).await.ok()?;
        let response: Response = response.dyn_into().ok()?;
        let entry = Entry::from_json(&response.headers().get(FIELD).ok()??)?;
        let body = response.body().map_or(JsValue::NULL, JsValue::from);
        Some(Held { entry, body })
    }

    /// Puts an entry there for that long.
    pub async fn put(&self, key: &str, entry: &Entry, body: &ArrayBuffer, keep: Duration) -> Option<()> {
        let headers = Headers::new().ok()?;
        headers.set(FIELD, &entry.to_json()).ok()?;
        headers.set("cache-control", &format!("public, max-age={}", keep.as_secs().max(1))).ok()?;
        headers.set("content-type", "application/octet-stream").ok()?;
        let init = ResponseInit::new();
        init.set_headers(&headers);
        let response = Response::new_with_opt_buffer_source_and_init(Some(body), &init).ok()?;
        settled(self.0.put_with_str(key, &response)).await.ok().map(|_| ())
    }

    /// Removes what lies there; `None` if that failed.
    pub async fn delete(&self, key: &str) -> Option<()> {
        settled(self.0.delete_with_str(key)).await.ok().map(|_| ())
    }
}

thread_local! {
    /// A name and no stream: it serves any request.
    static OPEN: RefCell<Option<Cache>> = const { RefCell::new(None) };
}

const NAME: &str = "understudy";
const FIELD: &str = "understudy-entry";
