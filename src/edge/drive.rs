//! Who carries out the steps? The loop between the flow and the platform; it has no opinion.

use std::pin::pin;
use std::rc::Rc;

use worker::Env;
use worker::wasm_bindgen::JsValue;
use worker::web_sys::{Request as Incoming, Response};
use worker::worker_sys::Context;

use super::attempt::{Attempt, Ended};
use super::convert::{self, HeaderFields};
use super::copied::copied;
use super::outgoing::{Came, Outgoing, forwarded};
use super::peek;
use super::store::{Copy, Store};
use super::task::{later, sleep};
use super::tidy::Tidy;
use super::wait::{either, within};
use super::{guard, incidents, isolate, last_resort, log, now, respond, resume, template};
use crate::config::Config;
use crate::drill::Drill;
use crate::failure::{self, Body, Outcome, Prefix, Until};
use crate::fields::{FieldLines, Fields};
use crate::flow::{After, Answer, Bindings, Consult, Event, Finish, Flow, Held, Now, PEEK_MOST, Promote, Step, Tier};
use crate::page::Page;
use crate::request::Request;
use crate::time::Time;

/// What the platform gave us with the request.
pub struct Platform {
    /// Variables and bindings.
    pub env: Env,
    /// What may go on after the answer.
    pub ctx: Context,
    /// Which tiers of copies are bound.
    pub bindings: Bindings,
}

/// Handles one request, which came at that time.
pub async fn drive(
    config: Rc<Config>,
    request: Request,
    incoming: Incoming,
    drill: Option<Drill>,
    came: Came,
    platform: Platform,
    at: Time,
) -> Option<Response> {
    let outgoing = Outgoing::new(&config, &request, incoming, came).await;
    // How long it took to read a body is the visitor's affair.
    let time = if came.has_body { now() } else { at };
    let flow = Flow::new(config, request, outgoing.replay(), platform.bindings, drill, time, isolate::seed());
    let mut driver = Driver { flow, outgoing, env: platform.env, store: None, ended: None, copy: None };
    let first = isolate::with_state(|state| driver.flow.start(&mut Now { time, state }));
    let (finish, attempt) = driver.run(first).await;
    driver.deliver(*finish, attempt, &platform.ctx).await
}

/// Passes a request on with no timer and no decision.
pub async fn relay(config: &Config, request: &Request, incoming: &Incoming) -> Option<Response> {
    let url = config.origin.as_ref().map(|base| base.join(&request.parts()));
    let fields = config.mark.as_deref().map(|mark| forwarded(request, mark)).unwrap_or_default();
    let target = match &url {
        Some(url) => &convert::outgoing(incoming, url, None, &fields).ok()?,
        None => incoming,
    };
    match Attempt::start(target, None).ended(None).await? {
        Ended::Answered(response) => {
            let location = config.origin.as_ref().and_then(|base| {
                let location = response.headers().get("location").ok().flatten()?;
                base.relocate(&location, &request.parts())
            });
            Some(match location {
                Some(location) => respond::amended(response, &vec![("location".to_owned(), location)]),
                None => response,
            })
        }
        Ended::Rejected(_) | Ended::TimedOut => Some(last_resort::response()),
    }
}

/// One request being handled.
pub struct Driver {
    pub(super) flow: Flow,
    outgoing: Outgoing,
    pub(super) env: Env,
    /// Opened when first needed: a healthy request needs none.
    store: Option<Store>,
    /// The last attempt's response.
    pub(super) ended: Option<Response>,
    /// What the last look-up found.
    pub(super) copy: Option<Copy>,
}

impl Driver {
    /// Step by step, until there is an answer; an attempt that still goes on comes along.
    pub(super) async fn run(&mut self, mut step: Step) -> (Box<Finish>, Option<Attempt>) {
        let mut attempt: Option<Attempt> = None;
        loop {
            step = match step {
                Step::Fetch(fetch) => match fetch.pretend {
                    Some(drill) => {
                        let none = FieldLines::new();
                        self.next(Event::Attempted(drill.outcome(&none)))
                    }
                    None => {
                        self.discard();
                        match self.outgoing.start(&fetch) {
                            Ok(started) => {
                                let started = attempt.insert(started);
                                match started.ended(fetch.patience).await {
                                    Some(ended) => {
                                        attempt = None;
                                        self.report(ended).await
                                    }
                                    None => self.next(Event::Impatient),
                                }
                            }
                            Err(_) => self.next(Event::Attempted(Outcome::Unsendable)),
                        }
                    }
                },
                Step::Wait(patience) => match &mut attempt {
                    Some(going) => match going.ended(patience).await {
                        Some(ended) => {
                            attempt = None;
                            self.report(ended).await
                        }
                        None => self.next(Event::Impatient),
                    },
                    None => self.next(Event::Attempted(Outcome::TimedOut)),
                },
                Step::Hold(hold) => match self.ended.take() {
                    Some(response) => {
                        let held = guard::hold(&response, &hold).await;
                        let ended = Ended::Answered(response);
                        let prefix = if held == Held::Cut { None } else { self.inspect(&ended).await };
                        self.judge(peek::restored(ended, prefix.as_ref()), prefix.as_ref(), Some(held))
                    }
                    None => self.next(Event::Slept),
                },
                Step::Sleep(wait) => {
                    sleep(wait).await;
                    self.next(Event::Slept)
                }
                // The origin may still be quicker than a slow tier or object.
                Step::Lookup(tier) => match beside(&mut attempt, self.look(tier)).await {
                    Ok(copy) => self.looked(copy),
                    Err(ended) => self.report(ended).await,
                },
                Step::Consult(consult) => match beside(&mut attempt, incidents::ask(&consult, &self.env)).await {
                    Ok(known) => self.next(Event::Consulted(known)),
                    Err(ended) => self.report(ended).await,
                },
                Step::Finish(finish) => return (finish, attempt),
            };
        }
    }

