//! How are copies written, read and removed? Two tiers with one shape: an entry under the primary key, which is either
//! the copy or the list of fields by which its variants are told apart.
//!
//! A tier that throws, is slow or is full costs the copy in that tier and nothing else. A body is read to its end before
//! anything is written, so that one that breaks off never replaces a good copy.

use std::pin::pin;
use std::time::Duration;

use worker::Env;
use worker::js_sys::ArrayBuffer;
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::web_sys::Response;

use super::body::{self, Body};
use super::cache::Cache;
use super::kv::Kv;
use super::wait::{both, within};
use super::{env, isolate, now, peek, respond};
use crate::config::Config;
use crate::fields::Fields;
use crate::flow::{Found, Keep, Promote, Tier};
use crate::stale::{self, Entry, Record, Variants};

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

/// A copy on its way into a tier.
#[derive(Clone, Copy)]
struct Written<'a> {
    key: &'a str,
    request: &'a dyn Fields,
    record: &'a Record,
    body: &'a ArrayBuffer,
    config: &'a Config,
    /// The answer took so long that a newer one may have come in between.
    late: bool,
}

impl Store {
    /// Opens what is there.
    pub async fn open(env: &Env) -> Self {
        let cache = within(&mut Box::pin(Cache::open()), Some(LIMIT)).await.flatten();
        Self { cache, kv: env::binding(env, COPIES).map(Kv::new) }
    }

