//! Which way does a request go? Decided before anything is fetched, from as few header fields as possible.

use crate::admin::{self, Action};
use crate::cdn_loop;
use crate::config::{Config, Mode};
use crate::drill::{self, Drill};
use crate::maintenance::Planned;
use crate::request::Request;
use crate::time::Time;

/// The way of one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// Passed on as it is, with no timer and no decision: `MODE=off`, or a WebSocket (the only upgrade, RFC 9110
    /// §7.8, that the platform knows).
    Relay,
    /// Handled; the drill is what the origin is to pretend.
    Handle(Option<Drill>),
    /// One of our own paths.
    Admin(Action),
    /// The planned page.
    Maintenance(Planned),
    /// It has been here before.
    Loop,
    /// A fire drill that says something we do not know; the message is for whoever sent it.
    BadDrill(String),
}

/// Decides.
#[must_use]
pub fn route(request: &Request, config: &Config, now: Time) -> Route {
    if let Some(action) = admin::action(request, config.admin_token.as_deref()) {
        return Route::Admin(action);
    }
    let fields = request.fields();
    if config.mark.as_deref().is_some_and(|mark| cdn_loop::seen(fields.field("cdn-loop").as_deref(), mark)) {
        return Route::Loop;
    }
    let drill = config.admin_token.as_deref().and_then(|token| {
        let field = fields.field(drill::FIELD)?;
        drill::parse(&field, token, &config.failure.statuses)
    });
    // What is relayed goes to the origin with all its fields, and the token is not for the origin.
    let relay = || match drill {
        Some(_) => Route::BadDrill("Understudy-Drill: expected MODE=on or observe, and no WebSocket".to_owned()),
        None => Route::Relay,
    };
    if config.mode == Mode::Off {
        return relay();
    }
    // Who only watches shows no page.
    let window = config.maintenance.filter(|_| config.mode == Mode::On);
    if let Some(planned) = window.and_then(|window| window.at(now)) {
        return Route::Maintenance(planned);
    }
    if fields.field("upgrade").is_some_and(|protocol| protocol.eq_ignore_ascii_case("websocket")) {
        return relay();
    }
    match drill {
        Some(Ok(drill)) => Route::Handle(Some(drill)),
        Some(Err(message)) => Route::BadDrill(message),
        None => Route::Handle(None),
    }
}
