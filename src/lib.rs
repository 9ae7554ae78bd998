//! Understudy: a Cloudflare Worker that stands in for an origin that fails.
//!
//! It retries what is safe to retry, else serves the last good copy, else renders a page that explains. First law: it
//! never makes things worse than the origin alone would be.
//!
//! One crate, two worlds. Everything here but `edge` is the **core**: pure, no I/O, no clock, no platform type; built and
//! tested natively. `edge` is the only place that knows Cloudflare; it carries out what the core decides, and exists
//! for `wasm32` only, so that the boundary is a compiler error.
//!
//! # The life of a request
//!
//! ```text
//! edge::fetch                                   ┌──────────── core ─────────────┐
//!   head (method, URL, upgrade) ───────────────►│ route::route                  │
//!   Relay, Admin, Maintenance, Loop: answered   │                               │
//!   Handle: edge::drive                         │ Flow::start → Step            │
//!     Fetch  → attempt   ─ Attempted ──────────►│ failure::classify             │
//!                        ─ Impatient ──────────►│ retry::decide, breaker        │
//!     Sleep  → a timer   ─ Slept     ──────────►│                               │
//!     Lookup → store     ─ Looked    ──────────►│ stale::usable                 │
//!     Finish → deliver: the origin's own Response, a copy, or a page (page::render)
//!   afterwards, in wait_until: the attempt still running, copies to write and to remove
//! ```
//!
//! | module | question |
//! | --- | --- |
//! | [`config`] | what did the operator say? |
//! | [`route`] | which way does a request go? |
//! | [`flow`] | what comes next? |
//! | [`failure`], [`gateway`] | in which way did the origin fail, and who wrote the answer? |
//! | [`retry`], [`breaker`] | once more, or leave the origin alone? |
//! | [`incidents`] | what do other isolates know of it? |
//! | [`stale`] | may this be kept, may it be served? |
//! | [`resume`] | can a download that broke off go on? |
//! | [`page`], [`notice`] | what does a person read, on a page of ours or on a copy? |
//! | [`report`] | what do we say about it in header fields and the log? |
//! | [`admin`], [`drill`] | our own paths, and fire drills |
//!
//! Small vocabulary: [`request`], [`fields`], [`url`], [`time`], [`random`], [`pattern`], [`token`], [`cdn_loop`],
//! [`room`], [`maintenance`].
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic))]

pub mod admin;
pub mod breaker;
pub mod cdn_loop;
pub mod config;
pub mod drill;
#[cfg(target_arch = "wasm32")]
pub mod edge;
pub mod failure;
pub mod fields;
pub mod flow;
pub mod gateway;
pub mod incidents;
mod json;
pub mod maintenance;
pub mod notice;
pub mod page;
pub mod pattern;
pub mod random;
pub mod report;
pub mod request;
pub mod resume;
pub mod retry;
pub mod room;
pub mod route;
mod sha256;
mod sort;
pub mod stale;
pub mod time;
pub mod token;
pub mod url;
