//! What was asked? The request as the core sees it.

use std::rc::Rc;

use crate::fields::Fields;
use crate::url::Url;

/// One request of a visitor.
#[derive(Clone)]
pub struct Request {
    method: String,
    url: String,
    split: Option<Split>,
    fields: Rc<dyn Fields>,
}

/// Where the parts of the URL end: asked for by everything that decides something.
#[derive(Clone, Copy)]
struct Split {
    scheme: usize,
    authority: usize,
    path: usize,
    query: Option<usize>,
}

impl Split {
    fn of(url: &str) -> Option<Self> {
        let parts = Url::split(url)?;
        let scheme = parts.scheme.len();
        let authority = scheme + SCHEME_END.len() + parts.authority.len();
        // An empty path is given as `/`.
        let path = authority + if url.get(authority..)?.starts_with('/') { parts.path.len() } else { 0 };
        Some(Self { scheme, authority, path, query: parts.query.map(|query| path + 1 + query.len()) })
    }

    fn parts(self, url: &str) -> Option<Url<'_>> {
        let path = url.get(self.authority..self.path)?;
        Some(Url {
            scheme: url.get(..self.scheme)?,
            authority: url.get(self.scheme + SCHEME_END.len()..self.authority)?,
            path: if path.is_empty() { "/" } else { path },
            query: self.query.and_then(|end| url.get(self.path + 1..end)),
        })
    }
}

const SCHEME_END: &str = "://";

impl Request {
    /// From its method, the absolute URL as the visitor asked it, and its header fields.
    pub fn new(method: String, url: String, fields: impl Fields + 'static) -> Self {
        let split = Split::of(&url);
        Self { method, url, split, fields: Rc::new(fields) }
    }

    /// Method, in its own case (RFC 9110 §9.1).
    #[must_use]
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The absolute URL as the visitor asked it.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The URL, split. What the runtime hands over always splits; should it not, the parts are empty.
    #[must_use]
    pub fn parts(&self) -> Url<'_> {
        let parts = self.split.and_then(|split| split.parts(&self.url));
        parts.unwrap_or(Url { scheme: "https", authority: "", path: "/", query: None })
    }

    /// Its header fields.
    #[must_use]
    pub fn fields(&self) -> &dyn Fields {
        &*self.fields
    }

    /// GET, HEAD, OPTIONS and TRACE change nothing (RFC 9110 §9.2.1).
    #[must_use]
    pub fn is_safe(&self) -> bool {
        matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS" | "TRACE")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::FieldLines;

    #[test]
    fn parts_are_those_of_the_url() {
        for url in [
            "https://shop.example",
            "https://shop.example/",
            "https://shop.example?",
            "https://shop.example?a=/b",
            "http://shop.example:8080/a/b?c=d&e?f",
            "https://shop.example/a?",
            "https://shop.example/a#b?c",
            "https://shop.example/ä?ö#ü",
            "https://[::1]/?#",
        ] {
            let request = Request::new("GET".to_owned(), url.to_owned(), FieldLines::new());
            assert_eq!(Some(request.parts()), Url::split(url), "{url}");
        }
        let none = Request::new("GET".to_owned(), "nonsense".to_owned(), FieldLines::new());
        assert_eq!(none.parts().path, "/");
    }
}
