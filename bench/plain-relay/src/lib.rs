//! A relay in the idiomatic types of the `worker` crate.

use worker::{Context, Env, Fetch, Request, Response, Result, event};

#[event(fetch)]
async fn fetch(request: Request, _env: Env, _ctx: Context) -> Result<Response> {
    Fetch::Request(request).send().await
}
