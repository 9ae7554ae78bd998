//! A visitor: one request, one connection, the answer as it came over the wire.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use super::raw::{self, Raw};

/// An answer.
pub struct Reply {
    /// Status code.
    pub status: u16,
    /// Body, without chunk framing, content codings as they came.
    pub body: Vec<u8>,
    /// The body ended as its framing says.
    pub whole: bool,
    /// Everything as it came.
    pub raw: Raw,
}

impl std::fmt::Debug for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        let start: String = self.text().chars().take(500).collect();
        write!(f, "\n{}{start}\n(whole: {}, {} bytes)", self.raw.head(), self.whole, self.body.len())
    }
}

impl Reply {
    /// The only value of a field.
    pub fn field(&self, name: &str) -> Option<String> {
        let mut all = self.raw.header(name);
        assert!(all.len() <= 1, "{name} {all:?}");
        all.pop()
    }

    /// All values of a field.
    pub fn fields(&self, name: &str) -> Vec<String> {
        self.raw.header(name)
    }

    /// The field is there and contains this.
    pub fn says(&self, name: &str, part: &str) -> bool {
        self.raw.header(name).iter().any(|value| value.contains(part))
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {:.500}", self.text()))
    }
}

/// One request to `www.example`.
pub fn ask(port: u16, method: &str, target: &str, fields: &[(&str, &str)], body: &[u8]) -> Reply {
    read(send(port, method, target, fields, body), method)
}

/// The connection on which this request was sent.
pub fn send(port: u16, method: &str, target: &str, fields: &[(&str, &str)], body: &[u8]) -> TcpStream {
    let mut head = format!("{method} {target} HTTP/1.1\r\n").into_bytes();
    if fields.iter().all(|(name, _)| !name.eq_ignore_ascii_case("host")) {
        head.extend(b"Host: www.example\r\n");
    }
    for (name, value) in fields {
        // Byte for character, so that a test can send latin-1.
        head.extend(name.bytes().chain(*b": "));
        head.extend(value.chars().map(|c| u8::try_from(u32::from(c)).expect("latin-1")));
        head.extend(b"\r\n");
    }
    if !body.is_empty() || matches!(method, "POST" | "PUT" | "PATCH") {
        head.extend(format!("Content-Length: {}\r\n", body.len()).into_bytes());
    }
    head.extend(b"Connection: close\r\n\r\n");
    let mut stream = raw::send(port, &head);
    stream.write_all(body).expect("to be heard");
    stream
}

/// What has come of an answer when all of its head has, and no more than comes with that.
pub fn head(stream: &mut TcpStream) -> Vec<u8> {
    let (mut got, mut buffer) = (Vec::new(), [0; 4096]);
    while !got.windows(4).any(|end| end == b"\r\n\r\n") {
        let read = stream.read(&mut buffer).expect("a head");
        assert!(read > 0, "it ended: {got:?}");
        got.extend(&buffer[..read]);
    }
    got
}

/// What makes a GET ask for a WebSocket (RFC 6455 §4.1).
pub const UPGRADE: [(&str, &str); 4] = [
    ("connection", "Upgrade"),
    ("upgrade", "websocket"),
    ("sec-websocket-version", "13"),
    ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
];

/// The answer on this connection.
pub fn read(stream: TcpStream, method: &str) -> Reply {
    let raw = raw::drain(stream);
    assert!(!raw.bytes.is_empty(), "no answer at all");
    let status = raw.status();
    let (body, whole) = unframed(&raw, method == "HEAD" || status == 304 || status == 204);
    Reply { status, body, whole, raw }
}

fn unframed(raw: &Raw, bodiless: bool) -> (Vec<u8>, bool) {
    if bodiless {
        return (raw.body().to_vec(), true);
    }
    if raw.header("transfer-encoding").iter().any(|value| value == "chunked") {
        return dechunked(raw.body());
    }
    let body = raw.body().to_vec();
    let length = raw.header("content-length").first().and_then(|l| l.parse::<usize>().ok());
    let whole = length.is_none_or(|length| length == body.len()) && !raw.reset;
    (body, whole)
}

fn dechunked(mut bytes: &[u8]) -> (Vec<u8>, bool) {
    let mut body = Vec::new();
    loop {
        let Some(end) = bytes.windows(2).position(|w| w == b"\r\n") else { return (body, false) };
        let size = std::str::from_utf8(&bytes[..end]).ok().and_then(|s| usize::from_str_radix(s.trim(), 16).ok());
        let Some(size) = size else { return (body, false) };
        let rest = &bytes[end + 2..];
        if size == 0 {
            return (body, rest.starts_with(b"\r\n"));
        }
        let Some(chunk) = rest.get(..size) else {
            body.extend(rest);
            return (body, false);
        };
        body.extend(chunk);
        bytes = rest.get(size + 2..).unwrap_or_default();
    }
}
