//! Does a text say only the status, and is it like this pattern? ASCII upper and lower case are the same throughout.

/// Words before a status that add nothing to it. Longer ones before those that they begin with.
const FILLERS: &[&str] = &["http/1.0", "http/1.1", "http/2.0", "http/2", "http", "error", "status", "code"];

/// How servers put the statuses of the failure class into words, and the other names under which people meet them.
const PHRASES: &[&str] = &[
    "bad gateway",
    "proxy error",
    "service unavailable",
    "service temporarily unavailable",
    "service temporarily overloaded",
    "service not available",
    "the service is unavailable",
    "gateway timeout",
    "gateway time-out",
    "gateway time out",
    "internal server error",
    "server error",
    "temporary error",
    "request timeout",
    "request time-out",
    "too many requests",
];

/// What follows the status at the start of `text`, said in digits or words, once or repeatedly (as "HTTP Error 502 -
/// Bad Gateway"); `None` if it does not start so. Another status than `status` is not skipped, and neither are words
/// that lead to no status: a "Status" further on is a link to it.
pub(super) fn after_status(text: &[u8], status: u16) -> Option<&[u8]> {
    let code = status.to_string();
    let mut rest = trim_separators(text);
    let mut said = false;
    while let Some(after) = after_name(after_fillers(rest), &code) {
        rest = trim_separators(after);
        said = true;
    }
    if after_word(rest, "error").is_some_and(|after| trim_separators(after).is_empty()) {
        rest = &[];
    }
    said.then_some(rest)
}

/// Does `text` say no more than the status? It may say less: "Error", or nothing.
pub(super) fn is_status(text: &[u8], status: u16) -> bool {
    after_fillers(after_status(text, status).unwrap_or_else(|| trim_separators(text))).is_empty()
}

/// What follows one name of the status at the start of `text`.
fn after_name<'a>(text: &'a [u8], code: &str) -> Option<&'a [u8]> {
    std::iter::once(code).chain(PHRASES.iter().copied()).find_map(|name| after_word(text, name))
}

fn after_fillers(mut text: &[u8]) -> &[u8] {
    while let Some(after) = FILLERS.iter().find_map(|filler| after_word(text, filler)) {
        text = trim_separators(after);
    }
    text
}

/// Is all of `text` like `pattern`? In it `*` stands for any run of characters, also none, `~` for one word of whatever
/// characters, `#` for one or more digits, `%` for a product and version in one word, `[a|b|]` for one of these.
pub(super) fn like(pattern: &str, text: &[u8]) -> bool {
    let Some((before, (choices, after))) = pattern.split_once('[').and_then(|(b, r)| Some((b, r.split_once(']')?)))
    else {
        return is_like(pattern.as_bytes(), text);
    };
    // Most texts are told by their first words: spares them the choices.
    let start = before.split(['*', '~', '#', '%']).next().unwrap_or_default();
    starts_with(text, start) && choices.split('|').any(|choice| like(&[before, choice, after].concat(), text))
}

/// The same without choices. Greedy with one point to fall back to: quadratic at worst.
fn is_like(mut pattern: &[u8], mut text: &[u8]) -> bool {
    let mut star: Option<(&[u8], &[u8])> = None;
    loop {
        match pattern.split_first() {
            Some((b'*', [])) => return true,
            Some((b'*', after)) => {
                star = Some((after, text));
                pattern = after;
                continue;
            }
            Some((&symbol, after)) => {
                if let Some(rest) = after_symbol(text, symbol) {
                    (pattern, text) = (after, rest);
                    continue;
                }
            }
            None if text.is_empty() => return true,
            None => {}
        }
        match star {
            Some((after, [_, rest @ ..])) => {
                star = Some((after, rest));
                (pattern, text) = (after, rest);
            }
            _ => return false,
        }
    }
}

/// Where `needle` begins in `text`.
pub(super) fn find(text: &[u8], needle: &str) -> Option<usize> {
    text.windows(needle.len().max(1)).position(|window| window.eq_ignore_ascii_case(needle.as_bytes()))
}

/// Does `text` begin with `start`?
pub(super) fn starts_with(text: &[u8], start: &str) -> bool {
    text.get(..start.len()).is_some_and(|t| t.eq_ignore_ascii_case(start.as_bytes()))
}

