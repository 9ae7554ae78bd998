//! What goes onto the wire, and how? A reply is data; [`Reply::send`] delivers it, as badly as it was told to.

use std::io::{self, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use super::content::generated;
use super::shared::{Shared, Waited};

/// A response and the way it is delivered.
#[derive(Debug, Clone)]
pub struct Reply {
    /// Any three digits.
    pub status: u16,
    /// Names and values as they go onto the wire; `Content-Length` and the like are added.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body.
    pub content: Content,
    /// How it is delivered.
    pub delivery: Delivery,
}

/// A body.
#[derive(Debug, Clone)]
pub enum Content {
    /// These bytes.
    Bytes(Vec<u8>),
    /// A part of an endless generated body.
    Generated {
        /// Where it begins.
        offset: u64,
        /// Its length in bytes.
        len: u64,
    },
}

/// What happens on the way. The default is a healthy delivery.
#[derive(Debug, Clone, Default)]
pub struct Delivery {
    /// Waits before the head until it is released.
    pub hang: bool,
    /// Waits before the head.
    pub delay: Option<Duration>,
    /// Sends a 103 with this `Link` first.
    pub early_hints: Option<String>,
    /// Chunks instead of a `Content-Length`, of at most so many bytes.
    pub chunked: Option<usize>,
    /// Waits, after so many bytes of the body, until it is released.
    pub hold: Option<u64>,
    /// Breaks off after so many bytes of the body.
    pub cut: Option<u64>,
    /// … with an orderly close instead of a reset.
    pub cut_orderly: bool,
    /// Sends the body byte by byte, with this pause between them.
    pub trickle: Option<Duration>,
    /// Says `Connection: close`, and does.
    pub close: bool,
    /// Bytes that follow the body although its length is over.
    pub excess: Vec<u8>,
}

/// How an exchange ended, and so what becomes of the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Answered; another request may follow.
    Keep,
    /// Answered; the connection is closed in an orderly way.
    Close,
    /// Broken on purpose with an orderly close.
    Finish,
    /// Broken on purpose with a reset.
    Reset,
    /// The client went away first.
    Gone,
}

impl Content {
    /// Its length in bytes.
    #[must_use]
    pub fn len(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Generated { len, .. } => *len,
        }
    }

    /// The bytes from `start`, at most `max`.
    #[must_use]
    pub fn piece(&self, start: u64, max: usize) -> Vec<u8> {
        let len = usize::try_from(self.len().saturating_sub(start)).unwrap_or(usize::MAX).min(max);
        match self {
            Self::Bytes(bytes) => {
                let start = usize::try_from(start).unwrap_or(usize::MAX);
                bytes.get(start..start.saturating_add(len)).unwrap_or_default().to_vec()
            }
            Self::Generated { offset, .. } => generated(offset + start, len),
        }
    }

    /// Only `len` bytes from `start`.
    #[must_use]
    pub fn part(self, start: u64, len: u64) -> Self {
        match self {
            Self::Bytes(_) => Self::Bytes(self.piece(start, usize::try_from(len).unwrap_or(usize::MAX))),
            Self::Generated { offset, .. } => Self::Generated { offset: offset + start, len },
        }
    }
}

