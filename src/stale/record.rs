//! What is a copy, apart from its body? Status, field lines, and the times from which its age follows.
//!
//! How a record is written down is a matter of `wire`.

use std::time::Duration;

use super::digest;
use super::directives::Directives;
use super::freshness;
use super::lines::{are_sound, storable, updated};
use super::reasons::NoReason;
use super::syntax::integer;
use super::usable::Aged;
use super::vary::{Vary, selecting};
use super::wire;
use super::{Answered, Asked, Params};
use crate::fields::{FieldLines, Fields};
use crate::time::Time;

/// A stored response without its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub(super) status: u16,
    pub(super) lines: FieldLines,
    pub(super) asked_at: Time,
    pub(super) answered_at: Time,
    /// Names from `Vary`; they follow from `lines`.
    pub(super) vary: Vec<String>,
    /// What the request had in these fields, hashed.
    pub(super) selected: String,
    /// The body came with a content coding and is kept without.
    pub(super) decoded: bool,
    /// Its `ETag` was strong and is weak only here.
    pub(super) weakened: bool,
    /// A later answer contradicts it: no longer fresh, whatever its age.
    pub(super) outdated: bool,
    pub(super) fingerprint: Option<u64>,
    pub(super) length: Option<u64>,
    pub(super) hash: Option<u64>,
}

impl Record {
    /// The record of an answer whose `lines` may be stored; `vary` is what its `Vary` names.
    pub(super) fn new(asked: &Asked<'_>, answered: &Answered<'_>, vary: Vec<String>, lines: FieldLines) -> Self {
        let decoded = lines.field("content-encoding").is_some_and(|coding| is_decoded(&coding));
        Self {
            status: answered.status,
            asked_at: answered.asked_at,
            answered_at: answered.answered_at,
            selected: selecting(&vary, asked.fields),
            vary,
            decoded,
            weakened: decoded && lines.field("etag").is_some_and(|etag| etag.starts_with('"')),
            outdated: false,
            fingerprint: fingerprint(answered.status, &lines),
            length: lines.field("content-length").filter(|_| !decoded).and_then(|length| integer(&length)),
            lines: dated(storable(lines, decoded), answered),
            hash: None,
        }
    }

    /// The record with the lines of a later answer about the same body; `None` if that cannot be kept.
    pub(super) fn renewed(&self, asked: &Asked<'_>, answered: &Answered<'_>) -> Option<Self> {
        let new = Some(answered.fields.lines()).filter(are_sound)?;
        let new = dated(new, answered);
        let weakened = match new.field("etag") {
            Some(etag) => self.decoded && etag.starts_with('"'),
            None => self.weakened,
        };
        let lines = updated(&self.lines, new, self.decoded);
        let Vary::Names(vary) = Vary::parse(lines.field("vary").as_deref()) else { return None };
        let selected = selecting(&vary, asked.fields);
        let (asked_at, answered_at) = (answered.asked_at, answered.answered_at);
        let renewed = Self { lines, asked_at, answered_at, vary, selected, weakened, outdated: false, ..self.clone() };
        wire::fits(&renewed).then_some(renewed)
    }

    /// The same record, no longer fresh.
    pub(super) fn contradicted(&self) -> Self {
        Self { outdated: true, ..self.clone() }
    }

    /// The status code.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The stored field lines, names in lower case; no hop-by-hop fields, no `Set-Cookie`, no `Content-Length`.
    #[must_use]
    pub fn lines(&self) -> &[(String, String)] {
        &self.lines
    }

    /// The request fields that tell this copy from its siblings: sorted lower-case names, without `Accept-Encoding`.
    #[must_use]
    pub fn vary(&self) -> &[String] {
        &self.vary
    }

    /// A hash of what the request had in the fields of [`vary`](Self::vary): which of the siblings it is.
    #[must_use]
    pub fn selection(&self) -> &str {
        &self.selected
    }

    /// Does it have siblings, so that it belongs under a second key?
    #[must_use]
    pub fn varies(&self) -> bool {
        !self.vary.is_empty()
    }

    /// With what is known of the body once it was read whole: its length in bytes, and a hash if one was made.
    #[must_use]
    pub fn with_body(self, length: u64, hash: Option<u64>) -> Self {
        Self { length: Some(length), hash, ..self }
    }

    /// With another `Location`.
    #[must_use]
    pub fn located(mut self, location: &str) -> Self {
        self.lines.iter_mut().filter(|(name, _)| name == "location").for_each(|(_, value)| location.clone_into(value));
        self
    }

    /// The body's length in bytes: as the origin declared it, until [`with_body`](Self::with_body) says what it was.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// Is a body of `length` bytes all of it, as far as the origin declared its length? An incomplete one must not be
    /// kept (RFC 9111 §3.3).
    #[must_use]
    pub fn is_whole(&self, length: u64) -> bool {
        self.length.is_none_or(|declared| declared == length)
    }

