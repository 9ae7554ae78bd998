//! How does Cloudflare run us? The entry of the Worker, and the only folder that knows the platform.
//!
//! It carries out what the core decides and decides nothing. Raw `web_sys` objects on purpose: the origin's `Response`
//! goes to the visitor as the very object that `fetch` gave us, so that not a byte of a body and not a header line
//! passes through Wasm. Whatever goes wrong in here, the entry never returns an `Err`: there is a constant last resort.

mod admin;
mod attempt;
mod body;
mod cache;
mod convert;
mod copied;
mod doctor;
mod drive;
mod env;
mod guard;
mod incidents;
mod isolate;
mod kv;
mod last_resort;
mod log;
mod outgoing;
mod peek;
mod respond;
mod resume;
mod store;
mod task;
mod template;
mod texts;
mod tidy;
mod wait;

use worker::js_sys::Date;
use worker::wasm_bindgen::prelude::*;
use worker::worker_sys::Context;
use worker::{Env, event, web_sys};

use crate::flow;
use crate::page::Page;
use crate::report::Line;
use crate::request::Request;
use crate::route::{Route, route};
use crate::time::Time;
use convert::RequestFields;
use drive::Platform;
use outgoing::Came;

#[wasm_bindgen(wasm_bindgen = worker::wasm_bindgen, module = "/src/edge/glue.js")]
extern "C" {
    #[wasm_bindgen(js_name = head)]
    fn glue_head(request: &web_sys::Request) -> String;
}

/// Once per isolate: a panic leaves its words in the log.
#[event(start)]
fn start() {
    console_error_panic_hook::set_once();
}

/// One request: the response, or, where something must be waited for, a promise of it. A promise alone costs a tenth of a
/// page's time, and in an outage most visitors get one without any waiting. (`#[event(fetch)]` would always make one.)
#[wasm_bindgen(wasm_bindgen = worker::wasm_bindgen)]
#[must_use]
pub fn fetch(incoming: web_sys::Request, env: Env, ctx: Context) -> JsValue {
    task::promised(handle(incoming, env, ctx))
}

/// Never an error: of a promise that is rejected the runtime makes a bare 500, and the origin's answer would be lost.
async fn handle(incoming: web_sys::Request, env: Env, ctx: Context) -> web_sys::Response {
    let head = glue_head(&incoming);
    let (method, rest) = head.split_once('\n').unwrap_or_default();
    // Should we panic, the runtime lets the request through to the origin. Only where asking twice does no harm.
    if matches!(method, "GET" | "HEAD" | "OPTIONS") {
        let _ = ctx.pass_through_on_exception();
    }
    let (url, rest) = rest.split_once('\n').unwrap_or_default();
    let (said, fields) = rest.split_once('\n').unwrap_or_default();
    let (method, url) = (method.to_owned(), url.to_owned());
    let came = Came { has_body: said.starts_with("body"), moved: said.ends_with("moved") };
    let start = head.len() - fields.len();
    let request = Request::new(method, url, RequestFields::new(head, start));
    let response = answer(request, incoming, came, env, ctx).await;
    response.unwrap_or_else(last_resort::response)
}

async fn answer(
    request: Request,
    incoming: web_sys::Request,
    came: Came,
    env: Env,
    ctx: Context,
) -> Option<web_sys::Response> {
    let isolate = isolate::isolate(&env);
    let config = isolate.config.at(request.parts().path);
    let now = now();
    match route(&request, &config, now) {
        Route::Handle(drill) => {
            let platform = Platform { env, ctx, bindings: isolate.bindings };
            drive::drive(config, request, incoming, drill, came, platform, now).await
        }
        Route::Relay => drive::relay(&config, &request, &incoming).await,
        Route::Admin(action) => admin::answer(action, &request, &incoming, &isolate, &config, &env).await,
        Route::Maintenance(planned) => {
            let config = template::dressed(config, &env).await;
            let seed = isolate::seed();
            let page =
                |state: &mut flow::State| flow::maintenance_page(state.pages(), &config, &request, planned, now, seed);
            told(isolate::with_state(page), |status| flow::maintenance_line(&config, &request, status))
        }
        Route::Loop => {
            let config = template::dressed(config, &env).await;
            let page = isolate::with_state(|state| flow::loop_page(state.pages(), &config, &request, now));
            told(page, |status| flow::loop_line(&config, &request, status))
        }
        Route::BadDrill(message) => respond::reply(crate::admin::Reply::text(400, &message)),
    }
}

/// A page, and its line in the log.
fn told(page: Page, line: impl FnOnce(u16) -> Option<Line>) -> Option<web_sys::Response> {
    line(page.status).iter().for_each(log::write);
    respond::page(page)
}

/// The time; in production it stands still between I/O.
fn now() -> Time {
    Time::from_millis(Date::now() as u64)
}
