//! Would a page's `Content-Security-Policy` let a notice with its own `<style>` and its button be what they are?
//!
//! Read as browsers do (CSP3 §2.2, §6.7.2): policies between commas, directives between semicolons, of two with one name
//! the first, names without regard to case. The notice brings neither script nor request, so only style and forms count.

/// Do all the policies in this field allow it?
pub(super) fn allows(field: &str) -> bool {
    field.split(',').all(|policy| allows_style(policy) && allows_forms(policy))
}

/// `unsafe-inline` does not count beside a nonce or a hash (CSP3 §6.7.3.2).
fn allows_style(policy: &str) -> bool {
    let Some(sources) = STYLE.iter().find_map(|name| directive(policy, name)) else { return true };
    let is_bound = |source: &str| BOUND.iter().any(|prefix| starts_with(source, prefix));
    sources.split_ascii_whitespace().any(|source| source.eq_ignore_ascii_case("'unsafe-inline'"))
        && !sources.split_ascii_whitespace().any(is_bound)
}

/// The button that closes the notice is a form, although one that sends nothing.
fn allows_forms(policy: &str) -> bool {
    let allows = |flags: &str| flags.split_ascii_whitespace().any(|flag| flag.eq_ignore_ascii_case("allow-forms"));
    directive(policy, "sandbox").is_none_or(allows)
}

/// The value of the first directive of this name.
fn directive<'a>(policy: &'a str, name: &str) -> Option<&'a str> {
    policy.split(';').find_map(|directive| {
        let directive = directive.trim();
        let (found, value) = directive.split_once(|c: char| c.is_ascii_whitespace()).unwrap_or((directive, ""));
        found.eq_ignore_ascii_case(name).then_some(value)
    })
}

fn starts_with(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// What governs `<style>`, the most specific first (CSP3 §6.8.3).
const STYLE: [&str; 3] = ["style-src-elem", "style-src", "default-src"];
const BOUND: [&str; 4] = ["'nonce-", "'sha256-", "'sha384-", "'sha512-"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_policies_as_browsers_do() {
        for (policy, expected) in [
            ("", true),
            ("script-src 'self'; img-src *", true),
            ("default-src 'self'", false),
            ("default-src 'self'; style-src 'self' 'unsafe-inline'", true),
            ("default-src 'unsafe-inline'; style-src 'self'", false),
            ("style-src 'unsafe-inline'; style-src-elem 'self'", false),
            ("style-src 'none'; style-src-elem 'UNSAFE-INLINE' *", true),
            ("Style-Src\t'unsafe-inline'", true),
            ("style-src 'unsafe-inline' 'nonce-abc'", false),
            ("style-src 'unsafe-inline' 'SHA256-abc='", false),
            ("style-src 'self'; style-src 'unsafe-inline'", false),
            ("style-src 'unsafe-inline'; style-src 'self'", true),
            ("style-src", false),
            ("style-src *", false),
            ("img-src *, style-src 'self'", false),
            ("style-src 'unsafe-inline', style-src 'unsafe-inline'", true),
            ("style-src-attr 'none'", true),
            ("sandbox", false),
            ("sandbox allow-scripts", false),
            ("sandbox allow-scripts Allow-Forms", true),
            ("require-trusted-types-for 'script'; form-action 'none'", true),
            (";;, ;", true),
        ] {
            assert_eq!(allows(policy), expected, "{policy}");
        }
    }
}
