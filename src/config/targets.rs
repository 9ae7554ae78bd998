//! Where do requests go, one origin after the other, and under which names are origins and copies known?

use super::Config;
use crate::stale;
use crate::url::{Base, Url};

impl Config {
    /// Where the target with this index is: `ORIGIN`, and then its fallbacks. `None`: where the request was going.
    #[must_use]
    pub fn base(&self, target: usize) -> Option<&Base> {
        match target.checked_sub(1) {
            None => self.origin.as_ref(),
            Some(index) => self.fallbacks.get(index),
        }
    }

    /// Under which name breaker and budget know it: the same in whichever rule, and no other's.
    #[must_use]
    pub fn name(&self, target: usize) -> Option<&str> {
        self.base(target).and(self.names.get(target)).map(String::as_str)
    }

    /// The primary key of the copies of `url`, wherever it is: by the rule that holds there, and not by this one.
    #[must_use]
    pub fn key(&self, url: &str) -> String {
        let path = Url::split(url).map(|parts| parts.path).unwrap_or_default();
        let ignored = self.ignored.iter().find(|(pattern, _)| pattern.matches(path)).map(|(_, ignored)| ignored);
        stale::key(url, ignored.unwrap_or(&self.stale.ignore_params))
    }
}

/// The names of all targets, in order; made once, for each request asks for them.
pub(super) fn names(config: &Config) -> Vec<String> {
    let first = config.origin.as_ref().map(Base::name).unwrap_or_default();
    [first].into_iter().chain(config.fallbacks.iter().map(Base::name)).collect()
}
