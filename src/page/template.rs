//! How is the operator's own page (`PAGE_TEMPLATE`) filled?
//!
//! A template is HTML with two kinds of marks, and nothing else is special:
//! - `{{name}}` becomes a value, escaped so that it is harmless in text, in attributes quoted or not, and in a quoted
//!   string of a script. There is no way to insert anything unescaped. In an attribute that is a script itself
//!   (`onclick`) the escape is undone before the script is read: so what a visitor's address decides about, host and
//!   path, holds no quotation mark at all.
//! - `{{#name}}…{{/name}}` stays only if the value is there; `{{^name}}…{{/name}}` only if it is not. They may be nested.
//!
//! | name | value |
//! | --- | --- |
//! | `lang` `dir` | language tag; `ltr` or `rtl` |
//! | `site` `host` `path` | name of the site; host and path of the request |
//! | `status` `label` | `502`; “Error 502” (not in maintenance) |
//! | `title` `text` `side` | headline; what happened; “It's not you …” |
//! | `advice` `when` `until` | what to do; “Please try again in 30 seconds.”; end of maintenance, if known |
//! | `fate` `keep` | after a submission: what became of it; how not to lose what was typed |
//! | `retry_after` | seconds, if trying again makes sense |
//! | `can_reload` | there only if the page may reload by itself, and trying again makes sense |
//! | `refresh` | when and where to, if it may: `{{#refresh}}<meta http-equiv="refresh" content="{{refresh}}">{{/refresh}}` |
//! | `time` `request_id` `failure` | facts for support; the id may be missing |
//! | `status_url` `support_url` | links, if set; an e-mail address becomes `mailto:` |
//! | `logo` | URL of the logo, if set |
//!
//! Not here: how it is read (`edge`), and how often (`templates`). A broken one is reported and the built-in page shown instead.

use super::catalog::key;
use super::escape::add;
use super::facts::{Support, View};
use super::{Asked, Format, Incident, Page, Params, formats, headers, negotiate};

/// Where a template lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// In the KV namespace `COPIES`, under this key.
    Kv(String),
    /// Among the static assets, at this path.
    Asset(String),
}

impl Source {
    /// From the value of `PAGE_TEMPLATE`: `kv:<key>` (KV takes keys of 512 bytes) or `assets:/path`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text.split_once(':')? {
            ("kv", key) if (1..=512).contains(&key.len()) => Some(Self::Kv(key.to_owned())),
            ("assets", path) if path.starts_with('/') => Some(Self::Asset(path.to_owned())),
            _ => None,
        }
    }

    /// The binding in which it lies.
    #[must_use]
    pub const fn binding(&self) -> &'static str {
        match self {
            Self::Kv(_) => "COPIES",
            Self::Asset(_) => "ASSETS",
        }
    }
}

/// As it stands in `PAGE_TEMPLATE`.
impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (kind, name) = match self {
            Self::Kv(key) => ("kv:", key),
            Self::Asset(path) => ("assets:", path),
        };
        f.write_str(kind)?;
        f.write_str(name)
    }
}

/// Why a template cannot be filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplateError {
    /// It is larger than 256 KiB.
    TooLarge,
    /// It holds no markup at all.
    NotHtml,
    /// `{{` without `}}`.
    Unclosed,
    /// No such name.
    Unknown(String),
    /// `{{/name}}` that closes nothing, or a section that is never closed.
    Unbalanced(String),
}

/// Largest template, in bytes.
pub const MAX_TEMPLATE: usize = 256 * 1024;

impl std::fmt::Display for TemplateError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TooLarge => f.write_str("the template is larger than 256 KiB"),
            Self::NotHtml => f.write_str("the template holds no HTML"),
            Self::Unclosed => f.write_str("the template has “{{” without “}}”"),
            Self::Unknown(name) => write!(f, "the template uses “{name}”, which does not exist"),
            Self::Unbalanced(name) => {
                write!(f, "the section “{name}” of the template is not opened and closed in turn")
            }
        }
    }
}

impl std::error::Error for TemplateError {}

