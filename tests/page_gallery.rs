//! Writes pages to look at: `cargo test --test page_gallery -- --ignored` fills the folder `GALLERY` (default
//! `target/gallery`) with every theme, failure and language, each with its header fields in a `.head` file.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod page_support;

use page_support::{browser, incident, page};
use understudy::failure::Explanation;
use understudy::page::{Color, Fate, Incident, Language, Page, Params, Theme};

#[test]
#[ignore = "writes files for people to look at"]
fn gallery() {
    let folder = std::env::var("GALLERY").unwrap_or_else(|_| "target/gallery".to_owned());
    std::fs::create_dir_all(&folder).unwrap();
    let write = |name: String, page: Page| {
        let head: String = page.lines.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
        std::fs::write(format!("{folder}/{name}.html"), page.body).unwrap();
        std::fs::write(format!("{folder}/{name}.head"), format!("{}\n{head}", page.status)).unwrap();
    };
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
                write(format!("{theme}-{}-{tag}", explanation.as_str()), made);
            }
            let posted = Incident { fate: Fate::Unknown, ..incident(Explanation::Timeout) };
            write(format!("{theme}-post-{tag}"), page(&params, &posted, "POST", &browser(tag)));
        }
    }
    // For trying the script: it looks again after two seconds, and has all that an operator can set.
    let params = Params {
        site: Some("Example & Co".into()),
        status_url: Some("https://status.example.net/".into()),
        support: Some("help@example.com".into()),
        accent: Color::parse("#fc0"),
        logo: Some("data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHdpZHRoPSI0MCIgaGVpZ2h0PSI0MCI+PGNpcmNsZSBjeD0iMjAiIGN5PSIyMCIgcj0iMTgiIGZpbGw9InRlYWwiLz48L3N2Zz4=".into()),
        ..Params::default()
    };
    let soon = Incident { retry_after: Some(2), ..incident(Explanation::Connection) };
    write("soon".into(), page(&params, &soon, "GET", &browser("en")));
    write("soon-ar".into(), page(&params, &soon, "GET", &browser("ar")));
}
