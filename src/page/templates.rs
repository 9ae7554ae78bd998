//! Which template is worn now, and when is it read again? Once a minute, and what was good stays until there is better.
//!
//! Not here: how it is read (`edge`), how it is filled (`template`).

use std::rc::Rc;
use std::time::Duration;

use super::template::{Source, check_template};
use crate::time::Time;

/// The templates that an isolate knows.
#[derive(Debug, Default)]
pub struct Templates(Vec<Kept>);

/// Is it known?
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// It was read a moment ago: this one, or none that can be used.
    Yes(Option<Rc<str>>),
    /// It has to be read, and the result given to [`Templates::keep`].
    Read,
}

/// What came of reading one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worn {
    /// The one to use: an older one that was good is better than none.
    pub template: Option<Rc<str>>,
    /// What is wrong, for the log, if that was not said the last time.
    pub news: Option<String>,
}

impl Templates {
    /// Nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// What came of reading it, if that was a moment ago.
    #[must_use]
    pub fn known(&self, source: &Source, now: Time) -> Known {
        let kept = self.0.iter().find(|kept| kept.source == *source && now.since(kept.at) < KEEP);
        kept.map_or(Known::Read, |kept| Known::Yes(kept.template.clone()))
    }

    /// Remembers what came of reading it: the text, or why there is none.
    pub fn keep(&mut self, source: &Source, read: Result<String, String>, now: Time) -> Worn {
        let before = self.0.iter().position(|kept| kept.source == *source).map(|at| self.0.remove(at));
        let checked = read.and_then(|text| check_template(&text).map(|()| Rc::from(text)).map_err(|e| e.to_string()));
        let (template, complaint) = match checked {
            Ok(template) => (Some(template), None),
            Err(why) => {
                let older = before.as_ref().and_then(|kept| kept.template.clone());
                (older, Some(["PAGE_TEMPLATE = \"", &source.to_string(), "\": ", &why].concat()))
            }
        };
        let is_new = before.is_none_or(|kept| kept.complaint != complaint);
        if self.0.len() >= MAX_KEPT {
            // The one that was read longest ago.
            self.0.remove(0);
        }
        let news = complaint.clone().filter(|_| is_new);
        self.0.push(Kept { source: source.clone(), at: now, template: template.clone(), complaint });
        Worn { template, news }
    }

    /// What is wrong with those that were wanted lately.
    #[must_use]
    pub fn complaints(&self) -> Vec<String> {
        self.0.iter().filter_map(|kept| kept.complaint.clone()).collect()
    }
}

/// One template, as this isolate knows it.
#[derive(Debug)]
struct Kept {
    source: Source,
    at: Time,
    template: Option<Rc<str>>,
    complaint: Option<String>,
}

/// Rules for paths may name several.
const MAX_KEPT: usize = 8;

/// How long one is used before it is read again, or not asked for again.
const KEEP: Duration = Duration::from_secs(60);
