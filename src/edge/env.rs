//! What is in the environment? Variables of any TOML type, and the bindings that are there.

use worker::Env;
use worker::js_sys::{JSON, Reflect};
use worker::wasm_bindgen::JsValue;

/// A variable as text: strings as they are, numbers and booleans as they are written, tables and lists as JSON.
pub fn variable(env: &Env, name: &str) -> Option<String> {
    let value = Reflect::get(env, &name.into()).ok()?;
    if value.is_undefined() || value.is_null() {
        return None;
    }
    value.as_string().or_else(|| JSON::stringify(&value).ok()?.as_string())
}

/// A binding, if there is one of that name that is an object.
pub fn binding(env: &Env, name: &str) -> Option<JsValue> {
    Reflect::get(env, &name.into()).ok().filter(JsValue::is_object)
}
