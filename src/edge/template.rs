//! How is the operator's own page (`PAGE_TEMPLATE`) read? Only when there is a page to be made of it; how often, and what
//! stays in use when that fails, [`Templates`] decides.
//!
//! What cannot be had, or cannot be filled, costs nobody a page: the built-in one stands in, and the log says why.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use worker::js_sys::Promise;
use worker::wasm_bindgen::prelude::*;
use worker::{Env, console_error};

use super::task::settled;
use super::wait::within;
use super::{env, now};
use crate::config::Config;
use crate::page::{Known, MAX_TEMPLATE, Source, Templates};

#[wasm_bindgen(wasm_bindgen = worker::wasm_bindgen, module = "/src/edge/glue.js")]
extern "C" {
    #[wasm_bindgen(js_name = stored)]
    fn glue_stored(binding: &JsValue, name: &str, asset: bool, limit: u32) -> Promise;
}

/// The configuration with the template in it, if there is one that can be used.
pub async fn dressed(config: Rc<Config>, env: &Env) -> Rc<Config> {
    let Some(source) = &config.page_template else { return config };
    let template = match KEPT.with_borrow(|kept| kept.known(source, now())) {
        Known::Yes(template) => template,
        Known::Read => read(source, env).await,
    };
    match template {
        None => config,
        Some(template) => {
            let mut with = (*config).clone();
            with.page.template = Some(template);
            Rc::new(with)
        }
    }
}

/// What is wrong with the templates that were wanted lately.
pub fn complaints() -> Vec<String> {
    KEPT.with_borrow(Templates::complaints)
}

async fn read(source: &Source, env: &Env) -> Option<Rc<str>> {
    let found = match within(&mut Box::pin(stored(source, env)), Some(LIMIT)).await {
        Some(found) => found,
        None => Err("it took too long to read".to_owned()),
    };
    let read = KEPT.with_borrow_mut(|kept| kept.keep(source, found, now()));
    if let Some(news) = &read.news {
        console_error!("{}", told(news));
    }
    read.template
}

async fn stored(source: &Source, env: &Env) -> Result<String, String> {
    let (name, asset) = match source {
        Source::Kv(key) => (key, false),
        Source::Asset(path) => (path, true),
    };
    let binding = env::binding(env, source.binding());
    let binding = binding.ok_or_else(|| ["there is no binding ", source.binding()].concat())?;
    let limit = u32::try_from(MAX_TEMPLATE).unwrap_or(u32::MAX);
    let text = settled(glue_stored(&binding, name, asset, limit)).await;
    text.ok().and_then(|text| text.as_string()).ok_or_else(|| "there is nothing".to_owned())
}

/// The line for the log.
fn told(complaint: &str) -> String {
    #[derive(serde::Serialize)]
    struct Line<'a> {
        event: &'static str,
        log: &'static str,
        mistake: &'a str,
    }
    serde_json::to_string(&Line { event: "template", log: "understudy", mistake: complaint }).unwrap_or_default()
}

thread_local! {
    static KEPT: RefCell<Templates> = const { RefCell::new(Templates::new()) };
}

/// Nobody waits longer for the operator's page than for the built-in one to be good enough.
const LIMIT: Duration = Duration::from_secs(1);
