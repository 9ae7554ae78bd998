//! What does the origin answer when it is well? One path, one page; options in the query change any of them.

use serde_json::json;

use super::connection::Exchange;
use super::reply::{Reply, reason};
use super::target::{Query, Target, latin1};
use super::{index, options};

/// The page of this target, its options applied.
#[must_use]
pub fn page(exchange: &Exchange, target: &Target) -> Reply {
    let (reply, defaults) = route(exchange, target);
    let query = target.query.over(&Query::parse(&defaults));
    options::apply(reply.with("Date", date()).with("Server", "demo-origin"), &query, exchange.request)
}

/// The page and the options that are its own.
fn route(exchange: &Exchange, target: &Target) -> (Reply, String) {
    let request = exchange.request;
    let query = &target.query;
    let path = target.path.as_str();
    let is_known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"].contains(&request.method.as_str());
    let own = |options: &str| options.to_owned();
    let reply = match path {
        "/echo" => json(&json!({
            "method": request.method,
            "target": request.target,
            "headers": request.headers.iter().map(|(n, v)| json!([n, latin1(v)])).collect::<Vec<_>>(),
            "body_len": exchange.upload.0,
        })),
        "/ok" => text("ok\n"),
        _ if path.strip_prefix("/status/").is_some_and(|s| s.len() == 3 && s.parse::<u16>().is_ok()) => {
            let status = path.trim_start_matches("/status/").parse().unwrap_or(404);
            Reply { status, ..text(&format!("{status} {}\n", reason(status))) }
        }
        _ if !is_known => text(&format!("{} {path}\n", request.method)).with("X-Method", request.method.as_str()),
        "/" => return (index::page(exchange), own("")),
        "/form" => html("Sent", "The form has arrived. <a href=\"/\">Back</a>"),
        "/counter" => {
            let count = exchange.shared.change(|state| state.tally("/counter"));
            text(&format!("{}\n", count + 1))
        }
        "/etag" => return (text("This page has a strong validator.\n"), own("etag=%22v1%22")),
        "/gzip" => return (text(&long_text()), own("encode=gzip")),
        "/br" => return (text(&long_text()), own("encode=br")),
        "/bytes" | "/chunked" => {
            let len = query.number("n").unwrap_or(1024);
            let etag = format!("n={len}&etag=%22bytes-{len}%22");
            let chunked = if path == "/chunked" { "&chunked=1" } else { "" };
            return (Reply::new(200, "application/octet-stream", ""), etag + chunked);
        }
        "/slow" => return (text("slow\n"), own("delay=1000")),
        "/cookies" => text("two cookies\n").with("Set-Cookie", "a=1; Path=/").with("Set-Cookie", "b=2; HttpOnly"),
        "/latin1" => text("a header of latin-1\n").with("X-Latin1", *b"caf\xe9"),
        "/early-hints" => return (text("after a 103\n"), own("early=</style.css>; rel=preload; as=style")),
        "/upload" => json(&json!({ "length": exchange.upload.0, "hash": exchange.upload.1 })),
        "/redirect" => {
            let to = query.bytes("to").unwrap_or(b"/ok").to_vec();
            return (text("over there\n").with("Location", to), own("status=302"));
        }
        "/ws" => Reply { status: 426, ..text("This is a WebSocket.\n") }.with("Upgrade", "websocket"),
        _ => match path.strip_prefix("/page/") {
            Some(name) => {
                let count = exchange.shared.change(|state| state.tally(path));
                let name = index::escape(name);
                html(&name, &format!("Page “{name}”, made for the {}. time. <a href=\"/\">Back</a>", count + 1))
            }
            None => Reply { status: 404, ..text("There is no such page.\n") },
        },
    };
    (reply, String::new())
}

fn text(body: &str) -> Reply {
    Reply::new(200, "text/plain; charset=utf-8", body)
}

fn json(value: &serde_json::Value) -> Reply {
    Reply::new(200, "application/json", value.to_string())
}

fn html(title: &str, body: &str) -> Reply {
    Reply::new(200, "text/html; charset=utf-8", index::document(title, &format!("<h1>{title}</h1>\n<p>{body}</p>\n")))
}

/// Long enough that compressing it pays.
fn long_text() -> String {
    let line = "A page that is worth compressing says the same thing again and again.\n";
    line.repeat(64)
}

fn date() -> String {
    #[allow(clippy::disallowed_methods, reason = "an origin has a clock; the Worker's core has none")]
    let now = std::time::SystemTime::now();
    httpdate::fmt_http_date(now)
}
