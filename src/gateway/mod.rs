//! Who wrote this error body: a gateway on the way (web server, proxy, load balancer, CDN, platform), nobody, or the
//! application?
//!
//! Only bodies that gateways wrote, and empty ones, are replaced (`FAILURE_BODIES=gateway`). An ugly page let through
//! is a blemish, an application's own words replaced are a loss: so a page counts as a gateway's only when *all* that a
//! visitor sees of it is what that product says by default, or when a header field that only the product sets on its
//! own answers says so; JSON only when header fields and members agree. All else is [`Author::Application`].
//!
//! The catalogue is data: `servers` and `clouds`; `entry` says what a line of it means, `page` what a visitor
//! sees of a body, `rich` what of it styles and scripts may show, `words` how texts are compared. Where each entry comes
//! from: `tests/golden/gateway/SOURCES.md`.
//!
//! Not here: which failure it was (`failure`), what becomes of the body (`flow`).

mod clouds;
mod entry;
mod page;
mod rich;
mod servers;
mod words;

use crate::fields::Fields;
use entry::{Entry, Response};
use page::Page;

/// Who wrote a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Author {
    /// A gateway; the product's name is for logs and problem details, never for visitors.
    Gateway(&'static str),
    /// Nobody: nothing to be seen, and no header field that names who sent it.
    Empty,
    /// The application, or something that we do not know.
    Application,
}

/// The name of a gateway whose page says nothing but the status.
pub const UNNAMED: &str = "gateway";

/// How many bytes of a body are looked at; more are ignored, and then it is not whole.
pub const MAX_BYTES: usize = 4096;

/// Who wrote the body that begins with `prefix` (decoded) and came with `status` and `fields`?
/// `whole`: there is no more of it.
#[must_use]
pub fn author(status: u16, fields: &dyn Fields, prefix: &[u8], whole: bool) -> Author {
    let whole = whole && prefix.len() <= MAX_BYTES;
    let prefix = prefix.get(..MAX_BYTES).unwrap_or(prefix);
    let page = Page::read(fields.field("content-type").as_deref(), prefix);
    let blank = whole && page.is_blank(status);
    match find(&Response { status, fields, page, whole }) {
        Some(entry) => Author::Gateway(entry.name),
        None if blank => Author::Empty,
        None => Author::Application,
    }
}

/// Who wrote the body of an answer to a HEAD, which nobody sees, by the fields that GET would get? HTML and text may be a
/// gateway's, so they count as nobody's; what is for programs is the application's, if there is any of it.
#[must_use]
pub fn author_unseen(fields: &dyn Fields) -> Author {
    let is_words = fields.field("content-type").is_none_or(|content_type| page::may_be_words(&content_type));
    if is_words || fields.field("content-length").is_some_and(|length| length.trim() == "0") {
        Author::Empty
    } else {
        Author::Application
    }
}

/// The first entry that fits.
fn find(response: &Response) -> Option<&'static Entry> {
    catalogue().find(|entry| entry.wrote(response))
}

/// Platforms first: they run the servers, and say more in their header fields; what nobody claims comes last.
fn catalogue() -> impl Iterator<Item = &'static Entry> {
    clouds::CATALOGUE.iter().chain(servers::CATALOGUE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_has_a_fixture_that_it_recognises() {
        let mut unmet: Vec<&Entry> = catalogue().collect();
        for file in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/gateway")).unwrap() {
            // The folder in it holds what no entry may recognise.
            let path = file.unwrap().path();
            let Some(text) = path.is_file().then(|| std::fs::read_to_string(path).unwrap()) else { continue };
            let Some((head, body)) = text.strip_prefix("HTTP/1.1 ").and_then(|t| t.split_once("\n\n")) else {
                continue;
            };
            let fields: Vec<(&str, &str)> = head.lines().skip(1).filter_map(|line| line.split_once(": ")).collect();
            let fields = fields.as_slice().lines();
            let seen = body.as_bytes().get(..MAX_BYTES).unwrap_or(body.as_bytes());
            let page = Page::read(fields.field("content-type").as_deref(), seen);
            let status = head.get(..3).unwrap().parse().unwrap();
            let response = Response { status, fields: &fields, page, whole: seen.len() == body.len() };
            let met = find(&response).map(std::ptr::from_ref);
            unmet.retain(|&entry| Some(std::ptr::from_ref(entry)) != met);
        }
        let unmet: Vec<&str> = unmet.iter().map(|entry| entry.name).collect();
        assert!(unmet.is_empty(), "entries without a fixture: {unmet:?}");
    }
}
