//! How does the core read header fields? Through [`Fields`], lazily and by name.
//!
//! Every read of a header in the Worker crosses from Wasm to JavaScript and back, so the healthy path reads as few as it
//! can; the core therefore never gets a map of all fields, but asks for the ones that it needs. RFC 9110 §5.

/// The header fields of one message.
pub trait Fields {
    /// The combined value of all field lines named `name` (lower case), joined by `", "` (RFC 9110 §5.3);
    /// `None` if there is no such line. `set-cookie` is only good for asking whether there is one.
    fn field(&self, name: &str) -> Option<String>;

    /// The values of these fields, one a line in this order; an empty one for a field that is not there. In the Worker all of
    /// them are read at once.
    fn values(&self, names: &'static [&'static str]) -> String {
        let values: Vec<_> = names.iter().map(|name| self.field(name).unwrap_or_default()).collect();
        values.join("\n")
    }

    /// Every field line, in order, names in lower case. Costly in the Worker: for failures and copies only.
    fn lines(&self) -> Vec<(String, String)>;
}

/// A plain list of field lines: what a stored copy carries and what tests write down.
pub type FieldLines = Vec<(String, String)>;

impl Fields for [(String, String)] {
    fn field(&self, name: &str) -> Option<String> {
        combine(self.iter().map(|(n, v)| (n.as_str(), v.as_str())), name)
    }

    fn lines(&self) -> Vec<(String, String)> {
        self.iter().map(|(n, v)| (n.to_ascii_lowercase(), v.clone())).collect()
    }
}

impl Fields for FieldLines {
    fn field(&self, name: &str) -> Option<String> {
        self.as_slice().field(name)
    }

    fn lines(&self) -> Vec<(String, String)> {
        self.as_slice().lines()
    }
}

impl Fields for [(&str, &str)] {
    fn field(&self, name: &str) -> Option<String> {
        combine(self.iter().copied(), name)
    }

    fn lines(&self) -> Vec<(String, String)> {
        self.iter().map(|(n, v)| (n.to_ascii_lowercase(), (*v).to_owned())).collect()
    }
}

impl<const N: usize> Fields for [(&str, &str); N] {
    fn field(&self, name: &str) -> Option<String> {
        self.as_slice().field(name)
    }

    fn lines(&self) -> Vec<(String, String)> {
        self.as_slice().lines()
    }
}

fn combine<'a>(lines: impl Iterator<Item = (&'a str, &'a str)>, name: &str) -> Option<String> {
    lines.filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.trim()).fold(None, |all: Option<String>, v| {
        Some(match all {
            None => v.to_owned(),
            Some(before) => before + ", " + v,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn combines_lines_of_one_name_in_order() {
        let fields = [("Vary", "Accept"), ("x", "1"), ("vary", " Cookie ")];
        assert_eq!(fields.field("vary").as_deref(), Some("Accept, Cookie"));
        assert_eq!(fields.field("age"), None);
    }
}
