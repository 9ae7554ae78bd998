//! May this answer be kept as a copy, and may that copy be served now?
//!
//! A pure engine for the copies of a shared cache: RFC 9111 (storing, freshness, reuse, validation, invalidation),
//! RFC 5861 (`stale-if-error`, `stale-while-revalidate`), RFC 9213 (targeted fields), and of RFC 9110 what a cache
//! needs to answer conditional and range requests by itself. Each question has one function:
//!
//! | question | answer |
//! | --- | --- |
//! | under which name does a copy lie? | [`key()`], and one level below [`Variants::key`] |
//! | may this answer be kept, must the copy that is there go? | [`admit()`] → [`Admission`] |
//! | is it worth looking for a copy at all? | [`eligible`] |
//! | may this copy be served in place of a failure? | [`usable()`] → [`Usable`] |
//! | which status, lines and part of the body does the visitor get? | [`serve()`] → [`Served`] |
//! | is it worth writing where one lies already? | [`refreshes`], [`is_due`] |
//! | may it be served without asking the origin (`CACHE_FRESH`)? | [`reuse()`] → [`Reuse`] |
//! | what does a 304 change in it, and is that worth writing? | [`updated`], [`Record::is_news_to`] |
//! | what could the origin send instead? | [`advised`] |
//! | which copies does a POST make invalid? | [`invalidated`] |
//!
//! A tier holds an [`Entry`] under each key. To find a copy: read the entry under the primary key; if it is a list of
//! [`Variants`], read the entry under the second key that the list makes of the request; the [`Record`] found still has
//! to be [`usable()`]. To keep one: a record that [`varies`](Record::varies) goes under the second key of a list that
//! [`covers`](Variants::covers) it; one that does not vary goes under the primary key, where it replaces a list. To remove
//! one: the primary key suffices.
//!
//! Not here: where copies lie and how they are read and written (`edge`), when one is looked for (`flow`).

mod admit;
mod advice;
mod conditional;
mod date;
mod digest;
mod directives;
mod entry;
mod freshness;
mod invalidate;
mod key;
mod lines;
mod personal;
mod range;
mod reasons;
mod record;
mod rerouted;
mod reuse;
mod rewrite;
mod serve;
mod syntax;
mod targeted;
mod url;
mod usable;
mod validate;
mod vary;
mod wire;

use std::time::Duration;

use crate::fields::Fields;
use crate::pattern::Patterns;
use crate::time::Time;

pub use admit::{Admission, admit, is_deletion, may_renew};
pub use advice::advised;
pub use entry::Entry;
pub use invalidate::invalidated;
pub use key::{MAX_KEY, MAX_VARIANT, key};
pub use reasons::{NoReason, SkipReason};
pub use record::{Record, fingerprint};
pub use reuse::{Reuse, reuse};
pub use rewrite::{Written, is_due, refreshes, said, span};
pub use serve::{Part, Served, serve};
pub use usable::{Aged, Trigger, Usable, eligible, takes_stale, usable, wants_only_copies};
pub use validate::updated;
pub use vary::{MAX_VARY_NAMES, Variants};
pub use wire::MAX_RECORD;

/// What the operator has decided about copies. The names of the variables are in the docs of each field.
#[derive(Debug, Clone, PartialEq)]
pub struct Params {
    /// `STALE_IF_ERROR`: how stale a copy may be when the origin said nothing; zero = only where the origin permits it.
    pub if_error: Duration,
    /// `STALE_LIMIT`: hard cap on staleness, whatever a header says.
    pub limit: Duration,
    /// `STALE_SIZE_LIMIT`: the largest body kept, in bytes.
    pub size_limit: u64,
    /// `STALE_IGNORE_PARAMS`: query parameters left out of the key.
    pub ignore_params: Patterns,
    /// `STALE_SESSION_COOKIES`: names of cookies that make a request personal.
    pub session_cookies: Patterns,
    /// `STALE_OVERRIDE`: prohibitions of the origin that the operator lifts.
    pub overrides: Overrides,
    /// `CACHE_FRESH`: fresh copies are served without asking the origin.
    pub fresh: bool,
}

/// Directives of the origin that the operator disregards when a stale copy could be served. Default: none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Overrides {
    /// `no-cache`
    pub no_cache: bool,
    /// `must-revalidate`
    pub must_revalidate: bool,
    /// `proxy-revalidate`
    pub proxy_revalidate: bool,
    /// `s-maxage`, as far as it forbids staleness; its value stays the freshness lifetime.
    pub s_maxage: bool,
}

/// A request, as far as copies are concerned.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// The method, as sent.
    pub method: &'a str,
    /// The absolute URL as the visitor asked for it, without fragment.
    pub url: &'a str,
    /// The request's header fields.
    pub fields: &'a dyn Fields,
}

/// A response of the origin, as far as copies are concerned.
#[derive(Clone, Copy)]
pub struct Answered<'a> {
    /// The status code as received.
    pub status: u16,
    /// The response's header fields.
    pub fields: &'a dyn Fields,
    /// When the request was sent.
    pub asked_at: Time,
    /// When the response's headers arrived.
    pub answered_at: Time,
}
