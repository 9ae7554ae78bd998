//! How is a response made here, from the core's values?
//!
//! Most visitors of an outage get the same fields, and making them takes as long as all the rest of an answer: they are made
//! once, as an object of the runtime, and each response gets a copy of it.

use std::cell::RefCell;

use worker::wasm_bindgen::prelude::*;
use worker::web_sys::{Headers, Response};

use crate::admin::Reply;
use crate::fields::FieldLines;
use crate::page::Page;

#[wasm_bindgen(wasm_bindgen = worker::wasm_bindgen, module = "/src/edge/glue.js")]
extern "C" {
    fn headers(fields: &str) -> Headers;
    #[wasm_bindgen(catch)]
    fn respond(status: u16, headers: &Headers, body: &JsValue) -> Result<Response, JsValue>;
    #[wasm_bindgen(catch, js_name = respondBytes)]
    fn respond_bytes(status: u16, headers: &Headers, body: &[u8]) -> Result<Response, JsValue>;
    #[wasm_bindgen(catch, js_name = amended)]
    fn glue_amended(response: &Response, fields: &str) -> Result<Response, JsValue>;
}

thread_local! {
    static MADE: RefCell<Vec<Made>> = const { RefCell::new(Vec::new()) };
}

struct Made {
    /// What differs most between answers that are otherwise alike, apart from the rest: it is compared first.
    retry_after: String,
    lines: FieldLines,
    object: Headers,
}

/// A page as a response.
pub fn page(page: Page) -> Option<Response> {
    text(page.status, page.lines, &page.body)
}

/// An admin reply as a response.
pub fn reply(reply: Reply) -> Option<Response> {
    text(reply.status, reply.lines, &reply.body)
}

/// A response with a body of the runtime's own. A line that the runtime does not take is left out; the rest still goes.
pub fn made(status: u16, lines: FieldLines, body: Option<JsValue>) -> Option<Response> {
    respond(status, &object(lines), &body.unwrap_or(JsValue::NULL)).ok()
}

/// A response with this text, or with none, as to HEAD; how long it is, the runtime knows. As bytes: a string would be
/// decoded on the way out of Wasm, only to be encoded again.
fn text(status: u16, mut lines: FieldLines, body: &str) -> Option<Response> {
    if body.is_empty() {
        return made(status, lines, None);
    }
    lines.retain(|(name, _)| name != "content-length");
    respond_bytes(status, &object(lines), body.as_bytes()).ok()
}

/// The same response with these fields in place of its own.
pub fn amended(response: Response, lines: &FieldLines) -> Response {
    glue_amended(&response, &joined(lines)).unwrap_or(response)
}

fn object(mut lines: FieldLines) -> Headers {
    let wait = lines.iter().position(|(name, _)| name == RETRY_AFTER);
    let retry_after = wait.map(|at| lines.remove(at).1).unwrap_or_default();
    let is_it = |made: &&Made| made.retry_after == retry_after && made.lines == lines;
    let known = MADE.with_borrow(|made| made.iter().rev().find(is_it).map(|made| made.object.clone()));
    known.unwrap_or_else(|| {
        let object = headers(&joined(&lines));
        if !retry_after.is_empty() {
            let _ = object.set(RETRY_AFTER, &retry_after);
        }
        MADE.with_borrow_mut(|made| {
            if made.len() >= MAX_MADE {
                made.clear();
            }
            made.push(Made { retry_after, lines, object: object.clone() });
        });
        object
    })
}

/// Pairs of lines. A line break would make two fields of one; the runtime does not take such a value either.
fn joined(lines: &FieldLines) -> String {
    let mut fields = String::new();
    let is_one_line = |text: &str| !text.contains('\n');
    for (name, value) in lines.iter().filter(|(name, value)| is_one_line(name) && is_one_line(value)) {
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
