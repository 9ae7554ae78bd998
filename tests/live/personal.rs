//! Does anything that was made for one visitor ever reach another one?

use crate::stand::{Stand, is_copy};

const VARS: [(&str, &str); 2] = [("RETRY_ATTEMPTS", "0"), ("STALE_REFRESH", "0")];

/// Who asks, and with which fields.
const VISITORS: [(&str, &[(&str, &str)]); 5] = [
    ("anonymous", &[]),
    ("alice", &[("cookie", "theme=dark; sessionid=alice")]),
    ("bob", &[("cookie", "sessionid=bob; theme=dark")]),
    ("carol", &[("authorization", "Basic Y2Fyb2w6eA==")]),
    ("dave", &[("cookie", "theme=dark")]),
];

/// What the origin says of its answers, and whether that permits to share what it made for somebody.
const ANSWERS: [(&str, bool); 8] = [
    ("", false),
    ("&h.Cache-Control=max-age=600", false),
    ("&h.Vary=Cookie&h.Cache-Control=max-age=600", false),
    ("&h.Vary=Cookie,+Authorization", false),
    ("&h.Cache-Control=private", false),
    ("&h.Set-Cookie=sessionid=new", false),
    ("&h.Set-Cookie=sessionid=new&h.Cache-Control=public,+max-age=600", false),
    ("&h.Cache-Control=public,+max-age=600", true),
];

#[test]
fn nothing_personal_crosses_in_any_order() {
    let stand = Stand::with_kv(&VARS);
    for (n, (options, shared)) in ANSWERS.into_iter().enumerate() {
        for (first, _) in VISITORS {
            for (second, _) in VISITORS {
                let path = format!("/{n}/{first}/{second}");
                stand.origin.mend();
                for who in [first, second] {
                    stand.origin.script(&path, &[&format!("/ok?body=for-{who}{options}")]);
                    let reply = stand.worker.get_with(&path, fields(who));
                    assert_eq!(reply.text(), format!("for-{who}"), "{path} {options}");
                }
            }
        }
        stand.settle();
        stand.fail();
        for (first, _) in VISITORS {
            for (second, _) in VISITORS {
                let path = format!("/{n}/{first}/{second}");
                for (who, fields) in VISITORS {
                    let reply = stand.worker.get_with(&path, fields);
                    if !is_copy(&reply) {
                        continue;
                    }
                    let made_for = reply.text();
                    let made_for = made_for.strip_prefix("for-").unwrap();
                    assert!(
                        shared || is_own(made_for, who),
                        "{path} {options}: {who} got what was made for {made_for} {reply:?}"
                    );
                    assert!(reply.fields("set-cookie").is_empty(), "{path} {options}");
                }
            }
        }
        let dump = stand.dump();
        for secret in ["sessionid", "Y2Fyb2w6eA", "theme=dark"] {
            assert!(!dump.contains(secret), "{options}: {secret} lies in a tier");
        }
        if !shared && !options.contains("Vary") {
            for who in ["alice", "bob", "carol"] {
                assert!(!dump.contains(&format!("for-{who}")), "{options}: {who}'s page lies in a tier");
            }
        }
    }
}

/// What is made for those who are not logged in is for all of them; `theme=dark` says nothing of who it is.
fn is_own(made_for: &str, who: &str) -> bool {
    let anonymous = ["anonymous", "dave"];
    made_for == who || (anonymous.contains(&made_for) && anonymous.contains(&who))
}

fn fields(who: &str) -> &'static [(&'static str, &'static str)] {
    VISITORS.iter().find(|(name, _)| *name == who).unwrap().1
}

/// RFC 9111 §3.5, with a copy that everybody else gets.
#[test]
fn who_is_logged_in_gets_no_anonymous_copy() {
    let stand = Stand::new(&VARS);
    let (anonymous, public) = ("/page/a?h.Cache-Control=max-age=600", "/page/b?h.Cache-Control=public,+max-age=600");
    stand.warm(anonymous);
    stand.warm(public);
    stand.fail();
    for (who, fields) in VISITORS {
        let logged_in = ["alice", "bob", "carol"].contains(&who);
        assert_eq!(is_copy(&stand.worker.get_with(anonymous, fields)), !logged_in, "{who}");
        assert!(is_copy(&stand.worker.get_with(public, fields)), "{who}");
    }
    for name in [
        "JSESSIONID",
        "ASP.NET_SessionId",
        "connect.sid",
        "laravel_session",
        "__Host-auth",
        "XSRF-TOKEN",
        "remember_me",
    ] {
        let cookie = format!("a=b; {name}=1");
        assert!(!is_copy(&stand.worker.get_with(anonymous, &[("cookie", &cookie)])), "{name}");
    }
}

#[test]
fn a_login_that_happens_in_between_changes_nothing() {
    let stand = Stand::new(&VARS);
    let fresh = stand.warm("/page/a");
    // The answer to the login is personal, and so is what follows it.
    stand.worker.get("/page/a?h.Set-Cookie=sessionid=1");
    stand.origin.script("/page/a", &["/ok?body=mine&h.Set-Cookie=sessionid=1"]);
    stand.worker.get("/page/a");
    stand.origin.script("/page/a", &["/ok?body=mine"]);
    stand.worker.get_with("/page/a", &[("cookie", "sessionid=1")]);
    stand.settle();
    stand.fail();
    let copy = stand.worker.get("/page/a");
    assert_eq!((is_copy(&copy), copy.body), (true, fresh.body));
}

#[test]
fn the_operator_names_the_cookies() {
    let stand = Stand::new(&[VARS[0], VARS[1], ("STALE_SESSION_COOKIES", "basket")]);
    stand.warm("/page/a?h.Cache-Control=max-age=600");
    stand.fail();
    for (cookie, copied) in [("basket=1", false), ("BASKET=1", false), ("sessionid=1", true), ("basket2=1", true)] {
        let reply = stand.worker.get_with("/page/a?h.Cache-Control=max-age=600", &[("cookie", cookie)]);
        assert_eq!(is_copy(&reply), copied, "{cookie}");
    }
}
