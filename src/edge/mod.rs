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
mod drive;
mod env;
mod isolate;
mod kv;
mod last_resort;
mod peek;
mod store;
mod wait;

use worker::js_sys::Date;
use worker::{Context, Env, event, web_sys};

use crate::request::Request;
use crate::route::{Route, route};
use crate::time::Time;
use crate::{cdn_loop, flow};
use convert::HeaderFields;

/// Once per isolate: a panic leaves its words in the log.
#[event(start)]
fn start() {
    console_error_panic_hook::set_once();
}

/// One request.
///
/// # Errors
/// Never: a handler that returns an error makes a bare 500 of it, and the origin's answer would be lost.
#[event(fetch)]
pub async fn fetch(incoming: web_sys::Request, env: Env, ctx: Context) -> worker::Result<web_sys::Response> {
    let method = incoming.method();
    // Should we panic, the runtime lets the request through to the origin. Only where asking twice does no harm.
    if matches!(method.as_str(), "GET" | "HEAD" | "OPTIONS") {
        ctx.pass_through_on_exception();
    }
    let response = answer(method, incoming, env, ctx).await;
    Ok(response.unwrap_or_else(last_resort::response))
}

async fn answer(method: String, incoming: web_sys::Request, env: Env, ctx: Context) -> Option<web_sys::Response> {
    let isolate = isolate::isolate(&env);
    let request = Request::new(method, address(&incoming), HeaderFields::new(incoming.headers()));
    let config = isolate.config.at(request.parts().path);
    let now = now();
    let mark = config.origin.as_ref().map(|base| cdn_loop::mark(base.authority(), config.deployment.as_deref()));
    match route(&request, &config, mark.as_deref(), now) {
        Route::Handle(drill) => drive::drive(config, request, incoming, drill, mark, env, ctx).await,
        Route::Relay => drive::relay(&config, &request, &incoming, mark.as_deref()).await,
        Route::Admin(action) => admin::answer(action, &request, &incoming, &isolate, &config, &env).await,
        Route::Maintenance(planned) => {
            convert::page(flow::maintenance_page(&config, &request, planned, now, isolate::seed()))
        }
        Route::Loop => convert::page(flow::loop_page(&config, &request, now)),
        Route::BadDrill(message) => convert::reply(crate::admin::Reply::text(400, &message)),
    }
}

/// Where the request goes, with `.` and `..` resolved as `fetch` will: no rule is to be passed by and no base path left
/// by way of them. Asked of the platform only where there may be any.
fn address(incoming: &web_sys::Request) -> String {
    let url = incoming.url();
    let dotted = ["/.", "\\", "%2e", "%2E"].iter().any(|dots| url.contains(dots));
    let resolved = dotted.then(|| web_sys::Url::new(&url).ok()).flatten();
    resolved.map_or(url, |resolved| resolved.href())
}

/// The time; in production it stands still between I/O.
fn now() -> Time {
    Time::from_millis(Date::now() as u64)
}