    /// Tells the flow how an attempt ended, after a look at the start of the body where the core asks for one.
    async fn report(&mut self, ended: Ended) -> Step {
        let prefix = self.inspect(&ended).await;
        self.judge(peek::restored(ended, prefix.as_ref()), prefix.as_ref(), None)
    }

    fn judge(&mut self, ended: Ended, prefix: Option<&Prefix>, held: Option<Held>) -> Step {
        let flow = &mut self.flow;
        let step = with_outcome(&ended, prefix, |outcome| {
            let event = match held {
                None => Event::Attempted(outcome),
                Some(held) => Event::Held(held, outcome),
            };
            lend(flow, |flow, now| flow.next(event, now))
        });
        self.ended = if let Ended::Answered(response) = ended { Some(response) } else { None };
        step
    }

    async fn inspect(&mut self, ended: &Ended) -> Option<Prefix> {
        let (response, until) = until(self.flow.config(), self.flow.request().method(), ended)?;
        let limit = lend(&mut self.flow, |flow, now| flow.peek_limit(now));
        Some(peek::prefix(response, until, limit).await)
    }

    async fn look(&mut self, tier: Tier) -> Option<Copy> {
        let key = self.flow.key();
        let limit = lend(&mut self.flow, |flow, now| flow.look_limit(now));
        let (store, env, fields) = (&mut self.store, &self.env, self.flow.request().fields());
        let found = async { Store::opened(store, env).await.find(tier, &key, fields).await };
        within(&mut pin!(found), Some(limit)).await?
    }

    fn looked(&mut self, copy: Option<Copy>) -> Step {
        let record = copy.as_ref().map(|copy| copy.record.clone());
        self.copy = copy;
        self.next(Event::Looked(record))
    }

    /// The response that will not be used gives its connection back.
    pub(super) fn discard(&mut self) {
        if let Some(response) = self.ended.take() {
            peek::cancel(&response);
        }
    }

    async fn deliver(mut self, finish: Finish, attempt: Option<Attempt>, ctx: &Context) -> Option<Response> {
        let Finish { answer, mut after } = finish;
        if let Some(line) = &after.line {
            log::write(line);
        }
        if let Some(consult) = after.tell.take() {
            goes_on(ctx, tell(consult, self.env.clone()));
        }
        let promote = after.promote.take().zip(self.copy.as_ref().map(|copy| copy.body.clone()));
        let mut download = None;
        let response = match answer {
            Answer::Origin(fields) => {
                let response = self.ended.take();
                download = response.as_ref().filter(|_| self.flow.config().resume).and_then(|response| {
                    let fields = HeaderFields::new(response.headers());
                    self.flow.download(response.status(), &fields)
                });
                if fields.is_empty() { response } else { response.map(|r| respond::amended(r, &fields)) }
            }
            Answer::Copy(served) => {
                self.discard();
                copied(served, self.copy.take())
            }
            Answer::Page(page) => {
                self.discard();
                respond::page(self.dressed(page).await)
            }
            Answer::BreakOff => None,
        };
        if let Some(unused) = self.copy.take().filter(|_| promote.is_none()) {
            peek::cancel_stream(&unused.body);
        }
        let response = match (response, download) {
            (Some(response), Some(length)) => return Some(self.resumable(response, length, after, ctx)),
            (response, _) => response,
        };
        // A response that is not there after all, or that the runtime refuses to make: the page still is.
        let response = response.or_else(|| respond::page(lend(&mut self.flow, |flow, now| flow.page(now))));
        if self.flow.config().stale.fresh && self.flow.request().method() != "GET" {
            // Whoever changed a page is not to see the one from before it.
            for key in &after.remove {
                Store::opened(&mut self.store, &self.env).await.remove_first(key).await;
            }
        }
        // Nothing at all on most healthy requests.
        let is_under_way = attempt.is_some() || after.refresh.is_some();
        if is_under_way || promote.is_some() || after.keep.is_some() || !after.remove.is_empty() {
            let copy = after.keep.as_ref().filter(|keep| keep.renews.is_none());
            let copy = copy.and_then(|_| response.as_ref()?.clone().ok());
            goes_on(ctx, self.afterwards(after, copy, promote, attempt));
        }
        response
    }

