//! Is it an answer that somebody meant? Each is the origin's own, a copy, a page or an answer of our own paths, and has
//! what belongs to it; anything else is as bad as none.

use std::io::Read as _;

use serde_json::Value;

use super::errand::{Content, Errand};
use super::wire::Answer;
use crate::origin::{generated, hash};

/// Whose answer it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The origin's, untouched.
    Origin,
    /// The same, broken off as the origin's was.
    Cut,
    /// One whose body broke off on the way, and went on.
    Resumed,
    /// The next origin's.
    Next,
    /// The application's own words about its failure.
    Own,
    /// A copy.
    Copy,
    /// The page that explains.
    Page,
    /// Of `/.understudy/`.
    Health,
    /// What was said came back.
    Echo,
}

/// Whose answer it is. `cuts`: the body may break off.
///
/// # Errors
/// What is wrong with it.
pub fn judge(errand: &Errand, answer: &Answer, cuts: bool) -> Result<Kind, String> {
    let is_copy = answer.field("cache-status").contains("understudy");
    let is_next = answer.field("proxy-status") == "www.example;next-hop=second.example";
    let is_ours = answer.field("proxy-status").contains("www.example") && !is_next;
    let is_page = is_ours && !is_copy;
    if answer.cut {
        return if cuts && !is_page { Ok(Kind::Cut) } else { Err("the body breaks off".to_owned()) };
    }
    let kind = match (is_copy, is_ours) {
        (true, _) => Kind::Copy,
        (false, true) => Kind::Page,
        (false, false) if matches!(errand.content, Content::Health) => Kind::Health,
        (false, false) if answer.status >= 500 && errand.own => Kind::Own,
        (false, false) if is_next => Kind::Next,
        (false, false) if errand.target.contains("&cuts=") => Kind::Resumed,
        (false, false) => Kind::Origin,
    };
    match kind {
        Kind::Copy if !errand.copies => Err("a copy of what must not be kept".to_owned()),
        Kind::Copy => content(errand, answer),
        Kind::Page => page(errand, answer),
        Kind::Health if answer.text().contains(r#""status":"ok""#) => Ok(()),
        Kind::Health => Err("no state of health".to_owned()),
        // What the demo origin says there, it says without its name.
        Kind::Origin if answer.status == 416 && answer.body == b"out of range\n" => Ok(()),
        Kind::Own | Kind::Origin | Kind::Next | Kind::Resumed if answer.field("server") != "demo-origin" => {
            Err("nobody's answer".to_owned())
        }
        Kind::Origin | Kind::Next | Kind::Resumed if answer.status >= 500 => {
            Err("a failure that was passed on".to_owned())
        }
        Kind::Origin | Kind::Next | Kind::Resumed => content(errand, answer),
        Kind::Own | Kind::Cut | Kind::Echo => Ok(()),
    }?;
    Ok(kind)
}

fn page(errand: &Errand, answer: &Answer) -> Result<(), String> {
    if !(500..=599).contains(&answer.status) {
        return Err("a page of this status".to_owned());
    }
    for (name, part) in [("cache-control", "no-store"), ("x-content-type-options", "nosniff"), ("vary", "Accept")] {
        if !answer.field(name).contains(part) {
            return Err(format!("a page without {name}: {part}"));
        }
    }
    let text = answer.text();
    let is_whole = match answer.field("content-type").split(';').next().unwrap_or_default() {
        _ if errand.method == "HEAD" => true,
        "text/html" => text.trim_end().ends_with("</html>"),
        "application/json" | "application/problem+json" => serde_json::from_str::<Value>(&text).is_ok(),
        _ => !text.is_empty(),
    };
    if is_whole { Ok(()) } else { Err("half a page".to_owned()) }
}

fn content(errand: &Errand, answer: &Answer) -> Result<(), String> {
    let wrong = |what: &str| Err(format!("not the {what} that was asked for"));
    if errand.method == "HEAD" || answer.status == 304 || answer.status == 416 {
        return Ok(());
    }
    match &errand.content {
        Content::Any | Content::Health | Content::Echo(_) => Ok(()),
        Content::Says(words) if answer.text().contains(words.as_str()) => Ok(()),
        Content::Says(_) => wrong("page"),
        Content::Generated(n) => {
            let (start, len) = if answer.status == 206 { part(answer, *n)? } else { (0, *n) };
            let expected = generated(start, usize::try_from(len).unwrap_or(usize::MAX));
            match answer.body.iter().zip(&expected).position(|(got, expected)| got != expected) {
                None if answer.body.len() == expected.len() => Ok(()),
                None => wrong("number of bytes"),
                Some(place) => Err(format!("from byte {place} on not those that were asked for")),
            }
        }
        Content::Text if decoded(answer)?.starts_with("A page that is worth compressing") => Ok(()),
        Content::Text => wrong("text"),
        Content::Receipt => {
            let receipt: Value = serde_json::from_slice(&answer.body).map_err(|e| e.to_string())?;
            let is_right = receipt["length"] == errand.body.len() && receipt["hash"] == hash(&errand.body);
            if is_right { Ok(()) } else { wrong("receipt") }
        }
    }
}

/// `Content-Range`: where it starts, how long it is.
fn part(answer: &Answer, n: u64) -> Result<(u64, u64), String> {
    let range = answer.field("content-range");
    let places = range.strip_prefix("bytes ").and_then(|r| r.strip_suffix(&format!("/{n}")));
    let places = places.and_then(|places| places.split_once('-'));
    let places = places.and_then(|(first, last)| Some((first.parse::<u64>().ok()?, last.parse::<u64>().ok()?)));
    match places {
        Some((first, last)) if first <= last && last < n => Ok((first, last - first + 1)),
        _ => Err(format!("Content-Range: {range}")),
    }
}

fn decoded(answer: &Answer) -> Result<String, String> {
    let mut text = String::new();
    let read = match answer.field("content-encoding") {
        "gzip" => flate2::read::GzDecoder::new(&*answer.body).read_to_string(&mut text),
        "br" => brotli::Decompressor::new(&*answer.body, 4096).read_to_string(&mut text),
        _ => return Ok(answer.text().into_owned()),
    };
    read.map_err(|error| format!("it cannot be unpacked: {error}"))?;
    Ok(text)
}
