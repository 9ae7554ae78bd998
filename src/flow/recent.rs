//! Which copies has this isolate just written, so that most answers cost nothing more?
//!
//! Keyed by the place of a copy: its primary key, or the second one where the answers differ by request fields. Only
//! hashes and times, with a cap; forgetting is harmless.

use std::time::Duration;

use super::Tier;
use super::after::Keep;
use super::noted::{Found, Noted, Seen, Worth};
use super::places::{MAX_RECENT, Places, absence, hash, insert};
use crate::fields::Fields;
use crate::stale::{Record, Variants};
use crate::time::Time;

/// Copies written by this isolate, or tried in vain.
#[derive(Debug, Default)]
pub struct Recent {
    written: Places<Noted>,
    /// When it was last looked whether the second tier needs a copy.
    kv: Places<Time>,
    /// Primary keys whose copies are on their way into the first tier, since when.
    writing: Places<Time>,
    /// Primary keys under which nothing useful was found, nor given to keep.
    barren: Places<Time>,
    /// Primary keys under which a tier had nothing, when it was last asked.
    absent: Places<Time>,
    /// Primary keys whose copies were removed, and when all may have been: nothing that was asked before is written after that.
    removed: Places<Time>,
    cleared: Time,
    /// Primary keys whose tiers were told to remove what lies there, and where nothing was written since.
    emptied: Places<Time>,
    /// Primary keys whose copies are being asked about in the background, until when that counts.
    claimed: Places<Time>,
    epoch: u64,
    /// Of this isolate alone: whoever could find two keys with one hash could keep another's copy from being looked for.
    seed: u64,
}

/// What was noted of a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Noting {
    /// Its place, for [`Recent::forget`].
    pub place: u64,
    /// The one before it could be shown for longer in place of a failure.
    pub permits_less: bool,
}

