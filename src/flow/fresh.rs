//! What can be answered before the origin is asked, and what does its 304 mean? `CACHE_FRESH`, and `only-if-cached`.
//!
//! | the copy is | steps |
//! | --- | --- |
//! | fresh | `Lookup` (`Lookup`) `Finish(Copy)` |
//! | stale, `stale-while-revalidate` | `Lookup` `Finish(Copy)`, and afterwards an attempt: [`After::refresh`], [`Flow::late`] |
//! | stale | `Lookup` `Fetch` with conditions, and what the origin says: a 304 `Finish(Copy)`, else as without a copy |
//! | being written | `Sleep`, and then as above: who asks for what is just on its way does not ask the origin |
//!
//! From the first attempt on everything is as without `CACHE_FRESH`, but that the copy is known already. Nothing here is
//! on the way of a request where it is off. RFC 9111 §4, §4.3; RFC 5861 §3.

use std::time::Duration;

use super::after::{After, Keep, Promote};
use super::{Copies, Fetch, Flow, Now, Phase, Step, Tier};
use crate::config::Mode;
use crate::fields::{FieldLines, Fields};
use crate::page::Page;
use crate::report::Forwarded;
use crate::stale::{self, Admission, Answered, Asked, Record, Reuse};

/// The copy that the origin is asked about.
#[derive(Debug)]
pub(super) struct Held {
    record: Box<Record>,
    tier: Tier,
    /// It would do, but the visitor asks for a newer one.
    unwanted: bool,
}

impl Held {
    pub(super) fn parts(&self) -> (&Record, Tier) {
        (&self.record, self.tier)
    }
}

impl Flow {
    /// Is a copy looked for before the origin is asked?
    pub(super) fn begins_with_copies(&mut self) -> bool {
        // A drill is to show what a failure would do, and that of an origin that is not asked is none.
        if self.config.mode != Mode::On || self.drill.is_some() {
            return false;
        }
        self.only_copies = stale::wants_only_copies(self.request.fields());
        (self.config.stale.fresh || self.only_copies) && self.may_look()
    }

    pub(super) fn ask_copies(&mut self, now: &mut Now) -> Step {
        let key = self.key();
        let stored = now.state.stored();
        if stored.is_being_written(&key, now.time) {
            self.phase = Phase::Writing;
            return Step::Sleep(MOMENT);
        }
        if stored.is_barren(&key, now.time) && !self.only_copies && !stale::takes_stale(self.request.fields()) {
            return self.attempt(now);
        }
        self.phase = Phase::Caching;
        self.copy = Copies::Asking(Tier::Cache);
        Step::Lookup(Tier::Cache)
    }

    /// What the look-up before the first attempt found.
    pub(super) fn cached(&mut self, found: Option<Record>, now: &mut Now) -> Step {
        let Copies::Asking(tier) = std::mem::replace(&mut self.copy, Copies::None) else { return self.attempt(now) };
        let Some(record) = found else {
            if tier == Tier::Cache && self.bindings.kv {
                self.copy = Copies::Asking(Tier::Kv);
                return Step::Lookup(Tier::Kv);
            }
            // Not where a tier was too slow to say, nor where there are copies for others.
            let (key, stored) = (self.key(), now.state.stored());
            self.vacant = stored.is_absent(Tier::Cache, &key, now.time)
                && (!self.bindings.kv || stored.is_absent(Tier::Kv, &key, now.time));
            self.line.no_copy = Some("none");
            return self.uncached(now);
        };
        self.vacant = record.status() >= 400;
        match stale::reuse(&record, &self.asked(), now.time, &self.config.stale) {
            Reuse::Fresh(aged) => {
                self.copy = Copies::Found(Box::new(record), aged, tier);
                self.answer_cached(Forwarded::No, &[], After::default(), true, now)
            }
            Reuse::Revalidate { conditions, serve_while, unwanted } if self.config.stale.fresh => {
                self.conditions = conditions;
                self.held = Some(Held { record: Box::new(record.clone()), tier, unwanted });
                if let Some(aged) = serve_while {
                    let refresh = self.refresh(now).map(Box::new);
                    self.copy = Copies::Found(Box::new(record), aged, tier);
                    return self.answer_cached(Forwarded::No, &[], After { refresh, ..After::default() }, true, now);
                }
                self.copy = Copies::Unasked;
                self.uncached(now)
            }
            Reuse::Revalidate { .. } => self.uncached(now),
            Reuse::No(why) => {
                self.line.no_copy = Some(why.as_str());
                self.uncached(now)
            }
        }
    }

    fn uncached(&mut self, now: &mut Now) -> Step {
        if !self.only_copies {
            return self.attempt(now);
        }
        // RFC 9111 §5.2.1.7
        let lines = [("content-type", "text/plain; charset=utf-8"), ("cache-control", "no-store")];
        let lines = lines.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        self.answer_page(
            Page { status: 504, lines: lines.into(), body: "only-if-cached: there is no copy.\n".to_owned() },
            now,
        )
    }

    /// The attempt that asks about the copy while the visitor already has it; one at a time for each page, and none at an
    /// origin that is left alone.
    fn refresh(&mut self, now: &mut Now) -> Option<Fetch> {
        if self.only_copies || !now.state.stored().claim(&self.key(), now.time, self.config.timeout) {
            return None;
        }
        while self.target <= self.config.fallbacks.len() {
            if self.may_go_unasked(now) {
                return Some(self.attempted_fetch(now));
            }
            self.target += 1;
        }
        None
    }

