//! In which ways can this origin fail? One table: name, what happens, and how it is done.
//!
//! Most faults are a page with certain options (see `options`). Those of delivery do to *any* page what they do when
//! the switch applies them to the whole origin; the others take its place.

use std::io::{self, Write as _};
use std::net::Shutdown;

use super::connection::Exchange;
use super::reply::End;
use super::target::{Query, Target};
use super::{gateway, pages};

/// A way to fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// Nobody listens on the port. For the whole origin only.
    Refuse,
    /// A reset instead of an answer.
    Reset,
    /// An orderly close instead of an answer.
    Close,
    /// Not one byte, and the connection stays open to be read from: a half-closed one.
    Empty,
    /// The close comes in the middle of the head.
    CutHead,
    /// Half of the body, then a reset.
    Cut,
    /// Half of a chunked body, in the middle of a chunk, then a reset.
    CutChunked,
    /// Half of a gzip stream, within a length that is right for it.
    CutGzip,
    /// No answer until released.
    Hang,
    /// The head, and no body until released.
    HangBody,
    /// The body byte by byte.
    Trickle,
    /// Not HTTP.
    Garbage,
    /// A body longer than its `Content-Length`.
    Long,
    /// A header of 1 MiB.
    Headers,
    /// 200, `text/html`, and nothing in it.
    Blank,
    /// This status, with the page of a gateway.
    Status(u16),
}

/// How it is done.
#[derive(Debug, Clone, Copy)]
pub enum How {
    /// Instead of any page, one with these options.
    Page(&'static str),
    /// The page that was asked for, with these options; for `/fault/…` itself one with the second ones too.
    Delivery(&'static str, &'static str),
    /// With the bare socket.
    Raw(fn(&Exchange, &Query) -> io::Result<End>),
    /// By the listener.
    Listener,
}

/// Every fault but the statuses: its name in paths, what happens, how.
pub const TABLE: [(Fault, &str, &str, How); 15] = [
    (Fault::Refuse, "refuse", "Nobody listens: connections are refused (whole origin only)", How::Listener),
    (Fault::Reset, "reset", "The connection is reset before any answer", How::Raw(|_, _| Ok(End::Reset))),
    (Fault::Close, "close", "The connection is closed before any answer", How::Raw(|_, _| Ok(End::Finish))),
    (Fault::Empty, "empty", "Zero bytes, and a connection that is half closed", How::Raw(empty)),
    (Fault::CutHead, "cut-head", "The answer ends in the middle of its headers", How::Raw(cut_head)),
    (
        Fault::Cut,
        "cut",
        "Content-Length says 1000, the connection is reset after half of it",
        How::Delivery("cut=50%25&close=1", PAGE),
    ),
    (
        Fault::CutChunked,
        "cut-chunked",
        "A chunked body, reset in the middle of a chunk",
        How::Delivery("cut=50%25&chunked=1&close=1", PAGE),
    ),
    (
        Fault::CutGzip,
        "cut-gzip",
        "A gzip body that ends half-way; its length is right",
        How::Delivery("encode=gzip&force=1&truncate=50%25&close=1", PAGE),
    ),
    (Fault::Hang, "hang", "No answer, ever", How::Delivery("hang=1&close=1", "body=released%0A")),
    (Fault::HangBody, "hang-body", "Headers, and then no body, ever", How::Delivery("hold=0&close=1", PAGE)),
    (Fault::Trickle, "trickle", "One byte of the body at a time", How::Delivery("trickle=100&close=1", "n=50")),
    (Fault::Garbage, "garbage", "An answer that is not HTTP", How::Raw(garbage)),
    (
        Fault::Long,
        "long",
        "A body longer than its Content-Length",
        How::Page("type=text/html&n=500&excess=500&close=1"),
    ),
    (Fault::Headers, "headers", "Headers of 1 MiB", How::Page("fill=1048576&close=1")),
    (Fault::Blank, "blank", "200, text/html, and a blank page", How::Page("status=200&type=text/html&body=&close=1")),
];

const PAGE: &str = "n=1000&type=text/html";

impl Fault {
    /// Its name in `/fault/…` and `break?fault=…`.
    #[must_use]
    pub fn name(self) -> String {
        match (self, TABLE.iter().find(|row| row.0 == self)) {
            (Self::Status(status), _) => status.to_string(),
            (_, Some(row)) => row.1.to_owned(),
            (_, None) => String::new(),
        }
    }

    /// The fault of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let named = TABLE.iter().find(|row| row.1 == name).map(|row| row.0);
        named.or_else(|| name.parse().ok().filter(|status| (200..=999).contains(status)).map(Self::Status))
    }
}

/// Fails. `switched`: what was asked for, when the switch is the cause.
///
/// # Errors
/// When the client is gone.
pub fn answer(exchange: &Exchange, name: &str, query: &Query, switched: Option<&Target>) -> io::Result<End> {
    let fault = Fault::parse(name);
    if let Some(Fault::Status(status)) = fault {
        return exchange.send(&gateway::page(status, query, exchange.request));
    }
    let path = "/ok".to_owned();
    let target = match TABLE.iter().find(|row| Some(row.0) == fault).map(|row| row.3) {
        Some(How::Raw(fail)) => return fail(exchange, query),
        Some(How::Page(options)) => Target { path, query: query.over(&Query::parse(options)) },
        Some(How::Delivery(options, page)) => {
            let query = query.over(&Query::parse(options));
            match switched.map(|asked| asked.when_well().unwrap_or_else(|| asked.clone())) {
                Some(asked) => match asked.path.strip_prefix("/fault/") {
                    Some(own) => return answer(exchange, own, &query.over(&asked.query), None),
                    None => Target { path: asked.path.clone(), query: query.over(&asked.query) },
                },
                None => Target { path, query: query.over(&Query::parse(page)) },
            }
        }
        Some(How::Listener) => {
            Target { path, query: Query::parse("status=404&body=Only+the+whole+origin+can+refuse+connections.%0A") }
        }
        None => Target { path, query: Query::parse("status=404&body=There+is+no+such+fault.%0A") },
    };
    exchange.send(&pages::page(exchange, &target))
}

fn empty(exchange: &Exchange, _: &Query) -> io::Result<End> {
    exchange.stream.shutdown(Shutdown::Write)?;
    exchange.shared.pause(exchange.stream, None);
    Ok(End::Finish)
}

fn cut_head(exchange: &Exchange, _: &Query) -> io::Result<End> {
    let mut stream = exchange.stream;
    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Le")?;
    Ok(End::Finish)
}

fn garbage(exchange: &Exchange, _: &Query) -> io::Result<End> {
    let mut stream = exchange.stream;
    stream.write_all(b"\x15\x03\x01\x00\x02\x02\x28 this is not HTTP\r\n\x00\xff\xfe\r\n\r\n")?;
    Ok(End::Finish)
}
