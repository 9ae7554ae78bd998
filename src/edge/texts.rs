//! Where do the pages' texts in other languages than English, and the doctor's words, come from? From `index.js`, where the
//! build has put them.

use std::cell::RefCell;
use std::collections::HashMap;

use worker::js_sys::{Reflect, global};

use crate::page::Library;

/// The library of this Worker. Texts that were read once are kept for as long as the isolate lives: there are only so
/// many languages.
pub fn library() -> Library {
    Library(|tag| {
        if let Some(known) = READ.with_borrow(|read| read.get(tag).copied()) {
            return Some(known);
        }
        let all = Reflect::get(&global(), &GLOBAL.into()).ok()?;
        let text: &'static str = Reflect::get(&all, &tag.into()).ok()?.as_string()?.leak();
        READ.with_borrow_mut(|read| read.insert(tag.to_owned(), text));
        Some(text)
    })
}

thread_local! {
    static READ: RefCell<HashMap<String, &'static str>> = RefCell::default();
}

/// What `scripts/build.mjs` calls them.
const GLOBAL: &str = "understudyTexts";
