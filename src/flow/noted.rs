//! Is an answer the one of the copy that was just written, so that there is nothing to write?
//!
//! Asked when its header fields are there ([`Noted::holds`]), and, if not, once more when its body is ([`Noted::find`]): meanwhile
//! a later one may have been read, or the copy may have been taken back.
//!
//! By its validators, where it has any, and by what it says of its keeping. Content without validators has to be read to
//! find out: often in the beginning, and ever more seldom while it stays the same.

use std::time::Duration;

use crate::stale::Variants;
use crate::time::Time;

/// A copy that was written, or tried in vain.
#[derive(Debug, Default)]
pub(super) struct Noted {
    /// When an answer was last taken for it.
    at: Time,
    fingerprint: Option<u64>,
    /// The hash of what it said of its keeping.
    said: u64,
    worth: Worth,
    /// When the answer came whose body was read last.
    read: Time,
    /// Of content without validators: what was written, and how often it was read lately.
    body: Option<Body>,
    looks: u32,
    /// Under the hash of a primary key: how the variants are told apart, each of which has an entry of its own.
    variants: Option<Variants>,
}

/// What was written.
#[derive(Debug, Clone, Copy)]
struct Body {
    /// [`Record::content`](crate::stale::Record::content).
    content: u64,
    /// When its answer came.
    came: Time,
    written: Time,
}

/// What a copy is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Worth {
    /// It is looked at again after this time at the latest.
    pub lasts: Duration,
    /// How stale it may be in place of a failure.
    pub stale: Duration,
}

/// What is to become of a body that was read?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// It is written.
    New,
    /// It is what lies there.
    Same,
    /// A later answer was read first, or the copy was taken back.
    Overtaken,
}

/// An answer, as far as it has to be read: what is not asked for costs nothing.
pub struct Seen<'a> {
    /// Its validators in one number, if it has any.
    pub fingerprint: &'a dyn Fn() -> Option<u64>,
    /// What it says of its keeping.
    pub said: &'a dyn Fn() -> String,
}

impl Noted {
    /// The list of variants under a primary key.
    pub(super) fn list(variants: Variants, now: Time) -> Self {
        Self { at: now, variants: Some(variants), ..Self::default() }
    }

    /// A copy, where there was this one.
    pub(super) fn after(before: Option<Self>, fingerprint: Option<u64>, said: u64, now: Time) -> Self {
        let read = before.as_ref().map(|before| before.read).unwrap_or_default();
        let written = Self { at: now, fingerprint, said, read, ..Self::default() };
        match before.filter(|before| fingerprint.is_none() && before.said == said) {
            Some(before) if now.since(before.at) < FORGOTTEN.max(before.rest()) => {
                Self { looks: before.looks.saturating_add(1), body: before.body, ..written }
            }
            // When that was written, it says itself.
            Some(before) => Self { body: before.body, ..written },
            None => written,
        }
    }

    pub(super) fn worth(self, worth: Worth) -> Self {
        Self { worth, ..self }
    }

    /// Does one that is worth so much permit less than this one did?
    pub(super) fn permits_more_than(&self, worth: Worth) -> bool {
        self.variants.is_none() && worth.stale < self.worth.stale
    }

    pub(super) fn variants(&self) -> Option<&Variants> {
        self.variants.as_ref()
    }

    pub(super) fn into_variants(self) -> Option<Variants> {
        self.variants
    }

    /// Is there nothing to write, or to find out?
    pub(super) fn holds(&self, answer: &Seen, said: impl Fn() -> u64, now: Time, span: Duration) -> bool {
        let span = self.worth.lasts.min(span);
        let span = if self.fingerprint.is_some() { span } else { self.rest().min(span) };
        self.variants.is_none()
            && now.since(self.at) < span
            && (self.fingerprint.is_none() || self.fingerprint == (answer.fingerprint)())
            && self.said == said()
    }

    /// Is this content of an answer that came then what was written within `span`? If it is new, it counts as written.
    pub(super) fn find(&mut self, content: u64, came: Time, now: Time, span: Duration) -> Found {
        self.read = self.read.max(came);
        match &mut self.body {
            Some(body) if body.came > came => return Found::Overtaken,
            Some(body) if body.content == content && now.since(body.written) < span => {
                body.came = came;
                return Found::Same;
            }
            // It changes: then it goes on being looked at.
            Some(body) if body.content != content => self.looks = self.looks.min(LOOKS),
            _ => {}
        }
        self.body = Some(Body { content, came, written: now });
        Found::New
    }

