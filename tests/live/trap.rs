//! What if we ourselves go wrong? A trap in the Wasm costs nobody an answer that the origin has for them.

use crate::client;
use crate::origin::Origin;
use crate::worker::{Setup, Worker, build, scratch, wait_until};

/// The Worker, with a trap where it goes on with a response whose status is 418. Thrown where the Wasm is called, for what is
/// thrown where the Wasm calls is no trap.
fn trapping(origin: &Origin) -> Worker {
    let folder = scratch();
    std::fs::copy(build().join("index_bg.wasm"), folder.join("index_bg.wasm")).unwrap();
    let js = std::fs::read_to_string(build().join("index.js")).unwrap();
    let call = js.find(".running_goOn(").expect("the call");
    let (before, after) = js.split_at(js[..call].rfind("try{").expect("a try around it") + "try{".len());
    let trap = "if(arguments[3]?.status===418)throw new WebAssembly.RuntimeError('a trap');";
    std::fs::write(folder.join("index.js"), [before, trap, after].concat()).unwrap();
    let worker = Setup::new(origin.port()).modules(&folder).start();
    std::fs::remove_dir_all(folder).unwrap();
    worker
}

/// Waits until it has started anew so often.
fn wait_for_anew(worker: &Worker, times: usize) {
    let anew = || worker.log().iter().filter(|line| line.contains("Reinitializing")).count();
    wait_until(|| (anew() == times).then_some(()));
}

#[test]
fn a_request_that_may_be_asked_again_goes_to_the_origin_and_the_next_one_finds_a_new_wasm() {
    let origin = Origin::start();
    let worker = trapping(&origin);
    for round in 1..=3 {
        assert_eq!(worker.get("/ok").status, 200);
        origin.clear();
        let reply = worker.get("/ok?status=418&body=theirs");
        assert_eq!((reply.status, reply.text().as_str()), (418, "theirs"), "{reply:?}");
        assert_eq!(origin.requests().len(), 2, "once by us, and once by the runtime");
        assert_eq!(worker.get("/ok").status, 200);
        wait_for_anew(&worker, round);
    }
}

#[test]
fn a_form_is_not_sent_twice() {
    let origin = Origin::start();
    let worker = trapping(&origin);
    let reply = worker.ask("POST", "/ok?status=418", &[], b"a=1");
    assert_eq!((reply.status, origin.requests().len()), (500, 1), "{reply:?}");
    assert_eq!(worker.ask("POST", "/ok", &[], b"a=1").status, 200);
}

#[test]
fn whoever_was_waiting_meanwhile_gets_the_origins_answer_too() {
    let origin = Origin::start();
    let worker = trapping(&origin);
    let waiting = ["/page/a", "/page/b"].map(|path| {
        origin.script(path, &["/ok?hang=1&body=first", "/ok?body=again"]);
        client::send(worker.port(), "GET", path, &[], b"")
    });
    origin.wait_for_hanging(2);
    assert_eq!(worker.get("/ok?status=418").status, 418);
    origin.release();
    for visitor in waiting {
        let reply = client::read(visitor, "GET");
        assert_eq!((reply.status, reply.text().as_str()), (200, "again"), "{reply:?}");
    }
    assert_eq!(worker.get("/ok").status, 200);
    wait_for_anew(&worker, 1);
}
