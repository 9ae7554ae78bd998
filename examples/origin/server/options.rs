//! How do query parameters change a page? They let a test script any answer; the list is in [`OPTIONS`].

use std::time::Duration;

use super::conditional;
use super::content::{brotli, generated, gzip};
use super::reply::{Content, Reply};
use super::request::Request;
use super::target::Query;

/// Every option, for the index page.
pub const OPTIONS: [(&str, &str); 23] = [
    ("status=503", "the status"),
    ("type=text/plain", "the Content-Type; empty: none"),
    ("body=…", "the body"),
    ("n=1000", "a generated body of so many bytes instead, at most 1 GiB"),
    ("h.Name=value", "a header instead of the default one; repeated: several lines; %XX: any byte"),
    ("no=Name", "no header of this name"),
    ("etag=\"x\"", "a validator, and If-None-Match and Range are honoured; last-modified=… too"),
    ("validate=0", "they are not honoured"),
    ("encode=gzip", "gzip or br, if Accept-Encoding permits it"),
    ("force=1", "encoded in any case"),
    ("truncate=500", "the body ends there, with a length that is right for it; or 50%"),
    ("chunked=1", "chunked; a larger number: the size of the chunks"),
    ("close=1", "Connection: close"),
    ("fill=100000", "a header of this size"),
    ("excess=500", "so many bytes after the end of the body"),
    ("delay=500", "milliseconds before the head"),
    ("hang=1", "no head until released"),
    ("hold=500", "a pause after so many bytes of the body, until released"),
    ("cut=500", "a reset after so many bytes of the body; or 50%"),
    ("cuts=500,900", "a reset at the first of these places after the start of the range asked for"),
    ("end=fin", "the cut is an orderly close instead of a reset"),
    ("trickle=100", "milliseconds between single bytes of the body"),
    ("early=…", "a 103 with this Link first"),
];

/// The page with everything that the query says.
#[must_use]
pub fn apply(mut reply: Reply, query: &Query, request: &Request) -> Reply {
    if let Some(status) = query.number("status").and_then(|s| u16::try_from(s).ok()) {
        reply.status = status.clamp(200, 999);
    }
    if let Some(n) = query.number("n") {
        reply.content = Content::Generated { offset: 0, len: n.min(MAX_LEN) };
    }
    if let Some(body) = query.bytes("body") {
        reply.content = Content::Bytes(body.to_vec());
    }
    if let Some(content_type) = query.bytes("type") {
        reply = reply.without("content-type");
        if !content_type.is_empty() {
            reply = reply.with("Content-Type", content_type);
        }
    }
    reply = encode(reply, query, request);
    for (name, header) in [("etag", "ETag"), ("last-modified", "Last-Modified")] {
        if let Some(value) = query.bytes(name) {
            reply = reply.without(header).with(header, value);
        }
    }
    reply = headers(reply, query);
    let validators = ["etag", "last-modified"].iter().any(|name| reply.header(name).is_some());
    let mut start = 0;
    if validators && query.bytes("validate") != Some(b"0") {
        if reply.header("accept-ranges").is_none() {
            reply = reply.with("Accept-Ranges", "bytes");
        }
        (reply, start) = conditional::apply(reply, request);
    }
    delivery(reply, query, start)
}

fn headers(mut reply: Reply, query: &Query) -> Reply {
    for (name, _) in query.prefixed("h.") {
        reply = reply.without(name);
    }
    for (name, value) in query.prefixed("h.") {
        reply = reply.with(name, value);
    }
    for name in query.all("no") {
        reply = reply.without(&String::from_utf8_lossy(name));
    }
    if let Some(len) = query.number("fill") {
        reply = reply.with("X-Fill", generated(0, usize::try_from(len.min(MAX_FILL)).unwrap_or_default()));
    }
    reply
}

fn encode(mut reply: Reply, query: &Query, request: &Request) -> Reply {
    let Some(coding) = query.text("encode") else { return reply };
    let encoder = if coding == "br" { brotli } else { gzip };
    reply = reply.with("Vary", "Accept-Encoding");
    if query.on("force") || accepts(request, &coding) {
        let plain = reply.content.piece(0, MAX_ENCODED);
        reply.content = Content::Bytes(encoder(&plain));
        reply = reply.with("Content-Encoding", coding);
    }
    if let Some(len) = place(query, "truncate", &reply) {
        reply.content = reply.content.part(0, len);
    }
    reply
}

fn delivery(mut reply: Reply, query: &Query, start: u64) -> Reply {
    let millis = |name| query.number(name).map(Duration::from_millis);
    let cut = query.text("cuts").and_then(|places| {
        let places = places.split(',').filter_map(|place| place.trim().parse::<u64>().ok());
        places.filter(|&place| place > start).min().map(|place| place - start)
    });
    let cut = cut.or_else(|| place(query, "cut", &reply));
    let delivery = &mut reply.delivery;
    delivery.hang = query.on("hang");
    delivery.delay = millis("delay");
    delivery.early_hints = query.text("early").or(delivery.early_hints.take());
    delivery.chunked = match query.number("chunked") {
        Some(0) => None,
        Some(1) => Some(usize::MAX),
        Some(size) => usize::try_from(size).ok(),
        None => delivery.chunked,
    };
    delivery.hold = query.number("hold");
    delivery.cut = cut;
    delivery.cut_orderly = query.bytes("end") == Some(b"fin");
    delivery.trickle = millis("trickle");
    delivery.close = query.on("close");
    let excess = query.number("excess").unwrap_or_default().min(MAX_FILL);
    delivery.excess = generated(0, usize::try_from(excess).unwrap_or_default());
    reply
}

/// A number of bytes, or a percentage of the body.
fn place(query: &Query, name: &str, reply: &Reply) -> Option<u64> {
    let place = query.text(name)?;
    match place.strip_suffix('%') {
        Some(percent) => Some(reply.content.len() * percent.parse::<u64>().ok()? / 100),
        None => place.parse().ok(),
    }
}

/// Does `Accept-Encoding` name this coding, and not with `q=0`?
fn accepts(request: &Request, coding: &str) -> bool {
    let header = request.header("accept-encoding").unwrap_or_default();
    header.split(',').any(|member| {
        let (name, weight) = member.split_once(';').unwrap_or((member, "q=1"));
        let weight = weight.trim().strip_prefix("q=").and_then(|q| q.parse::<f32>().ok());
        name.trim().eq_ignore_ascii_case(coding) && weight.is_some_and(|q| q > 0.0)
    })
}

const MAX_LEN: u64 = 1 << 30;
const MAX_FILL: u64 = 16 << 20;
const MAX_ENCODED: usize = 64 << 20;
