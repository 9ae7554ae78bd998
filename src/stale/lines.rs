//! Which field lines are stored, which are updated, and what must change in them because bodies are kept decoded?
//!
//! RFC 9111 §3.1, §3.2; RFC 9110 §7.6.1. All others are kept as they are, unknown ones too.

use super::directives::Directives;
use super::syntax::{is_token, is_value};
use crate::fields::{FieldLines, Fields};

/// The lines of a response that may be stored with its body, which has lost its content coding if `decoded`.
pub fn storable(mut lines: FieldLines, decoded: bool) -> FieldLines {
    let connection = lines.field("connection").unwrap_or_default().to_ascii_lowercase();
    let of_the_connection: Vec<&str> = connection.split(',').map(str::trim).collect();
    let withheld = Directives::of_response(&lines).withheld;
    // A coding that the runtime does not know stays in the body, and has to be named.
    let coded = !decoded && lines.field("content-encoding").is_some_and(|coding| coding != "identity");
    lines.retain(|(name, value)| {
        let name = name.as_str();
        is_storable(name)
            && is_value(value)
            && (NEEDED.contains(&name) || !of_the_connection.contains(&name))
            && !withheld.iter().any(|other| other == name)
            && (coded || name != "content-encoding")
            && !(decoded && OF_THE_CODED_BODY.contains(&name))
    });
    if decoded {
        // Two bodies that differ in their coding differ in bytes: the tag is no longer a strong one (RFC 9110 §8.8.1).
        for (_, etag) in lines.iter_mut().filter(|(name, etag)| name == "etag" && etag.starts_with('"')) {
            etag.insert_str(0, "W/");
        }
    }
    lines
}

/// The stored lines with those of a 304 or a HEAD response in place of theirs.
pub fn updated(stored: &[(String, String)], new: FieldLines, decoded: bool) -> FieldLines {
    let mut new = storable(new, decoded);
    // What describes the bytes of a message: this one has none, and the stored ones are what they were.
    new.retain(|(name, _)| {
        !matches!(name.as_str(), "content-encoding" | "content-range") && !OF_THE_CODED_BODY.contains(&name.as_str())
    });
    let stays = |name: &str| name != "age" && !new.iter().any(|(other, _)| other == name);
    let mut lines: FieldLines = stored.iter().filter(|(name, _)| stays(name)).cloned().collect();
    lines.append(&mut new);
    lines
}

/// Can all of it have come out of a message? Where not, leaving a line out could leave a prohibition out.
pub fn are_sound(lines: &FieldLines) -> bool {
    lines.iter().all(|(_, value)| is_value(value))
}

/// Could a line of this name stand in a record? Names are in lower case.
pub fn is_storable(name: &str) -> bool {
    is_token(name)
        && !NEVER_STORED.contains(&name)
        && !name.starts_with(OWN_PREFIX)
        && !name.bytes().any(|b| b.is_ascii_uppercase())
}

/// Fields of one connection, of one visitor or one proxy, and those that are made anew for every answer.
const NEVER_STORED: [&str; 13] = [
    "connection",
    "content-length",
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
];

/// Bookkeeping fields of this Worker begin so; no origin may forge them.
const OWN_PREFIX: &str = "understudy-";

/// Digests of the body as it came over the wire.
const OF_THE_CODED_BODY: [&str; 4] = ["content-digest", "content-md5", "digest", "repr-digest"];

/// Fields by which a copy is judged. They are meant for every recipient, so that it is an error to name them in
/// `Connection` (RFC 9110 §7.6.1), and they are not left out.
pub const NEEDED: [&str; 9] = [
    "age",
    "cache-control",
    "cdn-cache-control",
    "cloudflare-cdn-cache-control",
    "date",
    "etag",
    "expires",
    "last-modified",
    "vary",
];
