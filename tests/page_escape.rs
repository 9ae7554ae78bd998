//! Nothing that comes from outside gets out of its place, in any format: the structure of a page made of hostile values is
//! that of a page made of harmless ones.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod page_support;

use page_support::{ACCEPTS, incident};
use proptest::prelude::*;
use understudy::failure::Explanation;
use understudy::page::{
    Asked, Color, Fate, Incident, Language, Page, Params, Theme, check_link, check_logo, check_support, fill, render,
};
use understudy::time::Time;

const NASTY: [&str; 30] = [
    "<",
    ">",
    "\"",
    "'",
    "&",
    "&lt;",
    "</script>",
    "</style>",
    "</title>",
    "<!--",
    "-->",
    "]]>",
    "<![CDATA[",
    "${",
    "{{",
    "}}",
    "{site}",
    "\r\n",
    "\n\n",
    "\0",
    "\u{202e}",
    "\u{2028}",
    "\u{feff}",
    "`",
    "```",
    "\\",
    "](javascript:1)",
    "|",
    "\u{1b}[31m",
    "ü",
];

const WITHOUT_CONTENT: [&str; 4] = ["text/javascript", "text/css", "application/grpc-web", "font/woff2"];

fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => prop::sample::select(NASTY.to_vec()).prop_map(str::to_owned),
        2 => "[a-z0-9 ./?#@:=%-]{0,8}",
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

/// Mostly hostile, sometimes a value that passes the check and is hostile after that.
fn link(good: &'static str) -> impl Strategy<Value = Option<String>> {
    prop_oneof![
        Just(None),
        hostile().prop_map(Some),
        hostile().prop_map(move |tail| Some(good.to_owned() + &tail)),
        Just(Some(good.to_owned() + "'onload=x&y=%22")),
    ]
}

#[derive(Debug, Clone)]
struct Case {
    params: Params,
    incident: (Explanation, String, String, Option<u64>, Fate, u16, u64),
    url: String,
    fields: Vec<(String, String)>,
    method: String,
}

fn case(accept: &'static str) -> impl Strategy<Value = Case> {
    let params = (
        prop::option::of(hostile()),
        link("https://s.example/"),
        link("help@example.com"),
        link("data:image/png,"),
        prop::sample::select(Theme::ALL.to_vec()),
        prop::sample::select(Language::iter().collect::<Vec<_>>()),
        prop::option::of(any::<(u8, u8, u8)>()),
    )
        .prop_map(|(site, status_url, support, logo, theme, language, accent)| Params {
            site,
            status_url,
            support,
            logo,
            theme,
            language,
            accent: accent.map(|(red, green, blue)| Color::rgb(red, green, blue)),
            ..Params::default()
        });
    let incident = (
        prop::sample::select(Explanation::ALL.to_vec()),
        hostile(),
        hostile(),
        prop::option::of(any::<u64>()),
        prop::sample::select(vec![Fate::Safe, Fate::NotSent, Fate::Unknown]),
        any::<u16>(),
        any::<u64>(),
    );
    let method = prop::sample::select(vec!["GET", "POST", "PUT", "PROPFIND"]);
    (params, incident, hostile(), hostile(), hostile(), hostile(), any::<bool>(), method).prop_map(
        move |(params, incident, host, path, ray, language, is_whole, method)| Case {
            params,
            incident,
            url: if is_whole { format!("https://{host}/{path}") } else { host },
            fields: vec![
                ("accept".into(), accept.into()),
                ("cf-ray".into(), ray),
                ("accept-language".into(), language),
            ],
            method: method.into(),
        },
    )
}

type Make = fn(&Params, &Incident, &Asked) -> Page;

impl Case {
    fn with<T>(&self, make: impl Fn(&Params, &Incident, &Asked) -> T) -> T {
        let (explanation, failure, gateway, retry_after, fate, status, until) = &self.incident;
        let incident = Incident {
            explanation: *explanation,
            status: *status,
            failure,
            error: Some(gateway),
            gateway: Some(gateway),
            retry_after: *retry_after,
            fate: *fate,
            now: Time::from_millis(*until),
            until: Some(Time::from_millis(*until)),
        };
        make(&self.params, &incident, &Asked { method: &self.method, url: &self.url, fields: &self.fields })
    }

    fn page(&self) -> Page {
        self.with(render)
    }

    /// The same with harmless values in the places of the hostile ones.
    fn harmless(&self) -> Self {
        let mut case = self.clone();
        let keep = |value: &Option<String>, check: fn(&str) -> bool| value.clone().filter(|v| check(v));
        case.params.site = Some("site".into());
        case.params.status_url = keep(&case.params.status_url, check_link).map(|_| "https://s.example/".into());
        case.params.support = keep(&case.params.support, check_support).map(|_| "help@example.com".into());
        case.params.logo = keep(&case.params.logo, check_logo).map(|_| "data:image/png,".into());
        (case.incident.1, case.incident.2) = ("failure".into(), "gateway".into());
        case.url = "https://www.example.com/path".into();
        let is_id =
            |v: &str| !v.is_empty() && v.len() <= 64 && v.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        for (name, value) in &mut case.fields {
            if name == "cf-ray" && !is_id(value.trim()) {
                value.clear();
            }
        }
        case
    }
}

