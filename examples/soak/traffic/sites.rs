//! What is there to ask for? The healthy parts of the demo origin, and its faults, each as often as its weight says.
//!
//! What can be kept as a copy comes from a limited set of targets: the tiers lie in the same process, and what grows must
//! be a leak.

use super::chance::Chance;
use super::errand::{Content, Errand, Leaves};
use crate::origin::generated;

/// Anything.
pub fn any(chance: &mut Chance, visitor: usize) -> Errand {
    let all: u32 = PLACES.iter().map(|(weight, _)| weight).sum();
    let mut left = chance.below(all as usize) as u32;
    for (weight, place) in PLACES {
        if left < *weight {
            return place(chance, visitor);
        }
        left -= weight;
    }
    page(chance, visitor)
}

type Place = fn(&mut Chance, usize) -> Errand;

/// Weights in thousandths.
const PLACES: &[(u32, Place)] = &[
    (240, page),
    (80, private),
    (60, echo),
    (90, bytes),
    (15, broken_download),
    (60, range),
    (60, condition),
    (50, compressed),
    (90, upload),
    (20, other_method),
    (60, flaky),
    (15, elsewhere),
    (60, status),
    (30, connection),
    (18, cut),
    (15, odd),
    (8, hang),
    (14, slow),
    (2, huge),
    (3, stuck),
    (10, socket),
];

/// A page of one of the kinds that `RULES` tells apart: plain, guarded, cached, with a notice.
fn page(chance: &mut Chance, _: usize) -> Errand {
    let name = format!("{}{}", chance.one(&["plain-", "guarded-", "cached-", "noticed-"]), chance.below(30));
    let age = chance.one(&["0", "1", "60"]);
    let errand =
        Errand::get(format!("/page/{name}?h.Cache-Control=max-age%3D{age}"), Content::Says(format!("“{name}”")));
    match chance.below(10) {
        0 => errand.method("HEAD"),
        _ => errand,
    }
}

/// Somebody's own page.
fn private(_: &mut Chance, visitor: usize) -> Errand {
    let name = format!("own-{visitor}");
    let target = format!("/page/{name}?h.Cache-Control=private");
    Errand::get(target, Content::Says(format!("“{name}”"))).field("Cookie", format!("session={visitor}")).uncopied()
}

/// A target that nobody else has, and that is in the answer.
fn echo(chance: &mut Chance, visitor: usize) -> Errand {
    let target = format!("/echo?h.Cache-Control=no-store&mark={visitor}-{}", chance.below(1 << 40));
    Errand::get(target.clone(), Content::Says(target)).uncopied()
}

/// Lengths around the sizes of buffers, by length or in chunks.
fn bytes(chance: &mut Chance, _: usize) -> Errand {
    let n = chance.one(&[1, 1_000, 4_096, 30_000, 65_536, 200_000, 1_000_000]);
    let errand = Errand::get(format!("/{}?n={n}{KEPT}", chance.one(&["bytes", "chunked"])), Content::Generated(n));
    match chance.below(10) {
        0 => errand.method("HEAD"),
        _ => errand,
    }
}

fn range(chance: &mut Chance, _: usize) -> Errand {
    let n = chance.one(&[1_000_u64, 30_000, 200_000]);
    let (a, b) = (chance.below(220_000) as u64, chance.below(50_000) as u64);
    let range = match chance.below(4) {
        0 => format!("bytes={a}-"),
        1 => format!("bytes=-{b}"),
        2 => format!("bytes=0-{b}"),
        _ => format!("bytes={a}-{}", a + b),
    };
    let errand = Errand::get(format!("/bytes?n={n}{KEPT}"), Content::Generated(n)).field("Range", range);
    match chance.below(3) {
        0 => errand.field("If-Range", chance.one(&[format!("\"bytes-{n}\""), "\"other\"".to_owned()])),
        _ => errand,
    }
}

fn condition(chance: &mut Chance, _: usize) -> Errand {
    let n = chance.one(&[1_000, 30_000]);
    let etag = chance.one(&[format!("\"bytes-{n}\""), format!("W/\"x\", \"bytes-{n}\""), "\"other\"".to_owned()]);
    Errand::get(format!("/bytes?n={n}{KEPT}"), Content::Generated(n)).field("If-None-Match", etag)
}

fn compressed(chance: &mut Chance, _: usize) -> Errand {
    let target = format!("/{}?h.Cache-Control=max-age%3D1", chance.one(&["gzip", "br"]));
    let accepted = chance.one(&["gzip", "gzip, br", "identity"]);
    Errand::get(target, Content::Text).field("Accept-Encoding", accepted)
}

/// Below and above `RETRY_BODY_LIMIT`.
fn upload(chance: &mut Chance, visitor: usize) -> Errand {
    let len = chance.one(&[0, 10, 1_000, 60_000, 70_000, 300_000]);
    let mut errand = Errand::get(format!("/upload?by={visitor}"), Content::Receipt).uncopied();
    errand.method = chance.one(&["POST", "PUT", "PATCH"]);
    errand.body = generated(chance.below(1 << 30) as u64, len);
    errand.chunked = len > 0 && chance.share(30);
    errand
}

