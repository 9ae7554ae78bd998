//! How do the platform's objects and the core's values become each other?

use worker::js_sys::{Array, Iterator};
use worker::wasm_bindgen::prelude::*;
use worker::web_sys::{Headers, Request, RequestInit, RequestRedirect, Response, ResponseInit};

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

/// The fields of a request: those that are asked of every request are known; the others are read through.
pub struct RequestFields {
    request: Request,
    upgrade: Option<String>,
    cache_control: Option<String>,
}

impl RequestFields {
    /// Of this request. An empty field asks for nothing.
    pub fn new(request: &Request, upgrade: &str, cache_control: &str) -> Self {
        let [upgrade, cache_control] =
            [upgrade, cache_control].map(|value| (!value.is_empty()).then(|| value.to_owned()));
        Self { request: request.unchecked_ref::<JsValue>().clone().unchecked_into(), upgrade, cache_control }
    }
}

impl Fields for RequestFields {
    fn field(&self, name: &str) -> Option<String> {
        match name {
            "upgrade" => self.upgrade.clone(),
            "cache-control" => self.cache_control.clone(),
            _ => HeaderFields(self.request.headers()).field(name),
        }
    }

    fn lines(&self) -> Vec<(String, String)> {
        HeaderFields(self.request.headers()).lines()
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
}

/// A page as a response.
pub fn page(page: Page) -> Option<Response> {
    made(page.status, &page.lines, (!page.body.is_empty()).then(|| page.body.into()))
}

/// An admin reply as a response.
pub fn reply(reply: Reply) -> Option<Response> {
    made(reply.status, &reply.lines, Some(reply.body.into()))
}

/// A response made here. A line that the runtime does not take is left out; the rest still goes.
pub fn made(status: u16, lines: &FieldLines, body: Option<JsValue>) -> Option<Response> {
    let headers = Headers::new().ok()?;
    for (name, value) in lines {
        let _ = headers.append(name, value);
    }
    let init = ResponseInit::new();
    init.set_status(status);
    init.set_headers(&headers);
    with_body(body, &init)
}

/// The same response with another `Location`.
pub fn relocated(response: Response, location: &str) -> Response {
    let changed = || {
        let body = response.body().map(JsValue::from);
        let changed = with_body(body, response.unchecked_ref())?;
        changed.headers().set("location", location).ok()?;
        Some(changed)
    };
    changed().unwrap_or(response)
}

fn with_body(body: Option<JsValue>, init: &ResponseInit) -> Option<Response> {
    use worker::js_sys::{Array, Function, Reflect, global};
    // `Response` takes strings, buffers and streams alike; the generated bindings want to know which at compile time.
    let constructor: Function = Reflect::get(&global(), &"Response".into()).ok()?.dyn_into().ok()?;
    let arguments = Array::of2(&body.unwrap_or(JsValue::NULL), init);
    Reflect::construct(&constructor, &arguments).ok().map(JsCast::unchecked_into)
}
