//! How does a hostile text become harmless where it stands?
//!
//! Every text that comes from outside passes [`clean`] once, when it enters ([`super::facts`]), and the escape of its
//! format when it leaves. JSON is escaped by `serde_json`.

/// At most `max` characters, without control characters, bidirectional overrides and other invisible ones: they could
/// break lines, hide text or turn it round in a mail, a terminal or a log.
pub(super) fn clean(text: &str, max: usize) -> String {
    // As nearly every host and path is: nothing to take out.
    if text.len() <= max && text.bytes().all(|b| matches!(b, b' '..=b'~')) {
        return text.to_owned();
    }
    let mut shown: String = text.chars().filter(|&c| !is_tricky(c)).take(max + 1).collect();
    if let Some((cut, _)) = shown.char_indices().nth(max) {
        shown.truncate(cut);
        shown.push('…');
    }
    shown
}

/// Appends all the parts. Not inlined: pages are put together in dozens of places, and each would carry the loop.
#[inline(never)]
pub(super) fn add(out: &mut String, parts: &[&str]) {
    for part in parts {
        out.push_str(part);
    }
}

/// Appends it for text and attribute values (in either quote) of HTML and XML.
pub(super) fn push_markup(out: &mut String, text: &str) {
    let mut done = 0;
    for (at, byte) in text.bytes().enumerate() {
        let reference = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            b'\'' => "&#39;",
            _ => continue,
        };
        add(out, &[text.get(done..at).unwrap_or_default(), reference]);
        done = at + 1;
    }
    out.push_str(text.get(done..).unwrap_or_default());
}

/// For running text of Markdown: nothing in it makes a link, an image, HTML or emphasis.
pub(super) fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if c.is_ascii_punctuation() && !matches!(c, '.' | ',' | '-' | ':' | '/' | '%' | '?' | '=' | '(' | ')') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// For one part of a `mailto:` URL (RFC 6068): all but the unreserved characters percent-encoded.
pub(super) fn percent(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 32);
    for b in text.bytes() {
        if b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(b));
        } else {
            out.push('%');
            for digit in [b >> 4, b & 15] {
                out.push(char::from_digit(u32::from(digit), 16).unwrap_or('0').to_ascii_uppercase());
            }
        }
    }
    out
}

/// Could it hide something, or turn it round?
pub(super) fn is_tricky(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}'
            | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hides_nothing_and_breaks_no_line() {
        for (text, max, expected) in
            [("a\r\nb\0\u{202e}c\u{2028}", 10, "abc"), ("abcdef", 3, "abc…"), ("äöü", 3, "äöü"), ("", 3, "")]
        {
            assert_eq!(clean(text, max), expected);
        }
    }

    #[test]
    fn each_format_has_its_escape() {
        let mut out = String::new();
        push_markup(&mut out, "<a href='x' b=\"&\">");
        assert_eq!(out, "&lt;a href=&#39;x&#39; b=&quot;&amp;&quot;&gt;");
        assert_eq!(markdown("[x](javascript:1) <b> `*_"), "\\[x\\](javascript:1) \\<b\\> \\`\\*\\_");
        assert_eq!(percent("a b&c=ü\n"), "a%20b%26c%3D%C3%BC%0A");
    }
}
