//! How do copies lie in KV, the tier that all data centres share?
//!
//! One value an entry: four bytes with the length of the record, the record, the body. KV's own metadata has room for
//! 1,024 bytes, too little for a record, so it only holds when the entry was written and a hash of what it says.

use std::time::Duration;

use worker::js_sys::{ArrayBuffer, JsString, Object, Promise, Reflect, Uint8Array};
use worker::wasm_bindgen::prelude::*;
use worker::wasm_bindgen::{JsCast, JsValue};

use super::store::Held;
use super::task::settled;
use super::{now, peek};
use crate::stale::{Entry, Written};
use crate::time::Time;

#[wasm_bindgen(wasm_bindgen = worker::wasm_bindgen)]
extern "C" {
    #[derive(Clone)]
    type Namespace;
    #[wasm_bindgen(method, catch)]
    fn get(this: &Namespace, key: &str, options: &Object) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch, js_name = getWithMetadata)]
    fn get_with_metadata(this: &Namespace, key: &str, options: &Object) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn put(this: &Namespace, key: &str, value: &ArrayBuffer, options: &Object) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn delete(this: &Namespace, key: &str) -> Result<Promise, JsValue>;
}

/// The namespace `COPIES`.
#[derive(Clone)]
pub struct Kv(Namespace);

impl Kv {
    /// From the binding.
    pub fn new(binding: JsValue) -> Self {
        Self(binding.unchecked_into())
    }

    /// What lies under this key.
    pub async fn get(&self, key: &str) -> Option<Held> {
        let options = object(&[("type", "arrayBuffer".into())]);
        let value = settled(self.0.get(key, &options).ok()?).await.ok()?;
        let value: ArrayBuffer = value.dyn_into().ok()?;
        let bytes = Uint8Array::new(&value);
        let length = u32::from_be_bytes(bytes.subarray(0, HEAD).to_vec().try_into().ok()?);
        let end = HEAD.checked_add(length).filter(|end| *end <= bytes.length())?;
        let entry = Entry::from_json(&String::from_utf8(bytes.subarray(HEAD, end).to_vec()).ok()?)?;
        if let Entry::Copy(record) = &entry
            && record.length() != Some((bytes.length() - end).into())
        {
            return None;
        }
        Some(Held { entry, body: value.slice(end).into() })
    }

    /// Is nothing there, for certain?
    pub async fn is_empty(&self, key: &str) -> bool {
        self.look(key).await.is_some_and(|(value, _)| !value)
    }

    /// What is known of the entry under this key, asked of KV itself, since other isolates write too.
    pub async fn written(&self, key: &str) -> Option<Written> {
        let (_, found) = self.look(key).await?;
        let metadata = Reflect::get(&found, &"metadata".into()).ok()?;
        let at = Reflect::get(&metadata, &WRITTEN.into()).ok()?.as_f64()?;
        let content = Reflect::get(&metadata, &CONTENT.into()).ok().and_then(|content| content.as_string());
        let content = content.and_then(|content| u64::from_str_radix(&content, 16).ok());
        let stale = Reflect::get(&metadata, &STALE.into()).ok().and_then(|stale| stale.as_f64());
        Some(Written { at: Time::from_millis(at as u64), content, stale: stale.map(|stale| stale as u64) })
    }

    /// Is there a value, and what KV says with it; `None` if it could not be asked.
    async fn look(&self, key: &str) -> Option<(bool, JsValue)> {
        let options = object(&[("type", "stream".into())]);
        let found = settled(self.0.get_with_metadata(key, &options).ok()?).await.ok()?;
        let value = Reflect::get(&found, &"value".into()).ok()?;
        peek::cancel_stream(&value);
        Some((!value.is_null() && !value.is_undefined(), found))
    }

    /// Puts an entry there for that long; `stale`: how stale it may be shown, in seconds. `None` if that failed.
    pub async fn put(
        &self,
        key: &str,
        entry: &Entry,
        body: &ArrayBuffer,
        keep: Duration,
        content: Option<u64>,
        stale: Option<u64>,
    ) -> Option<()> {
        let record = entry.to_json();
        let length = u32::try_from(record.len()).ok()?;
        let value = Uint8Array::new_with_length(HEAD + length + body.byte_length());
        value.set(&Uint8Array::from(length.to_be_bytes().as_slice()), 0);
        value.set(&Uint8Array::from(record.as_bytes()), HEAD);
        value.set(&Uint8Array::new(body), HEAD + length);
        let metadata = object(&[(WRITTEN, (now().millis() as f64).into())]);
        if let Some(content) = content {
            let _ = Reflect::set(&metadata, &CONTENT.into(), &format!("{content:x}").into());
        }
        if let Some(stale) = stale {
            let _ = Reflect::set(&metadata, &STALE.into(), &(stale as f64).into());
        }
        let ttl = (keep.as_secs() as f64).max(MIN_TTL);
        let options = object(&[("expirationTtl", ttl.into()), ("metadata", metadata.into())]);
        settled(self.0.put(key, &value.buffer(), &options).ok()?).await.ok().map(|_| ())
    }

    /// Removes what lies there; `None` if that failed.
    pub async fn delete(&self, key: &str) -> Option<()> {
        settled(self.0.delete(key).ok()?).await.ok().map(|_| ())
    }
}

fn object(entries: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (name, value) in entries {
        let _ = Reflect::set(&object, &JsString::from(*name), value);
    }
    object
}

const WRITTEN: &str = "written";
const CONTENT: &str = "content";
const STALE: &str = "stale";
/// Bytes before the record.
const HEAD: u32 = 4;
/// KV takes no shorter time, in seconds.
const MIN_TTL: f64 = 60.0;
