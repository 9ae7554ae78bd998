//! Does anything that was made for one visitor ever reach another one, whatever the origin says, whoever came first,
//! however they ask, from whichever tier, and for whatever reason there is a copy?
//!
//! Every page has its owner's name in it. All combinations of two visitors are tried; then everybody asks.

use serde_json::json;

use crate::client::Reply;
use crate::faults::in_parallel;
use crate::origin::Fault;
use crate::stand::{Stand, is_copy};
use crate::worker::wait_until;

type Fields = &'static [(&'static str, &'static str)];

/// Who asks, in which ways (the ways take turns), and whether the request says who it is.
const VISITORS: [(&str, Named, &[Fields]); 6] = [
    ("anonymous", Named::No, &[&[]]),
    ("dave", Named::No, &[&[("cookie", "theme=dark")]]),
    ("erin", Named::No, &[&[("cookie", "basket=erins")], &[("cookie", "_ga=1;basket=erins")]]),
    (
        "alice",
        Named::Cookie,
        &[
            &[("cookie", "theme=dark; sessionid=alices")],
            &[("cookie", "SessionID=alices")],
            &[("cookie", "a=b;sessionid=alices;c=d")],
            &[("cookie", "\"x\"=1;   sessionid =\"alices\"")],
            &[("cookie", "x=1, sessionid=alices")],
            &[("cookie", "theme=dark"), ("cookie", "sessionid=alices")],
            &[("cookie", ";;;=;sessionid")],
            &[("cookie", "a=1;b=2;c=3;d=4;e=5;f=6;g=7;h=8;i=9;j=10;k=11;l=12;m=13;n=14;o=15;__Host-sid=alices")],
            &[("Cookie", "theme=dark; sessionid=alices"), ("authorization", "Bearer alices")],
        ],
    ),
    ("bob", Named::Cookie, &[&[("cookie", "sessionid=bobs; theme=dark")]]),
    ("carol", Named::Authorization, &[&[("authorization", "Basic Y2Fyb2w6eA==")]]),
];

#[derive(Clone, Copy, PartialEq)]
enum Named {
    No,
    Cookie,
    Authorization,
}

/// What the origin says of its answers: that they are for everybody, for everybody but those with a session, or nothing.
const ANSWERS: [(&str, For); 13] = [
    ("", For::Nobody),
    ("&h.Cache-Control=max-age=600", For::Anonymous),
    ("&h.Cache-Control=max-age=600&etag=%22{who}%22", For::Anonymous),
    ("&h.Cache-Control=max-age=0&etag=%22{who}%22", For::Anonymous),
    ("&h.Vary=Cookie&h.Cache-Control=max-age=600", For::Same),
    ("&h.Vary=Cookie,+Authorization", For::Same),
    ("&h.Vary=Cookie&h.Cache-Control=public,+max-age=600", For::SameCookie),
    ("&h.Cache-Control=private,+max-age=600", For::Nobody),
    ("&h.Set-Cookie=sessionid=new{who}", For::Nobody),
    ("&h.Set-Cookie=sessionid=new{who}&h.Cache-Control=public,+max-age=600", For::Nobody),
    ("&h.Cache-Control=s-maxage=600", For::Authorized),
    ("&status=404&h.Cache-Control=max-age=600", For::Anonymous),
    ("&h.Cache-Control=public,+max-age=600", For::All),
];

#[derive(Clone, Copy, PartialEq)]
enum For {
    All,
    /// Those who are not named; and of those who only had `Authorization`, too.
    Authorized,
    Anonymous,
    /// Those with the same cookies, if they are not named.
    Same,
    /// Those with the same cookies, whoever they are.
    SameCookie,
    /// What a named visitor, or one with any cookie, gets is theirs alone.
    Nobody,
}

