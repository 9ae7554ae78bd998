//! `RESUME`: a download that breaks off goes on, byte for byte, or breaks off as it would have.

use std::io::Read as _;

use understudy::random::Random;

use crate::client::{self, Reply};
use crate::measured::{MIB, peak};
use crate::origin::{Ended, Fault, Origin, generated, hash};
use crate::stand::Stand;
use crate::worker::Setup;

const VARS: [(&str, &str); 3] = [("RESUME", "on"), ("RETRY_BACKOFF", "1ms..1ms"), ("RETRY_BUDGET", "100%")];

/// Some hundred kilobytes, and the download that breaks off after so many of them: with an orderly close, for a reset takes
/// with it what was still on its way.
const LENGTH: usize = 500_000;
const CUT: &str = "/bytes?n=500000&cut=200000&end=fin";
/// The same, and nobody goes on reading it when the visitor has left.
const UNCOPIED: &str = "/bytes?n=500000&cut=200000&end=fin&h.Cache-Control=no-store";
const REST: &str = "/bytes?n=500000";

fn is_whole(reply: &Reply) -> bool {
    reply.status == 200 && reply.whole && reply.body == generated(0, LENGTH)
}

/// The visitor has what came, and sees that it is not all.
fn is_cut(reply: &Reply) -> bool {
    reply.status == 200 && !reply.whole && reply.body.len() < LENGTH && reply.body == generated(0, reply.body.len())
}

/// With the defaults but for `RESUME` itself. A reset takes with it what was still on its way, so that its place may have to be
/// passed twice, and there the defaults are too tight.
#[test]
fn a_download_of_100_mb_that_is_cut_ten_times_arrives_whole() {
    const SIZE: usize = 100_000_000;
    let whole = hash(&generated(0, SIZE));
    for (seed, end, more) in [(1, "fin", &[][..]), (2, "reset", &[("RETRY_ATTEMPTS", "5"), ("RETRY_BUDGET", "100%")])] {
        let mut random = Random::new(seed);
        let mut places: Vec<u64> = (0..10).map(|_| (random.unit() * SIZE as f64) as u64).collect();
        places.sort_unstable();
        let all: Vec<_> = places.iter().map(u64::to_string).collect();
        let stand = Stand::new(&[&[("RESUME", "on"), ("BREAKER_FAILURES", "5")], more].concat());
        stand.warm("/page/a");
        let before = peak(&stand.worker);
        let target = format!("/bytes?n={SIZE}&h.Cache-Control=max-age=60&cuts={}&end={end}", all.join(","));
        let reply = stand.worker.get(&target);
        let grown = peak(&stand.worker) - before;
        assert!(reply.status == 200 && reply.whole, "{places:?}: {reply:?}");
        assert_eq!(reply.field("content-length"), Some(SIZE.to_string()));
        assert_eq!(hash(&reply.body), whole, "{places:?}");
        let seen = stand.origin.requests_to("/bytes");
        assert!(seen.len() == 11 || end == "reset" && seen.len() > 11, "{}", seen.len());
        assert_eq!(seen[0].header("range"), None);
        for asked in &seen[1..] {
            assert!(asked.header("range").is_some_and(|range| range.ends_with("-99999999")), "{asked:?}");
            assert_eq!(asked.header("if-range").as_deref(), Some("\"bytes-100000000\""));
        }
        println!("cut at {places:?}: {} MiB more", grown / MIB);
        assert!(grown < 48 * MIB, "{} MiB more", grown / MIB);
        let line = stand.worker.wait_for_line(|line| line["path"] == "/bytes");
        assert_eq!((&line["answer"], &line["resumed"]), (&"resumed".into(), &(seen.len() - 1).into()), "{line}");
        assert_eq!((&line["event"], &line["failure"]), (&"incident".into(), &"cut".into()), "{line}");
        assert_eq!(line["attempts"], seen.len(), "{line}");
        assert_eq!(stand.worker.count("cache.put"), 1, "it is larger than copies may be");
    }
}

#[test]
fn it_goes_on_after_answers_that_were_none() {
    for faults in [
        &["/fault/503"][..],
        &["/fault/reset"],
        &["/fault/502", "/fault/reset", "/fault/504"],
        &["/bytes?n=500000&cut=0", "/fault/503"],
        &["/bytes?n=500000&cut=100000", "/fault/503"],
    ] {
        // Each in an isolate of its own, with a budget of its own.
        let stand = Stand::new(&[VARS.as_slice(), &[("RETRY_ATTEMPTS", "3")]].concat());
        let script = [&[CUT], faults, &[REST]].concat();
        stand.origin.script("/a", &script);
        let reply = stand.worker.get("/a");
        assert!(is_whole(&reply), "{faults:?}: {reply:?}");
        assert_eq!(stand.origin.count("/a"), script.len(), "{faults:?}");
    }
    let stand = Stand::new(&VARS);
    stand.origin.script("/chunked", &[CUT, "/bytes?n=500000&chunked=1&end=fin&cut=10000", "/bytes?n=500000&chunked=1"]);
    assert!(is_whole(&stand.worker.get("/chunked")), "the rest may come without a length");
    let guarded = Stand::new(&[VARS.as_slice(), &[("GUARD_BYTES", "64KiB"), ("FAILURE_BLANK", "on")]].concat());
    guarded.origin.script("/page", &["/bytes?n=500000&cut=200000&end=fin&type=text/html", REST]);
    assert!(is_whole(&guarded.worker.get("/page")), "its start was looked at, and it was too large to be held");
}

