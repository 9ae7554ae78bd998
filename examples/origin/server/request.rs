//! What did the client send? Reads one HTTP/1.1 request from a socket, its body counted and hashed but not kept.

use std::io::{self, BufRead, Read as _};

use super::content::Hash;
use super::target::latin1;

/// A request without its body.
#[derive(Debug, Clone)]
pub struct Request {
    /// As it came: any token.
    pub method: String,
    /// As it came, byte for character.
    pub target: String,
    /// HTTP/1.1, not 1.0.
    pub modern: bool,
    /// Names and values as they came, in their order.
    pub headers: Vec<(String, Vec<u8>)>,
}

/// What is kept of a request's body.
#[derive(Debug, Clone)]
pub struct Digest {
    /// Its length in bytes.
    pub len: u64,
    /// Its hash.
    pub hash: Hash,
    /// Its first bytes, at most [`MAX_START`].
    pub start: Vec<u8>,
}

impl Request {
    /// The next request; `None` when the client has closed the connection.
    ///
    /// # Errors
    /// When the connection breaks, or what comes is not HTTP.
    pub fn read(input: &mut impl BufRead) -> io::Result<Option<Self>> {
        let mut left = MAX_HEAD;
        let mut line = read_line(input, &mut left)?;
        // RFC 9112 §2.2: an empty line before a request is to be ignored.
        if line.as_deref() == Some(b"") {
            line = read_line(input, &mut left)?;
        }
        let Some(line) = line else { return Ok(None) };
        let line = latin1(&line);
        let mut words = line.split(' ');
        let (Some(method), Some(target), Some(version), None) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            return Err(malformed("request line"));
        };
        if !version.starts_with("HTTP/1.") {
            return Err(malformed("version"));
        }
        let mut headers = Vec::new();
        loop {
            let line = read_line(input, &mut left)?.ok_or_else(|| malformed("head"))?;
            if line.is_empty() {
                break;
            }
            let colon = line.iter().position(|&b| b == b':').ok_or_else(|| malformed("header"))?;
            let (name, value) = line.split_at(colon);
            headers.push((latin1(name), value.get(1..).unwrap_or_default().trim_ascii().to_vec()));
        }
        Ok(Some(Self { method: method.to_owned(), target: target.to_owned(), modern: version != "HTTP/1.0", headers }))
    }

    /// The first header of this name, as text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| latin1(value))
    }

    /// Does the header of this name, a list, have this member?
    #[must_use]
    pub fn lists(&self, name: &str, member: &str) -> bool {
        let header = self.header(name).unwrap_or_default();
        header.split(',').any(|m| m.trim().eq_ignore_ascii_case(member))
    }

    /// Does the client wait for a `100 Continue`?
    #[must_use]
    pub fn expects_continue(&self) -> bool {
        self.lists("expect", "100-continue")
    }

    /// May another request follow on this connection?
    #[must_use]
    pub fn keeps_alive(&self) -> bool {
        if self.modern { !self.lists("connection", "close") } else { self.lists("connection", "keep-alive") }
    }

    /// Reads the body to its end.
    ///
    /// # Errors
    /// When the connection breaks before that.
    pub fn read_body(&self, input: &mut impl BufRead) -> io::Result<Digest> {
        let mut digest = Digest { len: 0, hash: Hash::new(), start: Vec::new() };
        if self.lists("transfer-encoding", "chunked") {
            loop {
                let line = read_line(input, &mut MAX_HEAD.clone())?.ok_or_else(|| malformed("chunk"))?;
                let size = latin1(&line);
                let size = size.split(';').next().unwrap_or_default().trim();
                let size = u64::from_str_radix(size, 16).map_err(|_| malformed("chunk size"))?;
                digest.take(input, size)?;
                if size == 0 {
                    // The trailers, up to an empty line.
                    while read_line(input, &mut MAX_HEAD.clone())?.is_some_and(|line| !line.is_empty()) {}
                    return Ok(digest);
                }
                read_line(input, &mut MAX_HEAD.clone())?;
            }
        }
        let length = self.header("content-length").unwrap_or_else(|| "0".to_owned());
        digest.take(input, length.parse().map_err(|_| malformed("content-length"))?)?;
        Ok(digest)
    }
}

impl Digest {
    fn take(&mut self, input: &mut impl BufRead, mut left: u64) -> io::Result<()> {
        while left > 0 {
            let buffer = input.fill_buf()?;
            if buffer.is_empty() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let len = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            let bytes = buffer.get(..len).unwrap_or_default();
            let room = MAX_START.saturating_sub(self.start.len()).min(len);
            self.start.extend_from_slice(bytes.get(..room).unwrap_or_default());
            self.hash = self.hash.and(bytes);
            input.consume(len);
            self.len += len as u64;
            left -= len as u64;
        }
        Ok(())
    }
}

/// How much of a body is kept, in bytes.
pub const MAX_START: usize = 4096;

/// The longest request head, in bytes.
const MAX_HEAD: u64 = 256 * 1024;

fn read_line(input: &mut impl BufRead, left: &mut u64) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let len = input.by_ref().take(*left).read_until(b'\n', &mut line)?;
    *left -= len as u64;
    if len == 0 && *left > 0 {
        return Ok(None);
    }
    if line.pop() != Some(b'\n') {
        return Err(malformed("line"));
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    Ok(Some(line))
}

fn malformed(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
