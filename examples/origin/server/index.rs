//! Where does a visitor of the demo begin? The page with a link for every failure, and the switch.

use super::connection::Exchange;
use super::fault::{How, TABLE};
use super::options::OPTIONS;
use super::reply::Reply;
use super::shared::Switch;

/// The index page. It may be kept as a copy: that is what the demo shows.
#[must_use]
pub fn page(exchange: &Exchange) -> Reply {
    let body = [
        "<h1>A website that breaks when you tell it to</h1>\n".to_owned(),
        whereabouts(exchange),
        switch(exchange),
        TRY.to_owned(),
        "<h2>One failure at a time</h2>\n".to_owned(),
        failures(),
        statuses(),
        FORMS.to_owned(),
        WELL.to_owned(),
        DRILLS.to_owned(),
        options(),
    ];
    html("A website that breaks", &body.concat())
}

/// The switch, on a page that the switch does not break.
#[must_use]
pub fn switch_page(exchange: &Exchange) -> Reply {
    let title = "<p><a href=\"/\">The demo</a></p>\n<h1>The switch</h1>\n".to_owned();
    html("The switch", &[title, whereabouts(exchange), switch(exchange), TRY.to_owned()].concat())
}

/// A whole HTML document.
#[must_use]
pub fn document(title: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>\n{STYLE}</style>\n</head>\n\
         <body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )
}

/// Text for HTML.
#[must_use]
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn html(title: &str, body: &str) -> Reply {
    Reply::new(200, "text/html; charset=utf-8", document(title, body))
}

fn whereabouts(exchange: &Exchange) -> String {
    let shared = exchange.shared;
    let control = exchange.stream.local_addr().is_ok_and(|address| address.port() == shared.control.port());
    match exchange.request.header("x-forwarded-host") {
        Some(host) => format!(
            "<p class=\"dim\">You see it through the Worker, at <code>{}</code>. Break something, and watch.</p>\n",
            escape(&host)
        ),
        None if control => "<p class=\"dim\">You are at the control port. It always works, and the Worker is not \
                            in between: to see what visitors see, use the Worker's address.</p>\n"
            .to_owned(),
        None => "<p class=\"dim\">You are at the origin itself. To see what visitors see, use the Worker's \
                 address.</p>\n"
            .to_owned(),
    }
}

fn switch(exchange: &Exchange) -> String {
    let state = match &exchange.shared.lock().switch {
        Switch::Mended => "<span class=\"works\">works</span>".to_owned(),
        Switch::Refusing => "<span class=\"broken\">is broken: it refuses connections</span>".to_owned(),
        Switch::Broken(target) => {
            let fault = target.trim_start_matches("/fault/").trim_end_matches('?');
            format!("<span class=\"broken\">is broken: {}</span>", escape(fault))
        }
    };
    let port = exchange.shared.control.port();
    let faults: String = TABLE.iter().map(|(_, name, what, _)| option(name, what)).collect();
    let statuses: String = [502, 503, 504]
        .into_iter()
        .chain(520..=530)
        .map(|status| option(&status.to_string(), "with the page of a gateway"))
        .collect();
    format!(
        "<section class=\"switch\">\n<p class=\"state\">When this page was made, the website {state}.</p>\n\
         <form method=\"post\" action=\"/_control/break\">\n\
         <label for=\"fault\">All of it answers with</label>\n\
         <select id=\"fault\" name=\"fault\">\n{statuses}{faults}</select>\n<button>Break it</button>\n</form>\n\
         <form method=\"post\" action=\"/_control/mend\">\n<button>Mend it</button>\n\
         <button formaction=\"/_control/release\">Let go on what hangs</button>\n</form>\n\
         <p class=\"dim\"><a href=\"/_control\">This switch</a> works while everything else is broken. When \
         connections are refused, nothing gets through to it: then it is at \
         <a href=\"http://localhost:{port}/_control\">localhost:{port}</a>.</p>\n</section>\n"
    )
}

fn option(name: &str, what: &str) -> String {
    format!("<option value=\"{name}\">{name}: {what}</option>\n")
}

