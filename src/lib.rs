//! Understudy
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
pub mod maintenance;
pub mod page;
pub mod pattern;
pub mod random;
pub mod report;
pub mod request;
pub mod retry;
pub mod route;
pub mod stale;
pub mod time;
pub mod token;
pub mod url;