    /// The one that is open, or a new one.
    pub async fn opened<'a>(store: &'a mut Option<Self>, env: &Env) -> &'a Self {
        match store {
            Some(open) => open,
            none => none.insert(Self::open(env).await),
        }
    }

    /// Looks for the copy of this request in one tier. A miss, a corrupt entry and a tier that fails are the same.
    pub async fn read(&self, tier: Tier, key: &str, request: &dyn Fields) -> Option<Copy> {
        within(&mut pin!(self.find(tier, key, request)), Some(LIMIT)).await?
    }

    /// The same, however long it takes.
    pub async fn find(&self, tier: Tier, key: &str, request: &dyn Fields) -> Option<Copy> {
        let Some(held) = self.get(tier, key).await else {
            isolate::with_state(|state| state.stored().note_absent(tier, key, now()));
            return None;
        };
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
        let key = keep.key.clone();
        self.keep(keep, response, config, request).await;
        isolate::with_state(|state| state.stored().end(&key));
    }

    /// Writes the copy that is there with another record, unless it is there no more.
    pub async fn renew(&self, keep: Keep, config: &Config, request: &dyn Fields) {
        let there = self.read(Tier::Cache, &keep.key, request).await;
        let same = there.filter(|copy| {
            Some(copy.record.answered_at()) == keep.renews && copy.record.fingerprint() == keep.record.fingerprint()
        });
        let response = same.and_then(|copy| {
            let lines = vec![("content-length".to_owned(), copy.record.length()?.to_string())];
            respond::made(200, lines, Some(copy.body))
        });
        match response {
            Some(response) => self.write(keep, response, config, request).await,
            None => {
                if keep.withdraws {
                    self.withdraw(&keep.key).await;
                }
                isolate::with_state(|state| {
                    state.stored().end(&keep.key);
                    state.stored().forget(keep.place);
                });
            }
        }
    }

    async fn keep(&self, mut keep: Keep, response: Response, config: &Config, request: &dyn Fields) {
        let place = keep.place;
        let (body, _held) = match body::read(&response, config.stale.size_limit).await {
            Body::Whole(body, held) if keep.record.is_whole(body.byte_length().into()) => (body, held),
            // It stays noted: the next visitors need not find out again.
            Body::TooLarge => return isolate::with_state(|state| state.stored().settle(place)),
            Body::Whole(..) | Body::Lost => return isolate::with_state(|state| state.stored().forget(place)),
        };
        let length = u64::from(body.byte_length());
        let kv = self.kv.as_ref().filter(|_| keep.kv && length <= config.kv_size_limit);
        let is_read = keep.record.fingerprint().is_none() && (keep.unmarked || kv.is_some());
        let hash = if is_read { body::hash(&body).await } else { None };
        *keep.record = keep.record.with_body(length, hash);
        let found = isolate::with_state(|state| state.stored().find(&keep, request, now(), config.stale_refresh));
        if found == Found::Overtaken {
            // What came meanwhile may not have been for the second tier.
            return isolate::with_state(|state| state.stored().forget_in_kv(place));
        }
        let written = Written { key: &keep.key, request, record: &keep.record, body: &body, config, late: keep.late };
        let has_no_room = keep.kv && kv.is_none() && keep.record.staleness(&config.stale).is_err();
        if let Some(kv) = self.kv.as_ref().filter(|_| keep.withdraws || has_no_room) {
            withdraw_from_kv(kv, written).await;
        }
        let to_kv = async {
            if let Some(kv) = kv
                && put_into_kv(kv, written).await.is_none()
            {
                isolate::with_state(|state| state.stored().forget_in_kv(place));
            }
        };
        let to_cache = async {
            if found == Found::New && self.put_into_cache(written).await.is_none() {
                isolate::with_state(|state| state.stored().forget(place));
            }
        };
        both(to_cache, to_kv).await;
    }

    /// Writes a copy that the second tier had into the first one.
    pub async fn promote(&self, promote: Promote, body: &JsValue, config: &Config, request: &dyn Fields) {
        let Promote { key, record, withdraws } = promote;
        if let Some(body) = body.dyn_ref() {
            let written = Written { key: &key, request, record: &record, body, config, late: true };
            self.put_into_cache(written).await;
            if let Some(kv) = self.kv.as_ref().filter(|_| withdraws) {
                withdraw_from_kv(kv, written).await;
            }
            // It may be an older one than was written here.
            isolate::with_state(|state| state.stored().forget_key(&key));
        }
    }

    /// `None`: it was not taken.
    async fn put_into_cache(&self, written: Written<'_>) -> Option<()> {
        let Written { key, request, record, body, config, late } = written;
        let (Some(cache), Some(span)) = (&self.cache, written.span()) else { return Some(()) };
        let mut at = key.to_owned();
        // Most copies are written without a look at what is there: it is as old as the copy is new.
        let look = late || record.varies();
        let lasts =
            if config.stale.fresh { Duration::ZERO } else { stale::span(record, config.stale_refresh, &config.stale) };
        let mut there = if look { cache.get(key).await } else { None };
        if record.varies() {
            let known = known(&there, record);
            let is_known = known.is_some();
            let variants = known.unwrap_or_else(|| listed(&there, record));
            at = variants.key(key, request);
            // Each time: without it none of them is found, so it has to outlast them all.
            let _ = cache.put(key, &Entry::Variants(variants), &ArrayBuffer::new(0), listed_for(span, config)).await;
            there = if is_known { cache.get(&at).await } else { None };
        }
        if let Some(Held { entry, body }) = there {
            peek::cancel_stream(&body);
            if let Entry::Copy(old) = entry
                && !stale::refreshes(record, &old, lasts)
            {
                return Some(());
            }
        }
        cache.put(&at, &Entry::Copy(Box::new(record.clone())), body, span).await
    }

    /// Removes the copies under this key from the first tier.
    pub async fn remove_first(&self, key: &str) {
        self.delete(Tier::Cache, key).await;
    }

    /// Removes the copies under this key from both tiers, all variants with them, wherever there are any: a removal in KV is
    /// counted (1,000 a day on the free plan), and a look costs nearly nothing.
    pub async fn remove(&self, key: &str) {
        let from_cache = async {
            self.delete(Tier::Cache, key).await;
        };
        both(from_cache, self.withdraw(key)).await;
    }

    /// The same, only from the second tier.
    async fn withdraw(&self, key: &str) {
        let is_empty = async {
            match &self.kv {
                Some(kv) => kv.is_empty(key).await,
                None => true,
            }
        };
        if within(&mut pin!(is_empty), Some(LIMIT)).await != Some(true) {
            self.delete(Tier::Kv, key).await;
        }
    }

    /// The same, whatever is thought to be there. Gives the tiers that failed.
    pub async fn purge(&self, key: &str) -> Vec<Tier> {
        let (mut cache_gone, mut kv_gone) = (true, true);
        let from_cache = async { cache_gone = self.delete(Tier::Cache, key).await };
        let from_kv = async { kv_gone = self.delete(Tier::Kv, key).await };
        both(from_cache, from_kv).await;
        let failed = [(cache_gone, Tier::Cache), (kv_gone, Tier::Kv)];
        failed.into_iter().filter(|(gone, _)| !gone).map(|(_, tier)| tier).collect()
    }

    /// Is nothing there any more?
    async fn delete(&self, tier: Tier, key: &str) -> bool {
        let deleted = async {
            match (tier, &self.cache, &self.kv) {
                (Tier::Cache, Some(cache), _) => cache.delete(key).await,
                (Tier::Kv, _, Some(kv)) => kv.delete(key).await,
                (_, None, _) | (_, _, None) => Some(()),
            }
        };
        within(&mut pin!(deleted), Some(LIMIT)).await.flatten().is_some()
    }
}

