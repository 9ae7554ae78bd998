//! Where on the way from the visitor to the website is it broken?
//!
//! A list of three stations, You – Network – Website, each with a drawing, a caption and its state in words. The words say
//! everything; the drawings are decoration for assistive technology. Right-to-left languages get it mirrored by layout.

use super::Theme;
use super::catalog::{Key, key};
use super::escape::add;
use super::facts::View;
use crate::failure::Explanation;

/// Appends the diagram.
pub(super) fn push(out: &mut String, view: &View) {
    let place = Place::of(view.incident.explanation);
    let (class, state) = match place {
        Place::Link(_) => ("far", key!("state_unreached")),
        Place::Site(_) if view.is_maintenance() => ("off", key!("state_maintenance")),
        Place::Site(_) => ("bad", key!("state_broken")),
    };
    if view.params.theme == Theme::Plain {
        return in_words(out, view, &place, state);
    }
    add(out, &["<ol class=\"way\" id=\"way\" aria-label=\"", view.text(key!("place")), "\">\n<li>"]);
    station(out, YOU, view.text(key!("you")), view.text(key!("state_ok")));
    out.push_str("<li>");
    link(out, WHOLE, None);
    station(out, NETWORK, view.text(key!("network")), view.text(key!("state_ok")));
    add(out, &["<li class=\"", class, "\">"]);
    match place {
        Place::Link(mark) => link(out, &[BROKEN, mark].concat(), Some(view.text(key!("state_broken")))),
        Place::Site(_) => link(out, WHOLE, None),
    }
    let inside = if let Place::Site(inside) = place { inside } else { LINES };
    station(out, &[WINDOW, inside].concat(), view.text(key!("website")), view.text(state));
    out.push_str("</ol>\n");
}

/// For the theme without drawings.
fn in_words(out: &mut String, view: &View, place: &Place, state: Key) {
    add(out, &["<div id=\"way\">\n<h2>", view.text(key!("place")), "</h2>\n<ol>\n"]);
    let (network, website) = (view.text(key!("network")), view.text(key!("website")));
    let between = [network, " – ", website].concat();
    let broken = matches!(place, Place::Link(_)).then_some((between.as_str(), key!("state_broken")));
    let before = [(view.text(key!("you")), key!("state_ok")), (network, key!("state_ok"))];
    for (caption, state) in before.into_iter().chain(broken).chain([(website, state)]) {
        add(out, &["<li>", caption, view.catalog.colon(), view.text(state), "</li>\n"]);
    }
    out.push_str("</ol>\n</div>\n");
}

fn station(out: &mut String, drawing: &str, caption: &str, state: &str) {
    add(
        out,
        &[
            "<svg class=\"node\" viewBox=\"0 0 24 24\" aria-hidden=\"true\">",
            drawing,
            "</svg><b>",
            caption,
            "</b><span>",
            state,
            "</span></li>\n",
        ],
    );
}

/// A line as long as its place; coordinates in per cent, so that the mark in its middle keeps its shape.
fn link(out: &mut String, drawing: &str, says: Option<&str>) {
    match says {
        Some(says) => add(out, &["<svg class=\"link\" role=\"img\" aria-label=\"", says, "\">", drawing, "</svg>"]),
        None => add(out, &["<svg class=\"link\" aria-hidden=\"true\">", drawing, "</svg>"]),
    }
}

/// What is broken: the link between network and website, with a mark on it, or the website, with a picture in its window.
enum Place {
    Link(&'static str),
    Site(&'static str),
}

impl Place {
    const fn of(explanation: Explanation) -> Self {
        match explanation {
            Explanation::Connection | Explanation::Tunnel => Self::Link(CROSS),
            Explanation::Dns => Self::Link(QUESTION),
            Explanation::Tls => Self::Link(OPEN_LOCK),
            Explanation::Loop => Self::Link(CIRCLE),
            Explanation::Timeout => Self::Site(CLOCK),
            Explanation::BadGateway => Self::Site(SCRIBBLE),
            Explanation::Unavailable => Self::Site(FULL),
            Explanation::Incomplete => Self::Site(TORN),
            Explanation::Maintenance => Self::Site(BARRIER),
        }
    }
}

const YOU: &str = r#"<circle cx="12" cy="8" r="4"/><path d="M4 21c.6-4.4 3.8-6.8 8-6.8s7.4 2.4 8 6.8"/>"#;
const NETWORK: &str = r#"<circle cx="5" cy="12" r="2.4"/><circle cx="18" cy="5" r="2.4"/><circle cx="18" cy="19" r="2.4"/><path d="m7.2 10.8 8.6-4.6m-8.6 7 8.6 4.6M18 7.6v8.8"/>"#;
const WINDOW: &str = r#"<rect x="2.5" y="3.5" width="19" height="17" rx="2.5"/><path d="M2.5 8.5h19"/>"#;
const LINES: &str = r#"<path d="M7 13h8m-8 3.5h5"/>"#;
const CLOCK: &str = r#"<circle cx="12" cy="14.5" r="3.6"/><path d="M12 12.7v1.9l1.3.8"/>"#;
const SCRIBBLE: &str = r#"<path d="m6.5 16 3-4 2.5 4 3-4 2.5 4"/>"#;
const FULL: &str = r#"<path d="M6 11.8h12M6 14.5h12M6 17.2h12"/>"#;
const TORN: &str = r#"<path d="M7 12.5h9M7 16h2m2.8 0h.4m2.6 0h.4"/>"#;
const BARRIER: &str = r#"<path d="M6.5 12h11v3.4h-11zM8.5 15.6V18m7-2.4V18M11 12l-2 3.4m6-3.4-2 3.4"/>"#;

const WHOLE: &str = r#"<line x2="100%" y1="50%" y2="50%"/>"#;
const BROKEN: &str =
    r#"<line x2="28%" y1="50%" y2="50%"/><line x1="72%" x2="100%" y1="50%" y2="50%" stroke-dasharray="1 5"/>"#;

/// A mark around the middle of a link, lit by a spot, as large as the letters.
macro_rules! mark {
    ($drawing:literal) => {
        concat!(
            r#"<svg x="50%" y="50%" width="1.5em" height="1.5em" viewBox="0 0 24 24" overflow="visible">"#,
            r#"<circle class="spot" r="19"/>"#,
            $drawing,
            "</svg>"
        )
    };
}
const CROSS: &str = mark!(r#"<path d="m-6-6 12 12M6-6-6 6"/>"#);
const QUESTION: &str = mark!(r#"<path d="M-4-4.5a4 4 0 1 1 6 3.4C.6-.3 0 .5 0 2m0 4.5v.1"/>"#);
const OPEN_LOCK: &str =
    mark!(r#"<rect x="-6" y="-1" width="12" height="9" rx="2"/><path d="M-3.5-1v-4a3.5 3.5 0 0 1 6.7-1.4"/>"#);
const CIRCLE: &str = mark!(r#"<path d="M6.5-2.5A7 7 0 1 0 7 1m.2-8.2-.5 4.8-4.6-.6"/>"#);
