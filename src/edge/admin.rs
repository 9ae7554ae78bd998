//! How are our own paths answered? Reads the request's body, removes copies; what is said is the core's.

use std::rc::Rc;

use worker::Env;
use worker::web_sys::{Request as Incoming, Response};

use super::isolate::{self, Isolate};
use super::store::Store;
use super::task::settled;
use super::{doctor, now, respond, template};
use crate::admin::{self, Action, Health, Purge, Reply};
use crate::config::Config;
use crate::request::Request;

/// The answer to one of our own paths.
pub async fn answer(
    action: Action,
    request: &Request,
    incoming: &Incoming,
    isolate: &Isolate,
    config: &Rc<Config>,
    env: &Env,
) -> Option<Response> {
    let reply = match action {
        Action::Health { trusted } => {
            let mistakes = &isolate.mistakes;
            if trusted {
                template::dressed(Rc::clone(config), env).await;
            }
            let now = now();
            admin::health(trusted.then(|| Health {
                mistakes,
                templates: template::complaints(),
                maintenance: admin::maintenance(config, now),
                incidents: isolate.bindings.incidents,
                origins: isolate::with_state(|state| admin::origins(state, config, now)),
            }))
        }
        Action::Gallery => {
            let config = template::dressed(Rc::clone(config), env).await;
            admin::gallery(request, &config, now())
        }
        Action::Doctor => doctor::report(request, isolate, env).await,
        Action::Purge => match admin::purge(request, &isolate.config, &text(incoming).await) {
            Purge::Keys(keys) => purged(keys, env).await,
            Purge::Bad(message) => Reply::text(400, &message),
        },
        Action::Method(allow) => Reply::method(allow),
        Action::NotFound => Reply::not_found(),
    };
    let reply = if request.method() == "HEAD" { Reply { body: String::new(), ..reply } } else { reply };
    respond::reply(reply)
}

async fn purged(keys: Vec<String>, env: &Env) -> Reply {
    let store = Store::open(env).await;
    let mut failed = Vec::new();
    for key in &keys {
        failed.extend(store.purge(key).await);
    }
    isolate::with_state(|state| {
        let now = now();
        state.stored().clear(now);
        keys.iter().for_each(|key| state.stored().remove_key(key, now));
    });
    crate::admin::purged(keys.len(), &failed)
}

async fn text(incoming: &Incoming) -> String {
    let body = async { settled(incoming.text().ok()?).await.ok()?.as_string() };
    body.await.unwrap_or_default()
}
