//! What is written and removed once the visitor has the answer?

use std::rc::Rc;

use worker::Env;
use worker::web_sys::Response;

use super::peek;
use super::store::Store;
use crate::config::Config;
use crate::flow::After;
use crate::request::Request;

/// All that it takes.
pub struct Tidy {
    /// The bindings.
    pub env: Env,
    /// If it is open already.
    pub store: Option<Store>,
    /// The configuration that holds for the request.
    pub config: Rc<Config>,
    /// The request.
    pub request: Request,
}

impl Tidy {
    /// Writes and removes copies. The response, if any, is nobody else's.
    pub async fn run(mut self, after: After, response: Option<Response>) {
        if after.keep.is_none() && after.remove.is_empty() {
            response.iter().for_each(peek::cancel);
            return;
        }
        let store = Store::opened(&mut self.store, &self.env).await;
        for key in &after.remove {
            store.remove(key).await;
        }
        let (config, fields) = (&self.config, self.request.fields());
        match (after.keep, response) {
            (Some(keep), response) if keep.renews.is_some() => {
                response.iter().for_each(peek::cancel);
                store.renew(keep, config, fields).await;
            }
            (Some(keep), Some(response)) => store.write(keep, response, config, fields).await,
            (None, Some(response)) => peek::cancel(&response),
            (_, None) => {}
        }
    }
}
