//! Who asks? Visitors on connections that stay open, each with the next request as soon as it has the answer.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// A number of requests.
pub struct Load {
    /// For what.
    pub target: &'static str,
    /// How many in all.
    pub requests: usize,
    /// On how many connections at once.
    pub connections: usize,
    /// Every answer must have this status, or the figure would be of something else.
    pub status: u16,
}

impl Load {
    /// Runs it; requests per second.
    pub fn run(&self, port: u16) -> f64 {
        let each = self.requests / self.connections;
        let took = timed(|| {
            std::thread::scope(|scope| {
                for _ in 0..self.connections {
                    scope.spawn(|| {
                        let mut visitor = Visitor::new(port);
                        for _ in 0..each {
                            assert_eq!(visitor.get(self.target), self.status, "{}", self.target);
                        }
                    });
                }
            });
        });
        (each * self.connections) as f64 / took
    }
}

/// How long each of `requests` took, sorted, asked on so many connections at once. Each answer must have one of these statuses.
pub fn waits(port: u16, target: &str, requests: usize, connections: usize, statuses: &[u16]) -> Vec<Duration> {
    let mut all: Vec<Duration> = std::thread::scope(|scope| {
        let visitors: Vec<_> = (0..connections)
            .map(|_| {
                scope.spawn(|| {
                    let mut visitor = Visitor::new(port);
                    let one = |_| {
                        let start = Instant::now();
                        let status = visitor.get(target);
                        assert!(statuses.contains(&status), "{target}: {status}");
                        start.elapsed()
                    };
                    (0..requests / connections).map(one).collect::<Vec<_>>()
                })
            })
            .collect();
        visitors.into_iter().flat_map(|v| v.join().expect("a visitor")).collect()
    });
    all.sort();
    all
}

/// Seconds that something took.
pub fn timed(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}

/// The one in the middle.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

struct Visitor {
    stream: BufReader<TcpStream>,
}

impl Visitor {
    fn new(port: u16) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).expect("a connection");
        stream.set_nodelay(true).expect("a socket");
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a socket");
        Self { stream: BufReader::with_capacity(256 * 1024, stream) }
    }

    /// One request; the status, once the whole body was read.
    fn get(&mut self, target: &str) -> u16 {
        let head = format!(
            "GET {target} HTTP/1.1\r\nHost: www.example\r\nAccept: text/html\r\nUser-Agent: bench\r\nAccept-Encoding: gzip\r\n\r\n"
        );
        self.stream.get_mut().write_all(head.as_bytes()).expect("to be heard");
        let first = self.line();
        let status = first.get(9..12).and_then(|s| s.parse().ok()).unwrap_or_else(|| panic!("no status: {first}"));
        let (mut length, mut chunked) = (0u64, false);
        loop {
            let line = self.line().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().expect("a length");
            }
            chunked |= line.starts_with("transfer-encoding:");
        }
        if !chunked {
            self.skip(length);
            return status;
        }
        loop {
            let size = u64::from_str_radix(self.line().trim(), 16).expect("a chunk size");
            self.skip(size);
            self.line();
            if size == 0 {
                return status;
            }
        }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stream.read_line(&mut line).expect("an answer");
        line.trim_end().to_owned()
    }

    fn skip(&mut self, bytes: u64) {
        let mut body = self.stream.by_ref().take(bytes);
        std::io::copy(&mut body, &mut std::io::sink()).expect("a body");
        assert_eq!(body.limit(), 0, "the body was cut short");
    }
}