/// Tags with the names of their attributes, in order; panics at what a parser of HTML or XML would stumble over.
fn skeleton(markup: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = markup;
    while let Some((text, tag)) = rest.split_once('<') {
        assert!(!text.contains('>'), "a bare > in {text:?}");
        let mut name = String::new();
        let mut chars = tag.char_indices();
        let mut quoted = false;
        let end = loop {
            let (at, c) = chars.next().expect("a tag ends");
            match c {
                '"' => quoted = !quoted,
                '>' if !quoted => break at,
                '<' => panic!("< in a tag: {tag:.80}"),
                c if !quoted => name.push(c),
                _ => {}
            }
        };
        let is_raw = name == "style" || name == "script";
        rest = &tag[end + 1..];
        if is_raw {
            let (_, after) = rest.split_once(&format!("</{name}>")).expect("raw text ends");
            rest = after;
        }
        out.push(name);
    }
    out
}

fn lines_start(text: &str) -> Vec<String> {
    text.lines()
        .map(|line| line.split([':', '：', '`', '<']).next().unwrap_or_default().chars().take(4).collect())
        .collect()
}

/// What is Latin in itself is isolated where letters run from right to left: nothing nested, and all on one line.
fn without_our_own(body: &str) -> String {
    let mut parts = body.split('\u{2066}');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (value, rest) = part.split_once('\u{2069}').expect("an isolate ends");
        assert!(!value.contains('\n'), "{value:?}");
        out.extend([value, rest]);
    }
    out
}