impl Reply {
    /// A healthy reply.
    #[must_use]
    pub fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: vec![("Content-Type".to_owned(), content_type.into())],
            content: Content::Bytes(body.into()),
            delivery: Delivery::default(),
        }
    }

    /// With one more header.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Vec<u8>>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Without the headers of this name.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
        self
    }

    /// The first header of this name, as text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        let found = self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
        found.map(|(_, value)| super::target::latin1(value))
    }

    /// Delivers it. `head_only`: it answers a HEAD. `keep`: the client would keep the connection.
    ///
    /// # Errors
    /// When the client is gone.
    pub fn send(&self, shared: &Shared, mut stream: &TcpStream, head_only: bool, keep: bool) -> io::Result<End> {
        if self.delivery.hang && shared.pause(stream, None) == Waited::Gone {
            return Ok(End::Gone);
        }
        if self.delivery.delay.is_some() && shared.pause(stream, self.delivery.delay) == Waited::Gone {
            return Ok(End::Gone);
        }
        if let Some(link) = &self.delivery.early_hints {
            write!(stream, "HTTP/1.1 103 Early Hints\r\nLink: {link}\r\n\r\n")?;
        }
        let keep = keep && !self.delivery.close;
        let bodiless = head_only || matches!(self.status, 100..=199 | 204 | 304);
        let head = self.head(keep);
        if bodiless {
            stream.write_all(&head)?;
        } else if let Some(end) = self.send_body(shared, stream, head)? {
            return Ok(end);
        }
        Ok(if keep { End::Keep } else { End::Close })
    }

    fn head(&self, keep: bool) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} {}\r\n", self.status, reason(self.status)).into_bytes();
        let mut line = |name: &str, value: &[u8]| {
            head.extend_from_slice(&[name.as_bytes(), b": ", value, b"\r\n"].concat());
        };
        for (name, value) in &self.headers {
            line(name, value);
        }
        if self.header("content-length").is_none() && !matches!(self.status, 100..=199 | 204 | 304) {
            match self.delivery.chunked {
                Some(_) => line("Transfer-Encoding", b"chunked"),
                None => line("Content-Length", self.content.len().to_string().as_bytes()),
            }
        }
        if !keep {
            line("Connection", b"close");
        }
        head.extend_from_slice(b"\r\n");
        head
    }

    /// `Some`: it broke off. The head goes out with the first piece, in one segment where it fits.
    fn send_body(&self, shared: &Shared, mut stream: &TcpStream, head: Vec<u8>) -> io::Result<Option<End>> {
        let Delivery { chunked, hold, cut, mut trickle, .. } = self.delivery;
        let mut out = head;
        let mut sent = 0;
        loop {
            if hold == Some(sent) {
                stream.write_all(&std::mem::take(&mut out))?;
                if shared.pause(stream, None) == Waited::Gone {
                    return Ok(Some(End::Gone));
                }
            }
            if cut == Some(sent) {
                stream.write_all(&out)?;
                return Ok(Some(if self.delivery.cut_orderly { End::Finish } else { End::Reset }));
            }
            if sent >= self.content.len() {
                break;
            }
            let whole = if trickle.is_some() { 1 } else { chunked.unwrap_or(PIECE).clamp(1, PIECE) };
            // The next place where something happens ends the piece.
            let stop = [hold, cut].into_iter().flatten().filter(|&at| at > sent).min().unwrap_or(u64::MAX);
            let len = whole.min(usize::try_from(stop - sent).unwrap_or(usize::MAX));
            let piece = self.content.piece(sent, len);
            // A cut within a chunk: its size line promises more than will come.
            let is_last = cut == Some(sent + piece.len() as u64);
            let promised = if is_last { piece.len() + 1 } else { piece.len() };
            frame(&mut out, &piece, chunked.map(|_| promised));
            stream.write_all(&std::mem::take(&mut out))?;
            sent += piece.len() as u64;
            if trickle.is_some() && sent < self.content.len() {
                match shared.pause(stream, trickle) {
                    Waited::Gone => return Ok(Some(End::Gone)),
                    Waited::Released => trickle = None,
                    Waited::Elapsed => {}
                }
            }
        }
        if chunked.is_some() {
            out.extend_from_slice(b"0\r\n\r\n");
        }
        out.extend_from_slice(&self.delivery.excess);
        stream.write_all(&out)?;
        Ok(None)
    }
}

/// The size of a write, in bytes.
const PIECE: usize = 64 * 1024;

fn frame(out: &mut Vec<u8>, piece: &[u8], chunk: Option<usize>) {
    if let Some(size) = chunk {
        out.extend_from_slice(format!("{size:x}\r\n").as_bytes());
    }
    out.extend_from_slice(piece);
    if chunk == Some(piece.len()) {
        out.extend_from_slice(b"\r\n");
    }
}

/// The reason phrase, as nginx and Cloudflare write it.
#[must_use]
pub const fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        204 => "No Content",
        206 => "Partial Content",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        410 => "Gone",
        416 => "Range Not Satisfiable",
        426 => "Upgrade Required",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Temporarily Unavailable",
        504 => "Gateway Time-out",
        505 => "HTTP Version Not Supported",
        507 => "Insufficient Storage",
        520 => "Web Server Returned an Unknown Error",
        521 => "Web Server Is Down",
        522 => "Connection Timed Out",
        523 => "Origin Is Unreachable",
        524 => "A Timeout Occurred",
        525 => "SSL Handshake Failed",
        526 => "Invalid SSL Certificate",
        530 => "Origin DNS Error",
        _ => "Status",
    }
}
