//! The config doctor: are the variables of `wrangler.toml` right, those of every environment included?
//!
//! `npm run check`, also the first step of every build, so that a bad variable never deploys. One line a mistake:
//! where, variable, value, what is expected. Exit code 1 if there is one. Another file can be named as an argument.

use std::collections::BTreeMap;
use std::process::ExitCode;

use toml::{Table, Value};
use understudy::config::{Config, Mistake, Scope, VARS, meant, shown};

fn main() -> ExitCode {
    let file = std::env::args().nth(1).unwrap_or_else(|| "wrangler.toml".to_owned());
    let text = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) => return refuse(&format!("{file}: cannot be read: {error}")),
    };
    let table: Table = match text.parse() {
        Ok(table) => table,
        Err(error) => return refuse(&format!("{file}: no TOML: {}", error.to_string().trim())),
    };
    let places = places(&table);
    let mut wrong = 0;
    for mistake in misplaced(&table) {
        println!("{file} {mistake}");
        wrong += 1;
    }
    for (place, vars) in &places {
        for mistake in mistakes(vars) {
            println!("{file} [{place}] {mistake}");
            wrong += 1;
        }
        for secret in VARS.iter().filter(|v| v.scope == Scope::Secret && vars.contains_key(v.name)) {
            eprintln!(
                "{file} [{place}] {0}: a secret in a file that is committed; rather `npx wrangler secret put {0}`",
                secret.name
            );
        }
    }
    if wrong > 0 {
        eprintln!("{wrong} {} in {file}", if wrong == 1 { "mistake" } else { "mistakes" });
        return ExitCode::FAILURE;
    }
    let names: Vec<_> = places.keys().map(String::as_str).collect();
    println!("{file}: all variables are fine ({})", names.join(", "));
    ExitCode::SUCCESS
}

fn refuse(message: &str) -> ExitCode {
    println!("{message}");
    ExitCode::FAILURE
}

/// `[vars]` and every `[env.*.vars]`, by name. An environment without variables of its own has none: they are not inherited.
fn places(table: &Table) -> BTreeMap<String, Table> {
    let vars = |of: &Table| of.get("vars").and_then(Value::as_table).cloned().unwrap_or_default();
    let mut places = BTreeMap::from([("vars".to_owned(), vars(table))]);
    let environments = table.get("env").and_then(Value::as_table).into_iter().flatten();
    for (name, environment) in environments {
        places.insert(format!("env.{name}.vars"), environment.as_table().map(vars).unwrap_or_default());
    }
    places
}

/// What wrangler would only warn of, and then deploy without: variables beside `vars`, and tables that are none.
fn misplaced(table: &Table) -> Vec<String> {
    let mut found = around(table, TOP, "vars");
    match table.get("env") {
        Some(Value::Table(environments)) => {
            for (name, environment) in environments {
                match environment {
                    Value::Table(of) => found.extend(around(of, &format!("env.{name}"), &format!("env.{name}.vars"))),
                    other => found.push(format!("[env] {name} = {:?}: expected a table, [env.{name}]", text(other))),
                }
            }
        }
        Some(other) => found.push(format!("env = {:?}: expected tables such as [env.staging]", text(other))),
        None => {}
    }
    found
}

/// In this table and in those of wrangler that lie in it: what is appended to the end of a file is in the last of them.
fn around(table: &Table, place: &str, vars: &str) -> Vec<String> {
    let mut found = beside(table, place, vars);
    for (name, value) in table {
        // In `define` names are what the operator likes.
        let is_apart =
            matches!(name.as_str(), "vars" | "env" | "define") && (place == TOP || place.starts_with("env."));
        let within = if place == TOP { name.clone() } else { format!("{place}.{name}") };
        match value {
            _ if is_apart => {}
            Value::Table(of) => found.extend(around(of, &within, vars)),
            Value::Array(all) => {
                let tables = all.iter().filter_map(Value::as_table);
                found.extend(tables.flat_map(|of| around(of, &within, vars)));
            }
            _ => {}
        }
    }
    found
}

const TOP: &str = "top level";

fn beside(table: &Table, place: &str, vars: &str) -> Vec<String> {
    let one = |(name, value): (&String, &Value)| {
        // wrangler's own names, such as `rules`, are in lower case.
        let meant = || meant(name).filter(|_| !name.bytes().any(|byte| byte.is_ascii_lowercase()));
        let known = VARS.iter().find(|known| known.name == name).or_else(meant);
        let expected = match known {
            Some(known) if known.scope == Scope::Secret => format!("a secret: npx wrangler secret put {}", known.name),
            Some(known) => format!("{} under [{vars}]", known.name),
            None if name == "vars" && !value.is_table() => format!("a table, [{vars}]"),
            None => return None,
        };
        let value = shown(known.map_or(name, |known| known.name), &text(value));
        Some(format!("[{place}] {name} = {value:?}: expected {expected}"))
    };
    table.iter().filter_map(one).collect()
}

fn mistakes(vars: &Table) -> Vec<Mistake> {
    let (_, mut mistakes) = Config::from_vars(|name| vars.get(name).map(text));
    for (name, value) in vars {
        // Other variables are nobody's business, but one letter off is nobody's intention.
        if let Some(known) = meant(name).filter(|_| VARS.iter().all(|v| v.name != name)) {
            mistakes.push(Mistake {
                variable: name.clone(),
                value: shown(known.name, &text(value)),
                expected: format!("the name {}", known.name),
            });
        }
    }
    mistakes
}

/// As the Worker will see it.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => serde_json::to_string(other).unwrap_or_else(|_| other.to_string()),
    }
}