/// The answer with the operator's template where HTML is asked for; the other formats are the built-in ones.
///
/// # Errors
/// If the template is broken; [`super::render`] then gives the page instead.
pub fn fill(template: &str, params: &Params, incident: &Incident, asked: &Asked) -> Result<Page, TemplateError> {
    check_template(template)?;
    let format = negotiate::format(asked.fields);
    let view = super::view(params, incident, asked);
    if format != Format::Html {
        return Ok(headers::finish(&view, format, formats::content(&view, format)));
    }
    let content = filled(template, |name| value(&view, name))?;
    Ok(headers::finish_template(&view, content))
}

/// Can this template be filled, whatever the failure?
///
/// # Errors
/// If not.
pub fn check_template(template: &str) -> Result<(), TemplateError> {
    if template.len() > MAX_TEMPLATE {
        return Err(TemplateError::TooLarge);
    }
    if !template.contains('<') {
        return Err(TemplateError::NotHtml);
    }
    filled(template, |name| NAMES.contains(&name).then(|| Some(String::new()))).map(|_| ())
}

/// `value`: `None` = no such name, `Some(None)` = it has no value now.
fn filled(template: &str, value: impl Fn(&str) -> Option<Option<String>>) -> Result<String, TemplateError> {
    let mut out = String::with_capacity(template.len() + 1024);
    let mut open: Vec<(&str, bool)> = Vec::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        let shown = open.iter().all(|&(_, shown)| shown);
        if shown {
            out.push_str(before);
        }
        let (mark, after) = after.split_once("}}").ok_or(TemplateError::Unclosed)?;
        rest = after;
        let mark = mark.trim();
        let lookup = |name: &str| value(name).ok_or_else(|| TemplateError::Unknown(super::escape::clean(name, 40)));
        if let Some(name) = mark.strip_prefix('#') {
            open.push((name.trim(), lookup(name.trim())?.is_some()));
        } else if let Some(name) = mark.strip_prefix('^') {
            open.push((name.trim(), lookup(name.trim())?.is_none()));
        } else if let Some(name) = mark.strip_prefix('/') {
            let is_last = open.pop().is_some_and(|(last, _)| last == name.trim());
            if !is_last {
                return Err(TemplateError::Unbalanced(super::escape::clean(name.trim(), 40)));
            }
        } else if let Some(text) = lookup(mark)?.filter(|_| shown) {
            push_escaped(&mut out, &text);
        }
    }
    if let Some((name, _)) = open.pop() {
        return Err(TemplateError::Unbalanced(super::escape::clean(name, 40)));
    }
    out.push_str(rest);
    Ok(out)
}

fn value(view: &View, name: &str) -> Option<Option<String>> {
    let some = |text: &str| Some(text.to_owned());
    Some(match name {
        "lang" => some(view.language.tag()),
        "dir" => some(view.direction()),
        "site" if view.params.site.is_none() => Some(unquoted(&view.site)),
        "site" => some(&view.site),
        "host" => Some(unquoted(&view.host)),
        "path" => Some(unquoted(&view.path_here())),
        "status" => some(&view.code),
        "label" => view.label(),
        "title" => some(view.title()),
        "text" => some(view.what()),
        "side" => some(view.whose_side()),
        "advice" => view.advice().map(str::to_owned),
        "when" => view.when(),
        "until" => view.until(),
        "fate" => view.fate().map(str::to_owned),
        "keep" => view.fate().map(|_| view.text(key!("fate_keep")).to_owned()),
        "retry_after" => view.incident.retry_after.map(|seconds| seconds.to_string()),
        "can_reload" => (view.is_safe() && view.incident.retry_after.is_some()).then(String::new),
        "refresh" => view.waits().map(|waits| waits.refresh),
        "time" => some(&view.time),
        "request_id" => view.id.clone(),
        "failure" => some(&view.failure),
        "status_url" => view.status_link().map(str::to_owned),
        "support_url" => view.support().map(|support| match support {
            Support::Link(url) => url.to_owned(),
            Support::Mail(address) => ["mailto:", address].concat(),
        }),
        "logo" => view.logo().map(str::to_owned),
        _ => return None,
    })
}

const NAMES: [&str; 24] = [
    "lang",
    "dir",
    "site",
    "host",
    "path",
    "status",
    "label",
    "title",
    "text",
    "side",
    "advice",
    "when",
    "until",
    "fate",
    "keep",
    "retry_after",
    "can_reload",
    "refresh",
    "time",
    "request_id",
    "failure",
    "status_url",
    "support_url",
    "logo",
];

