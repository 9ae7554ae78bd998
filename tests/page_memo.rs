//! Is a page that is put together from the pieces of an earlier one the page that would have been made?
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod page_support;

use proptest::prelude::*;
use proptest::sample::select;
use understudy::failure::Explanation;
use understudy::page::{Asked, Color, Fate, Incident, Memo, Params, Theme, render};
use understudy::time::Time;

const EXPLANATIONS: [Explanation; 4] =
    [Explanation::Connection, Explanation::Timeout, Explanation::Maintenance, Explanation::Loop];

fn params() -> impl Strategy<Value = Params> {
    let support = select(vec![None, Some("help@example.com"), Some("https://example.com/@help")]);
    (support, select(vec![Theme::Understudy, Theme::Friendly]), any::<bool>()).prop_map(|(support, theme, accent)| {
        Params {
            support: support.map(str::to_owned),
            theme,
            accent: Color::parse("#e4007f").filter(|_| accent),
            template: (accent && support.is_some()).then(|| "<p>{{path}}</p>".into()),
            ..Params::default()
        }
    })
}

fn incident() -> impl Strategy<Value = Incident<'static>> {
    let fate = select(vec![Fate::Safe, Fate::NotSent, Fate::Unknown]);
    let seconds = select(vec![None, Some(1), Some(30), Some(3_600), Some(1_000_000)]);
    (select(&EXPLANATIONS[..]), select(vec![502, 503]), seconds, fate, 0..3_u64, any::<bool>()).prop_map(
        |(explanation, status, retry_after, fate, now, other)| Incident {
            status,
            retry_after,
            fate,
            now: Time::from_secs(1_795_380_069 + now),
            until: other.then_some(Time::from_secs(1_795_390_200)),
            gateway: other.then_some("nginx"),
            error: other.then_some("dns_error"),
            failure: if other { "timeout" } else { "bad_gateway" },
            ..page_support::incident(explanation)
        },
    )
}

/// Method, URL, id, `Accept-Language`, `Accept`.
fn asked() -> impl Strategy<Value = (&'static str, String, Option<String>, &'static str, &'static str)> {
    let url = (select(vec!["a.example", "b.example", "<&>"]), "(/[a-c<\"&\u{1}\u{2}\u{3}ä?#%]{0,4}){0,2}");
    (
        select(vec!["GET", "HEAD", "POST", "PUT", "OPTIONS", "PROPFIND"]),
        url.prop_map(|(host, path)| format!("https://{host}{path}")),
        proptest::option::of("[0-9a-f]{4}-FRA|\u{3}"),
        select(vec!["en", "de", "ar", ""]),
        select(vec!["text/html", "application/json"]),
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn it_is_the_same_byte_for_byte(visits in prop::collection::vec((params(), incident(), asked()), 1..40)) {
        let mut memo = Memo::default();
        // Everybody comes twice: the second time there is something to put together.
        for (params, incident, (method, url, id, language, accept)) in visits.iter().chain(&visits) {
            let fields = [("accept", *accept), ("accept-language", *language), ("cf-ray", id.as_deref().unwrap_or(""))];
            let asked = Asked { method, url, fields: &fields };
            prop_assert_eq!(memo.render(params, incident, &asked), render(params, incident, &asked));
        }
    }
}