/// A whole word: "502nd" and "502番" do not begin with "502".
fn after_word<'a>(text: &'a [u8], word: &str) -> Option<&'a [u8]> {
    let rest = if starts_with(text, word) { text.get(word.len()..)? } else { return None };
    match rest.first() {
        Some(next) if next.is_ascii_alphanumeric() || !next.is_ascii() => None,
        _ => Some(rest),
    }
}

fn after_symbol(text: &[u8], symbol: u8) -> Option<&[u8]> {
    match symbol {
        b'#' => after_run(text, |b| b.is_ascii_digit()),
        b'~' => after_run(text, |b| b != b' '),
        b'%' => after_run(text, |b| b.is_ascii_alphanumeric() || b"._-/".contains(&b)),
        _ => text.split_first().filter(|(first, _)| first.eq_ignore_ascii_case(&symbol)).map(|(_, rest)| rest),
    }
}

fn after_run(text: &[u8], member: impl Fn(u8) -> bool) -> Option<&[u8]> {
    let end = text.iter().position(|&b| !member(b)).unwrap_or(text.len());
    if end == 0 { None } else { text.get(end..) }
}

fn trim_separators(text: &[u8]) -> &[u8] {
    let start = text.iter().position(|b| !b.is_ascii_punctuation() && !b.is_ascii_whitespace()).unwrap_or(text.len());
    text.get(start..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_follows_the_status() {
        for (text, status, expected) in [
            ("502 Bad Gateway", 502, Some("")),
            ("HTTP Error 502 - Bad Gateway", 502, Some("")),
            ("HTTP/1.1 503 Service Unavailable 503: Service Temporarily Unavailable", 503, Some("")),
            ("502 Service Temporarily Overloaded", 502, Some("")),
            ("GATEWAY TIME-OUT", 504, Some("")),
            ("502 Bad Gateway nginx", 502, Some("nginx")),
            ("502 Error", 502, Some("")),
            ("503 Error 54113", 503, Some("Error 54113")),
            ("503 Status", 503, Some("Status")),
            ("503 Status page", 503, Some("Status page")),
            ("Error code: 503", 503, Some("")),
            ("503 Bad Gateway", 502, None),
            ("502 503", 502, Some("503")),
            ("502nd attempt", 502, None),
            ("502番", 502, None),
            ("Error", 502, None),
            ("", 502, None),
        ] {
            assert_eq!(after_status(text.as_bytes(), status), expected.map(str::as_bytes), "{text}");
        }
    }

    #[test]
    fn tells_what_says_no_more_than_the_status() {
        for (text, expected) in [
            ("", true),
            ("Error", true),
            ("HTTP Error 502", true),
            ("502 Bad Gateway", true),
            ("502 | Bad Gateway", true),
            ("503", false),
            ("Acme Shop: 502", false),
            ("502 Acme Shop", false),
            ("Error of ours", false),
        ] {
            assert_eq!(is_status(text.as_bytes(), 502), expected, "{text}");
        }
    }

    #[test]
    fn compares_with_patterns() {
        for (pattern, text, expected) in [
            ("", "", true),
            ("*", "", true),
            ("a*c", "abcac", true),
            ("a*c", "abcab", false),
            ("nginx/%", "NGINX/1.22.1-x", true),
            ("nginx/%", "nginx/1.22 or so", false),
            ("nginx/% (*)", "nginx/1.22.1 (Ubuntu)", true),
            ("error code: #", "error code: 1033", true),
            ("error code: #", "error code: ", false),
            ("*b*d", "abcbcd", true),
            ("ref: ~", "ref: 0a+/=", true),
            ("ref: ~", "ref: 0a and more", false),
            ("ref: ~", "ref: ", false),
            ("a[b|c]d", "acd", true),
            ("a[b|c]d", "ad", false),
            ("a[b|]d[ #]", "ad 7", true),
            ("a[b|]d[ #|]", "abd", true),
            ("*[b|c]!", "x c!", true),
            ("A[b|c]", "ab", true),
        ] {
            assert_eq!(like(pattern, text.as_bytes()), expected, "{pattern} {text}");
        }
    }
}
