//! The fault origin of the tests: the server of `examples/origin`. In a test: `#[path = "support/origin.rs"] mod origin;`

#[allow(dead_code, reason = "each test uses the parts it needs")]
#[path = "../../examples/origin/server/mod.rs"]
mod server;

#[allow(unused_imports, reason = "each test uses the parts it needs")]
pub use server::{
    Ended, Fault, Origin, Seen,
    content::{generated, hash},
    fault::TABLE as FAULTS,
};
