//! stub
use crate::fields::Fields;
/// Author.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Author {
    /// G
    Gateway(&'static str),
    /// E
    Empty,
    /// A
    Application,
}
/// stub
pub fn author(_status: u16, _fields: &dyn Fields, prefix: &[u8], whole: bool) -> Author {
    if whole && prefix.trim_ascii().is_empty() {
        Author::Empty
    } else if prefix.windows(5).any(|w| w == b"nginx") {
        Author::Gateway("nginx")
    } else {
        Author::Application
    }
}
