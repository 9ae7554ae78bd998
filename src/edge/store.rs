//! How are copies written, read and removed? Two tiers with one shape: an entry under the primary key, which is either
//! the copy or the list of fields by which its variants are told apart.
//!
//! A tier that throws, is slow or is full costs the copy and nothing else. Bodies are kept decoded and whole: read to
//! their end before anything is written, so that one that breaks off never replaces a good copy, and they never pass
//! through Wasm.

use std::time::Duration;

use worker::Env;
use worker::js_sys::{ArrayBuffer, Promise, Uint8Array};
use worker::wasm_bindgen::prelude::*;
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::wasm_bindgen_futures::JsFuture;
use worker::web_sys::{ReadableStream, Response};

use super::attempt::within;
use super::cache::Cache;
use super::env;
use super::isolate::{self, Buffered};
use super::kv::Kv;
use super::peek;
use crate::config::Config;
use crate::fields::Fields;
use crate::flow::{Keep, Tier};
use crate::stale::{Entry, Record, Variants};

#[wasm_bindgen(wasm_bindgen = worker::wasm_bindgen, module = "/src/edge/glue.js")]
extern "C" {
    fn filled(stream: &ReadableStream, length: f64) -> Promise;
}

/// The tiers that there are.
#[derive(Clone)]
pub struct Store {
    /// If the platform has it.
    pub cache: Option<Cache>,
    /// If bound.
    pub kv: Option<Kv>,
}

/// A copy that was found.
pub struct Copy {
    /// Everything but the body.
    pub record: Record,
    /// The body: a stream or a buffer.
    pub body: JsValue,
}

/// One entry as a tier holds it.
pub struct Held {
    /// The copy's head, or the list of its variants.
    pub entry: Entry,
    /// The body, empty for a list.
    pub body: JsValue,
}

impl Store {
    /// Opens what is there.
    pub async fn open(env: &Env) -> Self {
        Self { cache: Cache::open().await, kv: env::binding(env, COPIES).map(Kv::new) }
    }

    /// Looks for the copy of this request in one tier. A miss, a corrupt entry and a tier that fails are the same.
    pub async fn read(&self, tier: Tier, key: &str, request: &dyn Fields) -> Option<Copy> {
        within(&mut Box::pin(self.find(tier, key, request)), LOOKUP_LIMIT).await?
    }

    async fn find(&self, tier: Tier, key: &str, request: &dyn Fields) -> Option<Copy> {
        let held = self.get(tier, key).await?;
        let held = match &held.entry {
            Entry::Copy(_) => held,
            Entry::Variants(variants) => self.get(tier, &variants.key(key, request)).await?,
        };
        match held.entry {
            Entry::Copy(record) => Some(Copy { record: *record, body: held.body }),
            Entry::Variants(_) => None,
        }
    }

    async fn get(&self, tier: Tier, key: &str) -> Option<Held> {
        match tier {
            Tier::Cache => self.cache.as_ref()?.get(key).await,
            Tier::Kv => self.kv.as_ref()?.get(key).await,
        }
    }

    /// Writes the copy from the body of `response`, of which nobody else may read.
    pub async fn write(&self, keep: Keep, response: Response, config: &Config, request: &dyn Fields) {
        let hash = keep.hash;
        if self.keep(keep, response, config, request).await.is_none() {
            isolate::with_state(|state| state.stored().forget(hash));
        }
    }

    async fn keep(&self, keep: Keep, response: Response, config: &Config, request: &dyn Fields) -> Option<()> {
        let (body, _held) = whole(&response, config.stale.size_limit).await?;
        let length = u64::from(body.byte_length());
        let retention = keep.record.retention(&config.stale);
        let record = keep.record.with_body(length, None);
        if let Some(cache) = &self.cache {
            let at = self.place(Tier::Cache, &keep.key, &record, retention, request).await;
            cache.put(&at, &Entry::Copy(Box::new(record.clone())), &body, retention).await?;
        }
        if let Some(kv) = &self.kv
            && length <= config.kv_size_limit
            && kv.is_due(&keep.key, config.kv_refresh).await
        {
            let at = self.place(Tier::Kv, &keep.key, &record, retention, request).await;
            kv.put(&at, &Entry::Copy(Box::new(record)), &body, retention).await;
        }
        Some(())
    }