    /// Was the body of a later answer read? That one has come is not enough: under load there is always one.
    pub(super) fn has_read_later(&self, came: Time) -> bool {
        self.read > came
    }

    /// Something was written, of an answer that came then, of which nobody knows whether it is the same.
    pub(super) fn doubt(&mut self, came: Time) {
        self.body = None;
        self.read = self.read.max(came);
    }

    /// Is it of an answer with these validators?
    pub(super) fn is_of(&self, fingerprint: Option<u64>) -> bool {
        self.fingerprint == fingerprint
    }

    /// There is nothing to look at any more.
    pub(super) fn settle(&mut self) {
        self.looks = u32::MAX;
    }

    /// How long content without validators is not looked at again.
    fn rest(&self) -> Duration {
        match self.looks.checked_sub(LOOKS) {
            None => Duration::ZERO,
            Some(more) => Duration::from_secs(1_u64.checked_shl(more).unwrap_or(u64::MAX)),
        }
    }
}

/// So often content without validators is looked at at once; from then on after a second, two, four …
const LOOKS: u32 = 8;

/// After this time it is looked at as if for the first time.
const FORGOTTEN: Duration = Duration::from_secs(600);

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);
    const UNMARKED: Seen = Seen { fingerprint: &|| None, said: &String::new };

    /// Whether a page without validators has changed shows only when it is read.
    #[test]
    fn content_without_validators_is_read_ever_more_seldom_while_it_stays_the_same() {
        let mut written: Option<Noted> = None;
        // A visit each second: of these, which is read?
        let mut read = |body: &dyn Fn(u64) -> u64, seconds: std::ops::Range<u64>| {
            let mut looked = Vec::new();
            for second in seconds {
                let now = Time::from_secs(1_000_000 + second);
                if written.as_ref().is_some_and(|written| written.holds(&UNMARKED, || 0, now, MINUTE)) {
                    continue;
                }
                written =
                    Some(Noted::after(written.take(), None, 0, now).worth(Worth { lasts: MINUTE, stale: MINUTE }));
                written.iter_mut().for_each(|written| _ = written.find(body(second), now, now, MINUTE));
                looked.push(second);
            }
            looked
        };
        let same = read(&|_| 1, 0..400);
        assert_eq!(same, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 15, 23, 39, 71, 131, 191, 251, 311, 371]);
        assert_eq!(read(&|second| second, 400..436), [431, 432, 433, 434, 435], "it changes");
        let again = read(&|_| 1, 2000..2012);
        assert_eq!(again, [2000, 2001, 2002, 2003, 2004, 2005, 2006, 2007, 2008, 2009, 2011], "long ago");
    }

    #[test]
    fn the_same_body_is_written_again_only_after_a_while() {
        let mut written = Noted::after(None, None, 0, Time::from_secs(0));
        let mut find = |content, seconds| {
            let now = Time::from_secs(seconds);
            written.find(content, now, now, MINUTE)
        };
        for (content, seconds, expected) in [
            (1, 0, Found::New),
            (1, 1, Found::Same),
            (1, 59, Found::Same),
            // After STALE_REFRESH once more.
            (1, 60, Found::New),
            (1, 61, Found::Same),
            (2, 62, Found::New),
            (1, 63, Found::New),
        ] {
            assert_eq!(find(content, seconds), expected, "{content} after {seconds} s");
        }
    }

    /// `STALE_REFRESH` may be longer than it takes to start looking anew.
    #[test]
    fn who_comes_seldom_writes_no_more_often() {
        let mut written = None;
        let mut found = Vec::new();
        for minutes in (0..130).step_by(11) {
            let now = Time::from_secs(minutes * 60);
            let mut noted = Noted::after(written.take(), None, 0, now);
            found.push(noted.find(1, now, now, 60 * MINUTE));
            written = Some(noted);
        }
        let new: Vec<_> = found.iter().enumerate().filter(|(_, found)| **found == Found::New).map(|(n, _)| n).collect();
        assert_eq!(new, [0, 6], "once an hour");
    }

    /// RFC 9111 §4: the newest counts, in whatever order the bodies arrive.
    #[test]
    fn who_comes_first_and_is_read_last_is_overtaken() {
        let at = Time::from_secs;
        let mut written = Noted::after(None, None, 0, at(0));
        assert_eq!(written.find(2, at(5), at(6), MINUTE), Found::New);
        assert_eq!(written.find(1, at(4), at(7), MINUTE), Found::Overtaken);
        written.doubt(at(8));
        assert_eq!(written.find(2, at(8), at(9), MINUTE), Found::New, "something else may lie there");
    }
}