/// May what was made for `owner` reach `reader`?
fn may_reach(owner: &str, reader: &str, meant: For) -> bool {
    let named = |who: &str| VISITORS.iter().find(|v| v.0 == who).map_or(Named::Cookie, |v| v.1);
    let cookies = |who: &str| if who == "carol" { "anonymous".to_owned() } else { who.to_owned() };
    owner == reader
        || match meant {
            For::All => true,
            For::Authorized => named(owner) != Named::Cookie && named(reader) != Named::Cookie,
            For::Anonymous => named(owner) == Named::No && named(reader) == Named::No,
            For::Same => false,
            For::SameCookie => cookies(owner) == cookies(reader),
            For::Nobody => owner == "anonymous" && named(reader) == Named::No,
        }
}

/// May it lie in a tier?
fn may_be_kept(owner: &str, meant: For) -> bool {
    let named = VISITORS.iter().find(|v| v.0 == owner).map_or(Named::Cookie, |v| v.1);
    match meant {
        For::All | For::SameCookie => true,
        For::Authorized => named != Named::Cookie,
        For::Anonymous | For::Same => named == Named::No,
        For::Nobody => owner == "anonymous",
    }
}

/// One page, and the two who come to it first.
#[derive(Clone, Copy)]
struct Case {
    n: usize,
    answer: usize,
    first: usize,
    second: usize,
}

impl Case {
    fn all() -> Vec<Self> {
        let answers = 0..ANSWERS.len();
        let pairs =
            answers.flat_map(|a| (0..VISITORS.len()).flat_map(move |f| (0..VISITORS.len()).map(move |s| (a, f, s))));
        pairs.enumerate().map(|(n, (answer, first, second))| Self { n, answer, first, second }).collect()
    }

    fn path(self) -> String {
        format!("/{}", self.n)
    }

    /// Both visit the origin that works.
    fn visit(self, stand: &Stand) {
        for (turn, who) in [self.first, self.second].into_iter().enumerate() {
            let name = VISITORS[who].0;
            let options = ANSWERS[self.answer].0.replace("{who}", name);
            stand.origin.script(&self.path(), &[&format!("/ok?body=%5Bfor-{name}%5D{options}")]);
            // A form that the first one sends in between takes nothing along.
            if self.n % 5 == 4 && turn == 1 {
                self.check(name, "POST", &stand.worker.ask("POST", &self.path(), fields(who, self.n), b"x"));
            }
            let reply = wait_until(|| {
                let reply = stand.worker.get_with(&self.path(), fields(who, self.n + turn));
                (reply.status != 504).then_some(reply)
            });
            self.check(name, "GET", &reply);
            assert!(is_copy(&reply) || reply.text().contains(&format!("[for-{name}]")), "{name} {reply:?}");
        }
    }

    /// Everybody asks. Gives how many copies there were.
    fn ask(self, stand: &Stand) -> usize {
        let asked = VISITORS.iter().enumerate().map(|(who, (name, ..))| {
            let more: (&str, &[(&str, &str)]) = match (self.n + who) % 5 {
                0 => ("HEAD", &[]),
                1 => ("GET", &[("range", "bytes=0-20")]),
                2 => ("GET", &[("if-none-match", "\"alice\"")]),
                _ => ("GET", &[]),
            };
            let all = [fields(who, self.n + who), more.1].concat();
            let reply = stand.worker.ask(more.0, &self.path(), &all, b"");
            self.check(name, more.0, &reply);
            usize::from(is_copy(&reply))
        });
        asked.sum()
    }

    fn check(self, reader: &str, method: &str, reply: &Reply) {
        let (said, meant) = ANSWERS[self.answer];
        let text = format!("{}{}", reply.raw.head(), reply.text());
        for (owner, ..) in VISITORS {
            let theirs = [format!("[for-{owner}]"), format!("\"{owner}\""), format!("new{owner}")];
            let has = theirs.iter().any(|part| text.contains(part.as_str()));
            assert!(
                !has || may_reach(owner, reader, meant),
                "{said}, {} then {}: {reader} ({method}) got what was made for {owner}{reply:?}",
                VISITORS[self.first].0,
                VISITORS[self.second].0
            );
        }
        assert!(!is_copy(reply) || reply.fields("set-cookie").is_empty(), "{reply:?}");
    }
}

