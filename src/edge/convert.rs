//! How do the platform's requests and the core's become each other?

use worker::js_sys::{Array, Iterator};
use worker::wasm_bindgen::prelude::*;
use worker::web_sys::{Headers, Request, RequestInit, RequestRedirect};

use crate::fields::Fields;

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

    fn values(&self, names: &'static [&'static str]) -> String {
        glue_values(&self.0, &names.join("\n"))
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
pub struct RequestFields {
    text: String,
    places: Vec<Place>,
}

/// Where a field lies in the text. Its name ends at a line feed, one before its value, and so does the value.
struct Place {
    name: usize,
    value: usize,
    end: usize,
}

impl RequestFields {
    /// From what lies in the text from there on.
    pub fn new(text: String, start: usize) -> Self {
        let mut places = Vec::with_capacity(32);
        let (mut name, mut value) = (start, None);
        for (at, byte) in text.as_bytes().iter().enumerate().skip(start) {
            if *byte == b'\n' {
                match value.take() {
                    None => value = Some(at + 1),
                    Some(value) => {
                        places.push(Place { name, value, end: at });
                        name = at + 1;
                    }
                }
            }
        }
        Self { text, places }
    }

    fn name(&self, place: &Place) -> &str {
        self.text.get(place.name..place.value - 1).unwrap_or_default()
    }

    fn value(&self, place: &Place) -> String {
        self.text.get(place.value..place.end).unwrap_or_default().to_owned()
    }
}

impl Fields for RequestFields {
    fn field(&self, name: &str) -> Option<String> {
        let place = self.places.iter().find(|place| self.name(place) == name)?;
        Some(self.value(place))
    }

    fn lines(&self) -> Vec<(String, String)> {
        self.places.iter().map(|place| (self.name(place).to_owned(), self.value(place))).collect()
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
    #[wasm_bindgen(js_name = values)]
    fn glue_values(headers: &Headers, names: &str) -> String;
}
