//! Does everything that `docs/faults.md` promises hold? The tables there are the expectations: every fault × every request
//! × every copy × one origin, two, and two that fail alike.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;

use crate::client::{Reply, UPGRADE};

use crate::origin::{FAULTS, Fault, Origin};
use crate::stand::{is_copy, is_page};
use crate::worker::{Setup, Worker, wait_until};

const PROMISE: &str = include_str!("../../docs/faults.md");
const REQUESTS: [&str; 7] = ["GET", "HEAD", "Range", "If-None-Match", "WebSocket", "POST", "PUT"];
/// The copies, and what the origin said of them; they are an hour old when it fails.
const COPIES: [(&str, &str); 4] = [
    ("no copy", ""),
    ("fresh copy", "max-age=86400"),
    ("stale copy", "max-age=60"),
    ("forbidden copy", "max-age=60, must-revalidate"),
];
const STANDS: [&str; 3] = ["one origin", "first + second, which works", "first + second, both fail"];
const VISITORS: usize = 24;

#[test]
fn every_cell_of_the_promise_holds() {
    let promise = Promise::read();
    let stands = STANDS.map(Stand::new);
    let mut groups = Vec::new();
    for stand in &stands {
        for fault in &promise.faults {
            groups.extend(COPIES.map(|(copy, said)| Group { stand, fault, copy, said }));
        }
    }
    // Those that wait come first.
    groups.sort_by_key(|group| !matches!(group.fault.kind.as_str(), "hanging" | "slow"));
    in_parallel(&groups, Group::warm);
    for stand in &stands {
        let copies = groups.iter().filter(|g| std::ptr::eq(g.stand, stand) && !g.said.is_empty()).count();
        stand.worker.wait_for("cache.put", copies as u64);
        stand.worker.platform(json!(["age", 3_600_000]));
    }
    let problems = Mutex::new(Vec::new());
    let answers = Mutex::new(Vec::new());
    let check = |group: &Group<'_>| {
        group.fail();
        for request in REQUESTS {
            if let Some(expected) = promise.answer(group, request) {
                let reply = group.ask(request);
                let asked = promise.count(group, request);
                if let Err(problem) = group.matches(request, &expected, &reply, asked[1] > 0) {
                    problems.lock().unwrap().push(format!("{}: {problem}", group.cell(request)));
                }
                answers.lock().unwrap().push((group.cell(request), asked));
            }
        }
    };
    let (refused, others): (Vec<_>, Vec<_>) = groups.iter().partition(|group| group.fault.kind == "unreachable");
    in_parallel(&others, |group| check(group));
    stands.iter().for_each(Stand::refuse);
    in_parallel(&refused, |group| check(group));
    // An attempt that nobody waits for any more would show here, too.
    let mut seen: HashMap<String, [usize; 2]> = HashMap::new();
    for (n, origin) in stands.iter().flat_map(|stand| [(0, &stand.first), (1, &stand.second)]) {
        for request in origin.requests() {
            if let Some(cell) = request.header("x-cell") {
                seen.entry(cell).or_default()[n] += 1;
            }
        }
    }
    let (answers, mut problems) = (answers.into_inner().unwrap(), problems.into_inner().unwrap());
    for (cell, expected) in &answers {
        let found = seen.get(cell).copied().unwrap_or_default();
        if found != *expected {
            problems.push(format!("{cell}: the origins were asked {found:?} times instead of {expected:?}"));
        }
    }
    let cells = answers.len();
    println!("{cells} cells of the promise");
    problems.sort();
    assert!(problems.is_empty(), "{} problems in {cells} cells:\n{}", problems.len(), problems.join("\n"));
    assert!(cells > 2500, "{cells}");
}

#[test]
fn every_fault_of_the_origin_is_in_it() {
    for (_, name, ..) in FAULTS {
        assert!(["`", "?"].iter().any(|end| PROMISE.contains(&format!("`{name}{end}"))), "{name}");
    }
}

/// RFC 9110 §9.2.2. The runtime itself may send a GET again when a connection that it kept turns out to be closed.
#[test]
fn what_is_not_safe_is_sent_once_on_connections_that_were_kept_too() {
    let origin = Origin::start();
    let worker = Setup::new(origin.port()).start();
    for fault in ["reset", "close", "empty", "cut-head", "garbage"] {
        // So that some are kept.
        in_parallel(&[0; VISITORS], |_| assert_eq!(worker.get("/ok").status, 200));
        for method in ["POST", "PUT", "PATCH", "DELETE"] {
            let path = format!("/{fault}/{method}");
            origin.script(&path, &[&format!("/fault/{fault}")]);
            assert!(is_page(&worker.ask(method, &path, &[], b"an order")), "{fault} {method}");
            assert_eq!(origin.count(&path), 1, "{fault} {method}");
        }
    }
}

/// A Worker, and the origins behind it.
struct Stand {
    name: &'static str,
    first: Origin,
    second: Origin,
    worker: Worker,
}

