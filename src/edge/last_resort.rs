//! What if even a page cannot be made? A constant one.

use worker::web_sys::{Headers, Response, ResponseInit};

use crate::failure::Kind;

/// A few plain words, in the status of a gateway that got no answer.
pub fn response() -> Response {
    let init = ResponseInit::new();
    init.set_status(Kind::BadGateway.row().status);
    if let Ok(headers) = Headers::new() {
        for (name, value) in
            [("content-type", "text/plain; charset=utf-8"), ("cache-control", "no-store"), ("retry-after", "30")]
        {
            let _ = headers.set(name, value);
        }
        init.set_headers(&headers);
    }
    // `new Response()` takes no argument that could be wrong here; if even this throws, the runtime's own page follows.
    Response::new_with_opt_str_and_init(Some(TEXT), &init)
        .unwrap_or_else(|thrown| worker::wasm_bindgen::throw_val(thrown))
}

const TEXT: &str = "This website is not answering right now. It is not you: the problem is on the website's side. Please try again in a moment.\n";
