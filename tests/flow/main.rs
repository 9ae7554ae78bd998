//! Is the order of things right? Flows as scripts of events: no runtime, no clock, no chance but a seed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(missing_docs, reason = "a test's name is its documentation")]

mod any;
mod breaker;
mod consult;
mod copies;
mod fallbacks;
mod fresh;
mod gallery;
mod guard;
mod news;
mod one_probe;
mod probe;
mod resume;
mod retries;
mod site;
mod unread;
