//! Which copies are to go? `{"urls": ["https://www.example/a", "/b"]}`.

use serde::Serialize;

use super::Reply;
use crate::config::Config;
use crate::failure::Kind;
use crate::flow::Tier;
use crate::json::{self, Object};
use crate::request::Request;
use crate::url::Url;

/// What a purge comes to.
#[derive(Debug, PartialEq, Eq)]
pub enum Purge {
    /// The keys to delete in both tiers; a key takes all its variants with it.
    Keys(Vec<String>),
    /// The body is not what was expected; the message says what was.
    Bad(String),
}

/// Reads the body of a purge request. A path alone means the host that the request itself was sent to.
#[must_use]
pub fn purge(request: &Request, config: &Config, body: &str) -> Purge {
    let Some(urls) = json::parse::<Object>(body).and_then(|mut body| body.take::<Vec<String>>("urls")) else {
        return Purge::Bad(
            r#"expected a JSON body such as {"urls": ["https://www.example/page", "/other"]}"#.to_owned(),
        );
    };
    if urls.is_empty() || urls.len() > MAX_URLS {
        return Purge::Bad(format!("urls: {} given, expected 1 to {MAX_URLS}", urls.len()));
    }
    let here = request.parts();
    let keys = urls.iter().map(|url| {
        let absolute =
            if url.starts_with('/') { [here.scheme, "://", here.authority, url].concat() } else { url.clone() };
        match Url::split(&absolute).filter(|_| !url.ends_with('*')) {
            // Under the key that a visit has there: a rule may have its own `STALE_IGNORE_PARAMS`.
            Some(_) => Ok(config.key(&absolute)),
            None => Err(url),
        }
    });
    match keys.collect::<Result<Vec<_>, _>>() {
        Ok(keys) => Purge::Keys(keys),
        Err(url) => {
            let shown: String = url.chars().take(80).collect();
            Purge::Bad(format!(
                "urls: {shown:?} is neither a URL nor a path; each page is named, there are no wildcards"
            ))
        }
    }
}

/// The answer to a purge of `count` URLs, in which these tiers did not do what they were told.
#[must_use]
pub fn purged(count: usize, failed: &[Tier]) -> Reply {
    #[derive(Serialize)]
    struct Purged {
        purged: usize,
    }
    #[derive(Serialize)]
    struct Failed {
        asked: usize,
        failed: Vec<&'static str>,
    }
    let failed: Vec<_> =
        [Tier::Cache, Tier::Kv].into_iter().filter(|tier| failed.contains(tier)).map(Tier::as_str).collect();
    if failed.is_empty() {
        return Reply::json(200, &Purged { purged: count });
    }
    // Copies may still be there: not a success, and worth another try.
    Reply::json(Kind::Unavailable.row().status, &Failed { asked: count, failed })
}

/// URLs in one purge: a purge of one URL costs up to three subrequests, and a free plan has fifty.
const MAX_URLS: usize = 15;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_urls_and_paths_and_says_what_is_wrong() {
        let fields: Vec<(String, String)> = Vec::new();
        let request = Request::new("POST".to_owned(), "https://a.example/.understudy/purge".to_owned(), fields);
        let rules = r#"[{"path": "/rule/*", "STALE_IGNORE_PARAMS": "zz*"}]"#;
        let (config, _) = Config::from_vars(|name| (name == "RULES").then(|| rules.to_owned()));
        let purged = |body: &str| purge(&request, &config, body);
        let same = purged(r#"{"urls": ["/b?c", "https://a.example/b?c"]}"#);
        assert!(matches!(&same, Purge::Keys(keys) if keys.len() == 2 && keys[0] == keys[1]), "{same:?}");
        let ignored = purged(r#"{"urls": ["/rule/a?zz=1&b", "/rule/a?b", "/a?utm_x=1&b", "/a?b"]}"#);
        assert!(matches!(&ignored, Purge::Keys(keys) if keys[0] == keys[1] && keys[2] == keys[3]), "{ignored:?}");
        for bad in [
            r#"{"urls": ["/*"]}"#,
            r#"{"urls": ["/blog*"]}"#,
            "",
            "[]",
            "{}",
            r#"{"urls": []}"#,
            r#"{"urls": ["b"]}"#,
            r#"{"urls": [1]}"#,
        ] {
            assert!(matches!(purged(bad), Purge::Bad(_)), "{bad}");
        }
    }
}
