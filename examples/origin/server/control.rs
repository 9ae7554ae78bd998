//! How is the origin broken and mended from outside? `/_control/…`, which no fault reaches.
//!
//! | request | what it does |
//! | --- | --- |
//! | `GET /_control` | the switch, for people |
//! | `POST /_control/break?fault=503&retry-after=5` | breaks everything else; further parameters are the fault's |
//! | `POST /_control/mend` | all is well again |
//! | `POST /_control/release` | lets go on what hangs |
//! | `POST /_control/script?path=/x&to=/fault/502&to=/ok` | answers for a path, one after the other |
//! | `POST /_control/clear` | forgets what was seen, counted and scripted |
//! | `GET /_control/seen?path=/x` | the requests, as JSON |
//!
//! A browser (`Accept: text/html`) is sent back to the switch, others get JSON.

use std::io;

use serde_json::{Value, json};

use super::connection::Exchange;
use super::fault::Fault;
use super::index;
use super::reply::{End, Reply};
use super::shared::{State, Switch};
use super::target::{Query, Target, latin1};

/// Is this target one of control?
#[must_use]
pub fn is_control(target: &str) -> bool {
    let path = Target::parse(target).path;
    path == PREFIX || path.strip_prefix(PREFIX).is_some_and(|rest| rest.starts_with('/'))
}

/// Does what the request says. `connection`: the one it came on.
///
/// # Errors
/// When the client is gone.
pub fn answer(exchange: &Exchange, connection: u64) -> io::Result<End> {
    let reply = respond(exchange, connection).unwrap_or_else(|(status, problem)| {
        Reply::new(status, "application/json", json!({ "error": problem }).to_string())
    });
    exchange.send(&reply.with("Cache-Control", "no-store"))
}

fn respond(exchange: &Exchange, connection: u64) -> Result<Reply, (u16, String)> {
    let request = exchange.request;
    let shared = exchange.shared;
    let Target { path, query } = Target::parse(&request.target);
    let verb = path.strip_prefix(PREFIX).unwrap_or_default().trim_start_matches('/');
    let reads = matches!(request.method.as_str(), "GET" | "HEAD");
    match verb {
        "" if reads => return Ok(index::switch_page(exchange)),
        "seen" if reads => {
            let path = query.text("path");
            let state = shared.lock();
            let seen = state.journal.iter().filter(|seen| path.as_ref().is_none_or(|path| seen.is_to(path)));
            return Ok(json_reply(&seen.map(super::Seen::json).collect()));
        }
        "" | "seen" | "break" | "mend" | "release" | "script" | "clear" if request.method != "POST" => {
            return Err((405, format!("{} is not for {path}", request.method)));
        }
        _ => {}
    }
    // A page of somebody else's must not break a demo that runs in another tab.
    if request.header("sec-fetch-site").is_some_and(|site| site == "cross-site") {
        return Err((403, "from another site".to_owned()));
    }
    let query = query.over(&Query::parse(&latin1(exchange.body)));
    let failed = |error: io::Error| (500, error.to_string());
    match verb {
        "break" => {
            let name = query.text("fault").ok_or((400, "fault=… is missing".to_owned()))?;
            let fault = Fault::parse(&name).ok_or_else(|| (400, format!("no fault is called {name}")))?;
            let target = format!("/fault/{name}?{}", query.without(&["fault"]).encoded());
            shared.turn(Some(&target), Some(connection)).map_err(failed)?;
            if fault == Fault::Refuse {
                let there = format!("http://localhost:{}{PREFIX}", shared.control.port());
                let mut reply = done(exchange, &there);
                reply.delivery.close = true;
                return Ok(reply);
            }
        }
        "mend" => shared.turn(None, None).map_err(failed)?,
        "release" => shared.change(State::release),
        "script" => {
            let path = query.text("path").ok_or((400, "path=… is missing".to_owned()))?;
            let targets: Vec<_> = query.all("to").map(latin1).collect();
            shared.change(|state| state.script(&path, targets));
        }
        "clear" => shared.change(State::clear),
        _ => return Err((404, format!("there is no {path}"))),
    }
    Ok(done(exchange, PREFIX))
}

fn done(exchange: &Exchange, there: &str) -> Reply {
    let accept = exchange.request.header("accept").unwrap_or_default();
    if accept.contains("text/html") {
        return Reply::new(303, "text/plain", "").with("Location", there);
    }
    let switch = match &exchange.shared.lock().switch {
        Switch::Mended => Value::Null,
        Switch::Refusing => json!("/fault/refuse"),
        Switch::Broken(target) => json!(target.trim_end_matches('?')),
    };
    json_reply(&json!({ "broken": switch }))
}

fn json_reply(value: &Value) -> Reply {
    Reply::new(200, "application/json", value.to_string())
}

const PREFIX: &str = "/_control";