#[test]
fn anything_but_the_exact_rest_breaks_it_off() {
    let stand = Stand::new(&VARS);
    let part = "/ok?status=206&h.Content-Range=bytes+";
    for (n, (answer, why)) in [
        ("/bytes?n=500000&etag=%22other%22".to_owned(), "status"),
        ("/bytes?n=500000&validate=0".to_owned(), "status"),
        ("/bytes?n=500000&status=404".to_owned(), "status"),
        ("/ok?status=416&h.Content-Range=bytes+*/500000".to_owned(), "status"),
        ("/ok?status=304&body=".to_owned(), "status"),
        ("/redirect?to=/bytes".to_owned(), "status"),
        (format!("{part}200000-499999/500000&n=300000&h.ETag=%22other%22"), "etag"),
        (format!("{part}200000-499999/500000&n=300000&h.ETag=W/%22bytes-500000%22"), "etag"),
        (format!("{part}200000-499999/500000&n=300000"), "etag"),
        (format!("{part}199999-499999/500000&n=300001&h.ETag=%22bytes-500000%22"), "range"),
        (format!("{part}200000-499998/500000&n=299999&h.ETag=%22bytes-500000%22"), "range"),
        (format!("{part}200000-499999/500001&n=300000&h.ETag=%22bytes-500000%22"), "range"),
        (format!("{part}200000-499999/500000&n=299999&h.ETag=%22bytes-500000%22"), "range"),
        (format!("{part}200000-499999/500000&n=300000&no=Content-Range&h.ETag=%22bytes-500000%22"), "range"),
        (format!("{part}200000-499999/500000&n=300000&encode=gzip&force=1&h.ETag=%22bytes-500000%22"), "coding"),
    ]
    .into_iter()
    .enumerate()
    {
        let path = format!("/a/{n}");
        stand.origin.script(&path, &[CUT, &answer]);
        let reply = stand.worker.get(&path);
        assert!(is_cut(&reply) && reply.body.len() == 200_000, "{answer}: {reply:?}");
        assert_eq!(stand.origin.count(&path), 2, "{answer}");
        let line = stand.worker.wait_for_line(|line| line["path"] == path.as_str());
        assert_eq!((&line["answer"], &line["no_resume"]), (&"cut".into(), &why.into()), "{answer}: {line}");
    }
    // More than was announced, which only a chunked body can be: not a byte too many goes out.
    let long = format!("{part}200000-499999/500000&n=300001&chunked=1&h.ETag=%22bytes-500000%22");
    stand.origin.script("/long", &[CUT, &long]);
    let reply = stand.worker.get("/long");
    assert!(reply.body.len() < LENGTH && !reply.whole, "{reply:?}");
}

#[test]
fn what_cannot_be_resumed_is_as_it_was() {
    let stand = Stand::new(&VARS);
    for (n, target) in [
        "/bytes?n=500000&cut=200000&etag=W/%22a%22",
        "/bytes?n=500000&cut=200000&no=ETag",
        "/bytes?n=500000&cut=200000&h.Accept-Ranges=none",
        "/ok?n=500000&cut=200000",
        "/chunked?n=500000&cut=200000",
        "/bytes?n=500000&cut=50%25&encode=gzip&force=1",
    ]
    .iter()
    .enumerate()
    {
        let path = format!("/a/{n}");
        stand.origin.script(&path, &[target]);
        let reply = stand.worker.get(&path);
        assert!(!reply.whole, "{target}: {reply:?}");
        assert_eq!(stand.origin.count(&path), 1, "{target}");
    }
    for method in ["POST", "HEAD"] {
        stand.origin.script("/a", &[CUT]);
        let before = stand.origin.count("/a");
        stand.worker.ask(method, "/a", &[], b"");
        assert_eq!(stand.origin.count("/a") - before, 1, "{method}");
    }
    let rules = r#"[{"path":"/on/*","RESUME":"on"}]"#;
    for vars in
        [&[("RULES", rules)][..], &[("RESUME", "on"), ("MODE", "off")], &[("RESUME", "on"), ("MODE", "observe")]]
    {
        let stand = Stand::new(vars);
        stand.origin.script("/a", &[CUT]);
        assert!(is_cut(&stand.worker.get("/a")), "{vars:?}");
        assert_eq!(stand.origin.count("/a"), 1, "{vars:?}");
        if vars[0].0 == "RULES" {
            stand.origin.script("/on/a", &[CUT, REST]);
            assert!(is_whole(&stand.worker.get("/on/a")));
        }
    }
}