fn other_method(chance: &mut Chance, _: usize) -> Errand {
    match chance.below(4) {
        0 => Errand::get("/.understudy/health", Content::Health).uncopied(),
        1 => Errand::get("/ok", Content::Any).method("OPTIONS").uncopied(),
        2 => Errand::get("/ok", Content::Any).method("DELETE").uncopied(),
        _ => Errand::get("/dav", Content::Says("PROPFIND /dav".to_owned())).method("PROPFIND").uncopied(),
    }
}

/// In turns well and not: there is a copy when it fails.
fn flaky(chance: &mut Chance, _: usize) -> Errand {
    let fault = chance.one(&["502", "503", "504", "520", "reset", "close", "cut-head", "garbage", "blank", "cut"]);
    let target = format!("/flaky?key={fault}&fault={fault}&n=1&again=1&body=well&h.Cache-Control=max-age%3D1");
    let errand = Errand::get(target, Content::Says("well".to_owned()));
    if fault == "cut" { errand.cut() } else { errand }
}

/// Every status of the 502 class and an ordinary 500, by gateways and by the application.
fn status(chance: &mut Chance, _: usize) -> Errand {
    let status = chance.one(&[500, 502, 503, 504, 520, 521, 522, 523, 524, 525, 526, 527, 529, 530]);
    let author = chance.one(&["nginx", "cloudflare", "empty", "json", "problem", "xml", "html", "text"]);
    let again = chance.one(&["", "&retry-after=0", "&retry-after=3600"]);
    let mut errand = Errand::get(format!("/fault/{status}?as={author}{again}&h.Server=demo-origin"), Content::Any);
    errand.method = chance.one(&["GET", "GET", "GET", "HEAD", "POST", "PUT"]);
    errand.own = true;
    errand
}

/// No answer, in every way.
fn connection(chance: &mut Chance, _: usize) -> Errand {
    let fault = chance.one(&["reset", "close", "empty", "cut-head", "garbage", "headers", "blank"]);
    let errand = Errand::get(format!("/fault/{fault}"), Content::Any);
    match chance.below(6) {
        0 => errand.method("POST").field("X-Order", "1"),
        _ => errand,
    }
}

/// A body that breaks off: before the visitor's eyes, or held until it is whole.
fn cut(chance: &mut Chance, _: usize) -> Errand {
    let target = chance.one(&[
        "/fault/cut",
        "/fault/cut?end=fin",
        "/fault/cut-chunked",
        "/fault/cut-chunked?end=fin",
        "/page/guarded-x?cut=50%25&close=1",
        "/page/guarded-x?cut=50%25&chunked=1&close=1",
    ]);
    Errand::get(target, Content::Any).cut()
}

fn odd(chance: &mut Chance, _: usize) -> Errand {
    match chance.below(4) {
        0 => Errand::get("/fault/cut-gzip", Content::Any),
        1 => Errand::get("/fault/long", Content::Generated(500)),
        2 => Errand::get("/fault/trickle?trickle=1&n=20", Content::Generated(20)),
        _ => Errand::get("/early-hints", Content::Any),
    }
}

fn hang(_: &mut Chance, _: usize) -> Errand {
    Errand::get("/fault/hang", Content::Any)
}

/// With a copy longer than `PATIENCE`, without one shorter than `TIMEOUT`.
fn slow(chance: &mut Chance, _: usize) -> Errand {
    let delay = chance.one(&["50", "200", "300"]);
    Errand::get(format!("/slow?delay={delay}&h.Cache-Control=max-age%3D1"), Content::Says("slow".to_owned()))
}

/// More than `STALE_SIZE_LIMIT`.
fn huge(chance: &mut Chance, _: usize) -> Errand {
    let n = 12 << 20;
    Errand::get(format!("/{}?n={n}{KEPT}", chance.one(&["bytes", "chunked"])), Content::Generated(n))
}

/// Its body breaks off up to three times, and goes on (`RESUME`); this path is the only one that has that.
fn broken_download(chance: &mut Chance, _: usize) -> Errand {
    let cuts = chance.one(&["90000", "0", "70000,140000,299999", "200000,210000"]);
    let kept = chance.one(&[KEPT, "&h.Cache-Control=no-store"]);
    Errand::get(format!("/bytes?n=300000&cuts={cuts}{kept}"), Content::Generated(300_000)).cut()
}

/// In turns well and not, with a second origin (`ORIGIN_FALLBACKS`): it is a third visitor's turn when that is asked.
fn elsewhere(chance: &mut Chance, _: usize) -> Errand {
    let fault = chance.one(&["502", "reset", "526"]);
    let target = format!("/flaky/elsewhere?key=e{fault}&fault={fault}&n=1&again=1&body=well&h.Cache-Control=no-store");
    Errand::get(target, Content::Says("well".to_owned())).uncopied()
}

fn socket(chance: &mut Chance, visitor: usize) -> Errand {
    Errand::get("/ws", Content::Echo(format!("{visitor} {}", chance.below(1 << 40)))).uncopied()
}

/// A head, and no body until the origin is released; nobody stays that long.
fn stuck(_: &mut Chance, _: usize) -> Errand {
    let mut errand = Errand::get("/fault/hang-body", Content::Any);
    errand.leaves = Leaves::Reading;
    errand
}

const KEPT: &str = "&h.Cache-Control=max-age%3D1";
