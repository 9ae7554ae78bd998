//! Is it HTTP? Reads one answer from a connection that stays open, and believes nothing (RFC 9112).

use std::io::{self, BufRead as _, BufReader, Read as _};
use std::net::TcpStream;

/// An answer, read to the end of its body.
#[derive(Debug)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// Names and values in their order.
    pub fields: Vec<(String, String)>,
    /// Without chunk framing, content codings as they came.
    pub body: Vec<u8>,
    /// The connection ended before the body did.
    pub cut: bool,
    /// Another request may follow on the connection.
    pub keeps: bool,
}

impl Answer {
    /// The first value of a field, or nothing.
    pub fn field(&self, name: &str) -> &str {
        self.fields.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
    }

    /// The body as text.
    pub fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }

    /// The next answer to a request of this method. Interim ones (1xx) are read and left out.
    ///
    /// `None`: the connection ended, and not one byte of an answer had come.
    ///
    /// # Errors
    /// What is wrong with it: nothing more came, or it is not HTTP.
    pub fn read(input: &mut BufReader<TcpStream>, method: &str) -> Result<Option<Self>, String> {
        let there = input.fill_buf().map(|bytes| (!bytes.is_empty()).then(Vec::new));
        if ended(there)?.is_none() {
            return Ok(None);
        }
        loop {
            let status = status(&line(input)?)?;
            let fields = fields(input)?;
            if status == 101 || status >= 200 {
                return Self { status, fields, body: Vec::new(), cut: false, keeps: true }
                    .with_body(input, method)
                    .map(Some);
            }
        }
    }

    fn with_body(mut self, input: &mut BufReader<TcpStream>, method: &str) -> Result<Self, String> {
        let named = |name: &str| self.fields.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name)).count();
        let (lengths, codings) = (named("content-length"), named("transfer-encoding"));
        if lengths + codings > 1 {
            return Err(format!("framed more than once: {:?}", self.fields));
        }
        self.keeps = !self.field("connection").eq_ignore_ascii_case("close");
        if method == "HEAD" || matches!(self.status, 204 | 304) {
            return Ok(self);
        }
        if codings == 1 {
            if self.field("transfer-encoding") != "chunked" {
                return Err(format!("transfer coding {:?}", self.field("transfer-encoding")));
            }
            self.cut = !chunks(input, &mut self.body)?;
        } else if lengths == 1 {
            let length = self.field("content-length");
            let length = length.parse().map_err(|_| format!("Content-Length {length:?}"))?;
            self.cut = !take(input, length, &mut self.body)?;
        } else {
            return Err(format!("{} without any framing: {:?}", self.status, self.fields));
        }
        self.keeps &= !self.cut;
        Ok(self)
    }
}

fn status(line: &str) -> Result<u16, String> {
    let code = line.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.split(' ').next()).unwrap_or_default();
    let known = code.len() == 3 && code.starts_with(|c: char| ('1'..='9').contains(&c));
    code.parse().ok().filter(|_| known).ok_or_else(|| format!("no status line: {line:?}"))
}

fn fields(input: &mut BufReader<TcpStream>) -> Result<Vec<(String, String)>, String> {
    let mut fields = Vec::new();
    loop {
        let line = line(input)?;
        if line.is_empty() {
            return Ok(fields);
        }
        let is_token = |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_graphic() && b != b'"');
        match line.split_once(':') {
            Some((name, value)) if is_token(name) => fields.push((name.to_owned(), value.trim().to_owned())),
            _ => return Err(format!("no field line: {line:?}")),
        }
    }
}

/// `false`: the connection ended before the last chunk.
fn chunks(input: &mut BufReader<TcpStream>, body: &mut Vec<u8>) -> Result<bool, String> {
    loop {
        let Some(size) = ended(bytes_to_lf(input))? else { return Ok(false) };
        let digits = String::from_utf8_lossy(&size);
        let size = u64::from_str_radix(digits.trim(), 16).map_err(|_| format!("chunk size {digits:?}"))?;
        if !take(input, size, body)? {
            return Ok(false);
        }
        match ended(bytes_to_lf(input))? {
            None => return Ok(false),
            Some(end) if end != b"\r\n" => return Err(format!("{:?} after a chunk", String::from_utf8_lossy(&end))),
            Some(_) if size == 0 => return Ok(true),
            Some(_) => {}
        }
    }
}

/// `false`: the connection ended before so many bytes were there.
fn take(input: &mut BufReader<TcpStream>, length: u64, body: &mut Vec<u8>) -> Result<bool, String> {
    let before = body.len() as u64;
    let read = input.by_ref().take(length).read_to_end(body).map(|_| Some(Vec::new()));
    ended(read)?;
    Ok(body.len() as u64 - before == length)
}

/// A line of a head; that one ends early is never right.
fn line(input: &mut BufReader<TcpStream>) -> Result<String, String> {
    let bytes = ended(bytes_to_lf(input))?.ok_or("the connection ended instead of a head")?;
    let line = bytes.strip_suffix(b"\r\n").ok_or_else(|| format!("{:?} in a head", String::from_utf8_lossy(&bytes)))?;
    Ok(line.iter().map(|&byte| char::from(byte)).collect())
}

/// `None`: the connection ended.
fn bytes_to_lf(input: &mut BufReader<TcpStream>) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    input.by_ref().take(MAX_LINE).read_until(b'\n', &mut line)?;
    Ok((!line.is_empty()).then_some(line).filter(|line| line.ends_with(b"\n")))
}

/// A reset is an end like any other; silence is not.
fn ended(read: io::Result<Option<Vec<u8>>>) -> Result<Option<Vec<u8>>, String> {
    match read {
        Ok(read) => Ok(read),
        Err(error) if error.kind() == io::ErrorKind::ConnectionReset => Ok(None),
        Err(error) => Err(format!("nothing more came: {error}")),
    }
}

const MAX_LINE: u64 = 2 << 20;
