//! The whole product in the real runtime: a failing origin, workerd, and a visitor who looks at every byte.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(missing_docs, reason = "a test's name is its documentation")]
#![allow(clippy::disallowed_methods, reason = "a test has a clock to say how long it waits at most")]

#[path = "../support/client.rs"]
mod client;
#[path = "../support/gateway.rs"]
mod gateway;
#[path = "../support/memory.rs"]
mod measured;
#[path = "../support/origin.rs"]
mod origin;
#[allow(dead_code, reason = "others use the rest")]
#[path = "../support/raw.rs"]
mod raw;
#[allow(dead_code, reason = "the soak uses the rest")]
#[path = "../../examples/soak/traffic/mod.rs"]
mod traffic;
#[allow(dead_code, reason = "others use the rest")]
#[path = "../support/worker.rs"]
mod worker;

mod admin;
mod broken;
mod config;
mod crossing;
mod deploy;
mod doctor;
mod endless;
mod faults;
mod fresh;
mod gateways;
mod guard;
mod hostile;
mod incidents;
mod memory;
mod modes;
mod notice;
mod page;
mod paths;
mod patience;
mod personal;
mod relay;
mod resume;
mod retry;
mod retry_faults;
mod soak;
mod stale_keep;
mod stale_serve;
mod stand;
mod streams;
mod taken_back;
mod template;
mod tiers;
mod to_origin;
mod trap;
