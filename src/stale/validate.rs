//! What does a 304, or an answer to HEAD, change in a copy? RFC 9111 §3.2, §4.3.4, §4.3.5.

use super::conditional::weakly_equal;
use super::directives::Directives;
use super::record::Record;
use super::syntax::integer;
use super::{Answered, Asked};

/// The copy with the fields of `answered`, a 304 to our own conditional request or a 200 to HEAD. Only for requests that
/// [`reuse`](super::reuse) did not turn away: another visitor's answer says nothing about this copy.
///
/// `None`: the answer is about something else, or forbids to keep the copy; ask again without conditions.
#[must_use]
pub fn updated(record: &Record, answered: &Answered<'_>, asked: &Asked<'_>) -> Option<Record> {
    let head = asked.method == "HEAD" && answered.status == 200;
    if !head && answered.status != 304 {
        return None;
    }
    let directives = Directives::of_response(answered.fields);
    if directives.private || directives.no_store && !directives.must_understand {
        return None;
    }
    let same = same_validators(record, answered);
    if head && !(record.status() == answered.status && same && same_length(record, answered)) {
        // RFC 9111 §4.3.5: then the page has changed, and the copy is stale.
        return Some(record.contradicted());
    }
    let is_marked = || ["etag", "last-modified"].iter().any(|name| answered.fields.field(name).is_some());
    // Where nothing says that the body is still the one that lies there, who never asks for it would keep it fresh for good.
    if head && !is_marked() {
        return None;
    }
    same.then(|| record.renewed(asked, answered)).flatten()
}

/// Does no validator contradict the stored ones? Tags are compared weakly: the stored one may have been weakened on the
/// way here, and gateways that compress weaken the tag of a 200 but not that of a 304.
fn same_validators(record: &Record, answered: &Answered<'_>) -> bool {
    if let Some(etag) = answered.fields.field("etag") {
        return record.field("etag").is_some_and(|own| weakly_equal(&etag, &own));
    }
    match (answered.fields.field("last-modified"), record.field("last-modified")) {
        (Some(new), Some(own)) => new == own,
        _ => true,
    }
}

fn same_length(record: &Record, answered: &Answered<'_>) -> bool {
    // A decoded body's length says nothing about the length on the wire.
    let own = record.length().filter(|_| !record.decoded);
    match (answered.fields.field("content-length").and_then(|length| integer(&length)), own) {
        (Some(new), Some(own)) => new == own,
        _ => true,
    }
}