fn fields(who: usize, turn: usize) -> Fields {
    let ways = VISITORS[who].2;
    ways[turn % ways.len()]
}

/// Nothing personal lies in a tier, and no cookie or password anyhow.
fn nothing_personal_lies_there(stand: &Stand, cases: &[Case]) {
    let tiers = stand.worker.platform(json!(["dump"]));
    for tier in ["cache", "kv"] {
        for entry in tiers[tier].as_array().expect("a list") {
            let (key, text) = (entry[0].as_str().unwrap_or_default(), entry.to_string());
            for secret in ["alices", "bobs", "erins", "Y2Fyb2w6eA", "theme=dark", "sessionid"] {
                assert!(!text.contains(secret), "{secret} lies in {tier}: {text}");
            }
            let number = key.rsplit_once("www.example/").map_or("", |(_, path)| path);
            let number: String = number.chars().take_while(char::is_ascii_digit).collect();
            let Some(case) = number.parse::<usize>().ok().and_then(|n| cases.iter().find(|case| case.n == n)) else {
                continue;
            };
            let (said, meant) = ANSWERS[case.answer];
            for (owner, ..) in VISITORS {
                let lies = text.contains(&format!("[for-{owner}]"));
                assert!(!lies || may_be_kept(owner, meant), "{said}: what was made for {owner} lies in {tier}: {text}");
            }
        }
    }
}

/// Two visit, the origin fails, everybody asks: of both tiers, then of the second one alone, then of what was promoted.
fn crossings(vars: &[(&str, &str)], fail: impl Fn(&Stand), cases: &[Case]) -> usize {
    let both = [&[("RETRY_ATTEMPTS", "0"), ("STALE_REFRESH", "0")], vars].concat();
    let stand = Stand::with_kv(&both);
    in_parallel(cases, |case| case.visit(&stand));
    stand.settle();
    fail(&stand);
    let copies = std::sync::atomic::AtomicUsize::new(0);
    for round in 0..3 {
        if round == 1 {
            nothing_personal_lies_there(&stand, cases);
            stand.worker.platform(json!(["evict"]));
        }
        in_parallel(cases, |case| {
            copies.fetch_add(case.ask(&stand), std::sync::atomic::Ordering::Relaxed);
        });
    }
    nothing_personal_lies_there(&stand, cases);
    copies.into_inner()
}

#[test]
fn nothing_crosses_when_the_origin_fails() {
    let copies = crossings(&[], Stand::fail, &Case::all());
    assert!(copies > 2000, "{copies}");
}

#[test]
fn nothing_crosses_through_a_full_cache() {
    let copies = crossings(&[("CACHE_FRESH", "on")], Stand::fail, &Case::all());
    assert!(copies > 2000, "{copies}");
}

#[test]
fn nothing_crosses_when_the_breaker_is_open() {
    let cases: Vec<_> = Case::all().into_iter().filter(|case| case.first != case.second && case.n % 3 == 0).collect();
    let vars = [("BREAKER_FAILURES", "1"), ("BREAKER_OPEN", "1h..1h")];
    let open = |stand: &Stand| {
        stand.fail();
        assert_eq!(stand.worker.get("/trips-it").status, 502);
        stand.origin.mend();
        assert!(stand.worker.get("/page/a").says("proxy-status", "circuit open"));
    };
    let copies = crossings(&vars, open, &cases);
    assert!(copies > 500, "{copies}");
}

#[test]
fn nothing_crosses_when_the_origin_is_slow() {
    let cases: Vec<_> = Case::all().into_iter().filter(|case| case.first != case.second && case.n % 11 == 0).collect();
    let vars = [("PATIENCE", "0"), ("TIMEOUT", "500ms")];
    let copies = crossings(&vars, |stand| stand.origin.break_with(Fault::Hang), &cases);
    assert!(copies > 50, "{copies}");
}
