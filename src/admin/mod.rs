//! Is this one of our own paths, may this person use it, and what is the answer?
//!
//! Everything below `/.understudy/`. `health` is for anyone; the rest needs `ADMIN_TOKEN`, and without that variable all
//! of it but `health` is the origin's. A wrong token and an unknown path get the same 404. Not here: deleting copies
//! (`edge/`), which this only names.

pub mod doctor;
mod gallery;
mod health;
mod purge;

pub use gallery::gallery;
pub use health::{Health, OriginHealth, health, maintenance, origins};
pub use purge::{Purge, purge, purged};

use crate::fields::FieldLines;
use crate::request::Request;
use crate::token;

/// The prefix of our own paths.
pub const PREFIX: &str = "/.understudy/";

/// A request to one of our own paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// `GET /.understudy/health`; with the token also what is going on inside.
    Health {
        /// The token was right.
        trusted: bool,
    },
    /// `GET /.understudy/pages`.
    Gallery,
    /// `GET /.understudy/doctor`.
    Doctor,
    /// `POST /.understudy/purge`.
    Purge,
    /// The path is known but not with this method; the value is for `Allow`.
    Method(&'static str),
    /// No such path, or not for this person.
    NotFound,
}

/// An answer made here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Status code.
    pub status: u16,
    /// Field lines.
    pub lines: FieldLines,
    /// Content.
    pub body: String,
}

impl Reply {
    /// An answer that no cache keeps and no search engine lists.
    #[must_use]
    pub fn new(status: u16, content_type: &str, body: String) -> Self {
        let lines = [
            ("content-type", content_type),
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            ("x-robots-tag", "noindex"),
        ];
        Self { status, lines: lines.map(|(n, v)| (n.to_owned(), v.to_owned())).to_vec(), body }
    }

    /// The 404 of the prefix.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(404, TEXT, "Not found\n".to_owned())
    }

    /// The path is there, the method is not.
    #[must_use]
    pub fn method(allow: &str) -> Self {
        let mut reply = Self::new(405, TEXT, format!("Method not allowed; use {allow}\n"));
        reply.lines.push(("allow".to_owned(), allow.to_owned()));
        reply
    }

    /// As JSON.
    #[must_use]
    pub fn json(status: u16, value: &impl serde::Serialize) -> Self {
        Self::written(status, serde_json::to_string(value).unwrap_or_default())
    }

    /// As JSON that is written already.
    pub(super) fn written(status: u16, json: String) -> Self {
        Self::new(status, "application/json", json + "\n")
    }

    /// As text, with a line end.
    #[must_use]
    pub fn text(status: u16, text: &str) -> Self {
        Self::new(status, TEXT, [text, "\n"].concat())
    }
}

const TEXT: &str = "text/plain; charset=utf-8";

/// What the request wants of us; `None`: it is the origin's.
#[must_use]
pub fn action(request: &Request, secret: Option<&str>) -> Option<Action> {
    let name = request.parts().path.strip_prefix(PREFIX)?;
    let trusted = secret.is_some_and(|secret| {
        let field = request.fields().field("authorization").unwrap_or_default();
        let presented = field.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        token::equal(presented.map_or("", |(_, token)| token.trim()), secret)
    });
    let method = request.method();
    let only = |allow: &'static str, methods: &[&str], action| {
        if methods.contains(&method) { action } else { Action::Method(allow) }
    };
    match name {
        "health" => Some(only("GET, HEAD", &["GET", "HEAD"], Action::Health { trusted })),
        _ if secret.is_none() => None,
        _ if !trusted => Some(Action::NotFound),
        "pages" => Some(only("GET, HEAD", &["GET", "HEAD"], Action::Gallery)),
        "doctor" => Some(only("GET", &["GET"], Action::Doctor)),
        "purge" => Some(only("POST", &["POST"], Action::Purge)),
        _ => Some(Action::NotFound),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(method: &str, path: &str, authorization: &str, secret: Option<&str>) -> Option<Action> {
        let fields = vec![("authorization".to_owned(), authorization.to_owned())];
        action(&Request::new(method.to_owned(), format!("https://a{path}"), fields), secret)
    }

    #[test]
    fn without_a_token_only_health_is_ours() {
        assert_eq!(asked("GET", "/.understudy/health", "", None), Some(Action::Health { trusted: false }));
        for path in ["/.understudy/pages", "/.understudy/purge", "/.understudy/x", "/.understudy", "/x"] {
            assert_eq!(asked("GET", path, "Bearer x", None), None, "{path}");
        }
    }

    #[test]
    fn a_wrong_token_sees_what_an_unknown_path_shows() {
        let secret = Some("t0ken");
        for wrong in ["", "Bearer", "Bearer t0ken1", "Bearer T0ken", "Basic t0ken", "t0ken"] {
            for path in ["/.understudy/pages", "/.understudy/purge", "/.understudy/nothing"] {
                assert_eq!(asked("GET", path, wrong, secret), Some(Action::NotFound), "{wrong} {path}");
            }
            assert_eq!(asked("GET", "/.understudy/health", wrong, secret), Some(Action::Health { trusted: false }));
        }
        assert_eq!(asked("GET", "/.understudy/nothing", "Bearer t0ken", secret), Some(Action::NotFound));
    }

    #[test]
    fn the_right_token_opens_every_path_with_its_own_method() {
        let secret = Some("t0ken");
        let right = "bearer t0ken";
        assert_eq!(asked("GET", "/.understudy/health", right, secret), Some(Action::Health { trusted: true }));
        assert_eq!(asked("GET", "/.understudy/pages?lang=de", right, secret), Some(Action::Gallery));
        assert_eq!(asked("POST", "/.understudy/purge", right, secret), Some(Action::Purge));
        assert_eq!(asked("GET", "/.understudy/doctor?url=/", right, secret), Some(Action::Doctor));
        assert_eq!(asked("POST", "/.understudy/doctor?url=/", right, secret), Some(Action::Method("GET")));
        assert_eq!(asked("GET", "/.understudy/purge", right, secret), Some(Action::Method("POST")));
    }
}