#[test]
fn what_is_whole_arrives_as_it_was_sent() {
    let (on, off) = (Stand::new(&VARS), Stand::new(&[]));
    let fields = ["content-type", "content-length", "etag", "accept-ranges", "set-cookie", "x-latin1", "content-range"];
    let names = [fields.as_slice(), &["cache-control", "transfer-encoding", "age", "via", "vary"]].concat();
    for (target, asked) in [
        ("/bytes?n=1", &[][..]),
        ("/bytes?n=0", &[]),
        ("/bytes?n=500000&h.Set-Cookie=a=1&h.Set-Cookie=b=2&h.X-Latin1=caf%E9", &[]),
        ("/bytes?n=500000&h.Cache-Control=max-age=60", &[]),
        ("/bytes?n=500000", &[("Range", "bytes=100-299999")]),
        ("/bytes?n=500000", &[("Range", "bytes=-5")]),
        ("/bytes?n=500000", &[("Range", "bytes=1-2, 4-5")]),
        ("/bytes?n=500000", &[("If-None-Match", "\"bytes-500000\"")]),
        ("/gzip", &[("Accept-Encoding", "gzip")]),
        ("/etag", &[]),
    ] {
        let [one, other] = [&on, &off].map(|stand| stand.worker.get_with(target, asked));
        assert!(one.whole && one.status == other.status && one.body == other.body, "{target} {asked:?}: {one:?}");
        for name in &names {
            assert_eq!(one.fields(name), other.fields(name), "{target} {asked:?}: {name}");
        }
    }
    on.settle();
    assert_eq!(on.worker.lines(), Vec::<serde_json::Value>::new(), "no incident");
}

#[test]
fn a_part_that_the_visitor_asked_for_is_resumed_too() {
    let stand = Stand::new(&VARS);
    stand.origin.script("/a", &[CUT, REST]);
    let reply = stand.worker.get_with("/a", &[("Range", "bytes=100000-449999")]);
    assert!(reply.status == 206 && reply.whole && reply.body == generated(100_000, 350_000), "{reply:?}");
    assert_eq!(reply.field("content-range").as_deref(), Some("bytes 100000-449999/500000"));
    let seen = stand.origin.requests_to("/a");
    assert_eq!(seen[1].header("range").as_deref(), Some("bytes=300000-449999"));
}

#[test]
fn the_next_origin_has_the_rest() {
    let (one, other) = (Origin::start(), Origin::start());
    let worker = VARS
        .iter()
        .fold(Setup::network().var("ORIGIN", one.url()).var("ORIGIN_FALLBACKS", other.url()), |setup, (name, value)| {
            setup.var(name, *value)
        })
        .start();
    let hold = "/bytes?n=500000&hold=200000&cut=200000&end=fin";
    one.script("/a", &[hold]);
    let stream = client::send(worker.port(), "GET", "/a", &[], b"");
    one.wait_for_hanging(1);
    one.break_with(Fault::Refuse);
    one.release();
    other.script("/a", &[REST]);
    let reply = client::read(stream, "GET");
    assert!(is_whole(&reply), "{reply:?}");
    assert_eq!((one.count("/a"), other.count("/a")), (1, 1));
    one.mend();
    other.script("/a", &["/bytes?n=500000&etag=%22another%22"]);
    one.script("/a", &[CUT, "/fault/503"]);
    assert!(is_cut(&worker.get("/a")), "another origin with another representation");
    // And where the first answer was the other one's already, it is asked again.
    one.break_with(Fault::Status(503));
    other.script("/b", &[CUT, REST]);
    let reply = worker.get("/b");
    assert!(is_whole(&reply) && reply.says("proxy-status", "next-hop"), "{reply:?}");
    assert_eq!((one.count("/b"), other.count("/b")), (1, 2));
}