fn fields_are_clean(page: &Page) {
    for (name, value) in &page.lines {
        assert!(value.bytes().all(|b| (b' '..=b'~').contains(&b)), "{name}: {value:?}");
    }
    assert!((400..=599).contains(&page.status));
    assert!(page.body.len() < 100 * 1024);
    for c in without_our_own(&page.body).chars() {
        assert!(c == '\n' || !c.is_control(), "{c:?}");
        assert!(!matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{feff}'));
    }
}

/// `//evil.example` would be another host, and `/\\` is the same to a browser.
#[test]
fn a_path_in_an_operators_link_stays_on_this_host() {
    let fields = [("accept", "text/html")];
    for path in ["//evil.example/x", "/\\evil.example/x", "///\\/evil.example/x"] {
        let url = format!("https://a.example{path}");
        let (params, incident) = (Params::default(), page_support::incident(Explanation::Dns));
        let asked = Asked { method: "GET", url: &url, fields: &fields };
        let page = fill("<a href=\"{{path}}\">x</a>", &params, &incident, &asked).unwrap();
        assert!(page.body.contains("href=\"/evil.example/x\""), "{path}: {}", page.body);
    }
    // An attribute that is a script undoes the escape before it runs.
    for host in ["a.example", "a'.example"] {
        let url = format!("https://{host}/');alert(1);('\"`\\");
        let (params, incident) = (Params::default(), page_support::incident(Explanation::Dns));
        let asked = Asked { method: "GET", url: &url, fields: &fields };
        let page = fill("<a onclick=\"f('{{path}}{{host}}{{site}}')\">x</a>", &params, &incident, &asked).unwrap();
        let read = ["&#39;", "&#34;", "&#96;", "&#92;"].iter().find(|quote| page.body.contains(**quote));
        assert_eq!(read, None, "{}", page.body);
        assert_eq!(page.body.matches('\'').count(), 2, "{}", page.body);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn html_keeps_its_structure(case in case("text/html")) {
        let (page, harmless) = (case.page(), case.harmless().page());
        fields_are_clean(&page);
        prop_assert_eq!(skeleton(&page.body), skeleton(&harmless.body));
        let policy = |page: &Page| page.lines.iter().find(|(n, _)| n == "content-security-policy").unwrap().1.clone();
        prop_assert_eq!(policy(&page), policy(&harmless));
    }

    #[test]
    fn xml_keeps_its_structure(case in prop_oneof![case("application/problem+xml"), case("application/xml")]) {
        let page = case.page();
        fields_are_clean(&page);
        prop_assert_eq!(skeleton(&page.body), skeleton(&case.harmless().page().body));
    }

    #[test]
    fn svg_keeps_its_structure(case in case("image/svg+xml")) {
        let page = case.page();
        fields_are_clean(&page);
        prop_assert_eq!(skeleton(&page.body), skeleton(&case.harmless().page().body));
    }

    #[test]
    fn json_keeps_its_members(case in prop_oneof![case("application/problem+json"), case("application/json")]) {
        let page = case.page();
        fields_are_clean(&page);
        let members = |body: &str| match serde_json::from_str(body).unwrap() {
            serde_json::Value::Object(object) => object.keys().cloned().collect::<Vec<_>>(),
            other => panic!("{other}"),
        };
        prop_assert_eq!(members(&page.body), members(&case.harmless().page().body));
    }

    #[test]
    fn text_keeps_its_lines(case in case("text/plain")) {
        let page = case.page();
        fields_are_clean(&page);
        prop_assert_eq!(lines_start(&page.body), lines_start(&case.harmless().page().body));
    }

    #[test]
    fn markdown_keeps_its_lines_and_gains_no_link(case in case("text/markdown")) {
        let page = case.page();
        fields_are_clean(&page);
        let harmless = case.harmless().page();
        prop_assert_eq!(lines_start(&page.body), lines_start(&harmless.body));
        prop_assert_eq!(page.body.matches('`').count(), harmless.body.matches('`').count());
        let outside = |body: &str| body.split('`').step_by(2).collect::<String>();
        for mark in ['<', '>', '['] {
            let bare = |body: &str| outside(body).replace(&format!("\\{mark}"), "").matches(mark).count();
            prop_assert_eq!(bare(&page.body), bare(&harmless.body), "{}", mark);
        }
    }

    #[test]
    fn streams_stay_well_formed(case in case("text/event-stream")) {
        let page = case.page();
        fields_are_clean(&page);
        prop_assert!(page.body.ends_with("\n\n") && page.body.lines().count() == 2);
    }

    #[test]
    fn what_has_no_content_says_nothing(case in prop::sample::select(WITHOUT_CONTENT.to_vec()).prop_flat_map(case)) {
        let page = case.page();
        fields_are_clean(&page);
        let has = |name: &str| page.lines.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str());
        prop_assert_eq!((page.body.as_str(), has("content-length"), has("content-language")), ("", Some("0"), None));
        prop_assert_eq!(has("content-type").is_none(), case.fields[0].1 == "font/woff2");
    }

    // RFC 9110 §9.3.2: the same header fields, no content; the operator's own page is no exception.
    #[test]
    fn head_has_the_fields_of_get_and_no_content(case in prop::sample::select([&ACCEPTS[..], &WITHOUT_CONTENT[..]].concat()).prop_flat_map(case)) {
        let template = |params: &Params, incident: &Incident, asked: &Asked| fill("<p>{{path}}{{site}}", params, incident, asked).unwrap();
        for make in [render as Make, template] {
            let of = |method: &str| Case { method: method.into(), ..case.clone() }.with(make);
            let (get, head) = (of("GET"), of("HEAD"));
            fields_are_clean(&head);
            prop_assert_eq!(&head.body, "");
            let length = head.lines.iter().find(|(n, _)| n == "content-length").unwrap().1.clone();
            prop_assert_eq!(length, get.body.len().to_string());
            prop_assert_eq!((head.status, head.lines), (get.status, get.lines));
        }
    }

    #[test]
    fn an_operators_template_keeps_its_structure(case in case("text/html")) {
        let template = "<!doctype html><title>{{title}} {{site}}</title><p title={{site}} class='{{path}}'>{{host}}{{path}}\
                        <a href=\"{{status_url}}\">{{request_id}}{{failure}}</a><script>f('{{path}}',`{{site}}`)</script>";
        let page = case.with(|params, incident, asked| fill(template, params, incident, asked)).unwrap();
        fields_are_clean(&page);
        let harmless = case.harmless().with(|params, incident, asked| fill(template, params, incident, asked)).unwrap();
        // An unquoted attribute and a string of a script are the hardest places.
        let count = |page: &Page, mark: &str| page.body.matches(mark).count();
        for mark in ["<", ">", "\"", "'", "`", "\\", "$", " "] {
            prop_assert_eq!(count(&page, mark), count(&harmless, mark) , "{} in {}", mark, page.body);
        }
    }

    #[test]
    fn whatever_is_accepted_there_is_a_page(accept in hostile(), fields in prop::collection::vec((
        prop::sample::select(vec!["sec-fetch-dest", "sec-fetch-mode", "x-requested-with", "user-agent", "content-type", "accept-language"]),
        hostile(),
    ), 0..4)) {
        let mut fields: Vec<(String, String)> = fields.into_iter().map(|(n, v)| (n.to_owned(), v)).collect();
        fields.push(("accept".into(), accept));
        let asked = Asked { method: "GET", url: "", fields: &fields };
        fields_are_clean(&render(&Params::default(), &incident(Explanation::Dns), &asked));
    }

    #[test]
    fn parsers_never_panic(text in hostile(), any in any::<String>()) {
        for text in [text, any] {
            let _ = (Color::parse(&text), Language::parse(&text), Theme::parse(&text));
            let _ = (check_link(&text), check_support(&text), check_logo(&text));
            let _ = (Color::parse(&format!("rgb({text})")), Color::parse(&format!("hsl({text})")), Color::parse(&format!("#{text}")));
            let _ = understudy::page::check_template(&text);
        }
    }

    #[test]
    fn a_colour_survives_its_css(red: u8, green: u8, blue: u8) {
        let color = Color::rgb(red, green, blue);
        prop_assert_eq!(Color::parse(&color.css()), Some(color));
    }
}
