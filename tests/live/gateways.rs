//! Are the pages of real gateways recognised, those of the products themselves as they are installed here, and is what
//! an application behind them says left alone?

use crate::client::{self, Reply};
use crate::gateway::{Gateway, Product};
use crate::origin::{Fault, Origin};
use crate::worker::{Setup, Worker};

/// An upstream that fails in this way, a gateway in front of it, and the Worker in front of that.
fn chain(product: Product) -> Option<(Origin, Gateway, Worker)> {
    let upstream = Origin::start();
    let gateway = product.start(upstream.port())?;
    let worker = Setup::new(gateway.port()).var("RETRY_ATTEMPTS", 0).start();
    Some((upstream, gateway, worker))
}

#[test]
fn nginx_has_its_own_pages_replaced() {
    let Some((upstream, gateway, worker)) = chain(Product::Nginx) else { return };
    upstream.break_with(Fault::Refuse);
    assert_replaced(Product::Nginx, &gateway, &worker, "/dead", &[502]);
    upstream.break_with(Fault::Hang);
    assert_replaced(Product::Nginx, &gateway, &worker, "/hanging", &[504]);
    assert_replaced(Product::Nginx, &gateway, &worker, "/own/503", &[503]);
    // What is no HTTP at all nginx takes for HTTP/0.9 and hands it through.
    upstream.break_as("/ok?h.%00=garbage");
    assert_replaced(Product::Nginx, &gateway, &worker, "/garbage", &[502]);
    upstream.break_with(Fault::Headers);
    assert_replaced(Product::Nginx, &gateway, &worker, "/oversized", &[502]);
    upstream.break_with(Fault::CutHead);
    assert_replaced(Product::Nginx, &gateway, &worker, "/broken-off", &[502]);
}

#[test]
fn httpd_has_its_own_pages_replaced() {
    let Some((upstream, gateway, worker)) = chain(Product::Apache) else { return };
    upstream.break_with(Fault::Refuse);
    assert_replaced(Product::Apache, &gateway, &worker, "/dead", &[503]);
    upstream.break_with(Fault::Hang);
    // Which of them it is differs between versions; the other path is a 504 in all.
    assert_replaced(Product::Apache, &gateway, &worker, "/hanging", &[502, 504]);
    assert_replaced(Product::Apache, &gateway, &worker, "/own/504", &[504]);
    upstream.break_with(Fault::Garbage);
    assert_replaced(Product::Apache, &gateway, &worker, "/garbage", &[502]);
    upstream.break_with(Fault::Headers);
    assert_replaced(Product::Apache, &gateway, &worker, "/oversized", &[502]);
    upstream.break_with(Fault::CutHead);
    assert_replaced(Product::Apache, &gateway, &worker, "/broken-off", &[502]);
}

#[test]
fn nginx_passes_on_what_an_application_says() {
    assert_application_is_heard(Product::Nginx);
}

#[test]
fn httpd_passes_on_what_an_application_says() {
    assert_application_is_heard(Product::Apache);
}

/// The gateway answers with a page of its own, and the visitor gets ours.
fn assert_replaced(product: Product, gateway: &Gateway, worker: &Worker, path: &str, statuses: &[u16]) {
    let fields = [("Accept", "text/html")];
    let theirs = client::ask(gateway.port(), "GET", path, &fields, b"");
    let status = theirs.status;
    assert!(statuses.contains(&status), "{path}: {}\n{}", theirs.raw.text(), gateway.log());
    let reply = worker.get_with(path, &fields);
    assert_eq!(reply.status, status, "{path}");
    assert!(reply.text().contains("<!doctype html>"), "{path}: {}", reply.text());
    assert_ne!(reply.body, theirs.body, "{path}");
    assert!(reply.says("proxy-status", &format!("received-status={status}")), "{}", reply.raw.head());
    // The visitor is not told who it was, the operator is.
    assert!(!reply.raw.text().contains(product.name()), "{}", reply.raw.text());
    let line = worker.wait_for_line(|line| line["path"] == path);
    assert_eq!(line["gateway"], product.name(), "{line}\n{}", theirs.text());
}

fn assert_application_is_heard(product: Product) {
    let Some((upstream, gateway, worker)) = chain(product) else { return };
    for target in
        ["/fault/502?as=json", "/fault/503?as=problem", "/fault/504?as=xml", "/fault/502?as=html", "/fault/502?as=text"]
    {
        upstream.break_as(&format!("{target}&h.Date=Sun,+06+Nov+1994+08:49:37+GMT"));
        let theirs = client::ask(gateway.port(), "GET", "/a", &[], b"");
        let reply = worker.get("/a");
        assert_eq!((reply.status, &reply.body), (theirs.status, &theirs.body), "{target}");
        let content = |reply: &Reply| reply.field("content-type");
        assert_eq!(content(&reply), content(&theirs), "{target}");
        assert_eq!(reply.fields("proxy-status"), [""; 0], "{target}");
    }
    // Byte for byte what the application sent.
    upstream.break_as("/fault/502?as=json");
    let direct = client::ask(upstream.port(), "GET", "/a", &[], b"");
    assert_eq!(worker.get("/a").body, direct.body);
    upstream.mend();
    assert_eq!(worker.get("/ok?body=well").text(), "well");
}