    /// The origin's answer with a body that goes on when it breaks off; of that body the copy is made too.
    fn resumable(self, response: Response, length: u64, after: After, ctx: &Context) -> Response {
        let tidy = self.tidy();
        let response = resume::resumable(self, response, length);
        if after.keep.is_some() || !after.remove.is_empty() {
            let copy = after.keep.as_ref().and_then(|_| response.clone().ok());
            goes_on(ctx, tidy.run(after, copy));
        }
        response
    }

    /// What it takes to write and to remove copies.
    fn tidy(&self) -> Tidy {
        let (config, request) = (Rc::clone(self.flow.config()), self.flow.request().clone());
        Tidy { env: self.env.clone(), store: self.store.clone(), config, request }
    }

    /// The page in the operator's own HTML, where there is such and HTML is what is wanted.
    async fn dressed(&mut self, page: Page) -> Page {
        let config = self.flow.config();
        if config.page_template.is_none() || !page.is_html() {
            return page;
        }
        let config = template::dressed(Rc::clone(config), &self.env).await;
        self.flow.dress(config);
        lend(&mut self.flow, |flow, now| flow.page(now))
    }

    /// What goes on once the visitor has the answer.
    async fn afterwards(
        mut self,
        after: After,
        copy: Option<Response>,
        promote: Option<(Promote, JsValue)>,
        attempt: Option<Attempt>,
    ) {
        if let Some((promote, body)) = promote {
            let store = Store::opened(&mut self.store, &self.env).await;
            store.promote(promote, &body, self.flow.config(), self.flow.request().fields()).await;
        }
        let refresh = after.refresh.as_ref().and_then(|fetch| self.outgoing.start(fetch).ok());
        let Some(mut attempt) = attempt.or(refresh) else { return self.tidy().run(after, copy).await };
        let ended = attempt.ended(None).await.unwrap_or(Ended::TimedOut);
        let prefix = self.inspect(&ended).await;
        let flow = &mut self.flow;
        let mut after =
            with_outcome(&ended, prefix.as_ref(), |outcome| lend(flow, |flow, now| flow.late(&outcome, now)));
        let response = if let Ended::Answered(response) = ended { Some(response) } else { None };
        if let Some(consult) = after.tell.take() {
            tell(consult, self.env.clone()).await;
        }
        self.tidy().run(after, response).await;
    }

    fn next(&mut self, event: Event) -> Step {
        lend(&mut self.flow, |flow, now| flow.next(event, now))
    }

    pub(super) fn lend(&mut self, step: impl FnOnce(&mut Flow, &mut Now) -> Step) -> Step {
        lend(&mut self.flow, step)
    }
}

/// A look at the start of a body where the core asks for one.
pub async fn inspect(config: &Config, method: &str, ended: &Ended) -> Option<Prefix> {
    let (response, until) = until(config, method, ended)?;
    Some(peek::prefix(response, until, PEEK_MOST).await)
}

fn until<'a>(config: &Config, method: &str, ended: &'a Ended) -> Option<(&'a Response, Until)> {
    let Ended::Answered(response) = ended else { return None };
    let fields = HeaderFields::new(response.headers());
    Some((response, failure::inspect(&config.failure, method, response.status(), &fields)?))
}

/// What this gives, unless the attempt that is under way ends first.
async fn beside<T>(attempt: &mut Option<Attempt>, other: impl Future<Output = T>) -> Result<T, Ended> {
    let Some(going) = attempt else { return Ok(other.await) };
    match either(going.ended(None), other).await {
        Ok(ended) => {
            *attempt = None;
            Err(ended.unwrap_or(Ended::TimedOut))
        }
        Err(output) => Ok(output),
    }
}

/// Once the visitor has the answer, for as long as the platform lets it.
fn goes_on(ctx: &Context, work: impl Future<Output = ()> + 'static) {
    // What the platform would throw away is done as far as it gets.
    let _ = ctx.wait_until(&later(work));
}

/// Nobody waits for what the object has to say to it.
pub(super) async fn tell(consult: Consult, env: Env) {
    incidents::ask(&consult, &env).await;
}

/// The time and the isolate's memory, for as long as one step takes.
pub fn lend<T>(flow: &mut Flow, step: impl FnOnce(&mut Flow, &mut Now) -> T) -> T {
    isolate::with_state(|state| step(flow, &mut Now { time: now(), state }))
}

/// How an attempt ended, in the core's words.
pub fn with_outcome<T>(ended: &Ended, prefix: Option<&Prefix>, then: impl FnOnce(Outcome) -> T) -> T {
    match ended {
        Ended::Answered(response) => {
            let fields = HeaderFields::new(response.headers());
            let fields: &dyn Fields = &fields;
            let body = prefix.map_or(Body::Unread, Prefix::body);
            then(Outcome::Answered { status: response.status(), fields, body })
        }
        Ended::Rejected(reason) => then(Outcome::Rejected { reason }),
        Ended::TimedOut => then(Outcome::TimedOut),
    }
}
