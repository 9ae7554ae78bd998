//! The demo origin: `cargo run --example origin -- [--port 8788] [--control-port 8789]`.

#[allow(dead_code, reason = "tests use parts that the demo does not, and the other way round")]
mod server;

fn main() {}
