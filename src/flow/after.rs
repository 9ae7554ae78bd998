//! What is to be done when the answer is on its way? Copies to write and to remove, a line for the log.

use std::hash::Hasher;

use super::{Flow, Now};
use crate::cdn_loop::Fnv;
use crate::config::Mode;
use crate::fields::Fields;
use crate::report::Line;
use crate::stale::{self, Admission, Record};

/// Work for after the answer.
#[derive(Debug, Default)]
pub struct After {
    /// The copy to write, from the body of the origin's answer.
    pub keep: Option<Keep>,
    /// Keys whose copies are to go, in both tiers.
    pub remove: Vec<String>,
    /// The line for the log.
    pub line: Option<Line>,
}

/// A copy to write.
#[derive(Debug)]
pub struct Keep {
    /// Its primary key.
    pub key: String,
    /// Its hash, for [`Recent::forget`](super::state::Recent::forget) should the body break off.
    pub hash: u64,
    /// Everything but the body.
    pub record: Box<Record>,
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
    pub(super) fn after(&self, status: u16, fields: &dyn Fields, now: &mut Now, refresh: Refresh) -> After {
        if self.config.mode != Mode::On || self.drill.is_some() {
            return After::default();
        }
        match self.request.method() {
            "GET" => self.after_get(status, fields, now, refresh),
            "HEAD" | "OPTIONS" | "TRACE" => After::default(),
            method => {
                let urls = stale::invalidated(method, self.request.url(), status, fields);
                let remove: Vec<_> = urls.iter().map(|url| stale::key(url, &self.config.stale.ignore_params)).collect();
                remove.iter().for_each(|key| now.state.stored().forget(hash(&[key])));
                After { remove, ..After::default() }
            }
        }
    }

    fn after_get(&self, status: u16, fields: &dyn Fields, now: &mut Now, refresh: Refresh) -> After {
        let (key, span) = (self.key(), self.config.stale_refresh);
        let (place, stored) = (hash(&[&key]), now.state.stored());
        let due = refresh == Refresh::Always;
        if !due && status == 200 && stored.holds(place, || stale::fingerprint(status, fields), now.time, span) {
            return After::default();
        }
        let answered = stale::Answered { status, fields, asked_at: self.asked_at, answered_at: now.time };
        match stale::admit(&self.asked(), &answered, &self.config.stale) {
            Admission::Keep(record) => {
                // Each variant is written in its own time.
                let place = if record.varies() { hash(&[&key, record.selection()]) } else { place };
                if !due && stored.holds(place, || record.fingerprint(), now.time, span) {
                    return After::default();
                }
                stored.written(place, record.fingerprint(), now.time);
                After { keep: Some(Keep { key, hash: place, record }), ..After::default() }
            }
            // Anybody can ask for what is not there, again and again.
            Admission::Remove(_) if !due && stored.is_removed(place, now.time, span) => After::default(),
            Admission::Remove(_) => {
                stored.removed(place, now.time);
                After { remove: vec![key], ..After::default() }
            }
            Admission::Skip(_) => After::default(),
        }
    }
}

fn hash(parts: &[&str]) -> u64 {
    let mut hasher = Fnv::default();
    for part in parts {
        hasher.write(part.as_bytes());
        hasher.write(&[0]);
    }
    hasher.finish()
}
