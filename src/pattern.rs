//! Does a name or a path match one of the operator's patterns?
//!
//! A pattern is text in which `*` stands for any run of characters, also none; nothing else is special.

/// One pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(String);

/// A list of patterns, as in `STALE_IGNORE_PARAMS`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Patterns(Vec<Pattern>);

impl Pattern {
    /// From its text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Does all of `text` match?
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        glob(self.0.as_bytes(), text.as_bytes(), |a, b| a == b)
    }

    /// Does all of `text` match, if ASCII upper and lower case are the same?
    #[must_use]
    pub fn matches_ignoring_case(&self, text: &str) -> bool {
        glob(self.0.as_bytes(), text.as_bytes(), |a, b| a.eq_ignore_ascii_case(&b))
    }
}

impl Patterns {
    /// From texts.
    pub fn new<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        Self(texts.into_iter().map(Pattern::new).collect())
    }

    /// Does one of them match all of `text`?
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        self.0.iter().any(|p| p.matches(text))
    }

    /// The same without regard to ASCII case.
    #[must_use]
    pub fn matches_ignoring_case(&self, text: &str) -> bool {
        self.0.iter().any(|p| p.matches_ignoring_case(text))
    }
}

/// Greedy with one point to fall back to: linear for one `*`, quadratic at worst, never exponential.
fn glob(pattern: &[u8], text: &[u8], same: impl Fn(u8, u8) -> bool) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut fall_back: Option<(usize, usize)> = None;
    while let Some(&c) = text.get(t) {
        match pattern.get(p) {
            Some(b'*') => {
                fall_back = Some((p, t));
                p += 1;
            }
            Some(&want) if same(want, c) => {
                p += 1;
                t += 1;
            }
            _ => match fall_back {
                Some((star, from)) => {
                    fall_back = Some((star, from + 1));
                    p = star + 1;
                    t = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(p).all(|&c| c == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_run() {
        for (pattern, text, expected) in [
            ("utm_*", "utm_source", true),
            ("utm_*", "utm", false),
            ("*sess*", "PHPSESSID", false),
            ("*", "", true),
            ("", "", true),
            ("", "a", false),
            ("a*b*c", "aXbXbc", true),
            ("a*b*c", "aXbXb", false),
            ("/api/*", "/api/", true),
            ("**a", "ba", true),
        ] {
            assert_eq!(Pattern::new(pattern).matches(text), expected, "{pattern} {text}");
        }
        assert!(Pattern::new("*sess*").matches_ignoring_case("PHPSESSID"));
    }
}
