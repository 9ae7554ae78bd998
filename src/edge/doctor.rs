//! How does the doctor find out? One request to the origin, one look into each tier.

use worker::Env;
use worker::web_sys::{Headers, Request as Incoming, RequestInit, RequestRedirect};

use super::attempt::{Attempt, Ended};
use super::isolate::Isolate;
use super::outgoing::forwarded;
use super::store::Store;
use super::{convert, drive, now, peek};
use crate::admin::Reply;
use crate::admin::doctor::{self, Facts};
use crate::config::Config;
use crate::flow::Tier;
use crate::request::Request;
use crate::stale;

/// The report about the URL that `request` names.
pub async fn report(request: &Request, isolate: &Isolate, env: &Env) -> Reply {
    let visit = match doctor::visit(request) {
        Ok(visit) => visit,
        Err(wrong) => return Reply::text(400, &wrong),
    };
    let config = isolate.config.at(visit.parts().path);
    let asked_at = now();
    let ended = match outgoing(&visit, &config) {
        Some(outgoing) => Attempt::start(&outgoing, Some(config.timeout)).ended(None).await,
        None => None,
    };
    let ended = ended.unwrap_or(Ended::TimedOut);
    let prefix = drive::inspect(&config, visit.method(), &ended).await;
    let now = now();
    let copies = copies(&visit, &config, isolate, env).await;
    let rule = isolate.config.rules.iter().enumerate().find(|(_, rule)| rule.path.matches(visit.parts().path));
    let rule = rule.map(|(index, rule)| (index, rule.path.as_str()));
    let reply = drive::with_outcome(&ended, prefix.as_ref(), |outcome| {
        doctor::reply(request, &Facts { visit: &visit, config: &config, rule, outcome, asked_at, now, copies: &copies })
    });
    if let Ended::Answered(response) = ended {
        peek::cancel(&response);
    }
    reply
}

/// The visit as a request: to where a visitor's would go first.
fn outgoing(visit: &Request, config: &Config) -> Option<Incoming> {
    let headers = Headers::new().ok()?;
    for (name, value) in visit.fields().lines() {
        headers.set(&name, &value).ok()?;
    }
    let init = RequestInit::new();
    init.set_headers(&headers);
    init.set_redirect(RequestRedirect::Manual);
    let request = Incoming::new_with_str_and_init(visit.url(), &init).ok()?;
    let Some(base) = &config.origin else { return Some(request) };
    let fields = forwarded(visit, config.mark.as_deref()?);
    convert::outgoing(&request, &base.join(&visit.parts()), None, &fields).ok()
}

async fn copies(visit: &Request, config: &Config, isolate: &Isolate, env: &Env) -> Vec<(Tier, Option<stale::Record>)> {
    let store = Store::open(env).await;
    let key = stale::key(visit.url(), &config.stale.ignore_params);
    let mut copies = Vec::new();
    for tier in [Tier::Cache, Tier::Kv] {
        if tier == Tier::Kv && !isolate.bindings.kv {
            continue;
        }
        let copy = store.read(tier, &key, visit.fields()).await;
        copies.push((
            tier,
            copy.map(|copy| {
                peek::cancel_stream(&copy.body);
                copy.record
            }),
        ));
    }
    copies
}
