//! An HTTP client that hides nothing: bytes out, bytes in, and whether a reset ended the connection.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// All that came before the connection ended.
#[derive(Debug)]
pub struct Raw {
    /// Heads and bodies as they came.
    pub bytes: Vec<u8>,
    /// A reset ended it, not an orderly close.
    pub reset: bool,
}

impl Raw {
    /// Everything as text, byte for character.
    pub fn text(&self) -> String {
        self.bytes.iter().map(|&b| char::from(b)).collect()
    }

    /// The first head, its empty line included.
    pub fn head(&self) -> String {
        self.text().split_inclusive("\r\n\r\n").next().unwrap_or_default().to_owned()
    }

    /// What follows the first head, chunks as they came.
    pub fn body(&self) -> &[u8] {
        let end = self.bytes.windows(4).position(|w| w == b"\r\n\r\n").expect("a whole head");
        &self.bytes[end + 4..]
    }

    /// The status of the first head.
    pub fn status(&self) -> u16 {
        self.text()["HTTP/1.1 ".len()..][..3].parse().expect("a status")
    }

    /// The values of a header, in their order.
    pub fn header(&self, name: &str) -> Vec<String> {
        let head = self.head();
        let lines = head.lines().skip(1).filter_map(|line| line.split_once(": "));
        lines.filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned()).collect()
    }
}

/// A connection to a port of loopback. What takes longer than 30 seconds has failed.
pub fn connect(port: u16) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", port)).expect("a connection");
    stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a time limit");
    stream
}

/// A connection on which these bytes were sent.
pub fn send(port: u16, request: &[u8]) -> TcpStream {
    let mut stream = connect(port);
    stream.write_all(request).expect("to be heard");
    stream
}

/// Everything until the connection ends.
pub fn drain(mut stream: TcpStream) -> Raw {
    let mut bytes = Vec::new();
    let reset = match stream.read_to_end(&mut bytes) {
        Ok(_) => false,
        Err(error) if error.kind() == ErrorKind::ConnectionReset => true,
        Err(error) => panic!("{error} after {bytes:?}"),
    };
    Raw { bytes, reset }
}

/// The answer to a request with `Connection: close`, `more` header lines (each with its `\r\n`), and no body.
pub fn ask(port: u16, method: &str, target: &str, more: &str) -> Raw {
    let request = format!("{method} {target} HTTP/1.1\r\nHost: o.example\r\nConnection: close\r\n{more}\r\n");
    drain(send(port, request.as_bytes()))
}