    /// The key under which this copy goes, after seeing to it that it can be found there.
    async fn place(&self, tier: Tier, key: &str, record: &Record, retention: Duration, request: &dyn Fields) -> String {
        if !record.varies() {
            return key.to_owned();
        }
        let known = self.get(tier, key).await.and_then(|held| match held.entry {
            Entry::Variants(variants) => Some(variants),
            Entry::Copy(_) => None,
        });
        let epoch = || isolate::seed().to_string();
        let variants = match known {
            Some(variants) if variants.covers(record) => return variants.key(key, request),
            Some(variants) => variants.widened(record, &epoch()),
            None => Variants::new(record, &epoch()),
        };
        let at = variants.key(key, request);
        let entry = Entry::Variants(variants);
        let nothing = ArrayBuffer::new(0);
        match tier {
            Tier::Cache => {
                if let Some(cache) = &self.cache {
                    let _ = cache.put(key, &entry, &nothing, retention).await;
                }
            }
            Tier::Kv => {
                if let Some(kv) = &self.kv {
                    kv.put(key, &entry, &nothing, retention).await;
                }
            }
        }
        at
    }

    /// Removes the copies under this key from both tiers, all variants with them.
    pub async fn remove(&self, key: &str) {
        if let Some(cache) = &self.cache {
            cache.delete(key).await;
        }
        if let Some(kv) = &self.kv {
            kv.delete(key).await;
        }
    }
}

/// All of a body, decoded, if it is whole and not too large.
async fn whole(response: &Response, limit: u64) -> Option<(ArrayBuffer, Buffered)> {
    let known = response.headers().get("content-length").ok().flatten().and_then(|l| l.parse::<u64>().ok());
    let coded = response.headers().has("content-encoding").unwrap_or(true);
    match known {
        Some(length) if !coded => {
            let Some(held) = Buffered::take(length).filter(|_| length <= limit) else {
                peek::cancel(response);
                return None;
            };
            let Some(stream) = response.body() else { return (length == 0).then(|| (ArrayBuffer::new(0), held)) };
            let body = JsFuture::from(filled(&stream, length as f64)).await.ok()?;
            Some((body.dyn_into().ok()?, held))
        }
        _ => collect(response, limit).await,
    }
}

/// The same for a body of unknown length: read piece by piece, and given up when it grows too large.
async fn collect(response: &Response, limit: u64) -> Option<(ArrayBuffer, Buffered)> {
    let mut held = Buffered::take(0)?;
    let Some(reader) = peek::reader(response) else { return Some((ArrayBuffer::new(0), held)) };
    let mut pieces: Vec<Uint8Array> = Vec::new();
    let mut length: u64 = 0;
    loop {
        let result = JsFuture::from(reader.read()).await.ok()?;
        if peek::is_done(&result) {
            break;
        }
        let piece = peek::chunk(&result)?;
        length += u64::from(piece.length());
        if length > limit || !held.grow(u64::from(piece.length())) {
            let _ = JsFuture::from(reader.cancel()).await;
            return None;
        }
        pieces.push(piece);
    }
    let all = Uint8Array::new_with_length(u32::try_from(length).ok()?);
    let mut at = 0;
    for piece in pieces {
        all.set(&piece, at);
        at += piece.length();
    }
    Some((all.buffer(), held))
}

/// The binding of the second tier.
pub const COPIES: &str = "COPIES";

/// A tier that takes longer than this to say whether it has a copy has none.
const LOOKUP_LIMIT: Duration = Duration::from_secs(3);
