//! Whom do we measure, and against whom?

use serde_json::{Map, Value};

use crate::client::Reply;
use crate::origin::Origin;
use crate::worker::{Setup, Worker, root};

/// The Worker, as it comes.
pub fn understudy(origin: &Origin) -> Setup {
    Setup::new(origin.port())
}

/// A Worker in JavaScript.
pub fn script(origin: &Origin, module: &str) -> Worker {
    Setup::new(origin.port()).script(module).unheard().start()
}

/// The idiomatic Rust relay, if `npm run bench` has built it.
pub fn plain_relay(origin: &Origin) -> Option<Worker> {
    let build = root().join("bench/plain-relay/build");
    build.join("index.js").exists().then(|| Setup::new(origin.port()).modules(&build).unheard().start())
}

/// Passes everything on.
pub const RELAY: &str = "export default { fetch(request) { return fetch(request); } };";

/// Asks three times, and then shows a page.
pub const RETRYING: &str = include_str!("retrying.js");

/// Passes everything on to an origin of another name, and says where it came from.
pub const RELAY_TO: &str = "export default { fetch(request) {
  const url = new URL(request.url);
  const to = new Request('http://origin.example' + url.pathname + url.search, request);
  to.headers.set('x-forwarded-host', url.host);
  to.headers.set('x-forwarded-proto', url.protocol.slice(0, -1));
  return fetch(to);
} };";

/// Passes everything on and puts every response into the cache, as examples do.
pub const PUT: &str = "export default { async fetch(request, env, ctx) {
  const response = await fetch(request);
  ctx.waitUntil(caches.default.put(request, response.clone()));
  return response;
} };";

/// Always the same answer.
pub fn constant(status: u16, length: usize) -> String {
    format!(
        "const body = 'x'.repeat({length});
const init = {{ status: {status}, headers: {{ 'content-type': 'text/html', 'cache-control': 'no-store' }} }};
export default {{ fetch() {{ return new Response(body, init); }} }};"
    )
}

/// The same with the header fields of this answer, and a line in the log: the least that a page costs whoever makes it.
pub fn alike(page: &Reply, line: Option<&str>) -> String {
    let head = page.raw.head();
    let fields: Vec<_> = head.lines().skip(1).filter_map(|line| line.split_once(": ")).collect();
    let own = |name: &str| ["content-length", "transfer-encoding", "date", "connection"].contains(&name);
    let fields: Map<String, Value> = fields
        .into_iter()
        .map(|(name, value)| (name.to_ascii_lowercase(), Value::from(value)))
        .filter(|(name, _)| !own(name))
        .collect();
    let log = line.map(|line| format!("console.log({});", Value::from(line))).unwrap_or_default();
    format!(
        "const body = 'x'.repeat({});
const init = {{ status: {}, headers: {} }};
export default {{ fetch() {{ {log} return new Response(body, init); }} }};",
        page.body.len(),
        page.status,
        Value::from(fields),
    )
}
