//! How do the platform's objects and the core's values become each other?

use worker::js_sys::{Array, Iterator, Uint8Array};
use worker::wasm_bindgen::prelude::*;
use worker::web_sys::{Headers, Request, RequestInit, RequestRedirect, Response};

use crate::admin::Reply;
use crate::fields::{FieldLines, Fields};
use crate::page::Page;

/// Header fields that are read through to the runtime's object, one by one.
pub struct HeaderFields(Headers);

impl HeaderFields {
    /// Of this object.
    pub const fn new(headers: Headers) -> Self {
        Self(headers)
    }
}

impl Fields for HeaderFields {
    fn field(&self, name: &str) -> Option<String> {
        self.0.get(name).ok().flatten()
    }

    fn lines(&self) -> Vec<(String, String)> {
        let entries: Iterator = self.0.entries().unchecked_into();
        let line = |entry: JsValue| {
            let pair: Array = entry.dyn_into().ok()?;
            Some((pair.get(0).as_string()?.to_ascii_lowercase(), pair.get(1).as_string()?))
        };
        entries.into_iter().filter_map(|entry| line(entry.ok()?)).collect()
    }
}

/// The fields of a request, read at once: pairs of lines, a name in lower case and its value.
pub struct RequestFields(String);

impl RequestFields {
    /// From these lines.
    pub fn new(lines: &str) -> Self {
        Self(lines.to_owned())
    }

    fn pairs(&self) -> impl std::iter::Iterator<Item = (&str, &str)> {
        let mut lines = self.0.split('\n');
        std::iter::from_fn(move || Some((lines.next()?, lines.next()?)))
    }
}

impl Fields for RequestFields {
    fn field(&self, name: &str) -> Option<String> {
        self.pairs().find(|(n, _)| *n == name).map(|(_, value)| value.to_owned())
    }

    fn lines(&self) -> Vec<(String, String)> {
        self.pairs().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }
}

/// The request to the origin at `url`: everything as it came, under another address, with the fields that say so.
///
/// # Errors
/// What the runtime throws at a URL or a value that it does not take.
pub fn outgoing(
    incoming: &Request,
    url: &str,
    body: Option<&JsValue>,
    set: &[(&str, String)],
) -> Result<Request, JsValue> {
    let lines: Vec<&str> = set.iter().flat_map(|(name, value)| [*name, value.as_str()]).collect();
    let Some(body) = body else { return retarget(incoming, url, &lines.join("\n")) };
    let init = RequestInit::new();
    init.set_method(&incoming.method());
    init.set_headers(&incoming.headers());
    init.set_redirect(RequestRedirect::Manual);
    init.set_body(body);
    retarget(&Request::new_with_str_and_init(url, &init)?, url, &lines.join("\n"))
}

#[wasm_bindgen(wasm_bindgen = worker::wasm_bindgen, module = "/src/edge/glue.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn retarget(request: &Request, url: &str, fields: &str) -> Result<Request, JsValue>;
    #[wasm_bindgen(catch)]
    fn respond(status: u16, fields: &str, body: &JsValue) -> Result<Response, JsValue>;
    #[wasm_bindgen(catch, js_name = amended)]
    fn glue_amended(response: &Response, fields: &str) -> Result<Response, JsValue>;
}

/// A page as a response.
pub fn page(page: Page) -> Option<Response> {
    made(page.status, &page.lines, (!page.body.is_empty()).then(|| bytes(&page.body)))
}

/// A text as the bytes that it is: as a string it would be decoded on the way out of Wasm, only to be encoded again.
fn bytes(text: &str) -> JsValue {
    Uint8Array::from(text.as_bytes()).into()
}

/// An admin reply as a response.
pub fn reply(reply: Reply) -> Option<Response> {
    made(reply.status, &reply.lines, Some(bytes(&reply.body)))
}

/// A response made here. A line that the runtime does not take is left out; the rest still goes.
pub fn made(status: u16, lines: &FieldLines, body: Option<JsValue>) -> Option<Response> {
    respond(status, &joined(lines), &body.unwrap_or(JsValue::NULL)).ok()
}

/// Pairs of lines. A line break would make two fields of one; the runtime does not take such a value either.
fn joined(lines: &FieldLines) -> String {
    let mut fields = String::with_capacity(1024);
    let is_one_line = |text: &str| !text.contains('\n');
    for (name, value) in lines.iter().filter(|(name, value)| is_one_line(name) && is_one_line(value)) {
        if !fields.is_empty() {
            fields.push('\n');
        }
        fields.extend([name, "\n", value]);
    }
    fields
}

/// The same response with these fields in place of its own.
pub fn amended(response: Response, lines: &FieldLines) -> Response {
    glue_amended(&response, &joined(lines)).unwrap_or(response)
}
