//! Was this page made a moment ago? An outage is thousands of visitors who all get the same page, but for the time, the path,
//! the request id and the wait that stand on it.
//!
//! So a page in HTML is made once, with marks in those places, and for everybody else it is put together from the pieces
//! between them. What comes out is, byte for byte, what [`render`] makes (a property test sees to it). What a visitor asks
//! for is weighed once as well. Plain data with a cap: forgetting is harmless.

use std::rc::Rc;

use super::catalog::Catalog;
use super::escape::push_markup;
use super::facts::{DIGITS, ID, PATH, Places, REFRESH, SENTENCE, TIME, View};
use super::language::Language;
use super::waits::{looks_after, sentence};
use super::{Asked, Format, Incident, Page, Params, formats, headers, negotiate, render};
use crate::fields::{FieldLines, Fields};

/// The pages that were made lately, and what was asked for, the newest last.
#[derive(Debug, Default)]
pub struct Memo {
    pages: Vec<Made>,
    asked: Vec<Weighed>,
}

/// A page.
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
    lines: Rc<FieldLines>,
    status: u16,
    /// For the wait, which is told in the page's own language.
    catalog: Catalog,
    /// What was told of it so far: spread over some seconds, it is often the same.
    sentences: Vec<(u64, String)>,
}

type Rest = (Incident<'static>, bool, bool);

/// What a visitor's fields ask for.
#[derive(Debug)]
struct Weighed {
    accept: Option<String>,
    accept_language: Option<String>,
    hint: Format,
    default: Language,
    means: (Format, Language),
}

impl Memo {
    /// The answer for a visitor, as [`render`] makes it.
    pub fn render(&mut self, params: &Params, incident: &Incident, asked: &Asked) -> Page {
        if params.template.is_some() {
            return render(params, incident, asked);
        }
        let (format, language) = self.weighed(asked.fields, params.language);
        let places = Places::new(incident, asked);
        // In a mail to the support the facts are escaped in another way.
        let has_mail = params.support.as_deref().is_some_and(|support| support.contains('@'));
        if format != Format::Html || has_mail || places.host.len() > MAX_HOST {
            let view = View::new(params, incident, asked.method, language, places);
            return headers::finish(&view, format, formats::content(&view, format));
        }
        let rest = rest(incident, asked.method, places.id.is_some());
        let is_it = |made: &&mut Made| {
            made.rest == rest
                && made.language == language
                && made.host == places.host
                && made.failure == incident.failure
                && made.params == *params
        };
        if let Some(made) = self.pages.iter_mut().rev().find(is_it) {
            return made.page(&places, incident, asked.method);
        }
        let marked = Places::marks(places.host.clone(), places.id.is_some());
        let view = View::new(params, incident, if rest.2 { "GET" } else { "POST" }, language, marked);
        let page = headers::finish(&view, format, formats::content(&view, format));
        let mut made = Made {
            params: params.clone(),
            language,
            host: places.host.clone(),
            failure: incident.failure.to_owned(),
            rest,
            pieces: page.body.split_inclusive([TIME, PATH, ID, DIGITS, REFRESH, SENTENCE]).map(str::to_owned).collect(),
            lines: page.lines.into_parts().0,
            status: page.status,
            catalog: view.catalog,
            sentences: Vec::new(),
        };
        let page = made.page(&places, incident, asked.method);
        kept(&mut self.pages, made, MAX_PAGES);
        page
    }

    /// In which format and language?
    fn weighed(&mut self, fields: &dyn Fields, default: Language) -> (Format, Language) {
        let (accept, accept_language) = (fields.field("accept"), fields.field("accept-language"));
        let hint = negotiate::hint(fields);
        let is_it = |known: &&Weighed| {
            known.accept == accept
                && known.accept_language == accept_language
                && known.hint == hint
                && known.default == default
        };
        if let Some(known) = self.asked.iter().rev().find(is_it) {
            return known.means;
        }
        let format = negotiate::accepted(accept.as_deref(), hint);
        let language = Language::negotiate(accept_language.as_deref(), default);
        let means = (format, language);
        if [&accept, &accept_language].into_iter().flatten().all(|field| field.len() <= MAX_FIELD) {
            kept(&mut self.asked, Weighed { accept, accept_language, hint, default, means }, MAX_ASKED);
        }
        means
    }
}

fn kept<T>(all: &mut Vec<T>, one: T, most: usize) {
    if all.len() >= most {
        all.remove(0);
    }
    all.push(one);
}

impl Made {
    fn page(&mut self, places: &Places, incident: &Incident, method: &str) -> Page {
        let seconds = looks_after(incident);
        let at = self.told(seconds);
        let sentence = self.sentences.get(at).map(|(_, sentence)| sentence.as_str()).unwrap_or_default();
        let (digits, refresh) = (seconds.to_string(), places.later.than(seconds));
        let mut body = String::with_capacity(self.pieces.iter().map(String::len).sum::<usize>() + ROOM);
        for piece in &self.pieces {
            body.push_str(piece);
            let value = match body.chars().next_back() {
                Some(TIME) => places.time.as_str(),
                Some(PATH) => &places.path,
                Some(ID) => places.id.as_deref().unwrap_or_default(),
                // Our own texts are free of markup.
                Some(DIGITS) => &digits,
                Some(REFRESH) => &refresh,
                Some(SENTENCE) => sentence,
                _ => continue,
            };
            body.pop();
            push_markup(&mut body, value);
        }
        headers::page(self.status, Rc::clone(&self.lines), incident, method, body)
    }

    /// Where the sentence about this wait lies.
    fn told(&mut self, seconds: u64) -> usize {
        if let Some(at) = self.sentences.iter().position(|(of, _)| *of == seconds) {
            return at;
        }
        kept(&mut self.sentences, (seconds, sentence(seconds, &self.catalog)), MAX_SENTENCES);
        self.sentences.len() - 1
    }
}

/// What of the incident and the method decides about a page in HTML: not the time nor the wait, which are places (but that
/// of a page that does not look again by itself stands in another sentence), nor what only programs are told.
fn rest(incident: &Incident, method: &str, has_id: bool) -> Rest {
    let Incident { explanation, status, retry_after, fate, until, .. } = *incident;
    let now = crate::time::Time::default();
    let reads_only = !super::facts::submits(method);
    let looks_again = reads_only && fate == super::Fate::Safe;
    let retry_after = retry_after.map(|seconds| if looks_again { 0 } else { seconds });
    let same = Incident { explanation, status, failure: "", error: None, gateway: None, retry_after, fate, now, until };
    (same, has_id, reads_only)
}

/// Pages that are kept, each about 16 KB.
const MAX_PAGES: usize = 32;
/// Longest host whose pages are kept.
const MAX_HOST: usize = 100;
/// What visitors asked for, as many different ones as are kept.
const MAX_ASKED: usize = 32;
/// Longest field that is kept with it.
const MAX_FIELD: usize = 256;
/// Waits that are kept with a page.
const MAX_SENTENCES: usize = 32;
/// For what comes into the places.
const ROOM: usize = 512;