    /// The body's hash, if known.
    #[must_use]
    pub fn hash(&self) -> Option<u64> {
        self.hash
    }

    /// When the request was sent.
    #[must_use]
    pub fn asked_at(&self) -> Time {
        self.asked_at
    }

    /// When the response's headers arrived.
    #[must_use]
    pub fn answered_at(&self) -> Time {
        self.answered_at
    }

    /// Is it at least as new as `other`, so that it may take its place? By `Date` (RFC 9111 §4), then by arrival: an
    /// attempt that was overtaken must not bring the older page back.
    #[must_use]
    pub fn supersedes(&self, other: &Self) -> bool {
        (freshness::date(self), self.answered_at) >= (freshness::date(other), other.answered_at)
    }

    /// Status, `ETag`, `Last-Modified` and `Content-Length` in one number: two copies with the same one have the same
    /// content. `None` if the origin sent no validator.
    #[must_use]
    pub fn fingerprint(&self) -> Option<u64> {
        self.fingerprint
    }

    /// How long a tier should keep it, counted from its arrival: what is left of its freshness, and the staleness in
    /// which it could be of use. Zero: there is no use in keeping it.
    #[must_use]
    pub fn retention(&self, params: &Params) -> Duration {
        freshness::retention(self, params)
    }

    /// Its age, and how long it is still fresh.
    #[must_use]
    pub fn aged(&self, now: Time) -> Aged {
        Aged::of(self, &self.directives(), now)
    }

    /// Could it ever save the origin work, or the visitor a wait?
    #[must_use]
    pub fn is_reusable(&self) -> bool {
        let window = self.directives().stale_while_revalidate.unwrap_or(0);
        self.has_validator() || window > 0 || self.aged(self.answered_at).is_fresh()
    }

    /// How stale it may be in place of a failure, in seconds, as far as the origin itself says so (RFC 5861 §4).
    #[must_use]
    pub fn stale_if_error(&self) -> Option<u64> {
        self.directives().stale_if_error
    }

    /// The freshness lifetime (RFC 9111 §4.2.1).
    #[must_use]
    pub fn lifetime(&self) -> Duration {
        Duration::from_secs(freshness::lifetime(self, &self.directives()))
    }

    /// How much longer it may be served in place of a failure, once it is stale.
    ///
    /// # Errors
    /// Why not at all.
    pub fn staleness(&self, params: &Params) -> Result<Duration, NoReason> {
        let permitted = freshness::permitted(self, &self.directives(), &Directives::default(), params)?;
        Ok(Duration::from_secs(permitted))
    }

    /// As JSON in plain ASCII, shorter than [`MAX_RECORD`](super::MAX_RECORD).
    #[must_use]
    pub fn to_json(&self) -> String {
        wire::record_to_json(self)
    }

    /// From what [`to_json`](Self::to_json) wrote; `None` for anything else.
    #[must_use]
    pub fn from_json(text: &str) -> Option<Self> {
        wire::record_from_json(text)
    }

    pub(super) fn directives(&self) -> Directives {
        Directives::of_response(&self.lines)
    }

    pub(super) fn field(&self, name: &str) -> Option<String> {
        self.lines.field(name)
    }

    /// The `ETag` as the origin knows it.
    pub(super) fn origin_etag(&self) -> Option<String> {
        let etag = self.field("etag")?;
        Some(etag.strip_prefix("W/").filter(|_| self.weakened).map_or_else(|| etag.clone(), str::to_owned))
    }

    /// Has it a validator, so that asking the origin may be answered by a 304?
    pub(super) fn has_validator(&self) -> bool {
        self.field("etag").is_some() || self.field("last-modified").is_some()
    }

    /// Does the request have in the fields that `Vary` names what the first one had?
    pub(super) fn is_for(&self, request: &dyn Fields) -> bool {
        !self.varies() || selecting(&self.vary, request) == self.selected
    }
}

/// The content codings that the runtime removes from a body; it knows them in this spelling only.
pub(super) fn is_decoded(coding: &str) -> bool {
    matches!(coding, "gzip" | "br")
}

/// A recipient with a clock adds the `Date` that is missing (RFC 9110 §6.6.1).
fn dated(mut lines: FieldLines, answered: &Answered<'_>) -> FieldLines {
    if lines.field("date").is_none() {
        lines.push(("date".to_owned(), answered.answered_at.http_date()));
    }
    lines
}

/// [`Record::fingerprint`] of an answer that is not a record yet; reads three fields.
#[must_use]
pub fn fingerprint(status: u16, lines: &dyn Fields) -> Option<u64> {
    let [etag, modified, length] = ["etag", "last-modified", "content-length"].map(|name| lines.field(name));
    if etag.is_none() && modified.is_none() {
        return None;
    }
    let texts = [Some(status.to_string()), etag, modified, length].map(Option::unwrap_or_default);
    Some(digest::short(&texts.each_ref().map(String::as_str)))
}
