//! How are records and lists of variants written down, and what is believed of them when they are read back?
//!
//! As JSON in plain ASCII, so that they can travel in a header line or in a store's metadata, with a version. What is
//! another version's, lacks something, has more or something of another kind is a miss: a store is as hostile as a header.

use serde::Serialize;

use super::digest::is_hex;
use super::entry::Entry;
use super::lines::is_storable;
use super::record::Record;
use super::syntax::is_value;
use super::vary::{Variants, Vary};
use crate::fields::{FieldLines, Fields};
use crate::json::{self, Object};
use crate::time::Time;

/// What no record reaches, in bytes of its JSON, alone or in an [`Entry`] (16 KiB).
pub const MAX_RECORD: usize = 16 * 1024;

/// A change in the meaning of anything below needs a new version: then all older copies are misses.
const VERSION: u32 = 2;

#[derive(Serialize)]
struct Copy {
    v: u32,
    status: u16,
    asked: u64,
    answered: u64,
    selected: String,
    decoded: bool,
    weakened: bool,
    outdated: bool,
    print: Option<u64>,
    length: Option<u64>,
    hash: Option<u64>,
    lines: FieldLines,
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Wire {
    Copy(Box<Copy>),
    Variants { v: u32, names: Vec<String>, epoch: String },
}

/// Will its JSON be shorter than [`MAX_RECORD`], whatever its body?
pub fn fits(record: &Record) -> bool {
    // Written out only where a generous estimate (each byte as `\u1234`) does not settle it.
    let estimate = record.lines.iter().map(|(n, v)| n.len() + 6 * v.len() + 8).sum::<usize>() + 2 * ENVELOPE;
    estimate < MAX_RECORD || record_to_json(record).len() + ENVELOPE < MAX_RECORD
}

pub fn record_to_json(record: &Record) -> String {
    json(&copy(record))
}

pub fn record_from_json(text: &str) -> Option<Record> {
    record(parse(text)?)
}

pub fn entry_to_json(entry: &Entry) -> String {
    json(&match entry {
        Entry::Copy(record) => Wire::Copy(Box::new(copy(record))),
        Entry::Variants(variants) => {
            Wire::Variants { v: VERSION, names: variants.names().to_vec(), epoch: variants.epoch().to_owned() }
        }
    })
}

pub fn entry_from_json(text: &str) -> Option<Entry> {
    let mut wire = parse(text)?;
    let entry = match (wire.take("copy"), wire.take("variants")) {
        (Some(copy), None) => Entry::Copy(Box::new(record(copy)?)),
        (None, Some(list)) => Entry::Variants(variants(list)?),
        _ => return None,
    };
    wire.end().map(|()| entry)
}

fn copy(record: &Record) -> Copy {
    Copy {
        v: VERSION,
        status: record.status,
        asked: record.asked_at.millis(),
        answered: record.answered_at.millis(),
        selected: record.selected.clone(),
        decoded: record.decoded,
        weakened: record.weakened,
        outdated: record.outdated,
        print: record.fingerprint,
        length: record.length,
        hash: record.hash,
        lines: record.lines.clone(),
    }
}

fn record(mut copy: Object) -> Option<Record> {
    let version: u32 = copy.take("v")?;
    let lines: FieldLines = copy.take("lines")?;
    let Vary::Names(vary) = Vary::parse(lines.field("vary").as_deref()) else { return None };
    let record = Record {
        status: copy.take("status")?,
        vary,
        asked_at: Time::from_millis(copy.take("asked")?),
        answered_at: Time::from_millis(copy.take("answered")?),
        selected: copy.take("selected")?,
        decoded: copy.take("decoded")?,
        weakened: copy.take("weakened")?,
        outdated: copy.take("outdated")?,
        fingerprint: copy.take("print")?,
        length: copy.take("length")?,
        hash: copy.take("hash")?,
        lines,
    };
    copy.end()?;
    let good = version == VERSION
        && matches!(record.status, 200..=599)
        && is_hex(&record.selected)
        && record.lines.iter().all(|(name, value)| is_storable(name) && is_value(value));
    good.then_some(record)
}

fn variants(mut list: Object) -> Option<Variants> {
    let version: u32 = list.take("v")?;
    let variants = Variants::restore(list.take("names")?, list.take("epoch")?)?;
    list.end().filter(|()| version == VERSION).map(|()| variants)
}

fn parse(text: &str) -> Option<Object> {
    if text.len() < MAX_RECORD { json::parse(text) } else { None }
}

/// Everything beyond printable ASCII is escaped; such characters stand only inside of JSON strings.
fn json(value: &impl Serialize) -> String {
    let json = serde_json::to_string(value).unwrap_or_default();
    if json.bytes().all(|b| (b' '..=b'~').contains(&b)) {
        return json;
    }
    let mut ascii = String::with_capacity(json.len() + 64);
    let mut units = [0; 2];
    for c in json.chars() {
        if (' '..='~').contains(&c) {
            ascii.push(c);
        } else {
            ascii.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    ascii
}

/// Room for all but the lines, in bytes, and for what the body adds later.
const ENVELOPE: usize = 512;
