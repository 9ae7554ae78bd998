//! The page that people read.

use super::escape::push_markup;
use super::facts::View;

/// The page.
pub(super) fn page(view: &View) -> String {
    let mut out = String::with_capacity(4096);
    out.extend([
        "<!doctype html>\n<html lang=\"",
        view.language.tag(),
        "\"><meta charset=\"utf-8\"><title>",
        view.title(),
        " · ",
    ]);
    push_markup(&mut out, &view.site);
    out.extend(["</title>\n<h1>", view.title(), "</h1>\n<p>", view.what(), "</p>\n"]);
    for text in [view.whose_side(), view.fate(), Some(view.advice())].into_iter().flatten() {
        out.extend(["<p>", text, "</p>\n"]);
    }
    out.push_str("<dl>\n");
    for (label, value) in view.facts() {
        out.extend(["<dt>", label, "</dt><dd>"]);
        push_markup(&mut out, value);
        out.push_str("</dd>\n");
    }
    out.push_str("</dl>\n</html>\n");
    out
}

/// Its content security policy.
pub(super) fn policy(_view: &View) -> String {
    "default-src 'none'; base-uri 'none'; form-action 'none'".to_owned()
}