#[test]
fn a_copy_with_the_same_tag_completes_it() {
    for kv in [false, true] {
        let stand = Stand::with(&VARS, |setup| if kv { setup.kv() } else { setup });
        let cached = "/bytes?n=500000&h.Cache-Control=max-age=60";
        for (path, etag, completes) in [("/same", "%22a%22", true), ("/other", "%22b%22", false)] {
            let cut = format!("{cached}&etag={etag}&cut=200000&end=fin");
            stand.origin.script(path, &[&format!("{cached}&etag=%22a%22"), &cut, "/fault/502"]);
            stand.warm(path);
            if kv {
                stand.worker.wait_for("kv.put", if completes { 1 } else { 2 });
                stand.fault("cache.match", "throw");
            }
            let reply = stand.worker.get(path);
            assert_eq!(is_whole(&reply), completes, "{path}: {reply:?}");
            assert_eq!(is_cut(&reply), !completes, "{path}: {reply:?}");
            let line = stand.worker.wait_for_line(|line| line["path"] == path);
            assert_eq!(line["answer"], if completes { "resumed" } else { "cut" }, "{line}");
        }
    }
}

#[test]
fn a_copy_is_made_of_what_was_put_together() {
    let stand = Stand::new(&VARS);
    let cached = "/bytes?n=500000&h.Cache-Control=max-age=60";
    stand.origin.script("/a", &[&format!("{cached}&cut=200000&end=fin"), cached, "/fault/502"]);
    assert!(is_whole(&stand.warm("/a")));
    assert!(is_whole(&stand.worker.get("/a")), "from the copy");
    let other = format!("{cached}&etag=%22b%22");
    stand.origin.script("/b", &[&format!("{cached}&cut=200000&end=fin"), &other, "/fault/502"]);
    assert!(is_cut(&stand.worker.get("/b")));
    stand.settle();
    assert_eq!(stand.keys("/b"), Vec::<String>::new(), "there is no copy of half of it");
}

#[test]
fn a_visitor_who_leaves_lets_go_of_the_origin() {
    let stand = Stand::new(&VARS);
    let hold = "/bytes?n=500000&hold=200000&h.Cache-Control=no-store";
    for script in [&[hold][..], &[UNCOPIED, "/bytes?n=500000&hold=100000"], &[UNCOPIED, "/bytes?n=500000&hang=1"]] {
        stand.origin.clear();
        stand.origin.script("/a", script);
        let mut stream = client::send(stand.worker.port(), "GET", "/a", &[], b"");
        stand.origin.wait_for_hanging(1);
        stream.read_exact(&mut [0; 100_000]).unwrap();
        drop(stream);
        stand.origin.wait_for_ended(Ended::Abandoned, 1);
    }
    // And one who takes nothing of a large one.
    stand.origin.clear();
    let stream = client::send(stand.worker.port(), "GET", "/bytes?n=100000000", &[], b"");
    stand.origin.wait_for(1);
    drop(stream);
    stand.origin.wait_for_ended(Ended::Abandoned, 1);
}

#[test]
fn what_limits_retries_limits_this_too() {
    let (empty, down) = ("/bytes?n=500000&cut=0", "/fault/503");
    for (vars, then, requests) in [
        (&[("RETRY_ATTEMPTS", "0")][..], empty, 2),
        (&[("RETRY_ATTEMPTS", "2")], empty, 4),
        (&[("RETRY_ATTEMPTS", "2")], down, 4),
        (&[("RETRY_ATTEMPTS", "5"), ("RETRY_BUDGET", "0%")], empty, 2),
        (&[("RETRY_METHODS", "HEAD")], empty, 1),
        (&[("RETRY_ATTEMPTS", "5"), ("BREAKER_FAILURES", "2"), ("BREAKER_OPEN", "1h..1h")], down, 3),
    ] {
        let stand = Stand::new(&[VARS.as_slice(), vars].concat());
        stand.origin.script("/a", &[CUT, then]);
        assert!(is_cut(&stand.worker.get("/a")), "{vars:?}");
        assert_eq!(stand.origin.count("/a"), requests, "{vars:?}");
    }
    // One that would go on for ever.
    let stand = Stand::new(&VARS);
    stand.origin.script("/a", &["/bytes?n=100000000&cut=100000&end=fin"]);
    let reply = stand.worker.get("/a");
    assert!(!reply.whole && stand.origin.count("/a") == 33, "{} of {reply:?}", stand.origin.count("/a"));
}

/// Several chunks come whole, and the next one breaks off: what follows begins where the bytes end, and not the chunks.
#[test]
fn a_chunked_rest_that_breaks_off_in_a_later_chunk_goes_on() {
    let stand = Stand::new(&VARS);
    for (n, end) in ["", "&end=fin"].iter().enumerate() {
        let path = format!("/chunks/{n}");
        let rest = format!("/bytes?n=500000&chunked=1&cut=50%25{end}");
        stand.origin.script(&path, &["/bytes?n=500000&cut=90000", &rest, &rest, "/bytes?n=500000&chunked=1"]);
        let reply = stand.worker.get(&path);
        assert!(reply.status == 200 && reply.whole, "{end}: {}", reply.status);
        assert!(reply.body == generated(0, 500_000), "{end}: other bytes");
        assert_eq!(stand.origin.count(&path), 4, "{end}");
    }
}