/// What lies there in place of this copy goes, unless it is the same.
async fn withdraw_from_kv(kv: &Kv, written: Written<'_>) {
    let Written { key, request, record, .. } = written;
    let list = if record.varies() { kv.get(key).await } else { None };
    let at = match known(&list, record) {
        Some(variants) => variants.key(key, request),
        None => key.to_owned(),
    };
    let there = kv.written(&at).await;
    if there.is_some_and(|there| there.content.is_none() || there.content != record.content()) {
        let _ = kv.delete(&at).await;
    }
}

/// `None`: KV did not take it.
async fn put_into_kv(kv: &Kv, written: Written<'_>) -> Option<()> {
    let Written { key, request, record, body, config, .. } = written;
    let span = written.span()?;
    let mut at = key.to_owned();
    if record.varies() {
        let there = kv.get(key).await;
        let written = kv.written(key).await.map(|written| now().since(written.at));
        let span = listed_for(span, config);
        let known = known(&there, record);
        // A list is a write like any other, and may not be made more often; but it has to outlast them all.
        let is_due = written.is_none_or(|age| age >= config.kv_refresh);
        let is_old = known.is_none() || written.is_none_or(|age| age >= span / 2);
        if known.is_none() && !is_due {
            return Some(());
        }
        let variants = known.unwrap_or_else(|| listed(&there, record));
        at = variants.key(key, request);
        if is_due && is_old {
            kv.put(key, &Entry::Variants(variants), &ArrayBuffer::new(0), span, None, None).await?;
        }
    }
    let there = kv.written(&at).await;
    if !stale::is_due(record, there, now(), config.kv_refresh, &config.stale) {
        // It must not be brought back when this one may not be shown for so long any more.
        let outlasts = there.is_some_and(|there| there.outlasts(record, &config.stale));
        return if outlasts { kv.delete(&at).await } else { Some(()) };
    }
    let stale = record.staleness(&config.stale).unwrap_or_default().as_secs();
    kv.put(&at, &Entry::Copy(Box::new(record.clone())), body, span, record.content(), Some(stale)).await
}

impl Written<'_> {
    /// How long it could be of use from now on.
    fn span(&self) -> Option<Duration> {
        let left = self.record.retention(&self.config.stale).checked_sub(now().since(self.record.answered_at()))?;
        (!left.is_zero()).then_some(left)
    }
}

/// How long a list of variants is kept: for as long as any of them may be. It is small.
fn listed_for(span: Duration, config: &Config) -> Duration {
    span.max(config.stale.limit).max(LISTED)
}

const LISTED: Duration = Duration::from_secs(30 * 86_400);

/// The list that is there, if it can tell this copy from its siblings.
fn known(there: &Option<Held>, record: &Record) -> Option<Variants> {
    match there {
        Some(Held { entry: Entry::Variants(variants), .. }) if variants.covers(record) => Some(variants.clone()),
        _ => None,
    }
}

/// A new list, which goes on telling apart what the one that is there did.
fn listed(there: &Option<Held>, record: &Record) -> Variants {
    let epoch = isolate::seed().to_string();
    match there {
        Some(Held { entry: Entry::Variants(variants), .. }) => variants.widened(record, &epoch),
        _ => Variants::new(record, &epoch),
    }
}

/// A tier that takes longer than this to say whether it has a copy has none, and did not remove it either.
pub const LIMIT: Duration = Duration::from_secs(3);

/// The binding of the second tier.
pub const COPIES: &str = "COPIES";
