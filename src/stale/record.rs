//! What is a copy, apart from its body? Status, field lines, and the times from which its age follows.
//!
//! A record is written as JSON in plain ASCII, so that it can travel in a header line or in a store's metadata, carries a
//! version, and is read with suspicion: what is not exactly what this version writes is no record.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::digest;
use super::directives::Directives;
use super::freshness;
use super::vary::{Vary, is_token, selecting};
use super::{Answered, Asked, Params};
use crate::fields::{FieldLines, Fields};
use crate::time::Time;

/// The largest record, in bytes of its JSON (16 KiB).
pub const MAX_RECORD: usize = 16 * 1024;

/// A stored response without its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    status: u16,
    lines: FieldLines,
    asked_at: Time,
    answered_at: Time,
    /// Names from `Vary`, derived from `lines`.
    vary: Vec<String>,
    /// What the first request had in them, hashed.
    selected: String,
    /// The body came with a content coding and is kept without.
    decoded: bool,
    fingerprint: Option<u64>,
    length: Option<u64>,
    hash: Option<u64>,
}

impl Record {
    /// The record of an answer that is known to be admissible.
    pub(super) fn new(asked: &Asked<'_>, answered: &Answered<'_>, vary: Vec<String>, lines: FieldLines) -> Self {
        let decoded = lines.field("content-encoding").is_some_and(|coding| coding != "identity");
        Self {
            status: answered.status,
            asked_at: answered.asked_at,
            answered_at: answered.answered_at,
            selected: selecting(&vary, asked.fields),
            vary,
            decoded,
            fingerprint: fingerprint(answered.status, &lines),
            lines: storable(lines, decoded),
            length: None,
            hash: None,
        }
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

    /// The body's length in bytes, if known.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        self.length
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

    /// Status, `ETag`, `Last-Modified` and `Content-Length` in one number: two copies with the same one have the same
    /// content. `None` if the origin sent no validator.
    #[must_use]
    pub fn fingerprint(&self) -> Option<u64> {
        self.fingerprint
    }

    /// How long a tier should keep it from now on, if it arrived now: what is left of its freshness, and the staleness in
    /// which it could be served. Zero: there is no use in keeping it.
    #[must_use]
    pub fn retention(&self, params: &Params) -> Duration {
        freshness::retention(self, params)
    }

    /// As JSON in plain ASCII.
    #[must_use]
    pub fn to_json(&self) -> String {
        ascii(serde_json::to_string(&self.to_wire()).unwrap_or_default())
    }

    /// From what [`to_json`](Self::to_json) wrote; `None` for anything else.
    #[must_use]
    pub fn from_json(text: &str) -> Option<Self> {
        if text.len() > MAX_RECORD {
            return None;
        }
        Self::from_wire(serde_json::from_str(text).ok()?)
    }

    pub(super) fn directives(&self) -> Directives {
        Directives::of_response(&self.lines)
    }

    pub(super) fn field(&self, name: &str) -> Option<String> {
        self.lines.field(name)
    }

    /// The `ETag` as the origin knows it: a decoded body's was weakened here.
    pub(super) fn origin_etag(&self) -> Option<String> {
        let etag = self.field("etag")?;
        Some(if self.decoded { etag.strip_prefix("W/").map_or(etag.clone(), str::to_owned) } else { etag })
    }

    pub(super) fn is_for(&self, request: &dyn Fields) -> bool {
        self.vary.is_empty() || selecting(&self.vary, request) == self.selected
    }

    pub(super) fn with_lines(&self, lines: FieldLines, answered: &Answered<'_>) -> Self {
        Self { lines, asked_at: answered.asked_at, answered_at: answered.answered_at, ..self.clone() }
    }

    pub(super) fn to_wire(&self) -> Wire {
        Wire {
            v: VERSION,
            status: self.status,
            asked: self.asked_at.millis(),
            answered: self.answered_at.millis(),
            selected: self.selected.clone(),
            decoded: self.decoded,
            print: self.fingerprint,
            length: self.length,
            hash: self.hash,
            lines: self.lines.clone(),
        }
    }

    pub(super) fn from_wire(wire: Wire) -> Option<Self> {
        let Vary::Names(vary) = Vary::parse(wire.lines.field("vary").as_deref()) else { return None };
        let good = wire.v == VERSION
            && matches!(wire.status, 200..=499)
            && wire.selected.len() == 40
            && wire.lines.iter().all(|(name, value)| is_token(name) && is_kept(name) && is_value(value));
        good.then_some(Self {
            status: wire.status,
            lines: wire.lines,
            asked_at: Time::from_millis(wire.asked),
            answered_at: Time::from_millis(wire.answered),
            vary,
            selected: wire.selected,
            decoded: wire.decoded,
            fingerprint: wire.print,
            length: wire.length,
            hash: wire.hash,
        })
    }
}

/// What is written. A change of any field's meaning needs a new [`VERSION`].
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wire {
    v: u32,
    status: u16,
    asked: u64,
    answered: u64,
    selected: String,
    decoded: bool,
    print: Option<u64>,
    length: Option<u64>,
    hash: Option<u64>,
    lines: FieldLines,
}

/// Of the JSON format.
pub(super) const VERSION: u32 = 1;

/// Escapes everything beyond printable ASCII; such characters stand only inside of JSON strings.
pub(super) fn ascii(json: String) -> String {
    if json.bytes().all(|b| (b' '..=b'~').contains(&b)) {
        return json;
    }
    let mut out = String::with_capacity(json.len() + 64);
    let mut units = [0; 2];
    for c in json.chars() {
        if (' '..='~').contains(&c) {
            out.push(c);
        } else {
            out.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    out
}

/// The field lines that may be stored and make sense with the decoded body (RFC 9111 §3.1).
pub(super) fn storable(mut lines: FieldLines, decoded: bool) -> FieldLines {
    let connection = lines.field("connection").unwrap_or_default().to_ascii_lowercase();
    let named: Vec<&str> = connection.split(',').map(str::trim).collect();
    lines.retain(|(name, value)| {
        is_token(name)
            && is_value(value)
            && is_kept(name)
            && !named.contains(&name.as_str())
            && !(decoded && OF_THE_CODED_BODY.contains(&name.as_str()))
    });
    for (name, value) in &mut lines {
        if decoded && name == "etag" && !value.starts_with("W/") {
            value.insert_str(0, "W/");
        }
    }
    lines
}

fn is_kept(name: &str) -> bool {
    !NEVER_STORED.contains(&name) && !name.starts_with("understudy-") && !name.bytes().any(|b| b.is_ascii_uppercase())
}

pub(super) fn is_value(value: &str) -> bool {
    !value.bytes().any(|b| matches!(b, 0 | b'\r' | b'\n'))
}

/// Hop-by-hop fields, those of one visitor or one proxy, and those that are made anew for every answer.
const NEVER_STORED: [&str; 16] = [
    "connection",
    "content-encoding",
    "content-length",
    "content-range",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authentication-info",
    "proxy-authorization",
    "proxy-connection",
    "set-cookie",
    "set-cookie2",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "warning",
];

/// Digests of the body as it came over the wire.
const OF_THE_CODED_BODY: [&str; 4] = ["content-digest", "content-md5", "digest", "repr-digest"];

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
