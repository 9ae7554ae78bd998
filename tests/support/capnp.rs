//! What does workerd want to be told of the Worker and its surroundings?

use std::fmt::Write as _;

use serde_json::Value;

use super::{Outbound, Setup};

/// All of it.
pub(super) fn config(setup: &Setup) -> String {
    let mut bindings = String::new();
    for (name, value) in &setup.vars {
        let _ = match value {
            Value::String(text) => write!(bindings, "(name = {name:?}, text = {}), ", quoted(text)),
            other => write!(bindings, "(name = {name:?}, json = {}), ", quoted(&other.to_string())),
        };
    }
    if setup.kv {
        bindings.push_str(r#"(name = "COPIES", kvNamespace = (name = "platform", entrypoint = "kvService")), "#);
    }
    if setup.assets {
        bindings.push_str(r#"(name = "ASSETS", service = (name = "platform", entrypoint = "assetService")), "#);
    }
    if let Some((service, class)) = setup.incidents {
        let _ = write!(
            bindings,
            r#"(name = "INCIDENTS", durableObjectNamespace = (className = "{class}", serviceName = "{service}")), "#
        );
    }
    let script = |name: &str| format!(r#"(name = "{name}", esModule = embed "{name}")"#);
    let wasm = r#"(name = "index_bg.wasm", wasm = embed "index_bg.wasm")"#.to_owned();
    // The first one is the Worker.
    let modules = match setup.script {
        Some(_) => vec![script("script.js")],
        None if setup.watched => vec![script("watched.js"), script("watch.js"), script("index.js"), wasm],
        None => vec![script("index.js"), wasm],
    };
    let modules = modules.join(", ");
    let (outbound, service) = match setup.outbound {
        Outbound::Port(port) => {
            ("origin", format!(r#"(name = "origin", external = (address = "127.0.0.1:{port}", http = ())),"#))
        }
        Outbound::Network => ("loopback", r#"(name = "loopback", network = (allow = ["local"])),"#.to_owned()),
        Outbound::Itself => ("main", String::new()),
    };
    let worker = |objects: &str| {
        format!(
            r#"(
      modules = [{modules}],
      compatibilityDate = "2026-11-01",
      bindings = [{bindings}],
      globalOutbound = "{outbound}",
      cacheApiOutbound = (name = "platform", entrypoint = "cacheService"),{objects}
    )"#
        )
    };
    let objects = |classes: &[&str]| {
        let one = |class: &&str| format!(r#"(className = "{class}", uniqueKey = "{class}")"#);
        let all: Vec<_> = classes.iter().map(one).collect();
        format!("durableObjectNamespaces = [{}], durableObjectStorage = (inMemory = void),", all.join(", "))
    };
    let main = worker(&if setup.incidents.is_some() { objects(&["Incidents"]) } else { String::new() });
    let (twin, twin_socket) = match setup.incidents {
        Some(_) => (
            format!(r#"(name = "twin", worker = {}),"#, worker("")),
            r#"(name = "twin", address = "127.0.0.1:0", http = (), service = "twin"),"#,
        ),
        None => (String::new(), ""),
    };
    let faulty = objects(&["Broken", "Hanging"]);
    format!(
        r#"using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = {main}),
    {twin}
    (name = "platform", worker = (
      modules = [(name = "platform.js", esModule = embed "platform.js")],
      compatibilityDate = "2026-11-01",
      {faulty}
    )),
    {service}
  ],
  sockets = [
    (name = "http", address = "127.0.0.1:0", http = (), service = "main"),
    {twin_socket}
    (name = "platform", address = "127.0.0.1:0", http = (), service = "platform"),
  ],
);
"#
    )
}

/// A string literal of Cap'n Proto, which takes the escapes of C.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => {
                out.push('\\');
                out.push(char::from(byte));
            }
            b' '..=b'~' => out.push(char::from(byte)),
            _ => {
                let _ = write!(out, "\\x{byte:02x}");
            }
        }
    }
    out + "\""
}
