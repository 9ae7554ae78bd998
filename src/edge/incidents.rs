//! How do isolates share what they know of an outage? A Durable Object for each origin and data centre: `INCIDENTS`.
//!
//! Its whole memory is one [`Incident`]; nothing is written to storage, and when the object is evicted, it begins anew.

use std::cell::RefCell;
use std::time::Duration;

use worker::Env;
use worker::js_sys::Promise;
use worker::wasm_bindgen;
use worker::wasm_bindgen::prelude::*;
use worker::web_sys::{Request, Response};

use super::task::settled;
use super::wait::within;
use super::{env, isolate, now, respond};
use crate::fields::FieldLines;
use crate::flow::Consult;
use crate::incidents::{Incident, Known, Question};
use crate::random::Random;

/// The name of the binding.
pub const INCIDENTS: &str = "INCIDENTS";

/// How long an object may take. Who is told nothing in time goes on with what this isolate knows.
const LIMIT: Duration = Duration::from_millis(250);

#[wasm_bindgen(wasm_bindgen = worker::wasm_bindgen, module = "/src/edge/glue.js")]
extern "C" {
    fn consulted(namespace: &JsValue, name: &str, query: &str) -> Promise;
}

/// Tells and asks.
pub async fn ask(consult: &Consult, env: &Env) -> Option<Known> {
    let namespace = env::binding(env, INCIDENTS)?;
    let mut answer = settled(consulted(&namespace, &consult.name, &consult.question.to_query()));
    Known::from_text(&within(&mut answer, Some(LIMIT)).await?.ok()?.as_string()?)
}

/// The Durable Object's class.
#[wasm_bindgen(wasm_bindgen = worker::wasm_bindgen)]
#[derive(Debug, Default)]
pub struct Incidents(RefCell<Incident>);

#[wasm_bindgen(wasm_bindgen = worker::wasm_bindgen)]
impl Incidents {
    /// As the platform makes it.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One question, in the query.
    pub fn fetch(&self, request: &Request) -> Option<Response> {
        let url = request.url();
        let question = url.split_once('?').and_then(|(_, query)| Question::from_query(query));
        let Some(question) = question else {
            return respond::made(400, FieldLines::new(), Some("this is no question".into()));
        };
        let known = self.0.borrow_mut().hear(question, now(), &mut Random::new(isolate::seed()));
        respond::made(200, FieldLines::new(), Some(known.to_text().into()))
    }
}
