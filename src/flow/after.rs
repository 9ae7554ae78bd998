//! What is to be done when the answer is on its way? Copies to write and to remove, a line for the log.

use std::time::Duration;

use super::noted::{Seen, Worth};
use super::relay::Of;
use super::{Consult, Fetch, Flow, Now};
use crate::config::Mode;
use crate::failure::{self, Outcome};
use crate::fields::{FieldLines, Fields};
use crate::report::Line;
use crate::stale::{self, Admission, Record};
use crate::time::Time;

/// Work for after the answer.
#[derive(Debug, Default)]
pub struct After {
    /// The copy to write, from the body of the origin's answer.
    pub keep: Option<Keep>,
    /// The copy to write into the first tier, from the body that the second one gave.
    pub promote: Option<Promote>,
    /// An attempt that asks about the copy that the visitor got; what becomes of it is for [`Flow::late`].
    pub refresh: Option<Box<Fetch>>,
    /// Keys whose copies are to go, in both tiers.
    pub remove: Vec<String>,
    /// What other isolates are to be told.
    pub tell: Option<Consult>,
    /// The line for the log.
    pub line: Option<Line>,
}

/// A copy to write.
#[derive(Debug)]
pub struct Keep {
    /// Its primary key.
    pub key: String,
    /// Its place, for [`Recent::forget`](super::Recent::forget) should the body break off.
    pub place: u64,
    /// The second tier may need it too.
    pub kv: bool,
    /// The second tier does not get it now, and must not go on showing what is gone, or may not be shown for so long any more.
    pub withdraws: bool,
    /// Whether it is new is told by its body.
    pub unmarked: bool,
    /// The answer took so long that a newer one may have come in between.
    pub late: bool,
    /// It is the copy that was answered then, with the same body: what it says has changed.
    pub renews: Option<Time>,
    /// Everything but the body.
    pub record: Box<Record>,
}

/// A copy that the second tier had.
#[derive(Debug)]
pub struct Promote {
    /// Its primary key.
    pub key: String,
    /// Everything but the body.
    pub record: Box<Record>,
    /// What the second tier has may be shown for longer than this one, and must not be.
    pub withdraws: bool,
}

/// When is a copy that is there rewritten?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refresh {
    /// Not before `STALE_REFRESH` is over, unless it changed.
    WhenDue,
    /// Now: nobody is waiting for it.
    Always,
}

impl Flow {
    /// What a healthy answer means for copies (RFC 9111 §3 and §4.4).
    pub(super) fn after(&self, outcome: &Outcome, now: &mut Now, refresh: Refresh) -> After {
        let Outcome::Answered { status, fields, .. } = *outcome else { return After::default() };
        let blank = || failure::may_turn_out_blank(&self.config.failure, self.request.method(), outcome);
        if self.config.mode != Mode::On || self.drill.is_some() || self.has_content() || blank() {
            return After::default();
        }
        match self.request.method() {
            "GET" if self.validates(status) => self.freshened(status, fields, now),
            "GET" => self.after_get(status, fields, now, refresh),
            "HEAD" => self.freshened(status, fields, now),
            "OPTIONS" | "TRACE" => After::default(),
            method => {
                let urls = stale::invalidated(method, self.request.url(), status, &self.named(fields));
                let remove: Vec<_> = urls.iter().map(|url| self.config.key(url)).collect();
                remove.iter().for_each(|key| now.state.stored().remove_key(key, now.time));
                let keep =
                    if self.config.stale.fresh { self.after_get(status, fields, now, refresh).keep } else { None };
                After { keep, remove, ..After::default() }
            }
        }
    }

    /// The other resources that an answer names, as visitors name them.
    fn named(&self, fields: &dyn Fields) -> FieldLines {
        let named = ["location", "content-location"].map(|name| Some((name.to_owned(), fields.field(name)?)));
        named.into_iter().flatten().map(|(name, url)| (name, self.relocate(&url, Of::Live).unwrap_or(url))).collect()
    }

    pub(super) fn worth(&self, record: &Record) -> Worth {
        Worth {
            lasts: stale::span(record, self.config.stale_refresh, &self.config.stale),
            stale: self.staleness(record),
        }
    }

    /// How stale it may be in place of a failure; not at all where that is forbidden.
    pub(super) fn staleness(&self, record: &Record) -> Duration {
        record.staleness(&self.config.stale).unwrap_or_default()
    }

    fn after_get(&self, status: u16, fields: &dyn Fields, now: &mut Now, refresh: Refresh) -> After {
        let key = self.key();
        let request = self.request.fields();
        let due = self.config.stale_refresh;
        let answer = Seen { fingerprint: &|| stale::fingerprint(status, fields), said: &|| stale::said(fields) };
        let held = |now: &mut Now| {
            let stored = now.state.stored();
            refresh == Refresh::WhenDue && status == 200 && stored.holds(&key, request, &answer, now.time, due)
        };
        let fresh = self.config.stale.fresh;
        if !fresh && held(now) {
            return After::default();
        }
        let answered = stale::Answered { status, fields, asked_at: self.asked_at, answered_at: now.time };
        match stale::admit(&self.asked(), &answered, &self.config.stale) {
            // An error hides no page that was good: by a field that no key contains anybody can provoke one.
            Admission::Keep(_) if status >= 400 && !stale::is_deletion(status) && !self.vacant => After::default(),
            // It was asked for before a change or a purge, and may be what that was about; but for what the change itself says.
            Admission::Keep(_)
                if self.request.method() == "GET" && now.state.stored().is_removed_since(&key, self.asked_at) =>
            {
                After::default()
            }
            Admission::Keep(record) => {
                // As visitors name it: now it is known which origin says so.
                let record = match self.location(fields, Of::Live) {
                    Some(location) => Box::new(record.located(&location)),
                    None => record,
                };
                let reusable = record.is_reusable();
                if fresh && !reusable && held(now) {
                    return After::default();
                }
                let stored = now.state.stored();
                if fresh {
                    stored.begin(&key, now.time);
                    stored.set_barren(&key, now.time, !reusable);
                }
                let noted = stored.note(&key, request, &record, &stale::said(fields), self.worth(&record), now.time);
                let place = noted.place;
                let kv = self.bindings.kv && stored.is_due(place, now.time, self.config.kv_refresh);
                let withdraws = self.bindings.kv && !kv && (noted.permits_less || stale::is_deletion(status));
                let late = refresh == Refresh::Always || now.time.since(self.asked_at) > PROMPT;
                let unmarked = record.fingerprint().is_none() && !(fresh && reusable);
                let keep = Keep { key, place, kv, withdraws, unmarked, late, renews: None, record };
                After { keep: Some(keep), ..After::default() }
            }
            Admission::Remove(_) => {
                now.state.stored().remove_key(&key, now.time);
                now.state.stored().set_barren(&key, now.time, fresh);
                let remove = if now.state.stored().empties(&key, now.time) { vec![key] } else { Vec::new() };
                After { remove, ..After::default() }
            }
            Admission::Skip(why) => {
                now.state.stored().set_barren(&key, now.time, fresh && why.is_of_the_page());
                After::default()
            }
        }
    }
}

/// Nobody is overtaken who answers in this time.
const PROMPT: Duration = Duration::from_secs(1);
