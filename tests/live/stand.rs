//! An origin and a Worker in front of it, and what most tests do with them.

use serde_json::{Value, json};

use crate::client::Reply;
use crate::origin::{Fault, Origin};
use crate::worker::{Setup, Worker};

/// Both of them.
pub struct Stand {
    pub origin: Origin,
    pub worker: Worker,
}

impl Stand {
    /// With these variables.
    pub fn new(vars: &[(&str, &str)]) -> Self {
        Self::with(vars, |setup| setup)
    }

    /// And with KV.
    pub fn with_kv(vars: &[(&str, &str)]) -> Self {
        Self::with(vars, Setup::kv)
    }

    /// And with whatever else.
    pub fn with(vars: &[(&str, &str)], more: impl Fn(Setup) -> Setup) -> Self {
        let origin = Origin::start();
        let setup = vars.iter().fold(Setup::new(origin.port()), |setup, (name, value)| setup.var(name, *value));
        let worker = more(setup).start();
        Self { origin, worker }
    }

    /// A visit, and its copy lies in the first tier.
    pub fn warm(&self, target: &str) -> Reply {
        self.warm_with(target, &[])
    }

    /// The same with header fields.
    pub fn warm_with(&self, target: &str, fields: &[(&str, &str)]) -> Reply {
        let before = self.worker.count("cache.put");
        let reply = self.worker.get_with(target, fields);
        self.worker.wait_for("cache.put", before + 1);
        reply
    }

    /// All that earlier visits wanted to write is written, for a later one has been.
    pub fn settle(&self) {
        self.origin.mend();
        self.warm(&format!("/page/settled-{}", self.origin.requests().len()));
    }

    /// The origin fails, with a gateway's 502.
    pub fn fail(&self) {
        self.origin.break_with(Fault::Status(502));
    }

    /// The keys of the first tier that contain this.
    pub fn keys(&self, part: &str) -> Vec<String> {
        self.keys_in("cache", part)
    }

    /// The keys of a tier that contain this.
    pub fn keys_in(&self, tier: &str, part: &str) -> Vec<String> {
        let keys = self.worker.platform(json!(["keys"]));
        let all = keys[tier].as_array().expect("a list").iter().filter_map(Value::as_str);
        all.filter(|key| key.contains(part)).map(str::to_owned).collect()
    }

    /// All that lies in both tiers, as text.
    pub fn dump(&self) -> String {
        self.worker.platform(json!(["dump"])).to_string()
    }

    /// All copies are this much older.
    pub fn age(&self, seconds: u64) {
        self.worker.platform(json!(["age", seconds * 1000]));
    }

    /// What this part of a tier does from now on: `throw`, `full`, `hang`, `after`, or milliseconds.
    pub fn fault(&self, name: &str, kind: impl Into<Value>) {
        self.worker.platform(json!(["fault", name, kind.into()]));
    }
}

/// Is it from a copy?
pub fn is_copy(reply: &Reply) -> bool {
    reply.says("cache-status", "understudy")
}

/// Is it our page?
pub fn is_page(reply: &Reply) -> bool {
    !is_copy(reply) && reply.says("proxy-status", "www.example") && reply.says("cache-control", "no-store")
}
