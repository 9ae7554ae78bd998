//! How is JSON from outside taken apart? Field by field, out of a [`Value`].
//!
//! Not by serde's derive, which is right here but for one thing: what it would say about a fraction in the wrong place
//! brings the writer of fractions along, and that and the rest of it are a thirtieth of the Worker's code.

use serde_json::{Map, Value};

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

    proptest! {
        #[test]
        fn never_panics(text in ".{0,64}", json in "[\\[\\]{}\",:0-9a.e+-]{0,64}") {
            for text in [text, json] {
                let _ = parse::<Vec<Map<String, Value>>>(&text);
                let _ = parse::<Object>(&text).map(|mut object| (object.take::<Vec<u32>>("a"), object.end()));
            }
        }
    }
}