fn failures() -> String {
    let row = |name: &str, what: &str| format!("<dt><a href=\"/fault/{name}\">{name}</a></dt><dd>{what}</dd>\n");
    let rows =
        TABLE.iter().filter(|(_, _, _, how)| !matches!(how, How::Listener)).map(|(_, name, what, _)| row(name, what));
    let more = [
        ("503?retry-after=5", "Overloaded; asks to come back in 5 seconds"),
        ("530?code=1016", "Cloudflare cannot resolve the name of the origin"),
        ("530?code=1033", "The tunnel to the origin is down"),
        ("502?as=json", "The application's own JSON: handed through"),
        ("502?as=problem", "The application's own problem details: handed through"),
        ("503?as=html", "The application's own page: handed through"),
        ("502?as=empty", "A status and no body"),
    ];
    let more = more.into_iter().map(|(name, what)| row(name, what));
    let flaky = "<dt><a href=\"/flaky?n=1&amp;again=1\">flaky</a></dt><dd>Fails every other time: \
                 a retry hides it</dd>\n";
    format!("<dl>\n{}{}{flaky}</dl>\n", rows.collect::<String>(), more.collect::<String>())
}

fn statuses() -> String {
    let links: String = (500..=530).map(|s| format!("<a href=\"/fault/{s}\">{s}</a>\n")).collect();
    format!("<h2>Each status, with the page of a gateway</h2>\n<p class=\"row\">{links}</p>\n")
}

fn options() -> String {
    let rows: String = OPTIONS
        .iter()
        .map(|(option, what)| format!("<dt><code>{}</code></dt><dd>{what}</dd>\n", escape(option)))
        .collect();
    format!(
        "<details>\n<summary>Options for any page, as in <code>/ok?status=503&amp;body=…</code></summary>\n<dl>\n{rows}</dl>\n</details>\n"
    )
}

const STYLE: &str = include_str!("index.css");

const TRY: &str = "<h2>Try this</h2>\n<ol>\n\
    <li>Open <a href=\"/page/seen\">a page</a> now, so that there is a copy of it. Break the website. The page is still \
    there, and its number does not go up.</li>\n\
    <li>Open <a href=\"/page/never-seen\">a page</a> only when the website is broken: there is no copy, so you get an \
    explanation instead.</li>\n\
    <li>Mend the website while the explanation is open: it finds out and reloads.</li>\n</ol>\n";

const FORMS: &str = "<h2>A form</h2>\n\
    <p>What is sent is never sent twice, and never answered from a copy.</p>\n\
    <form method=\"post\" action=\"/form\">\n<label for=\"note\">A note</label> \
    <input id=\"note\" name=\"note\" value=\"Hello\">\n<button>Send</button>\n\
    <button formaction=\"/fault/502\">Send, and get a 502</button>\n\
    <button formaction=\"/fault/reset\">Send, and lose the connection</button>\n</form>\n";

const WELL: &str = "<h2>When it is well</h2>\n<p class=\"row\">\
    <a href=\"/echo\">echo</a> <a href=\"/counter\">counter</a> <a href=\"/etag\">etag</a> <a href=\"/gzip\">gzip</a>\n\
    <a href=\"/br\">br</a> <a href=\"/bytes?n=1000000\">bytes</a> <a href=\"/chunked?n=1000000\">chunked</a>\n\
    <a href=\"/slow\">slow</a> <a href=\"/cookies\">cookies</a> <a href=\"/latin1\">latin-1</a>\n\
    <a href=\"/early-hints\">early hints</a> <a href=\"/redirect?to=/ok\">redirect</a> \
    <a href=\"/status/404\">404</a> <a href=\"/status/999\">999</a> <code>/ws</code></p>\n";

const DRILLS: &str = "<h2>Fire drills</h2>\n\
    <p>A drill breaks nothing: the Worker handles one request as if the origin had failed. That is how a real website \
    is tried out. It needs the Worker's <code>ADMIN_TOKEN</code>.</p>\n\
    <pre><code>curl -H 'Understudy-Drill: TOKEN; fail=502' http://localhost:8787/</code></pre>\n\
    <p>Instead of 502: any status that counts as a failure, or <code>refused</code>, <code>timeout</code>, \
    <code>blank</code>, <code>cut</code>.</p>\n";