impl Recent {
    /// Nothing yet, with a seed that nobody knows.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { seed, ..Self::default() }
    }

    /// Is there nothing to write, since a copy with the same validators was written within `span`, of an answer that `said` the
    /// same of its keeping? Whether content without validators is the same can only be seen by reading all of it: that is
    /// looked at often in the beginning, and ever more seldom while it stays the same.
    #[must_use]
    pub fn holds(&self, key: &str, request: &dyn Fields, answer: &Seen, now: Time, span: Duration) -> bool {
        let said = || hash(self.seed, &(answer.said)());
        self.written.get(&self.place(key, request)).is_some_and(|written| written.holds(answer, said, now, span))
    }

    /// What is to become of this copy, now that its body was read? It may have been taken back since, or another one have come.
    pub fn find(&mut self, keep: &Keep, request: &dyn Fields, now: Time, span: Duration) -> Found {
        let record = &keep.record;
        let is_there = self.place(&keep.key, request) == keep.place;
        let removed = self.is_removed_since(&keep.key, record.answered_at());
        let written = self.written.get_mut(&keep.place);
        let renews = keep.renews.is_some();
        let is_it = |written: &&mut Noted| is_there && (!renews || written.is_of(record.fingerprint()));
        let Some(written) = written.filter(is_it) else { return Found::Overtaken };
        let overtaken = || !renews && written.has_read_later(record.answered_at());
        if removed || overtaken() {
            return Found::Overtaken;
        }
        match record.content().filter(|_| keep.unmarked) {
            Some(content) => written.find(content, record.answered_at(), now, span),
            None => {
                written.doubt(record.answered_at());
                Found::New
            }
        }
    }

    /// A copy is being written, of an answer that said this of its keeping.
    pub fn note(
        &mut self,
        key: &str,
        request: &dyn Fields,
        record: &Record,
        said: &str,
        worth: Worth,
        now: Time,
    ) -> Noting {
        if self.written.len() >= MAX_RECENT {
            self.written.clear();
        }
        if !self.absent.is_empty() {
            for tier in [Tier::Cache, Tier::Kv] {
                self.absent.remove(&absence(self.seed, tier, key));
            }
        }
        let primary = hash(self.seed, key);
        let said = hash(self.seed, said);
        self.emptied.remove(&primary);
        if !record.varies() {
            return self.take(primary, record.fingerprint(), said, worth, now);
        }
        let known = self.written.remove(&primary).and_then(Noted::into_variants);
        let variants = known.filter(|variants| variants.covers(record)).unwrap_or_else(|| {
            // With another epoch all that was noted of older variants is out of reach.
            self.epoch += 1;
            Variants::new(record, &self.epoch.to_string())
        });
        let place = hash(self.seed, &variants.key(key, request));
        self.written.insert(primary, Noted::list(variants, now));
        self.take(place, record.fingerprint(), said, worth, now)
    }

    fn take(&mut self, place: u64, fingerprint: Option<u64>, said: u64, worth: Worth, now: Time) -> Noting {
        let before = self.written.remove(&place);
        let permits_less = before.as_ref().is_some_and(|before| before.permits_more_than(worth));
        self.written.insert(place, Noted::after(before, fingerprint, said, now).worth(worth));
        Noting { place, permits_less }
    }

    /// The body of this place is too large for a copy: there is nothing to look at any more.
    pub fn settle(&mut self, place: u64) {
        if let Some(written) = self.written.get_mut(&place) {
            written.settle();
        }
    }

    /// Has nobody here asked within `span` whether the second tier needs the copy of this place? Then it counts as asked.
    pub fn is_due(&mut self, place: u64, now: Time, span: Duration) -> bool {
        if self.kv.get(&place).is_some_and(|at| now.since(*at) < span) {
            return false;
        }
        insert(&mut self.kv, place, now);
        true
    }

    /// A copy is on its way into the first tier.
    pub fn begin(&mut self, key: &str, now: Time) {
        insert(&mut self.writing, hash(self.seed, key), now);
    }

    /// It has arrived there, or came to nothing.
    pub fn end(&mut self, key: &str) {
        self.writing.remove(&hash(self.seed, key));
    }

    /// Is a copy on its way there, and worth waiting for? For a short time after its headers came: who waits for a long
    /// body would rather have the origin's.
    #[must_use]
    pub fn is_being_written(&self, key: &str, now: Time) -> bool {
        !self.writing.is_empty()
            && self.writing.get(&hash(self.seed, key)).is_some_and(|since| now.since(*since) < WORTH_WAITING)
    }

    /// Says whether the origin gave something to keep: where it did not, nobody needs to look for a while.
    pub fn set_barren(&mut self, key: &str, now: Time, barren: bool) {
        if barren {
            insert(&mut self.barren, hash(self.seed, key), now);
        } else if !self.barren.is_empty() {
            self.barren.remove(&hash(self.seed, key));
        }
    }

    /// Was there nothing a moment ago?
    #[must_use]
    pub fn is_barren(&self, key: &str, now: Time) -> bool {
        self.barren.get(&hash(self.seed, key)).is_some_and(|at| now.since(*at) < BARREN)
    }

    /// There is nothing under this primary key in this tier, not even a list of variants.
    pub fn note_absent(&mut self, tier: Tier, key: &str, now: Time) {
        insert(&mut self.absent, absence(self.seed, tier, key), now);
    }

    /// Was there nothing under this primary key a moment ago? Then an outage asks the tier once a second for a page that
    /// it does not have, and not for each visitor. A copy that another isolate writes meanwhile is found a second later.
    #[must_use]
    pub fn is_absent(&self, tier: Tier, key: &str, now: Time) -> bool {
        self.absent.get(&absence(self.seed, tier, key)).is_some_and(|at| now.since(*at) < ABSENT)
    }

    /// Takes the background attempt for this key, if nobody has it.
    pub fn claim(&mut self, key: &str, now: Time, span: Duration) -> bool {
        let free = self.claimed.get(&hash(self.seed, key)).is_none_or(|until| *until <= now);
        if free {
            insert(&mut self.claimed, hash(self.seed, key), now + span);
        }
        free
    }

    /// It has ended.
    pub fn unclaim(&mut self, key: &str) {
        if !self.claimed.is_empty() {
            self.claimed.remove(&hash(self.seed, key));
        }
    }

    /// All copies may have been removed.
    pub fn clear(&mut self, now: Time) {
        self.written.clear();
        self.kv.clear();
        self.cleared = now;
    }

    /// The copies under this primary key were removed, all variants with them.
    pub fn remove_key(&mut self, key: &str, now: Time) {
        let place = hash(self.seed, key);
        insert(&mut self.removed, place, now);
        self.forget(place);
    }

    /// Are the tiers to be told? Most pages that are not to be kept say so each time, and there is nothing.
    pub fn empties(&mut self, key: &str, now: Time) -> bool {
        let place = hash(self.seed, key);
        if self.emptied.get(&place).is_some_and(|at| now.since(*at) < ABSENT) {
            return false;
        }
        insert(&mut self.emptied, place, now);
        true
    }

    /// Was the copy removed after this was asked?
    #[must_use]
    pub fn is_removed_since(&self, key: &str, asked_at: Time) -> bool {
        asked_at < self.cleared || self.is_gone_since(key, asked_at)
    }

    /// The same, if it is certain that it was this one. A tier may still have it.
    #[must_use]
    pub fn is_gone_since(&self, key: &str, then: Time) -> bool {
        !self.removed.is_empty() && self.removed.get(&hash(self.seed, key)).is_some_and(|at| then < *at)
    }

    /// What lies under this primary key is another copy than was written here.
    pub fn forget_key(&mut self, key: &str) {
        let place = hash(self.seed, key);
        self.forget(place);
        self.emptied.remove(&place);
    }

    /// Writing the copy of this place came to nothing.
    pub fn forget(&mut self, place: u64) {
        self.written.remove(&place);
        self.kv.remove(&place);
    }

    /// It came to nothing in the second tier.
    pub fn forget_in_kv(&mut self, place: u64) {
        self.kv.remove(&place);
    }

    fn place(&self, key: &str, request: &dyn Fields) -> u64 {
        let primary = hash(self.seed, key);
        match self.written.get(&primary).and_then(Noted::variants) {
            Some(variants) => hash(self.seed, &variants.key(key, request)),
            None => primary,
        }
    }
}

