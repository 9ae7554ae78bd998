//! What does “Error 502” mean, for those who want to know?

use super::facts::View;
use crate::failure::Explanation;

/// Appends the part that opens on demand: meaning, usual causes with the one that fits best first, other names.
pub(super) fn push(out: &mut String, view: &View) {
    if view.is_maintenance() {
        return;
    }
    let title = view.catalog.fill("about_title", "{status}", &view.code);
    out.extend(["<details>\n<summary>", &title, "</summary>\n<p>", view.text(meaning(view.status)), "</p>\n<h2>"]);
    out.extend([view.text("causes_title"), "</h2>\n<ul>\n"]);
    let first = likely(view.incident.explanation);
    out.extend(["<li>", view.text(first), " <small>", view.text("likely"), "</small></li>\n"]);
    for cause in CAUSES.into_iter().filter(|&cause| cause != first) {
        out.extend(["<li>", view.text(cause), "</li>\n"]);
    }
    out.extend(["</ul>\n<h2>", view.text("names_title"), "</h2>\n<ul>\n"]);
    for name in names(view.status) {
        out.extend(["<li><bdi lang=\"en\">", name, "</bdi></li>\n"]);
    }
    out.extend(["<li>", view.text("name_blank"), "</li>\n</ul>\n</details>\n"]);
}

const fn meaning(status: u16) -> &'static str {
    match status {
        502 => "mean_502",
        503 => "mean_503",
        504 => "mean_504",
        520..=530 => "mean_52x",
        _ => "mean_other",
    }
}

const fn likely(explanation: Explanation) -> &'static str {
    match explanation {
        Explanation::Connection | Explanation::Tunnel => "cause_network",
        Explanation::Dns | Explanation::Loop => "cause_dns",
        Explanation::Timeout | Explanation::Unavailable => "cause_overload",
        Explanation::Tls | Explanation::BadGateway | Explanation::Maintenance => "cause_software",
        Explanation::Incomplete => "cause_glitch",
    }
}

const CAUSES: [&str; 6] =
    ["cause_overload", "cause_network", "cause_software", "cause_security", "cause_glitch", "cause_dns"];

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
        530 => &["Error 1016: Origin DNS error", "Error 1033: Tunnel error"],
        _ => &["Internal Server Error", "Server Error"],
    }
}