impl Stand {
    fn new(name: &'static str) -> Self {
        let (first, second) = (Origin::start(), Origin::start());
        let fallbacks = if name == STANDS[0] { String::new() } else { second.url() };
        // What does not hang has all the time that it wants.
        let worker = Setup::network()
            .var("ORIGIN", first.url())
            .var("ORIGIN_FALLBACKS", fallbacks)
            .var("TIMEOUT", "1m")
            .var("PATIENCE", "2m")
            .var("DEADLINE", "5m")
            .var("RULES", json!([{ "path": "/hanging/*", "TIMEOUT": "1s" }, { "path": "/slow/*", "PATIENCE": "1s" }]))
            .var("RETRY_BACKOFF", "1ms..2ms")
            .var("RETRY_BUDGET", "100%")
            .var("FAILURE_BLANK", "on")
            .start();
        Self { name, first, second, worker }
    }

    fn mark(&self) -> String {
        format!("www.example;next-hop=\"127.0.0.1:{}\"", self.second.port())
    }

    fn refuse(&self) {
        self.first.break_with(Fault::Refuse);
        if self.name == STANDS[2] {
            self.second.break_with(Fault::Refuse);
        }
    }
}

/// A path of its own: one fault, one kind of copy.
struct Group<'a> {
    stand: &'a Stand,
    fault: &'a Row,
    copy: &'static str,
    said: &'static str,
}

impl Group<'_> {
    fn path(&self) -> String {
        let name: String = self.fault.name.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
        format!("/{}/{name}/{}", self.fault.kind, self.copy.replace(' ', "-"))
    }

    fn cell(&self, request: &str) -> String {
        format!("{}, {}, {}, {request}", self.stand.name, self.fault.name, self.copy)
    }

    fn warm(&self) {
        if self.said.is_empty() {
            return;
        }
        let page = format!("/ok?close=1&body=0123456789-copy&etag=%22m%22&h.X-Page=copy&h.Cache-Control={}", self.said);
        self.stand.first.script(&self.path(), &[&page.replace(' ', "+")]);
        // As long as it takes: the time limit of those that hang is short.
        wait_until(|| (self.stand.worker.get(&self.path()).fields("x-page") == ["copy"]).then_some(()));
    }

    fn fail(&self) {
        let fault = format!("/fault/{}", self.fault.name);
        let well = "/ok?close=1&body=0123456789-second&etag=%22m%22&h.X-Page=second";
        self.stand.first.script(&self.path(), &[&fault]);
        self.stand.second.script(&self.path(), &[if self.stand.name == STANDS[2] { &fault } else { well }]);
    }

    fn ask(&self, request: &str) -> Reply {
        let cell = self.cell(request);
        let mut fields = vec![("x-cell", cell.as_str()), ("accept", "text/html")];
        let (method, body): (_, &[u8]) = match request {
            "Range" => ("GET", b""),
            "If-None-Match" => ("GET", b""),
            "WebSocket" => ("GET", b""),
            "POST" | "PUT" => (request, b"an order"),
            _ => (request, b""),
        };
        match request {
            "Range" => fields.push(("range", "bytes=0-3")),
            "If-None-Match" => fields.push(("if-none-match", "\"m\"")),
            "WebSocket" => fields.extend(UPGRADE),
            _ => {}
        }
        self.stand.worker.ask(method, &self.path(), &fields, body)
    }

    /// Is it what the tables say? An answer of the second origin says whose it is.
    fn matches(&self, request: &str, expected: &str, reply: &Reply, second: bool) -> Result<(), String> {
        let fault = self.fault;
        let is =
            |good: bool, what: &str| if good { Ok(()) } else { Err(format!("{what}, expected {expected}{reply:?}")) };
        let length = match request {
            "HEAD" | "If-None-Match" => 0,
            "Range" => 4,
            _ => 15,
        };
        if expected.starts_with("copy") {
            let status = expected.split(' ').nth(1).unwrap_or("200");
            is(is_copy(reply) && reply.fields("x-page") == ["copy"], "not the copy")?;
            is(reply.status.to_string() == status && reply.body.len() == length && reply.whole, "not as it should be")?;
            is(reply.fields("age").len() == 1, "no age")?;
            return is(fault.is_named_by(request, reply), "another error");
        }
        is(!is_copy(reply), "a copy")?;
        match expected {
            "page" => {
                is(is_page(reply) && reply.status == fault.status, "not the page")?;
                is((request == "HEAD") == reply.body.is_empty() && reply.whole, "another body")?;
                is(fault.is_named_by(request, reply), "another error")?;
                let after = reply.field("retry-after").unwrap_or_default();
                let good = match fault.retry_after.as_str() {
                    "yes" => !after.is_empty(),
                    "no" => after.is_empty(),
                    seconds => after == seconds,
                };
                is(good, "another Retry-After")
            }
            "kept" | "origin's" => {
                let marks = if second { vec![self.stand.mark()] } else { Vec::new() };
                is(!is_page(reply) && reply.fields("proxy-status") == marks, "not the origin's")?;
                is(fault.sends(request, reply.status), "another status")?;
                is(reply.whole != (fault.arrives == "cut" && request != "HEAD"), "another end")
            }
            _ => {
                let status = match request {
                    "Range" => 206,
                    "If-None-Match" => 304,
                    _ => 200,
                };
                is(!is_page(reply) && reply.status == status, "not the second origin's")?;
                is(reply.fields("proxy-status") == [self.stand.mark()], "no word of the second origin")?;
                is(reply.status == 304 || reply.fields("x-page") == ["second"], "not the second origin's page")
            }
        }
    }
}

