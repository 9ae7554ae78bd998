//! Where does a visitor of the demo begin? The page with a link for every failure, and the switch.

use super::connection::Exchange;
use super::reply::Reply;

/// The index page.
#[must_use]
pub fn page(_exchange: &Exchange) -> Reply {
    Reply::new(200, "text/html; charset=utf-8", document("Demo", "<h1>Demo</h1>"))
}

/// The switch.
#[must_use]
pub fn switch_page(exchange: &Exchange) -> Reply {
    page(exchange)
}

/// A whole HTML document.
#[must_use]
pub fn document(title: &str, body: &str) -> String {
    format!("<!DOCTYPE html>\n<html lang=\"en\">\n<title>{title}</title>\n{body}</html>\n")
}

/// Text for HTML.
#[must_use]
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
