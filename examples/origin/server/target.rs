//! What does a request target ask for: which path, with which parameters?
//!
//! Parameters are bytes, since a test may want a header value that is not UTF-8 (`h.X-Name=caf%E9`).

/// A path and its parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// As it came, not decoded.
    pub path: String,
    /// The parameters.
    pub query: Query,
}

impl Target {
    /// From origin form or, as a proxy sends it, absolute form.
    #[must_use]
    pub fn parse(target: &str) -> Self {
        let target = target.split_once("://").map_or(target, |(scheme, rest)| {
            let is_scheme = scheme.bytes().all(|b| b.is_ascii_alphabetic());
            if is_scheme { rest.find('/').map_or("/", |at| rest.get(at..).unwrap_or("/")) } else { target }
        });
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Self { path: path.to_owned(), query: Query::parse(query) }
    }

    /// What is flaky fails only now and then: what it is at other times.
    #[must_use]
    pub fn when_well(&self) -> Option<Self> {
        let is_flaky = self.path == "/flaky" || self.path.starts_with("/flaky/");
        is_flaky.then(|| Self { path: "/ok".to_owned(), query: self.query.without(&["status", "fault"]) })
    }
}

/// Parameters in their order; of two with the same name the first one counts, except where all do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query(Vec<(String, Vec<u8>)>);

impl Query {
    /// From `a=1&b=2`, percent-encoded, `+` for a blank.
    #[must_use]
    pub fn parse(query: &str) -> Self {
        let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (latin1(&decode(name)), decode(value))
        });
        Self(pairs.collect())
    }

    /// These parameters, then those: this one's values win.
    #[must_use]
    pub fn over(&self, other: &Self) -> Self {
        Self(self.0.iter().chain(&other.0).cloned().collect())
    }

    /// Only the parameters of these names.
    #[must_use]
    pub fn only(&self, names: &[&str]) -> Self {
        Self(self.0.iter().filter(|(name, _)| names.contains(&name.as_str())).cloned().collect())
    }

    /// All but the parameters of these names.
    #[must_use]
    pub fn without(&self, names: &[&str]) -> Self {
        Self(self.0.iter().filter(|(name, _)| !names.contains(&name.as_str())).cloned().collect())
    }

    /// The value, as bytes.
    #[must_use]
    pub fn bytes(&self, name: &str) -> Option<&[u8]> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_slice())
    }

    /// The value, as text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        self.bytes(name).map(|value| String::from_utf8_lossy(value).into_owned())
    }

    /// The value, as a number.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<u64> {
        self.text(name)?.parse().ok()
    }

    /// Is it there, and not `0`?
    #[must_use]
    pub fn on(&self, name: &str) -> bool {
        self.bytes(name).is_some_and(|value| value != b"0")
    }

    /// As it goes into a target.
    #[must_use]
    pub fn encoded(&self) -> String {
        let pairs: Vec<_> = self.0.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        pairs.join("&")
    }

    /// Every value of this name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.0.iter().filter(move |(n, _)| n == name).map(|(_, value)| value.as_slice())
    }

    /// Every parameter whose name starts so, without that start.
    pub fn prefixed<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a [u8])> {
        self.0.iter().filter_map(move |(name, value)| Some((name.strip_prefix(prefix)?, value.as_slice())))
    }
}

/// Bytes as the characters of the same numbers, so that none is lost.
#[must_use]
pub fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|&byte| char::from(byte)).collect()
}

fn encode(value: &[u8]) -> String {
    value.iter().fold(String::new(), |text, &byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'/' => text + &char::from(byte).to_string(),
        byte => text + &format!("%{byte:02X}"),
    })
}

fn decode(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    // The wire's bytes became characters one by one; a target of our own tests may be UTF-8.
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '+' => out.push(b' '),
            '%' => match rest.as_str().get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
                Some(byte) => {
                    out.push(byte);
                    rest.nth(1);
                }
                None => out.push(b'%'),
            },
            c => match u8::try_from(u32::from(c)) {
                Ok(byte) => out.push(byte),
                Err(_) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            },
        }
    }
    out
}