/// A copy that takes longer to arrive is not waited for.
const WORTH_WAITING: Duration = Duration::from_millis(250);

/// How long a page that leaves nothing to keep is not looked for.
const BARREN: Duration = Duration::from_secs(10);

/// How long a tier that had nothing is not asked again.
const ABSENT: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::Patterns;
    use crate::stale::{Admission, Answered, Asked, Overrides, Params, admit};

    const NOW: Time = Time::from_secs(1_000_000);
    const MINUTE: Duration = Duration::from_secs(60);
    const WORTH: Worth = Worth { lasts: MINUTE, stale: MINUTE };
    const KEY: &str = "https://www.example/";

    fn record(language: &str, lines: &[(&str, &str)]) -> Record {
        let params = Params {
            if_error: MINUTE,
            limit: MINUTE,
            size_limit: 100,
            ignore_params: Patterns::default(),
            session_cookies: Patterns::default(),
            overrides: Overrides::default(),
            fresh: false,
        };
        let fields = [("accept-language", language)];
        let asked = Asked { method: "GET", url: KEY, fields: &fields };
        let lines = lines.lines();
        let answered = Answered { status: 200, fields: &lines, asked_at: NOW, answered_at: NOW };
        match admit(&asked, &answered, &params) {
            Admission::Keep(record) => *record,
            other => panic!("{other:?}"),
        }
    }

    fn holds(recent: &Recent, request: &dyn Fields, print: Option<u64>, said: &str, now: Time) -> bool {
        let answer = Seen { fingerprint: &|| print, said: &|| said.to_owned() };
        recent.holds(KEY, request, &answer, now, MINUTE)
    }

    #[test]
    fn holds_what_was_written_a_moment_ago() {
        let mut recent = Recent::default();
        let none = [("accept", "*/*")];
        let tagged = record("en", &[("etag", "\"1\"")]);
        let holds = |recent: &Recent, print, now| holds(recent, &none, print, "", now);
        assert!(!holds(&recent, None, NOW));
        recent.note(KEY, &none, &tagged, "", WORTH, NOW);
        assert!(holds(&recent, tagged.fingerprint(), NOW));
        assert!(!self::holds(&recent, &none, tagged.fingerprint(), "no-store", NOW), "says something else");
        assert!(!holds(&recent, None, NOW), "another validator");
        assert!(!holds(&recent, tagged.fingerprint(), NOW + MINUTE), "too long ago");
        recent.forget_key(KEY);
        assert!(!holds(&recent, tagged.fingerprint(), NOW));
    }

    #[test]
    fn holds_each_variant_for_itself() {
        let mut recent = Recent::default();
        let vary = [("vary", "accept-language"), ("etag", "\"1\"")];
        let print = record("en", &vary).fingerprint();
        let (en, de) = ([("accept-language", "en")], [("accept-language", "de")]);
        let holds = |recent: &Recent, fields: &dyn Fields| holds(recent, fields, print, "", NOW);
        recent.note(KEY, &en, &record("en", &vary), "", WORTH, NOW);
        assert!(holds(&recent, &en) && !holds(&recent, &de));
        let place = recent.note(KEY, &de, &record("de", &vary), "", WORTH, NOW).place;
        assert!(holds(&recent, &en) && holds(&recent, &de));
        recent.forget(place);
        assert!(holds(&recent, &en) && !holds(&recent, &de));
        recent.forget_key(KEY);
        recent.note(KEY, &de, &record("de", &vary), "", WORTH, NOW);
        assert!(!holds(&recent, &en), "removed with all others, and not written since");
    }

    /// Whoever knew the hash could ask for a page that nobody has, to keep the copy of another one from being looked for.
    #[test]
    fn remembers_under_a_hash_that_only_this_isolate_knows() {
        let [one, other] = [1, 2].map(|seed| hash(seed, KEY));
        assert_ne!(one, other);
        let mut recent = Recent::new(1);
        recent.note_absent(Tier::Cache, KEY, NOW);
        assert!(recent.is_absent(Tier::Cache, KEY, NOW) && !recent.is_absent(Tier::Kv, KEY, NOW));
        recent.seed = 2;
        assert!(!recent.is_absent(Tier::Cache, KEY, NOW));
    }

    #[test]
    fn asks_for_the_second_tier_once_in_a_while() {
        let mut recent = Recent::default();
        let due: Vec<_> = [0, 59, 60].map(|s| recent.is_due(1, NOW + Duration::from_secs(s), MINUTE)).to_vec();
        assert_eq!(due, [true, false, true]);
        recent.forget_in_kv(1);
        assert!(recent.is_due(1, NOW + MINUTE, MINUTE));
    }
}
