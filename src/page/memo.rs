//! Was this page made a moment ago? An outage is thousands of visitors who all get the same page, but for the time, the path
//! and the request id that stand on it.
//!
//! So a page in HTML is made once, with marks in those places, and for everybody else it is put together from the pieces
//! between them. What comes out is, byte for byte, what [`render`] makes (a property test sees to it).
//! Plain data with a cap: forgetting is harmless.

use super::escape::push_markup;
use super::facts::{Places, View};
use super::language::Language;
use super::{Asked, Format, Incident, Page, Params, formats, headers, negotiate, render};
use crate::fields::FieldLines;

/// The pages that were made lately, the newest last.
#[derive(Debug, Default)]
pub struct Memo(Vec<Made>);

/// One of them.
#[derive(Debug)]
struct Made {
    params: Params,
    language: Language,
    host: String,
    failure: String,
    /// All else that the page depends on.
    rest: Rest,
    /// Pieces of the content, each but the last with a mark at its end.
    pieces: Vec<String>,
    lines: FieldLines,
    status: u16,
}

type Rest = (Incident<'static>, bool, bool);

impl Memo {
    /// The answer for a visitor, as [`render`] makes it.
    pub fn render(&mut self, params: &Params, incident: &Incident, asked: &Asked) -> Page {
        if params.template.is_some() {
            return render(params, incident, asked);
        }
        let format = negotiate::format(asked.fields);
        let places = Places::new(incident, asked);
        let language = Language::negotiate(asked.fields.field("accept-language").as_deref(), params.language);
        // In a mail to the support the facts are escaped in another way.
        let has_mail = params.support.as_deref().is_some_and(|support| support.contains('@'));
        if format != Format::Html || has_mail || places.host.len() > MAX_HOST {
            let view = View::new(params, incident, asked.method, language, places);
            return headers::finish(&view, format, formats::content(&view, format));
        }
        let rest = rest(incident, asked.method, places.id.is_some());
        let is_it = |made: &&Made| {
            made.rest == rest
                && made.language == language
                && made.host == places.host
                && made.failure == incident.failure
                && made.params == *params
        };
        if let Some(made) = self.0.iter().rev().find(is_it) {
            return made.page(&places, asked.method);
        }
        let marked = Places {
            host: places.host.clone(),
            time: TIME.to_string(),
            path: PATH.to_string(),
            id: places.id.as_ref().map(|_| ID.to_string()),
        };
        let view = View::new(params, incident, if rest.2 { "GET" } else { "POST" }, language, marked);
        let page = headers::finish(&view, format, formats::content(&view, format));
        let made = Made {
            params: params.clone(),
            language,
            host: places.host.clone(),
            failure: incident.failure.to_owned(),
            rest,
            pieces: page.body.split_inclusive([TIME, PATH, ID]).map(str::to_owned).collect(),
            lines: page.lines,
            status: page.status,
        };
        let page = made.page(&places, asked.method);
        if self.0.len() >= MAX_PAGES {
            self.0.remove(0);
        }
        self.0.push(made);
        page
    }
}

impl Made {
    fn page(&self, places: &Places, method: &str) -> Page {
        let mut body = String::with_capacity(self.pieces.iter().map(String::len).sum::<usize>() + ROOM);
        for piece in &self.pieces {
            body.push_str(piece);
            let value = match body.chars().next_back() {
                Some(TIME) => &places.time,
                Some(PATH) => &places.path,
                Some(ID) => places.id.as_deref().unwrap_or_default(),
                _ => continue,
            };
            body.pop();
            push_markup(&mut body, value);
        }
        let mut lines = self.lines.clone();
        for (_, value) in lines.iter_mut().filter(|(name, _)| name == "content-length") {
            *value = body.len().to_string();
        }
        Page { status: self.status, lines, body: if method == "HEAD" { String::new() } else { body } }
    }
}

/// What of the incident and the method decides about a page in HTML: not the time, which is a place, nor what only programs
/// are told.
fn rest(incident: &Incident, method: &str, has_id: bool) -> Rest {
    let Incident { explanation, status, retry_after, fate, until, .. } = *incident;
    let now = crate::time::Time::default();
    let same = Incident { explanation, status, failure: "", error: None, gateway: None, retry_after, fate, now, until };
    (same, has_id, !super::facts::submits(method))
}

// Marks that no text holds: control characters are taken out of all that comes from outside.
const TIME: char = '\u{1}';
const PATH: char = '\u{2}';
const ID: char = '\u{3}';

/// Pages that are kept, each about 16 KB.
const MAX_PAGES: usize = 32;
/// Longest host whose pages are kept.
const MAX_HOST: usize = 100;
/// For what comes into the places.
const ROOM: usize = 512;
