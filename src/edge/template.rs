//! How is the operator's own page (`PAGE_TEMPLATE`) read? Only when there is a page to be made of it, and once a minute.
//!
//! What cannot be had, or cannot be filled, costs nobody a page: the built-in one stands in, and the log says why.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use worker::js_sys::Promise;
use worker::wasm_bindgen::prelude::*;
use worker::wasm_bindgen_futures::JsFuture;
use worker::{Env, console_error};

use super::wait::within;
use super::{env, now};
use crate::config::Config;
use crate::page::{MAX_TEMPLATE, Source, check_template};
use crate::time::Time;

#[wasm_bindgen(wasm_bindgen = worker::wasm_bindgen, module = "/src/edge/glue.js")]
extern "C" {
    #[wasm_bindgen(js_name = stored)]
    fn glue_stored(binding: &JsValue, name: &str, asset: bool, limit: u32) -> Promise;
}

/// The configuration with the template in it, if there is one that can be used.
pub async fn dressed(config: Rc<Config>, env: &Env) -> Rc<Config> {
    let Some(source) = &config.page_template else { return config };
    let template = match known(source, now()) {
        Some(known) => known,
        None => read(source, env).await,
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
    KEPT.with_borrow(|kept| kept.iter().filter_map(|kept| kept.complaint.clone()).collect())
}

/// What came of reading it, if that was a moment ago.
fn known(source: &Source, now: Time) -> Option<Option<Rc<str>>> {
    KEPT.with_borrow(|all| {
        let kept = all.iter().find(|kept| kept.source == *source && now.since(kept.at) < KEEP)?;
        Some(kept.template.clone())
    })
}

async fn read(source: &Source, env: &Env) -> Option<Rc<str>> {
    let found = match within(&mut Box::pin(stored(source, env)), Some(LIMIT)).await {
        Some(found) => found,
        None => Err("it took too long to read".to_owned()),
    };
    let checked = found.and_then(|text| check_template(&text).map(|()| Rc::from(text)).map_err(|e| e.to_string()));
    keep(source, checked, now())
}

async fn stored(source: &Source, env: &Env) -> Result<String, String> {
    let (name, asset) = match source {
        Source::Kv(key) => (key, false),
        Source::Asset(path) => (path, true),
    };
    let binding = env::binding(env, source.binding());
    let binding = binding.ok_or_else(|| ["there is no binding ", source.binding()].concat())?;
    let limit = u32::try_from(MAX_TEMPLATE).unwrap_or(u32::MAX);
    let text = JsFuture::from(glue_stored(&binding, name, asset, limit)).await;
    text.ok().and_then(|text| text.as_string()).ok_or_else(|| "there is nothing".to_owned())
}

/// Remembers what came of it. An older template that was good is better than none.
fn keep(source: &Source, read: Result<Rc<str>, String>, at: Time) -> Option<Rc<str>> {
    KEPT.with_borrow_mut(|all| {
        let before = all.iter().position(|kept| kept.source == *source).map(|at| all.swap_remove(at));
        let (template, complaint) = match read {
            Ok(template) => (Some(template), None),
            Err(why) => {
                let (kind, name) = match source {
                    Source::Kv(key) => ("kv:", key),
                    Source::Asset(path) => ("assets:", path),
                };
                let complaint = ["PAGE_TEMPLATE = \"", kind, name, "\": ", &why].concat();
                let older = before.as_ref().and_then(|kept| kept.template.clone());
                if before.is_none_or(|kept| kept.complaint.as_ref() != Some(&complaint)) {
                    console_error!("{}", told(&complaint));
                }
                (older, Some(complaint))
            }
        };
        if all.len() >= MAX_KEPT {
            all.clear();
        }
        all.push(Kept { source: source.clone(), at, template: template.clone(), complaint });
        template
    })
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

/// One template, as this isolate knows it.
struct Kept {
    source: Source,
    at: Time,
    template: Option<Rc<str>>,
    complaint: Option<String>,
}

thread_local! {
    static KEPT: RefCell<Vec<Kept>> = const { RefCell::new(Vec::new()) };
}

/// Rules for paths may name several.
const MAX_KEPT: usize = 8;

/// How long one is used before it is read again, or not asked for again.
const KEEP: Duration = Duration::from_secs(60);

/// Nobody waits longer for the operator's page than for the built-in one to be good enough.
const LIMIT: Duration = Duration::from_secs(1);
