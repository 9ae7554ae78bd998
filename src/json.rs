//! How is JSON from outside taken apart, and how is a [`Value`] written down again? Field by field.
//!
//! Neither by serde: reading into structs, for what it would say about a fraction in the wrong place, and writing a `Value`
//! bring the writer of fractions along, and that, with its tables, is a twentieth of the Worker.

use serde_json::{Map, Value};

/// A string always has a JSON form; the alternative is for the compiler.
pub fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_else(|_| "\"\"".to_owned())
}

/// As JSON, but for fractions, of which there are none in what we write and no more than six digits in what we quote.
pub fn written(value: &Value) -> String {
    let list = |open: &str, items: Vec<String>, close: &str| [open, &items.join(","), close].concat();
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => match (number.as_u64(), number.as_i64()) {
            (Some(number), _) => number.to_string(),
            (None, Some(number)) => number.to_string(),
            (None, None) => fraction(number.as_f64().unwrap_or_default()),
        },
        Value::String(text) => quoted(text),
        Value::Array(items) => list("[", items.iter().map(written).collect(), "]"),
        Value::Object(fields) => {
            let field = |(name, value): (&String, &Value)| [&quoted(name), ":", &written(value)].concat();
            list("{", fields.iter().map(field).collect(), "}")
        }
    }
}

fn fraction(number: f64) -> String {
    const DIGITS: usize = 6;
    const SCALE: f64 = 1e6;
    let sign = if number < 0.0 { "-" } else { "" };
    let number = number.abs();
    if number >= u64::MAX as f64 / SCALE {
        return [sign, "(a very large number)"].concat();
    }
    let scaled = (number * SCALE).round() as u64;
    let (whole, part) = (scaled / SCALE as u64, scaled % SCALE as u64);
    let part = part.to_string();
    let part = ["0".repeat(DIGITS.saturating_sub(part.len())), part].concat();
    let part = part.trim_end_matches('0');
    [sign, &whole.to_string(), ".", if part.is_empty() { "0" } else { part }].concat()
}

/// What this text says, if it is JSON and what is wanted.
pub fn parse<T: Taken>(text: &str) -> Option<T> {
    T::taken(serde_json::from_str(text).ok()?)
}

/// An object that is taken apart.
pub struct Object(Map<String, Value>);

impl Object {
    /// The field of this name, if it is there and what is wanted.
    pub fn take<T: Taken>(&mut self, name: &str) -> Option<T> {
        T::taken(self.0.remove(name)?)
    }

    /// Nothing is left but what was taken.
    pub fn end(self) -> Option<()> {
        self.0.is_empty().then_some(())
    }
}

/// What a value can be taken for.
pub trait Taken: Sized {
    /// This value, if it is of that kind.
    fn taken(value: Value) -> Option<Self>;
}

impl Taken for Value {
    fn taken(value: Value) -> Option<Self> {
        Some(value)
    }
}

impl Taken for Map<String, Value> {
    fn taken(value: Value) -> Option<Self> {
        if let Value::Object(fields) = value { Some(fields) } else { None }
    }
}

impl Taken for Object {
    fn taken(value: Value) -> Option<Self> {
        Map::taken(value).map(Self)
    }
}

impl Taken for String {
    fn taken(value: Value) -> Option<Self> {
        if let Value::String(text) = value { Some(text) } else { None }
    }
}

impl Taken for bool {
    fn taken(value: Value) -> Option<Self> {
        value.as_bool()
    }
}

impl Taken for u64 {
    fn taken(value: Value) -> Option<Self> {
        value.as_u64()
    }
}

impl Taken for u32 {
    fn taken(value: Value) -> Option<Self> {
        u64::taken(value)?.try_into().ok()
    }
}

impl Taken for u16 {
    fn taken(value: Value) -> Option<Self> {
        u64::taken(value)?.try_into().ok()
    }
}

impl<T: Taken> Taken for Option<T> {
    fn taken(value: Value) -> Option<Self> {
        if value.is_null() { Some(None) } else { T::taken(value).map(Some) }
    }
}

impl<T: Taken> Taken for Vec<T> {
    fn taken(value: Value) -> Option<Self> {
        let Value::Array(items) = value else { return None };
        items.into_iter().map(T::taken).collect()
    }
}

impl<T: Taken> Taken for (T, T) {
    fn taken(value: Value) -> Option<Self> {
        let [one, other] = <[T; 2]>::try_from(Vec::taken(value)?).ok()?;
        Some((one, other))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn takes_what_is_wanted_and_nothing_else() {
        let mut object: Object =
            parse(r#"{"a": 1, "b": [["x", "y"]], "c": null, "d": 1.5, "e": -1, "f": 70000}"#).unwrap();
        assert_eq!(object.take::<u64>("a"), Some(1));
        assert_eq!(object.take::<Vec<(String, String)>>("b"), Some(vec![("x".to_owned(), "y".to_owned())]));
        assert_eq!(object.take::<Option<bool>>("c"), Some(None));
        assert_eq!((object.take::<u64>("d"), object.take::<u64>("e"), object.take::<u16>("f")), (None, None, None));
        assert_eq!(object.end(), Some(()));
        assert!(parse::<Object>(r#"{"a": 1}"#).unwrap().end().is_none(), "something is left");
        assert_eq!(parse::<Vec<(String, String)>>(r#"[["x"]]"#), None);
        assert_eq!(parse::<Vec<String>>(r#"["a", 1]"#), None);
    }

    #[test]
    fn writes_down_what_serde_json_would() {
        for text in [
            "null",
            "true",
            "false",
            "0",
            "18446744073709551615",
            "-9223372036854775808",
            "1.5",
            "-0.25",
            "3.0",
            "0.000001",
            "1234567.875",
            "\"\"",
            r#""a\"\\\n\u0001é""#,
            "[]",
            "[1,[2,\"x\"],{}]",
            r#"{"a\"":{"b":[null,0.1]},"c":1}"#,
        ] {
            assert_eq!(written(&serde_json::from_str(text).unwrap()), text);
        }
        for (text, shown) in [
            ("1e300", "(a very large number)"),
            ("-1e19", "-(a very large number)"),
            ("0.0000001", "0.0"),
            ("0.9999999", "1.0"),
        ] {
            assert_eq!(written(&serde_json::from_str(text).unwrap()), shown, "{text}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in ".{0,64}", json in "[\\[\\]{}\",:0-9a.e+-]{0,64}") {
            for text in [text, json] {
                let _ = parse::<Vec<Map<String, Value>>>(&text);
                let _ = parse::<Value>(&text).map(|value| written(&value));
                let _ = parse::<Object>(&text).map(|mut object| (object.take::<Vec<u32>>("a"), object.end()));
            }
        }
    }
}
