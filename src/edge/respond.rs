//! How is a response made here, from the core's values?
//!
//! Most visitors of an outage get the same fields, and making them takes as long as all the rest of an answer: they are made
//! once, as an object of the runtime, and each response gets a copy of it. `Retry-After` is another one for nearly everybody:
//! it is changed in the same object, for to copy one of many that nobody has touched for a while takes three times as long.

use std::cell::RefCell;
use std::rc::Rc;

use worker::wasm_bindgen::prelude::*;
use worker::web_sys::{Headers, Response};

use crate::admin::Reply;
use crate::fields::FieldLines;
use crate::page::{Lines, Page};

#[wasm_bindgen(wasm_bindgen = worker::wasm_bindgen, module = "/src/edge/glue.js")]
extern "C" {
    fn headers(fields: &str) -> Headers;
    #[wasm_bindgen(catch)]
    fn respond(status: u16, headers: &Headers, later: u32, body: &JsValue) -> Result<Response, JsValue>;
    #[wasm_bindgen(catch, js_name = respondBytes)]
    fn respond_bytes(status: u16, headers: &Headers, later: u32, body: &[u8]) -> Result<Response, JsValue>;
    #[wasm_bindgen(catch, js_name = amended)]
    fn glue_amended(response: &Response, fields: &str) -> Result<Response, JsValue>;
}

thread_local! {
    static MADE: RefCell<Vec<Made>> = const { RefCell::new(Vec::new()) };
}

struct Made {
    shared: Rc<FieldLines>,
    own: FieldLines,
    /// The seconds in its `Retry-After`; 0: it has none. Those that have one have one for good.
    later: u32,
    object: Headers,
}

/// A page as a response.
pub fn page(page: Page) -> Option<Response> {
    text(page.status, page.lines, &page.body)
}

/// An admin reply as a response.
pub fn reply(reply: Reply) -> Option<Response> {
    text(reply.status, reply.lines.into(), &reply.body)
}

/// A response with a body of the runtime's own. A line that the runtime does not take is left out; the rest still goes.
pub fn made(status: u16, lines: FieldLines, body: Option<JsValue>) -> Option<Response> {
    let (object, later) = object(Rc::default(), lines);
    respond(status, &object, later, &body.unwrap_or(JsValue::NULL)).ok()
}

/// A response with this text, or with none, as to HEAD; how long a text is, the runtime knows. As bytes: a string would be
/// decoded on the way out of Wasm, only to be encoded again.
fn text(status: u16, lines: Lines, body: &str) -> Option<Response> {
    let (shared, mut own) = lines.into_parts();
    if body.is_empty() {
        let (object, later) = object(shared, own);
        return respond(status, &object, later, &JsValue::NULL).ok();
    }
    taken(&mut own, "content-length");
    let (object, later) = object(shared, own);
    respond_bytes(status, &object, later, body.as_bytes()).ok()
}

/// The same response with these fields in place of its own.
pub fn amended(response: Response, lines: &FieldLines) -> Response {
    glue_amended(&response, &joined(lines)).unwrap_or(response)
}

/// The object that has these fields, once its `Retry-After` is set to so many seconds; 0: it is what it has to be.
fn object(shared: Rc<FieldLines>, mut own: FieldLines) -> (Headers, u32) {
    let later = seconds(&own);
    if later != 0 {
        taken(&mut own, RETRY_AFTER);
    }
    // Two that are the same object need no look at what is in them.
    let is_it = |made: &&mut Made| (made.later == 0) == (later == 0) && made.own == own && made.shared == shared;
    let known = MADE.with_borrow_mut(|made| {
        let made = made.iter_mut().rev().find(is_it)?;
        let before = std::mem::replace(&mut made.later, later);
        Some((made.object.clone(), if before == later { 0 } else { later }))
    });
    known.unwrap_or_else(|| {
        let object = headers(&joined(shared.iter().chain(&own)));
        MADE.with_borrow_mut(|made| {
            if made.len() >= MAX_MADE {
                made.clear();
            }
            made.push(Made { shared, own, later, object: object.clone() });
        });
        (object, later)
    })
}

fn seconds(lines: &FieldLines) -> u32 {
    lines.iter().find(|(of, _)| of == RETRY_AFTER).and_then(|(_, value)| value.parse().ok()).unwrap_or_default()
}

fn taken(lines: &mut FieldLines, name: &str) -> Option<String> {
    let at = lines.iter().position(|(of, _)| of == name)?;
    Some(lines.remove(at).1)
}

/// Pairs of lines. A line break would make two fields of one; the runtime does not take such a value either.
fn joined<'a>(lines: impl IntoIterator<Item = &'a (String, String)>) -> String {
    let mut fields = String::new();
    let is_one_line = |text: &str| !text.contains('\n');
    for (name, value) in lines.into_iter().filter(|(name, value)| is_one_line(name) && is_one_line(value)) {
        if !fields.is_empty() {
            fields.push('\n');
        }
        fields.extend([name, "\n", value]);
    }
    fields
}

const RETRY_AFTER: &str = "retry-after";
/// Objects that are kept.
const MAX_MADE: usize = 128;
