//! What does a failed response look like, when a gateway wrote it, and when the application did?

use super::options;
use super::reply::{Reply, reason};
use super::request::Request;
use super::target::Query;

/// A response of this status. `as` says who wrote it: `nginx` (default), `cloudflare` (default from 520 on), `empty`, or the
/// application: `json`, `problem`, `xml`, `html`, `text`. `code` is the number in Cloudflare's text, `retry-after` (any
/// number of them) goes into the headers as it is. The options of any page hold too.
#[must_use]
pub fn page(status: u16, query: &Query, request: &Request) -> Reply {
    let author = query.text("as").unwrap_or_else(|| (if status >= 520 { "cloudflare" } else { "nginx" }).to_owned());
    let phrase = reason(status);
    let mut reply = match author.as_str() {
        "cloudflare" => {
            let code = query.number("code").unwrap_or(if status == 530 { 1016 } else { u64::from(status) });
            Reply::new(status, "text/plain; charset=UTF-8", format!("error code: {code}")).with("Server", "cloudflare")
        }
        "empty" => Reply::new(status, "text/html", ""),
        "json" => Reply::new(
            status,
            "application/json",
            format!(r#"{{"error":"inventory_unavailable","status":{status},"message":"Try the other warehouse."}}"#),
        ),
        "problem" => Reply::new(
            status,
            "application/problem+json",
            format!(r#"{{"type":"https://shop.example/problems/stock","title":"Out of stock","status":{status}}}"#),
        ),
        "xml" => Reply::new(status, "application/xml", format!("<error><status>{status}</status></error>")),
        "text" => Reply::new(status, "text/plain", "The shop's own words: please call us.\n"),
        "html" => Reply::new(
            status,
            "text/html; charset=utf-8",
            "<!DOCTYPE html>\n<html lang=\"en\"><title>The shop is taking a break</title>\n\
             <link rel=\"stylesheet\" href=\"/shop.css\">\n<main><h1>We are counting our stock</h1>\n\
             <p>Your basket is safe. Call us on 555 0100.</p></main></html>\n",
        ),
        _ => Reply::new(
            status,
            "text/html",
            format!(
                "<html>\r\n<head><title>{status} {phrase}</title></head>\r\n<body>\r\n\
                 <center><h1>{status} {phrase}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
            ),
        )
        .with("Server", "nginx"),
    };
    for value in query.all("retry-after") {
        reply = reply.with("Retry-After", value);
    }
    options::apply(reply, &query.without(&["status"]).over(&Query::parse("close=1")), request)
}
