//! Is what is safe to repeat repeated, and nothing else?

use crate::origin::Origin;
use crate::worker::Setup;

#[test]
fn a_flaky_origin_is_asked_twice_and_answers() {
    let origin = Origin::start();
    let worker = Setup::new(origin.port()).start();
    origin.script("/a", &["/fault/502", "/ok?body=here"]);
    let reply = worker.get("/a");
    assert_eq!((reply.status, reply.text().as_str()), (200, "here"), "{:#?}", worker.log());
    assert_eq!(origin.count("/a"), 2);
}

#[test]
fn a_post_is_sent_once() {
    let origin = Origin::start();
    let worker = Setup::new(origin.port()).start();
    origin.script("/a", &["/fault/502"]);
    let reply = worker.ask("POST", "/a", &[], b"x");
    assert_eq!(reply.status, 502);
    assert_eq!(origin.count("/a"), 1);
}
