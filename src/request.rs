//! What was asked? The request as the core sees it.

use std::rc::Rc;

use crate::fields::Fields;
use crate::url::Url;

/// One request of a visitor.
#[derive(Clone)]
pub struct Request {
    method: String,
    url: String,
    fields: Rc<dyn Fields>,
}

impl Request {
    /// From its method, the absolute URL as the visitor asked it, and its header fields.
    pub fn new(method: String, url: String, fields: impl Fields + 'static) -> Self {
        Self { method, url, fields: Rc::new(fields) }
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
        Url::split(&self.url).unwrap_or(Url { scheme: "https", authority: "", path: "/", query: None })
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
