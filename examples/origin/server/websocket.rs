//! Does an upgrade get through? A WebSocket that sends back what it gets.

use std::io::{self, Write as _};

use tungstenite::protocol::Role;
use tungstenite::{Message, WebSocket, handshake};

use super::connection::Exchange;
use super::reply::{End, Reply};

/// Upgrades the connection and echoes until one side closes. `read_ahead`: what came after the request.
///
/// # Errors
/// When the client is gone before the upgrade.
pub fn answer(exchange: &Exchange, read_ahead: &[u8]) -> io::Result<End> {
    let Some(key) = exchange.request.header("sec-websocket-key") else {
        return exchange.send(&Reply::new(400, "text/plain", "Sec-WebSocket-Key is missing\n"));
    };
    let mut stream = exchange.stream;
    let accept = handshake::derive_accept_key(key.as_bytes());
    write!(
        stream,
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: {accept}\r\n\r\n"
    )?;
    let mut socket = WebSocket::from_partially_read(stream, read_ahead.to_vec(), Role::Server, None);
    // An error is how a closed connection shows, and then all is said.
    while let Ok(message) = socket.read() {
        if matches!(message, Message::Text(_) | Message::Binary(_)) && socket.send(message).is_err() {
            break;
        }
    }
    Ok(End::Close)
}
