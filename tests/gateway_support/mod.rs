//! Answers from `tests/golden/gateway`, and whose they are.

use std::path::PathBuf;
use understudy::fields::FieldLines;
use understudy::gateway::{Author, author};

/// A fixture: status, header fields, body.
pub struct Answer {
    pub status: u16,
    pub fields: FieldLines,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn load(name: &str) -> Self {
        let text = std::fs::read_to_string(folder().join(format!("{name}.http"))).unwrap();
        let (head, body) = text.split_once("\n\n").unwrap_or_else(|| panic!("{name}"));
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let fields =
            lines.map(|line| line.split_once(": ").unwrap()).map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
        Self { status, fields, body: body.as_bytes().to_vec() }
    }

    /// Its author, when no more than the first `limit` bytes of the body were read.
    pub fn author(&self, limit: usize) -> Author {
        let seen = self.body.get(..limit).unwrap_or(&self.body);
        author(self.status, &self.fields, seen, seen.len() == self.body.len())
    }

    pub fn without(mut self, name: &str) -> Self {
        assert!(self.fields.iter().any(|(n, _)| n.eq_ignore_ascii_case(name)), "{name}");
        self.fields.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
        self
    }

    pub fn replaced(mut self, old: &str, new: &str) -> Self {
        let body = String::from_utf8(self.body).unwrap();
        assert!(body.contains(old), "{old}");
        self.body = body.replace(old, new).into_bytes();
        self
    }
}

pub fn folder() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "golden", "gateway"].iter().collect()
}

pub fn fixtures() -> Vec<String> {
    names_in(".")
}

/// The names of the answers in this folder of the fixtures' folder.
pub fn names_in(sub: &str) -> Vec<String> {
    let files = std::fs::read_dir(folder().join(sub)).unwrap();
    let files = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = files.filter_map(|file| file.strip_suffix(".http").map(str::to_owned)).collect();
    names.sort();
    names
}

/// The table of SOURCES.md: what each fixture is called, and who wrote it.
pub fn sources() -> Vec<(String, String)> {
    let named = |row: Vec<String>| {
        let names = row[0].split(['`', ' ']).filter(|name| !name.is_empty());
        names.map(|name| (name.to_owned(), row[1].clone())).collect::<Vec<_>>()
    };
    rows().into_iter().flat_map(named).collect()
}

/// Its last column: where the page can be seen.
pub fn places() -> Vec<String> {
    rows().into_iter().map(|row| row[3].clone()).collect()
}

fn rows() -> Vec<Vec<String>> {
    let table = std::fs::read_to_string(folder().join("SOURCES.md")).unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| `"));
    rows.map(|line| line.trim_matches(['|', ' ']).split(" | ").map(str::to_owned).collect()).collect()
}
