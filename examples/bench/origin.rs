//! Who answers? A server as fast as a few lines can make it: the less it takes, the more of the figure is the Worker.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};

/// The origin of the benchmarks: `/small`, `/page` (15 KB), `/big`, `/file` and `/download` (the small and the big one with a
/// strong validator), `/down`, and `/sometimes`, which can be made to hang.
pub struct Origin {
    port: u16,
    hanging: Arc<(Mutex<bool>, Condvar)>,
}

impl Origin {
    /// Starts it on a free port of loopback; it ends with the process.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let hanging = Arc::new((Mutex::new(false), Condvar::new()));
        let shared = Arc::clone(&hanging);
        let big: Arc<[u8]> = vec![b'x'; BIG].into();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (shared, big) = (Arc::clone(&shared), Arc::clone(&big));
                std::thread::spawn(move || serve(stream, &shared, &big));
            }
        });
        Self { port, hanging }
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether `/sometimes` hangs.
    pub fn hang(&self, hang: bool) {
        *self.hanging.0.lock().expect("no panic") = hang;
        self.hanging.1.notify_all();
    }
}

/// Until the connection ends, in whichever way.
fn serve(stream: TcpStream, hanging: &(Mutex<bool>, Condvar), big: &[u8]) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut output = stream.try_clone().ok()?;
    let mut input = BufReader::new(stream);
    let small = [b'x'; 1024];
    loop {
        let mut first = String::new();
        if input.read_line(&mut first).ok()? == 0 {
            return None;
        }
        let mut line = String::new();
        while input.read_line(&mut line).ok()? > 2 {
            line.clear();
        }
        match first.split(' ').nth(1)? {
            "/big" => answer(&mut output, "200 OK", big)?,
            "/file" => answer(&mut output, RESUMABLE, &small)?,
            "/download" => answer(&mut output, RESUMABLE, big)?,
            "/page" => answer(&mut output, "200 OK", &[b'x'; 15 * 1024])?,
            "/down" => answer(&mut output, "502 Bad Gateway", b"<h1>502 Bad Gateway</h1>")?,
            "/sometimes" => {
                let held = hanging.0.lock().ok()?;
                drop(hanging.1.wait_while(held, |hang| *hang).ok()?);
                answer(&mut output, "200 OK", &small)?;
            }
            _ => answer(&mut output, "200 OK", &small)?,
        }
    }
}

fn answer(output: &mut TcpStream, status: &str, body: &[u8]) -> Option<()> {
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html\r\nCache-Control: max-age=60\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    if body.len() < 4096 {
        return output.write_all(&[head.as_bytes(), body].concat()).ok();
    }
    output.write_all(head.as_bytes()).ok()?;
    output.write_all(body).ok()
}

/// A status, and what makes an answer a download that can be resumed.
const RESUMABLE: &str = "200 OK\r\nETag: \"a\"\r\nAccept-Ranges: bytes";

/// 30 MB.
const BIG: usize = 30_000_000;
