//! How does a line get into the log?

use worker::wasm_bindgen::prelude::*;

use crate::report::Line;

#[wasm_bindgen(wasm_bindgen = worker::wasm_bindgen)]
extern "C" {
    // Without the detour of `console_log!`, which formats the line once more.
    #[wasm_bindgen(js_namespace = console)]
    fn log(line: &str);
}

/// Writes it.
pub fn write(line: &Line) {
    log(&line.to_json());
}
