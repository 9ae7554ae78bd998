//! What does a good origin answer to `If-None-Match`, `If-Modified-Since`, `Range` and `If-Range`?
//! (RFC 9110 §13.2.2, §14.2.) It is the yardstick for answers from a copy.

use std::time::SystemTime;

use super::reply::{Content, Reply};
use super::request::Request;

/// The reply after the request's conditions, and where in the whole body it begins.
#[must_use]
pub fn apply(mut reply: Reply, request: &Request) -> (Reply, u64) {
    if !matches!(request.method.as_str(), "GET" | "HEAD") || reply.status != 200 {
        return (reply, 0);
    }
    if is_unmodified(&reply, request) {
        reply.status = 304;
        for name in ["content-type", "content-encoding"] {
            reply = reply.without(name);
        }
        reply.content = Content::Bytes(Vec::new());
        return (reply, 0);
    }
    let len = reply.content.len();
    let range = request.header("range").filter(|_| request.method == "GET" && if_range_holds(&reply, request));
    match range.and_then(|range| select(&range, len)) {
        None => (reply, 0),
        Some(Selected::Nothing) => {
            reply = Reply::new(416, "text/plain", "out of range\n").with("Content-Range", format!("bytes */{len}"));
            (reply, 0)
        }
        Some(Selected::Part { first, last }) => {
            reply.status = 206;
            reply.content = reply.content.part(first, last - first + 1);
            (reply.with("Content-Range", format!("bytes {first}-{last}/{len}")), first)
        }
    }
}

fn is_unmodified(reply: &Reply, request: &Request) -> bool {
    if let Some(listed) = request.header("if-none-match") {
        let Some(etag) = reply.header("etag") else { return false };
        let weak = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
        return listed.trim() == "*" || listed.split(',').any(|tag| weak(tag) == weak(&etag));
    }
    match (date(request.header("if-modified-since")), date(reply.header("last-modified"))) {
        (Some(since), Some(modified)) => modified <= since,
        _ => false,
    }
}

/// The comparison is a strong one: a weak tag never holds.
fn if_range_holds(reply: &Reply, request: &Request) -> bool {
    let Some(condition) = request.header("if-range") else { return true };
    if condition.starts_with('"') {
        return reply.header("etag").is_some_and(|etag| etag == condition);
    }
    let condition = date(Some(condition));
    condition.is_some() && condition == date(reply.header("last-modified"))
}

fn date(header: Option<String>) -> Option<SystemTime> {
    httpdate::parse_http_date(&header?).ok()
}

enum Selected {
    Part { first: u64, last: u64 },
    Nothing,
}

/// `None`: the header is to be ignored, as one that is malformed or asks for more than one part.
fn select(range: &str, len: u64) -> Option<Selected> {
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    let (first, last) = match (first.trim(), last.trim()) {
        ("", suffix) => (len.saturating_sub(suffix.parse().ok()?), len.saturating_sub(1)),
        (first, "") => (first.parse().ok()?, len.saturating_sub(1)),
        (first, last) => {
            let (first, last) = (first.parse::<u64>().ok()?, last.parse::<u64>().ok()?);
            if first > last {
                return None;
            }
            (first, last.min(len.saturating_sub(1)))
        }
    };
    Some(if first >= len { Selected::Nothing } else { Selected::Part { first, last } })
}
