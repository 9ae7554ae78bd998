//! Which configuration holds for which path? `RULES`, a JSON list of objects; the first that matches wins.

use std::rc::Rc;

use serde_json::{Map, Value};

use super::Config;
use super::read::{Mistake, Reader, meant};
use super::vars::{Scope, VARS};
use crate::json;
use crate::pattern::{Pattern, Patterns};

/// One rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Which paths it is for.
    pub path: Pattern,
    /// What holds there: the Worker's variables with the rule's own laid over them.
    pub config: Rc<Config>,
}

/// Reads the rules. A rule that cannot be used at all is left out; a bad value in one falls back to the Worker's own.
pub(super) fn read(text: &str, lookup: &dyn Fn(&str) -> Option<String>, report: &mut Reader) -> Vec<Rule> {
    const EXPECTED: &str = r#"a JSON list of objects such as [{"path": "/api/*", "TIMEOUT": "30s"}]"#;
    let text = text.trim();
    if text.is_empty() {
        return Vec::new();
    }
    let Some(list) = json::parse::<Vec<Value>>(text) else {
        report.mistake("RULES", text, EXPECTED);
        return Vec::new();
    };
    if list.len() > MAX_RULES {
        report.mistake("RULES", &list.len().to_string(), "at most 100 rules");
    }
    let mut rules = Vec::new();
    for (index, rule) in list.iter().take(MAX_RULES).enumerate() {
        let Value::Object(fields) = rule else {
            report.mistake(&format!("RULES[{index}]"), &json::written(rule), r#"an object with a "path""#);
            continue;
        };
        let place = format!("RULES[{index}].");
        let (rule, mistakes) = one(fields, &place, lookup);
        rules.extend(rule);
        report.mistakes.extend(mistakes);
    }
    rules
}

/// What [`Config::key`] goes by; nothing where no rule can make a difference.
pub(super) fn ignored(config: &Config) -> Rc<[(Pattern, Patterns)]> {
    if config.rules.iter().all(|rule| rule.config.stale.ignore_params == config.stale.ignore_params) {
        return Rc::default();
    }
    let rules = config.rules.iter().map(|rule| (rule.path.clone(), rule.config.stale.ignore_params.clone()));
    rules.chain([(Pattern::new("*"), config.stale.ignore_params.clone())]).collect()
}

fn one(
    fields: &Map<String, Value>,
    place: &str,
    lookup: &dyn Fn(&str) -> Option<String>,
) -> (Option<Rule>, Vec<Mistake>) {
    let allowed = |name: &str| VARS.iter().any(|v| v.name == name && v.scope == Scope::Anywhere);
    let own = |name: &str| fields.get(name).filter(|_| allowed(name)).map(text_of);
    let general = lookup;
    let lookup = |name: &str| own(name).unwrap_or_else(|| general(name));
    // What is wrong in the Worker's own variables has been reported already.
    let mut reader = Reader { lookup: &lookup, otherwise: general, place, reports: &|_| true, mistakes: Vec::new() };
    for (name, value) in fields.iter().filter(|(name, _)| *name != "path") {
        if !allowed(name) {
            let hint = meant(name).map(|v| format!(" (is {} meant?)", v.name)).unwrap_or_default();
            let expected = format!("the name of a variable that a rule can override{hint}");
            reader.mistake(name, &json::written(value), &expected);
        }
    }
    let path = fields.get("path").and_then(Value::as_str).filter(|path| may_match(path));
    let Some(path) = path else {
        let value = fields.get("path").map(json::written).unwrap_or_default();
        reader.mistake(
            "path",
            &value,
            r#"a path as it stands in the address, without a query, such as "/api/*" or "/caf%C3%A9/*""#,
        );
        return (None, reader.mistakes);
    };
    let mut mistakes = reader.mistakes;
    let mut reader = Reader {
        lookup: &lookup,
        otherwise: general,
        place,
        reports: &|name| fields.contains_key(name),
        mistakes: Vec::new(),
    };
    let config = Config::read(&mut reader);
    mistakes.append(&mut reader.mistakes);
    (Some(Rule { path: Pattern::new(path), config: Rc::new(config) }), mistakes)
}

/// Could the path of a URL be this?
fn may_match(path: &str) -> bool {
    (path.starts_with('/') || path.starts_with('*'))
        && path.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'?' | b'#'))
}

/// A value as the text that the parsers take: TOML and JSON numbers and booleans as they are written, lists as JSON.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(json::written(other)),
    }
}

/// Rules that are read; each costs one comparison with the path.
const MAX_RULES: usize = 100;
