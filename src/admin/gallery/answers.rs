//! With which answers does an origin fail in a given way?
//!
//! Asked of the very functions that judge a real one.

use crate::config::Config;
use crate::failure::{Body, Kind, Outcome, Params, StatusSet, classify};
use crate::fields::FieldLines;
use crate::gateway::{Author, author};

/// An answer with which an origin fails, and who wrote it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Received {
    pub status: u16,
    pub gateway: Option<&'static str>,
}

/// All with which it may fail so: by the operator's list, and where that has none, by an example of one.
pub(super) fn answers(kind: Kind, config: &Config) -> Vec<Received> {
    let of = |statuses: &StatusSet| -> Vec<_> {
        let listed = (400..=599).filter(|&status| statuses.contains(status));
        listed.filter_map(|status| received(kind, status)).collect()
    };
    let listed = of(&config.failure.statuses);
    if listed.is_empty() { of(&StatusSet::new(vec![(502, 504), (507, 507), (520, 530)])) } else { listed }
}

/// The answer with this status, if it can be of this kind. Cloudflare's own statuses come with words of Cloudflare's, or with
/// none.
fn received(kind: Kind, status: u16) -> Option<Received> {
    let none: FieldLines = Vec::new();
    let params = Params { statuses: StatusSet::new(vec![(status, status)]), blank: false };
    let words = [format!("error code: {status}"), "error code: 1016".to_owned(), String::new()];
    words.iter().filter(|words| status >= 520 || words.is_empty()).find_map(|words| {
        let bytes = words.as_bytes();
        let outcome = Outcome::Answered { status, fields: &none, body: Body::Prefix { bytes, whole: true } };
        classify(&params, "GET", &outcome).filter(|failure| failure.kind() == kind)?;
        let gateway = match author(status, &none, bytes, true) {
            Author::Gateway(name) => Some(name),
            Author::Empty | Author::Application => None,
        };
        Some(Received { status, gateway })
    })
}

/// Which of them, if nothing is chosen? One where a failure of this kind is always an answer.
pub(super) fn usual(kind: Kind, answers: &[Received]) -> Option<Received> {
    match kind {
        Kind::Unroutable
        | Kind::Tunnel
        | Kind::GatewayTimeout
        | Kind::BadGateway
        | Kind::Unavailable
        | Kind::OtherStatus => answers.first().copied(),
        Kind::CutShort | Kind::Blank => Some(Received { status: 200, gateway: None }),
        _ => None,
    }
}
