//! How can the Worker be tried out? With an origin that breaks when it is told to.
//!
//! `cargo run --example origin -- [--port 8788] [--control-port 8789]`; 0 is any free port. It says where it is, in two
//! lines on standard output, and runs until it is killed.

use std::process::ExitCode;

#[allow(dead_code, reason = "the tests use parts that the demo does not")]
mod server;

fn main() -> ExitCode {
    let (port, control_port) = match ports(std::env::args().skip(1)) {
        Ok(ports) => ports,
        Err(problem) => {
            eprintln!("{problem}\nusage: origin [--port {PORT}] [--control-port {CONTROL_PORT}]");
            return ExitCode::from(2);
        }
    };
    let origin = match server::Origin::listen(port, control_port) {
        Ok(origin) => origin,
        Err(error) => {
            eprintln!("the demo origin cannot listen on 127.0.0.1, ports {port} and {control_port}: {error}");
            return ExitCode::FAILURE;
        }
    };
    println!("listening on {}", origin.url());
    println!("switch at http://127.0.0.1:{}/_control", origin.control_port());
    loop {
        // Its threads do the work.
        std::thread::park();
    }
}

fn ports(mut args: impl Iterator<Item = String>) -> Result<(u16, u16), String> {
    let (mut port, mut control_port) = (PORT, CONTROL_PORT);
    while let Some(arg) = args.next() {
        let which = match arg.as_str() {
            "--port" => &mut port,
            "--control-port" => &mut control_port,
            _ => return Err(format!("unknown argument {arg}")),
        };
        let value = args.next().unwrap_or_default();
        *which = value.parse().map_err(|_| format!("{arg} {value}: not a port"))?;
    }
    Ok((port, control_port))
}

const PORT: u16 = 8788;
const CONTROL_PORT: u16 = 8789;
