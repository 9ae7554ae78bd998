//! What shows, or does, something without an element or words of its own?
//!
//! Signs, not a parser: where one is seen nobody can say what the visitor sees, and the page is not a gateway's bare one.

use super::words::{find, starts_with};

/// Pictures, style sheets from elsewhere; and the odd end of a comment, which would hide words.
const SIGNS: &[&str] = &["url(", "image-set(", "@import", "background=", "--!>"];

/// Values of the `content` property that show nothing.
const NOTHING: &[&str] = &["none", "normal", "\"\"", "''"];

/// Is there such a thing in this markup?
pub(super) fn is_rich(markup: &[u8]) -> bool {
    SIGNS.iter().any(|sign| find(markup, sign).is_some()) || has_content(markup)
}

/// Has this tag an attribute whose value is a script (`onload`, `onpageshow`)?
pub(super) fn has_handler(tag: &[u8]) -> bool {
    occurrences(tag, "on").any(|after| {
        let name_end = after.iter().position(|b| !b.is_ascii_alphabetic()).unwrap_or(after.len());
        name_end > 0 && after.get(name_end..).is_some_and(|rest| rest.trim_ascii_start().starts_with(b"="))
    })
}

/// Does a style bring words or pictures of its own (`content`, but not `justify-content`)?
fn has_content(markup: &[u8]) -> bool {
    occurrences(markup, "content").any(|after| {
        let Some(value) = skip_space(after).strip_prefix(b":").map(skip_space) else { return false };
        let is_over = |rest: &[u8]| skip_space(rest).first().is_none_or(|b| b";}!<".contains(b));
        !NOTHING.iter().any(|nothing| after_start(value, nothing).is_some_and(is_over))
    })
}

/// What follows each `name` that is not the end of a longer one.
fn occurrences<'a>(text: &'a [u8], name: &'static str) -> impl Iterator<Item = &'a [u8]> {
    (0..text.len()).filter_map(move |at| {
        let before = at.checked_sub(1).and_then(|before| text.get(before));
        let begins = before.is_none_or(|b| *b != b'-' && !b.is_ascii_alphanumeric());
        if begins { after_start(text.get(at..)?, name) } else { None }
    })
}

/// Skips white space and the comments of style sheets.
fn skip_space(text: &[u8]) -> &[u8] {
    let mut rest = text.trim_ascii_start();
    while let Some(comment) = rest.strip_prefix(b"/*") {
        let Some(end) = find(comment, "*/") else { return &[] };
        rest = comment.get(end + 2..).unwrap_or_default().trim_ascii_start();
    }
    rest
}

fn after_start<'a>(text: &'a [u8], start: &str) -> Option<&'a [u8]> {
    if starts_with(text, start) { text.get(start.len()..) } else { None }
}
