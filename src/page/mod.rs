//! What does a visitor get when nothing else is left?
//!
//! [`render`] makes the whole answer from three values: what the operator set ([`Params`]), what went wrong
//! ([`Incident`]) and what the visitor asked for ([`Asked`]). It is total: whatever comes in, a well-formed page comes
//! out. One concern a file:
//!
//! | file | question |
//! | --- | --- |
//! | `negotiate` | in which format? |
//! | `language`, `plural`, `catalog` | in which language, with which words? |
//! | `facts` | what may be told of this request, and how is it made harmless? |
//! | `html`, `diagram`, `about`, `art` | what do people read? |
//! | `theme`, `style`, `color`, `asset` | how does it look, and what is the hash of it? |
//! | `problem`, `formats` | what do programs, agents, terminals, images and streams get? |
//! | `waits` | when does it look again? |
//! | `memo` | was this page made a moment ago? |
//! | `headers`, `lines` | which header fields go with it, and which of them with others like it? |
//! | `notice` | what does a copy say of itself? |
//! | `template`, `templates` | how is the operator's own page filled, and when is it read again? |
//! | `escape`, `links` | how does hostile text become harmless? |
//!
//! Not here: `Proxy-Status` (`report`), whether there is a page at all (`flow`), fetching a template (`edge`).
//! Sources: RFC 9110 §12 and §15.6, RFC 9457, RFC 4647.

mod about;
mod art;
mod asset;
mod catalog;
mod color;
mod diagram;
mod escape;
mod facts;
mod formats;
mod headers;
mod html;
mod language;
mod lines;
mod links;
mod memo;
mod negotiate;
mod notice;
mod plural;
mod problem;
mod style;
mod template;
mod templates;
mod theme;
mod waits;

use std::rc::Rc;

use crate::failure::{Explanation, Kind};
use crate::fields::Fields;
use crate::time::Time;

pub use color::Color;
pub use language::{Language, Library};
pub use lines::Lines;
pub use links::{check_link, check_logo, check_support};
pub use memo::Memo;
pub use negotiate::Format;
pub use notice::notice;
pub use template::{MAX_TEMPLATE, Source, TemplateError, check_template, fill};
pub use templates::{Known, Templates, Worn};
pub use theme::Theme;

/// What the operator set: the `PAGE_*` variables.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Params {
    /// `PAGE_SITE`: the site's name on the page; `None` = the request's host.
    pub site: Option<String>,
    /// `PAGE_STATUS_URL`: an `http:` or `https:` URL, see [`check_link`].
    pub status_url: Option<String>,
    /// `PAGE_SUPPORT`: an `http:` or `https:` URL or an e-mail address, see [`check_support`].
    pub support: Option<String>,
    /// `PAGE_ACCENT`; corrected when the page is made, if it could not be read on its background.
    pub accent: Option<Color>,
    /// `PAGE_LOGO`: an `https:` URL or a `data:image/…` one, see [`check_logo`].
    pub logo: Option<String>,
    /// `PAGE_THEME`.
    pub theme: Theme,
    /// `PAGE_LANGUAGE`: the language when `Accept-Language` names none that is there.
    pub language: Language,
    /// Where the texts of other languages than the default lie.
    pub library: Library,
    /// The operator's own HTML, as [`Source`] gave it; one that cannot be filled counts as none.
    pub template: Option<Rc<str>>,
    /// `PAGE_STATUS`: one status (400–599) for every page; `None` = keep the failure's.
    pub status: Option<u16>,
}

/// What the visitor asked for.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// The request's method, as sent.
    pub method: &'a str,
    /// The request's absolute URL.
    pub url: &'a str,
    /// The request's header fields.
    pub fields: &'a dyn Fields,
}

/// What went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Incident<'a> {
    /// Which explanation the page gives.
    pub explanation: Explanation,
    /// The status to answer with, before [`Params::status`].
    pub status: u16,
    /// The failure's name in our vocabulary ([`Kind::as_str`]), or `maintenance`.
    pub failure: &'a str,
    /// The RFC 9209 error type, if one fits.
    pub error: Option<&'a str>,
    /// Who wrote the failed response's body. For operators and programs (problem details), never for visitors.
    pub gateway: Option<&'a str>,
    /// When to ask again, in seconds, jittered; `None` = asking again makes no sense.
    pub retry_after: Option<u64>,
    /// What became of the request.
    pub fate: Fate,
    /// The time of the failure.
    pub now: Time,
    /// The end of planned maintenance, if it is known.
    pub until: Option<Time>,
}

/// What became of a request that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fate {
    /// A safe method (RFC 9110 §9.2.1): nothing was submitted.
    Safe,
    /// Another method, and the request provably never reached the origin.
    NotSent,
    /// Another method, and the request may have been carried out.
    Unknown,
}

/// A finished answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Its status, 400–599.
    pub status: u16,
    /// Its header fields.
    pub lines: Lines,
    /// Its content, UTF-8; empty for HEAD.
    pub body: String,
}

impl Page {
    /// Is it for people?
    #[must_use]
    pub fn is_html(&self) -> bool {
        self.lines.iter().any(|(name, value)| name == "content-type" && value.starts_with("text/html"))
    }
}

/// The answer for a visitor. Never panics, never fails.
#[must_use]
pub fn render(params: &Params, incident: &Incident, asked: &Asked) -> Page {
    if let Some(page) = params.template.as_ref().and_then(|own| fill(own, params, incident, asked).ok()) {
        return page;
    }
    let format = negotiate::format(asked.fields);
    let view = view(params, incident, asked);
    headers::finish(&view, format, formats::content(&view, format))
}

fn view<'a>(params: &'a Params, incident: &'a Incident<'a>, asked: &Asked<'a>) -> facts::View<'a> {
    let language = Language::negotiate(asked.fields.field("accept-language").as_deref(), params.language);
    facts::View::new(params, incident, asked.method, language, facts::Places::new(incident, asked))
}

/// The status to answer with: an error stays an error (RFC 9110 §15), whatever the variables or an origin say.
fn status(params: &Params, incident: &Incident) -> u16 {
    let errors = 400..=599;
    match params.status {
        Some(forced) if errors.contains(&forced) => forced,
        _ if errors.contains(&incident.status) => incident.status,
        _ => Kind::BadGateway.row().status,
    }
}
