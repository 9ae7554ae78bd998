//! Who asks? Visitors on connections that stay open, each with the next request as soon as it has the answer.
//!
//! All of them in one thread that takes their answers in turn: client and runtime share the machine, and whatever the client
//! spends on an answer (a thread that wakes up, a header line that is copied) would count against the Worker that sent it.

use std::io::{BufRead as _, BufReader, Write as _};
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
        let request = request(self.target);
        let mut visitors: Vec<_> = (0..self.connections).map(|_| Visitor::new(port)).collect();
        let took = timed(|| {
            visitors.iter_mut().for_each(|visitor| visitor.ask(&request));
            for number in 0..self.requests {
                let visitor = &mut visitors[number % self.connections];
                assert_eq!(visitor.answer(), self.status, "{}", self.target);
                if number + self.connections < self.requests {
                    visitor.ask(&request);
                }
            }
        });
        self.requests as f64 / took
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
                        visitor.ask(&request(target));
                        let status = visitor.answer();
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

fn request(target: &str) -> String {
    format!(
        "GET {target} HTTP/1.1\r\nHost: www.example\r\nAccept: text/html\r\nUser-Agent: bench\r\nAccept-Encoding: gzip\r\n\r\n"
    )
}

struct Visitor {
    stream: BufReader<TcpStream>,
    line: Vec<u8>,
}

impl Visitor {
    fn new(port: u16) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).expect("a connection");
        stream.set_nodelay(true).expect("a socket");
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a socket");
        Self { stream: BufReader::with_capacity(256 * 1024, stream), line: Vec::new() }
    }

    fn ask(&mut self, request: &str) {
        self.stream.get_mut().write_all(request.as_bytes()).expect("to be heard");
    }

    /// The status, once the whole body was read.
    fn answer(&mut self) -> u16 {
        let first = self.line();
        let status = first.get(9..12).and_then(|s| s.parse().ok()).unwrap_or_else(|| panic!("no status: {first}"));
        let (mut length, mut chunked) = (0, false);
        loop {
            let line = self.line();
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(':').expect("a header field");
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().expect("a length");
            }
            chunked |= name.eq_ignore_ascii_case("transfer-encoding");
        }
        if !chunked {
            self.skip(length);
            return status;
        }
        loop {
            let size = usize::from_str_radix(self.line(), 16).expect("a chunk size");
            self.skip(size);
            self.line();
            if size == 0 {
                return status;
            }
        }
    }

    fn line(&mut self) -> &str {
        self.line.clear();
        self.stream.read_until(b'\n', &mut self.line).expect("an answer");
        std::str::from_utf8(&self.line).expect("ASCII").trim_end()
    }

    fn skip(&mut self, mut bytes: usize) {
        while bytes > 0 {
            let here = self.stream.fill_buf().expect("a body").len().min(bytes);
            assert_ne!(here, 0, "the body was cut short");
            self.stream.consume(here);
            bytes -= here;
        }
    }
}
