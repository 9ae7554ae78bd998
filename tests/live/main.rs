//! The whole product in the real runtime: a failing origin, workerd, and a visitor who looks at every byte.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(missing_docs, reason = "a test's name is its documentation")]

#[path = "../support/client.rs"]
mod client;
#[path = "../support/gateway.rs"]
mod gateway;
#[path = "../support/origin.rs"]
mod origin;
#[path = "../support/raw.rs"]
#[allow(dead_code, reason = "each test uses the parts it needs")]
mod raw;
#[path = "../support/worker.rs"]
#[allow(dead_code, reason = "the benchmarks use the rest")]
mod worker;

mod admin;
mod config;
mod deploy;
mod gateways;
mod modes;
mod relay;
mod retry;
mod to_origin;