/// One of the faults.
struct Row {
    name: String,
    kind: String,
    /// Of what is relayed: how it ends.
    arrives: String,
    status: u16,
    error: String,
    retry_after: String,
}

impl Row {
    fn is_named_by(&self, request: &str, reply: &Reply) -> bool {
        let (error, head) = self.error.split_once(" (HEAD: ").unwrap_or((&self.error, &self.error));
        let error = if request == "HEAD" { head.trim_end_matches(')') } else { error };
        match error {
            "error" => !reply.says("proxy-status", "error=") && reply.says("proxy-status", "received-status="),
            _ => reply
                .fields("proxy-status")
                .iter()
                .any(|v| v.split(';').any(|part| part.trim() == format!("error={error}"))),
        }
    }

    fn sends(&self, request: &str, status: u16) -> bool {
        // What is blank was 200; a WebSocket that comes to nothing has the origin's status, or the runtime's for none.
        match (self.kind.as_str(), request) {
            ("blank", _) => status == 200,
            ("broken" | "unreachable", "WebSocket") => status >= 500,
            _ => status == self.status,
        }
    }
}

/// The tables.
struct Promise {
    faults: Vec<Row>,
    answers: Vec<Vec<String>>,
    counts: Vec<Vec<String>>,
}

impl Promise {
    fn read() -> Self {
        let faults = table("## The faults").into_iter().map(|cells| {
            let (kind, arrives) = cells[2].split_once(", ").unwrap_or((&cells[2], "whole"));
            Row {
                name: cells[0].trim_matches('`').to_owned(),
                kind: kind.to_owned(),
                arrives: arrives.to_owned(),
                status: cells[3].parse().expect("a status"),
                error: cells[4].clone(),
                retry_after: cells[5].clone(),
            }
        });
        Self {
            faults: faults.collect(),
            answers: table("## What the visitor gets"),
            counts: table("## How often the origins are asked"),
        }
    }

    /// What the visitor gets; `None` where there is no row, for what nobody waits for.
    fn answer(&self, group: &Group<'_>, request: &str) -> Option<String> {
        let row = find(&self.answers, &group.fault.kind, request)?;
        let column = 2 + COPIES.iter().position(|(copy, _)| *copy == group.copy)?;
        let second = group.stand.name == STANDS[1] && self.count(group, request)[1] > 0;
        (row[column] != "–").then(|| if second { "second's".to_owned() } else { row[column].clone() })
    }

    fn count(&self, group: &Group<'_>, request: &str) -> [usize; 2] {
        let row = find(&self.counts, &group.fault.kind, request).expect("a row for whatever has an answer");
        let column = 2 + STANDS.iter().position(|name| *name == group.stand.name).unwrap();
        let (first, second) = row[column].split_once(" + ").unwrap_or((&row[column], "0"));
        [first, second].map(|count| count.parse().expect("a number"))
    }
}

fn find<'a>(table: &'a [Vec<String>], kind: &str, request: &str) -> Option<&'a Vec<String>> {
    let mut rows =
        table.iter().filter(|row| row[0].split(", ").any(|k| k == kind) && row[1].split(", ").any(|r| r == request));
    let row = rows.next();
    assert!(rows.next().is_none(), "two rows for {kind} {request}");
    row
}

/// The rows of the table below this heading; an empty first cell means the one above.
fn table(heading: &str) -> Vec<Vec<String>> {
    let (_, section) = PROMISE.split_once(heading).expect("the heading");
    let lines = section.lines().skip_while(|line| !line.starts_with("| -")).skip(1).take_while(|l| l.starts_with('|'));
    let mut rows: Vec<Vec<String>> = Vec::new();
    for line in lines {
        let inner = line.strip_prefix('|').and_then(|l| l.strip_suffix('|')).expect("a row");
        let mut cells: Vec<String> = inner.split('|').map(|cell| cell.trim().to_owned()).collect();
        if cells[0].is_empty() {
            cells[0] = rows.last().expect("a row above")[0].clone();
        }
        rows.push(cells);
    }
    rows
}

pub fn in_parallel<T: Sync>(all: &[T], act: impl Fn(&T) + Sync) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..VISITORS {
            scope.spawn(|| {
                while let Some(item) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                    act(item);
                }
            });
        }
    });
}
