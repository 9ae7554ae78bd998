//! How is one variable read? Look it up, parse it, and if that fails note the mistake and take the default.

use super::vars::{Scope, VARS, Var};

/// Something that the operator wrote and that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Mistake {
    /// The variable, for one in a rule with its place: `RULES[0].TIMEOUT`.
    pub variable: String,
    /// Its value, shortened; never that of a secret.
    pub value: String,
    /// What was expected instead.
    pub expected: String,
}

impl std::fmt::Display for Mistake {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(f, "{} = {:?}: expected {}", self.variable, self.value, self.expected)
    }
}

/// Reads variables one by one and collects all mistakes.
pub(super) struct Reader<'a> {
    /// The value of a variable as text; missing and empty are the same.
    pub lookup: &'a dyn Fn(&str) -> Option<String>,
    /// What counts in place of a value that cannot be used, before the default: in a rule that of the Worker itself.
    pub otherwise: &'a dyn Fn(&str) -> Option<String>,
    /// What stands before a name in a message: nothing, or `RULES[0].`.
    pub place: &'a str,
    /// Whether a mistake in this variable is this reader's to report.
    pub reports: &'a dyn Fn(&str) -> bool,
    /// What went wrong so far.
    pub mistakes: Vec<Mistake>,
}

impl Reader<'_> {
    /// The variable `name`: its value if `parse` takes it, else its default and a mistake.
    pub fn read<T: Default>(&mut self, name: &str, expected: &str, parse: impl Fn(&str) -> Option<T>) -> T {
        let default = VARS.iter().find(|v| v.name == name).map_or("", |v| v.default);
        let written = |text: Option<String>| text.map(|t| t.trim().to_owned()).filter(|t| !t.is_empty());
        if let Some(text) = written((self.lookup)(name)) {
            if let Some(value) = parse(&text) {
                return value;
            }
            self.mistake(name, &text, expected);
            if let Some(value) = written((self.otherwise)(name)).and_then(|text| parse(&text)) {
                return value;
            }
        }
        // A test sees to it that every default parses.
        parse(default).unwrap_or_default()
    }

    /// Notes a mistake.
    pub fn mistake(&mut self, name: &str, value: &str, expected: &str) {
        if !(self.reports)(name) {
            return;
        }
        self.mistakes.push(Mistake {
            variable: [self.place, name].concat(),
            value: shown(name, value),
            expected: expected.to_owned(),
        });
    }
}

/// The known variable that `name` is probably meant to be: one letter wrong, missing, too many or swapped.
#[must_use]
pub fn meant(name: &str) -> Option<&'static Var> {
    let upper = name.to_ascii_uppercase();
    VARS.iter().find(|v| v.name != name && (v.name == upper || one_edit_apart(v.name, &upper)))
}

fn one_edit_apart(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let same_start = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (a.get(same_start..).unwrap_or_default(), b.get(same_start..).unwrap_or_default());
    let same_end = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let (left_a, left_b) = (a.len() - same_end, b.len() - same_end);
    let swapped = matches!((a.get(..left_a), b.get(..left_b)), (Some([p, q]), Some([r, s])) if p == s && q == r);
    (left_a <= 1 && left_b <= 1) || swapped
}

/// The value of a variable for a message: a secret is never shown, nor are user and password in a URL; anything else is cut to a
/// length that fits a log line.
#[must_use]
pub fn shown(name: &str, value: &str) -> String {
    if VARS.iter().any(|v| v.name == name && v.scope == Scope::Secret) {
        return "(secret)".to_owned();
    }
    let value = match (value.find("://"), value.rfind('@')) {
        (Some(start), Some(end)) if start + 3 <= end => {
            [value.get(..start + 3).unwrap_or_default(), "…", value.get(end..).unwrap_or_default()].concat()
        }
        _ => value.to_owned(),
    };
    match value.char_indices().nth(MAX_SHOWN) {
        Some((at, _)) => [value.get(..at).unwrap_or_default(), "…"].concat(),
        None => value,
    }
}

/// Characters of a bad value that a message repeats.
const MAX_SHOWN: usize = 80;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guesses_what_was_meant() {
        for (name, expected) in [
            ("TIMOUT", Some("TIMEOUT")),
            ("TIMEOUTS", Some("TIMEOUT")),
            ("timeout", Some("TIMEOUT")),
            ("PAGE_LOGE", Some("PAGE_LOGO")),
            ("ORIGNI", Some("ORIGIN")),
            ("TIMEOUT", None),
            ("DATABASE", None),
        ] {
            assert_eq!(meant(name).map(|v| v.name), expected, "{name}");
        }
    }

    #[test]
    fn shows_no_secret_and_no_password() {
        assert_eq!(shown("ADMIN_TOKEN", "hunter2"), "(secret)");
        assert_eq!(shown("ORIGIN", "https://me:hunter2@origin"), "https://…@origin");
        assert_eq!(shown("LOG", &"é".repeat(200)).chars().count(), MAX_SHOWN + 1);
    }
}
