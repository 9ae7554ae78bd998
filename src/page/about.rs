//! What does “Error 502” mean, for those who want to know?

use super::catalog::{Key, key};
use super::escape::add;
use super::facts::View;
use crate::failure::Explanation;

/// Appends the part that opens on demand: meaning, usual causes with the one that fits best first, other names.
pub(super) fn push(out: &mut String, view: &View) {
    let title = view.catalog.fill(key!("about_title"), "{status}", &view.code);
    // Where every page has the same status (`PAGE_STATUS`), what that one means elsewhere says nothing of this failure.
    let own = view.incident.status;
    let meaning = if view.status == own { meaning(own) } else { key!("mean_other") };
    add(out, &["<details>\n<summary>", &title, "</summary>\n<p>", view.text(meaning), "</p>\n<h2>"]);
    add(out, &[view.text(key!("causes_title")), "</h2>\n<ul>\n"]);
    let first = likely(view.incident.explanation);
    add(out, &["<li>", view.text(first), " <small>", view.text(key!("likely")), "</small></li>\n"]);
    for cause in CAUSES.into_iter().filter(|&cause| cause != first) {
        add(out, &["<li>", view.text(cause), "</li>\n"]);
    }
    add(out, &["</ul>\n<h2>", view.text(key!("names_title")), "</h2>\n<ul>\n"]);
    for name in names(own) {
        add(out, &["<li><bdi lang=\"en\">", name, "</bdi></li>\n"]);
    }
    add(out, &["<li>", view.text(key!("name_blank")), "</li>\n</ul>\n</details>\n"]);
}

const fn meaning(status: u16) -> Key {
    match status {
        502 => key!("mean_502"),
        503 => key!("mean_503"),
        504 => key!("mean_504"),
        520..=530 => key!("mean_52x"),
        _ => key!("mean_other"),
    }
}

const fn likely(explanation: Explanation) -> Key {
    match explanation {
        Explanation::Connection | Explanation::Tunnel => key!("cause_network"),
        Explanation::Dns | Explanation::Loop => key!("cause_dns"),
        Explanation::Timeout | Explanation::Unavailable => key!("cause_overload"),
        Explanation::Tls | Explanation::BadGateway => key!("cause_software"),
        Explanation::Incomplete => key!("cause_glitch"),
        Explanation::Maintenance => key!("maintenance_title"),
    }
}

const CAUSES: [Key; 6] = [
    key!("cause_overload"),
    key!("cause_network"),
    key!("cause_software"),
    key!("cause_security"),
    key!("cause_glitch"),
    key!("cause_dns"),
];

/// What other software calls it. English everywhere: these are quotations that people type into search engines.
const fn names(status: u16) -> &'static [&'static str] {
    match status {
        502 => &[
            "502 Bad Gateway",
            "HTTP Error 502",
            "502 Proxy Error",
            "502 Service Temporarily Overloaded",
            "Temporary Error (502)",
        ],
        503 => &[
            "503 Service Unavailable",
            "HTTP Error 503",
            "503 Service Temporarily Unavailable",
            "503 Backend fetch failed",
            "No server is available to handle this request",
        ],
        504 => &["504 Gateway Timeout", "504 Gateway Time-out", "HTTP Error 504", "upstream request timeout"],
        520 => &["520 Web server returned an unknown error"],
        521 => &["521 Web server is down", "Connection refused"],
        522 => &["522 Connection timed out"],
        523 => &["523 Origin is unreachable"],
        524 => &["524 A timeout occurred"],
        525 => &["525 SSL handshake failed"],
        526 => &["526 Invalid SSL certificate"],
        527 => &["527 Railgun Error"],
        528 => &["Error 528"],
        529 => &["529 Site is overloaded"],
        530 => &["Error 1016: Origin DNS error", "Error 1033: Tunnel error"],
        429 => &["429 Too Many Requests", "HTTP Error 429"],
        400..=499 => &[],
        _ => &["Server Error"],
    }
}
