//! Understudy
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic))]

pub mod failure;
pub mod fields;
pub mod gateway;
pub mod pattern;
pub mod time;
