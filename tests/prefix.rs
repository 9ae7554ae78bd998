//! How much of a body is read to find out who wrote it? Of a failure's a small prefix, of anything else nothing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use understudy::config::Config;
use understudy::failure::{Body, MAX_PREFIX, Outcome, Prefix, Until, classify, inspect};
use understudy::gateway::{Author, MAX_BYTES, author};

/// A body that counts what is taken from it.
struct Stream {
    body: Vec<u8>,
    chunk: usize,
    taken: usize,
}

impl Stream {
    fn new(body: Vec<u8>, chunk: usize) -> Self {
        Self { body, chunk, taken: 0 }
    }

    fn next(&mut self) -> Option<&[u8]> {
        let from = self.taken;
        self.taken = (from + self.chunk).min(self.body.len());
        (from < self.taken).then(|| &self.body[from..self.taken])
    }

    /// As the driver does it: nothing is taken that the core does not want.
    fn read(&mut self, until: Option<Until>) -> Option<Prefix> {
        let until = until?;
        let mut prefix = Prefix::default();
        while prefix.wants(until).is_some() {
            match self.next() {
                Some(chunk) => prefix.add(chunk),
                None => prefix.end(),
            }
        }
        Some(prefix)
    }
}

const HTML: [(&str, &str); 1] = [("content-type", "text/html")];

fn config(vars: &[(&str, &str)]) -> Config {
    let (config, mistakes) =
        Config::from_vars(|name| vars.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned()));
    assert!(mistakes.is_empty(), "{mistakes:?}");
    config
}

/// What the default configuration wants to see of an answer, and how much of its megabyte was taken.
fn looks(method: &str, status: u16) -> (Option<Until>, usize) {
    let until = inspect(&config(&[]).failure, method, status, &HTML);
    let mut stream = Stream::new(vec![b'x'; 1 << 20], 1);
    stream.read(until);
    (until, stream.taken)
}

#[test]
fn of_a_failure_only_a_small_prefix_is_read() {
    for status in [502, 503, 504, 520, 521, 530] {
        assert_eq!(looks("GET", status), (Some(Until::Start), MAX_PREFIX), "{status}");
    }
    for chunk in [1, 7, 1000, MAX_PREFIX - 1, MAX_PREFIX, MAX_PREFIX + 1, 65_536] {
        let mut stream = Stream::new(vec![b'x'; 1 << 20], chunk);
        let prefix = stream.read(Some(Until::Start)).unwrap();
        assert_eq!((prefix.bytes().len(), prefix.is_whole()), (MAX_PREFIX, false), "{chunk}");
        // Not one chunk after the one with which there was enough.
        assert_eq!(stream.taken, MAX_PREFIX.div_ceil(chunk) * chunk, "{chunk}");
    }
}

#[test]
fn of_what_is_no_failure_nothing_is_read() {
    for status in (200..=501).chain(505..=519).chain(531..=599) {
        for method in ["GET", "POST"] {
            assert_eq!(looks(method, status), (None, 0), "{method} {status}");
        }
    }
    // The answer to a HEAD has no body, whatever its status.
    assert_eq!(looks("HEAD", 502), (None, 0));
}

#[test]
fn what_is_read_is_what_may_be_replaced() {
    let params = config(&[]).failure;
    for status in 100..=599 {
        let unread = Outcome::Answered { status, fields: &HTML, body: Body::Unread };
        let failed = classify(&params, "GET", &unread).is_some();
        assert_eq!(inspect(&params, "GET", status, &HTML).is_some(), failed, "{status}");
    }
}

#[test]
fn a_page_that_may_be_blank_is_read_until_there_is_something() {
    let blank = config(&[("FAILURE_BLANK", "on")]).failure;
    assert_eq!(inspect(&blank, "GET", 200, &HTML), Some(Until::Anything));
    assert_eq!(inspect(&blank, "GET", 404, &HTML), None);
    assert_eq!(inspect(&blank, "GET", 500, &HTML), None);
    assert_eq!(inspect(&blank, "GET", 200, &[("content-type", "application/json")]), None);
    let mut stream = Stream::new(b"\n \n<h1>Shop</h1><p>Much more.".to_vec(), 4);
    assert_eq!(stream.read(Some(Until::Anything)).unwrap().bytes(), b"\n \n<");
    assert_eq!(stream.taken, 4);
}

#[test]
fn a_body_that_ends_before_is_whole() {
    for length in [0, 1, MAX_PREFIX - 1] {
        let prefix = Stream::new(vec![b' '; length], 100).read(Some(Until::Start)).unwrap();
        assert_eq!((prefix.bytes().len(), prefix.is_whole()), (length, true));
    }
    assert!(Prefix::nothing().is_whole());
    assert_eq!(Prefix::nothing().wants(Until::Start), None);
}

/// The page of a product that is known for long ones, its tell-tale that far from its start.
fn cloudflare(distance: usize) -> Vec<u8> {
    let tell_tale = "<div id=\"cf-error-details\"><link href=\"/cdn-cgi/styles/main.css\">";
    let before = "x".repeat(distance - "<p>".len());
    format!("<p>{before}{tell_tale}{}", "x".repeat(1 << 20)).into_bytes()
}

#[test]
fn what_lies_beyond_the_prefix_has_no_say() {
    assert_eq!(MAX_BYTES, MAX_PREFIX, "what is read is what is looked at");
    for (distance, expected) in
        [(100, Author::Gateway("Cloudflare")), (4000, Author::Gateway("Cloudflare")), (MAX_PREFIX, Author::Application)]
    {
        let mut stream = Stream::new(cloudflare(distance), 512);
        let prefix = stream.read(Some(Until::Start)).unwrap();
        assert_eq!(author(502, &HTML, prefix.bytes(), prefix.is_whole()), expected, "{distance}");
        // Nor if a careless driver hands in all of it.
        assert_eq!(author(502, &HTML, &cloudflare(distance), true), expected, "{distance}");
    }
}
