//! Writes pages to look at: `cargo test --test page_gallery -- --ignored` fills the folder `GALLERY` (default
//! `target/gallery`) with every theme, failure and language.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod page_support;

use page_support::{browser, incident, page};
use understudy::failure::Explanation;
use understudy::page::{Fate, Language, Params, Theme};

#[test]
#[ignore = "writes files for people to look at"]
fn gallery() {
    let folder = std::env::var("GALLERY").unwrap_or_else(|_| "target/gallery".to_owned());
    std::fs::create_dir_all(&folder).unwrap();
    let write = |name: String, body: String| std::fs::write(format!("{folder}/{name}.html"), body).unwrap();
    for theme in Theme::ALL {
        let params = Params {
            theme,
            status_url: Some("https://status.example.net/".into()),
            support: Some("help@example.com".into()),
            ..Params::default()
        };
        for language in Language::iter() {
            let (theme, tag) = (theme.as_str(), language.tag());
            for explanation in Explanation::ALL {
                let made = page(&params, &incident(explanation), "GET", &browser(tag));
                write(format!("{theme}-{}-{tag}", explanation.as_str()), made.body);
            }
            let posted = understudy::page::Incident { fate: Fate::Unknown, ..incident(Explanation::Timeout) };
            write(format!("{theme}-post-{tag}"), page(&params, &posted, "POST", &browser(tag)).body);
        }
    }
}
