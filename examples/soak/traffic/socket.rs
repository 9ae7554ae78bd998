//! Does a WebSocket go through? One is opened, and what is said comes back.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use tungstenite::Message;

use super::visitor::SILENCE;

/// How long it took.
///
/// # Errors
/// It was not opened, or something else came back.
pub fn echo(port: u16, words: &str) -> Result<Duration, String> {
    let start = Instant::now();
    let stream = TcpStream::connect(("127.0.0.1", port)).map_err(|error| format!("no connection: {error}"))?;
    stream.set_read_timeout(Some(SILENCE)).map_err(|error| error.to_string())?;
    let opened = tungstenite::client("ws://www.example/ws", stream);
    let (mut socket, _) = opened.map_err(|error| format!("the upgrade failed: {error}"))?;
    let said = Message::text(words);
    let heard =
        socket.send(said.clone()).and_then(|()| socket.read()).map_err(|error| format!("it broke off: {error}"))?;
    let _ = socket.close(None);
    if heard == said { Ok(start.elapsed()) } else { Err(format!("{heard:?} instead of {said:?}")) }
}