    /// A 304: is it the answer to our own conditions?
    pub(super) fn validates(&self, status: u16) -> bool {
        status == 304 && !self.conditions.is_empty() && self.held.is_some()
    }

    /// The origin says that the copy is still good.
    pub(super) fn validated(&mut self, fields: &dyn Fields, now: &mut Now) -> Step {
        let Some(Held { record: old, tier, unwanted }) = self.held.take() else { return self.answer_failed(now) };
        let removed = now.state.stored().is_removed_since(&self.key(), self.asked_at);
        let Some(new) = self.updated(&old, 304, fields, now).filter(|_| !removed) else {
            // It speaks of another one, or takes this one back: once more, as the visitor asked.
            self.conditions.clear();
            if removed || self.takes_back(304, fields, now) {
                self.copy = Copies::None;
            } else {
                self.held = Some(Held { record: old, tier, unwanted });
            }
            return self.attempt(now);
        };
        // A cookie is for this visitor; what comes with one is written nowhere.
        let cookies: FieldLines = match fields.field("set-cookie") {
            Some(_) => fields.lines().into_iter().filter(|(name, _)| name == "set-cookie").collect(),
            None => FieldLines::new(),
        };
        let shared = cookies.is_empty() && stale::may_renew(&new, &self.asked(), &self.config.stale);
        let writes = shared && new.is_news_to(&old, self.config.stale_refresh);
        let after = match tier {
            _ if !writes => After::default(),
            Tier::Cache => self.renewal(&old, new.clone(), now),
            Tier::Kv => {
                let withdraws = self.permits_less(&old, &new);
                After { promote: Some(Promote { withdraws, ..self.promotion(new.clone()) }), ..After::default() }
            }
        };
        self.copy = Copies::Found(Box::new(new.clone()), new.aged(now.time), tier);
        self.answer_cached(Forwarded::Validated { unwanted }, &cookies, after, shared, now)
    }

    /// What becomes of the copy when a 304 or the answer to HEAD came after the visitor had been answered.
    pub(super) fn freshened(&self, status: u16, fields: &dyn Fields, now: &mut Now) -> After {
        let Some((old, _)) = self.held.as_ref().map(Held::parts) else { return After::default() };
        if self.takes_back(status, fields, now) {
            let key = self.key();
            now.state.stored().remove_key(&key, now.time);
            return After { remove: vec![key], ..After::default() };
        }
        let new = Some(()).filter(|()| fields.field("set-cookie").is_none());
        let new = new.and_then(|()| self.updated(old, status, fields, now));
        match new.filter(|new| stale::may_renew(new, &self.asked(), &self.config.stale)) {
            Some(new) if new.is_news_to(old, self.config.stale_refresh) => self.renewal(old, new, now),
            _ => After::default(),
        }
    }

    /// Does a 304, or an answer to HEAD, say that there is nothing, or nothing to keep? What else it says counts together with
    /// what the copy came with: it need not repeat that.
    fn takes_back(&self, status: u16, fields: &dyn Fields, now: &Now) -> bool {
        use stale::SkipReason::{Gone, NoStore, Private};
        let asked = Asked { method: "GET", ..self.asked() };
        let of_page = if status == 304 { 200 } else { status };
        match stale::admit(&asked, &self.answered(of_page, fields, now), &self.config.stale) {
            Admission::Remove(why) => matches!(why, NoStore | Private | Gone),
            Admission::Keep(_) => stale::is_deletion(status),
            Admission::Skip(_) => false,
        }
    }

    fn updated(&self, old: &Record, status: u16, fields: &dyn Fields, now: &Now) -> Option<Record> {
        stale::updated(old, &self.answered(status, fields, now), &self.asked())
    }

    fn answered<'a>(&self, status: u16, fields: &'a dyn Fields, now: &Now) -> Answered<'a> {
        Answered { status, fields, asked_at: self.asked_at, answered_at: now.time }
    }

    /// The copy with other fields and the same body.
    fn renewal(&self, old: &Record, new: Record, now: &mut Now) -> After {
        let key = self.key();
        let stored = now.state.stored();
        let worth = self.worth(&new);
        let place = stored.note(&key, self.request.fields(), &new, &stale::said(new.lines()), worth, now.time).place;
        stored.begin(&key, now.time);
        let kv = self.bindings.kv && stored.is_due(place, now.time, self.config.kv_refresh);
        let renews = Some(old.answered_at());
        After {
            keep: Some(Keep {
                key,
                place,
                kv,
                withdraws: self.bindings.kv && !kv && self.permits_less(old, &new),
                unmarked: false,
                late: true,
                renews,
                record: Box::new(new),
            }),
            ..After::default()
        }
    }

    pub(super) fn promotion(&self, record: Record) -> Promote {
        Promote { key: self.key(), record: Box::new(record), withdraws: false }
    }

    fn permits_less(&self, old: &Record, new: &Record) -> bool {
        self.staleness(new) < self.staleness(old)
    }
}

/// How long a tier may take before the origin is asked.
pub(super) const LOOK_LIMIT: Duration = Duration::from_millis(500);

/// How long who waits for a copy that is being written waits before the next look.
const MOMENT: Duration = Duration::from_millis(10);
