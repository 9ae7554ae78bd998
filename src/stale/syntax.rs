//! How are the lists, tokens, quoted strings and numbers of field values taken apart? RFC 9110 §5.6, RFC 9111 §1.2.2.
//!
//! Total and lenient: any text has some reading; what to make of a bad one is the caller's decision.

/// The largest age or lifetime, in seconds (RFC 9111 §1.2.2).
pub const MAX_SECONDS: u64 = 1 << 31;

/// delta-seconds: digits only; too large means [`MAX_SECONDS`].
pub fn seconds(text: &str) -> Option<u64> {
    integer(text).map(|n| n.min(MAX_SECONDS))
}

/// A run of digits and nothing else; too large saturates.
pub fn integer(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}

/// The members of a list, trimmed, empty ones left out; a comma within a quoted string separates nothing.
pub fn members(text: &str) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    cut(text, move |c| {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ',' => return !quoted,
            _ => {}
        }
        false
    })
}

/// The members of a list of entity tags, in whose quotes a backslash is nothing special (RFC 9110 §8.8.3).
pub fn entity_tags(text: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    cut(text, move |c| {
        quoted ^= c == '"';
        c == ',' && !quoted
    })
}

fn cut<'a>(text: &'a str, is_separator: impl FnMut(char) -> bool + 'a) -> impl Iterator<Item = &'a str> {
    text.split(is_separator).map(str::trim).filter(|member| !member.is_empty())
}

/// The text of a token or of a quoted string.
pub fn unquote(text: &str) -> String {
    let Some(inner) = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else { return text.to_owned() };
    let mut plain = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        plain.extend(if c == '\\' { chars.next() } else { Some(c) });
    }
    plain
}

/// Is it a token, and no longer than a field name has any business to be?
pub fn is_token(text: &str) -> bool {
    (1..=MAX_TOKEN).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

/// Can it stand in a field line at all?
pub fn is_value(text: &str) -> bool {
    !text.bytes().any(|b| matches!(b, 0 | b'\r' | b'\n'))
}

/// The longest field name that is understood, in bytes.
const MAX_TOKEN: usize = 128;
