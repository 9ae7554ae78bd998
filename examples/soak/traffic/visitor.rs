//! How does one visitor ask? One request after the other, on a connection that is kept for as long as it may be.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::errand::{Errand, Leaves};
use super::wire::Answer;

/// What a visitor got.
pub enum Got {
    /// An answer, after so long.
    Answer(Answer, Duration),
    /// The end of the connection instead.
    End(String),
    /// The visitor did not stay for it.
    Left,
}

/// A visitor of this port.
pub struct Visitor {
    port: u16,
    kept: Option<BufReader<TcpStream>>,
}

impl Visitor {
    /// Without a connection.
    pub fn new(port: u16) -> Self {
        Self { port, kept: None }
    }

    /// Where it asks.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Asks once.
    ///
    /// # Errors
    /// Silence, or something that is not HTTP.
    pub fn ask(&mut self, errand: &Errand) -> Result<Got, String> {
        let kept = self.kept.take().filter(|_| !errand.fresh);
        let is_kept = kept.is_some();
        let mut stream = match kept {
            Some(stream) => stream,
            None => self.connect()?,
        };
        if !stream.buffer().is_empty() {
            return Err(format!("{} bytes that nobody asked for", stream.buffer().len()));
        }
        let bytes = errand.bytes();
        let start = Instant::now();
        let (first, rest) = bytes.split_at(bytes.len() / 2);
        if errand.leaves == Leaves::Asking {
            let _ = stream.get_mut().write_all(first);
            return Ok(Got::Left);
        }
        // An answer may come before a body was read to its end; what counts is whether it comes.
        let sent = stream.get_mut().write_all(first).and_then(|()| stream.get_mut().write_all(rest));
        match errand.leaves {
            Leaves::Asked => return Ok(Got::Left),
            Leaves::Reading => {
                // Some of it, whatever it is.
                let _ = stream.fill_buf();
                return Ok(Got::Left);
            }
            Leaves::Stays | Leaves::Asking => {}
        }
        let told = |error: &str| {
            let age = if is_kept { "kept" } else { "new" };
            format!("{error} (a {age} connection; sent: {sent:?}; {:?})", start.elapsed())
        };
        let answer = Answer::read(&mut stream, errand.method).map_err(|error| told(&error))?;
        let Some(answer) = answer else { return Ok(Got::End(told("the connection ended instead of an answer"))) };
        let took = start.elapsed();
        if answer.keeps && sent.is_ok() {
            self.kept = Some(stream);
        }
        Ok(Got::Answer(answer, took))
    }

    fn connect(&self) -> Result<BufReader<TcpStream>, String> {
        let connected = TcpStream::connect(("127.0.0.1", self.port)).and_then(|stream| {
            stream.set_nodelay(true)?;
            stream.set_read_timeout(Some(SILENCE))?;
            stream.set_write_timeout(Some(SILENCE))?;
            Ok(BufReader::with_capacity(64 * 1024, stream))
        });
        connected.map_err(|error| format!("no connection: {error}"))
    }
}

/// Far more than `DEADLINE`.
pub const SILENCE: Duration = Duration::from_secs(20);