/// As in a URL: what could end a string of a script is percent-encoded.
fn unquoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\'' => out.push_str("%27"),
            '"' => out.push_str("%22"),
            '`' => out.push_str("%60"),
            '\\' => out.push_str("%5C"),
            c => out.push(c),
        }
    }
    out
}

/// Letters, digits and what is harmless everywhere stay; the rest becomes a character reference.
fn push_escaped(out: &mut String, text: &str) {
    for c in text.chars() {
        if c.is_alphanumeric() || (!c.is_ascii() && !c.is_whitespace()) || "-._~/:,".contains(c) {
            out.push(c);
        } else {
            add(out, &["&#", &u32::from(c).to_string(), ";"]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill_with(template: &str) -> Result<String, TemplateError> {
        filled(template, |name| match name {
            "there" => Some(Some("a<b> \"'`\\".to_owned())),
            "away" => Some(None),
            _ => None,
        })
    }

    #[test]
    fn fills_escapes_and_leaves_out() {
        for (template, expected) in [
            ("<p>{{there}}</p>", "<p>a&#60;b&#62;&#32;&#34;&#39;&#96;&#92;</p>"),
            ("{{ there }}{{away}}", "a&#60;b&#62;&#32;&#34;&#39;&#96;&#92;"),
            ("{{#there}}1{{/there}}{{#away}}2{{/away}}{{^away}}3{{/away}}", "13"),
            ("{{#away}}{{#there}}1{{/there}}2{{/away}}3", "3"),
            ("a } b {c} }}", "a } b {c} }}"),
        ] {
            assert_eq!(fill_with(template).as_deref(), Ok(expected), "{template}");
        }
    }

    /// The README has a table of the names, this file's own documentation another one.
    #[test]
    fn every_name_is_explained() {
        let readme = include_str!("../../README.md");
        let own: String = include_str!("template.rs")
            .lines()
            .filter_map(|line| line.strip_prefix("//! "))
            .fold(String::new(), |all, line| all + line + "\n");
        for (text, start) in [(readme, "| names | |\n"), (&own, "| name | value |\n")] {
            let (_, table) = text.split_once(start).expect(start);
            let cells = table.lines().take_while(|line| line.starts_with('|')).filter_map(|row| row.split('|').nth(1));
            let mut explained: Vec<&str> = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect();
            let mut names = NAMES.to_vec();
            explained.sort_unstable();
            names.sort_unstable();
            assert_eq!(explained, names, "{start}");
        }
    }

    #[test]
    fn every_name_has_a_meaning() {
        let incident = Incident {
            explanation: crate::failure::Explanation::Timeout,
            status: 504,
            failure: "timeout",
            error: None,
            gateway: None,
            retry_after: None,
            fate: super::super::Fate::Safe,
            now: crate::time::Time::default(),
            until: None,
        };
        let fields: [(&str, &str); 0] = [];
        let params = Params::default();
        let view = super::super::view(&params, &incident, &Asked { method: "GET", url: "", fields: &fields });
        for name in NAMES {
            assert!(value(&view, name).is_some(), "{name}");
        }
        assert_eq!(value(&view, "nowhere"), None);
        assert_eq!(value(&view, "site"), Some(Some("Website".to_owned())));
    }

    #[test]
    fn says_what_is_wrong() {
        for (template, expected) in [
            ("{{there", TemplateError::Unclosed),
            ("{{nowhere}}", TemplateError::Unknown("nowhere".into())),
            ("{{#there}}", TemplateError::Unbalanced("there".into())),
            ("{{/there}}", TemplateError::Unbalanced("there".into())),
            ("{{#there}}{{#away}}{{/there}}{{/away}}", TemplateError::Unbalanced("there".into())),
        ] {
            assert_eq!(fill_with(template), Err(expected), "{template}");
        }
        assert_eq!(check_template("plain text"), Err(TemplateError::NotHtml));
        assert_eq!(check_template(&"<".repeat(MAX_TEMPLATE + 1)), Err(TemplateError::TooLarge));
    }
}
