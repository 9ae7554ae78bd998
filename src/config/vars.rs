//! Which variables are there? The one list that the parser, the README and `wrangler.toml` agree on (a test compares them).

/// One variable.
#[derive(Debug, Clone, Copy)]
pub struct Var {
    /// Its name in `[vars]`.
    pub name: &'static str,
    /// The text that stands for it when it is missing or empty, read by the same parser.
    pub default: &'static str,
    /// Where it may be set.
    pub scope: Scope,
    /// What it means, for the README.
    pub doc: &'static str,
}

/// Where a variable may be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// In `[vars]`, and for some paths in `RULES`.
    Anywhere,
    /// In `[vars]` only: it concerns the whole Worker.
    Worker,
    /// A secret (`wrangler secret put`): its value never appears in a message.
    Secret,
}

const fn var(name: &'static str, default: &'static str, doc: &'static str) -> Var {
    Var { name, default, scope: Scope::Anywhere, doc: shown(doc) }
}

const fn worker(name: &'static str, default: &'static str, doc: &'static str) -> Var {
    Var { name, default, scope: Scope::Worker, doc: shown(doc) }
}

/// Nobody reads it in the Worker, where it would be 4 KB to load.
const fn shown(doc: &'static str) -> &'static str {
    if cfg!(target_arch = "wasm32") { "" } else { doc }
}

/// All variables, in the order of the README.
pub const VARS: &[Var] = &[
    var("MODE", "on", "`on`; `observe`: decide, log, change nothing; `off`: plain relay"),
    worker("DEPLOYMENT", "", "how this deployment names itself in `Proxy-Status`; empty: the request's host"),
    var("ORIGIN", "", "base URL of the origin; empty: the request goes where it was going (a Worker on a route)"),
    var("ORIGIN_FALLBACKS", "", "base URLs tried, in order, when the one before failed"),
    var("FAILURE_STATUSES", "502-504 520-530", "origin statuses that count as 502-class failures"),
    var(
        "FAILURE_BODIES",
        "gateway",
        "whose failed responses are replaced by a page: `gateway`, only bodies written by a gateway, proxy or CDN, or empty ones; `all`; `none`",
    ),
    var("FAILURE_BLANK", "off", "`on`: a 200 `text/html` answer to a GET with an empty body is a failure"),
    var("TIMEOUT", "10s", "one attempt, until its response headers"),
    var("PATIENCE", "4s", "with a usable copy in hand, how long a visitor waits before getting it"),
    var("DEADLINE", "25s", "the whole request, all attempts and waits"),
    var("RETRY_ATTEMPTS", "1", "retries after the first attempt, 0 to 5"),
    var("RETRY_METHODS", "GET HEAD OPTIONS", "methods that are retried"),
    var("RETRY_BACKOFF", "100ms..1s", "wait before a retry: full jitter, exponential between base and cap"),
    var(
        "RETRY_BUDGET",
        "20%",
        "retries as a share of recent requests, per origin and isolate (floor: 3 per 10 s; `0%`: none)",
    ),
    var("RETRY_BODY_LIMIT", "64KiB", "largest request body kept for replay"),
    var("BREAKER_FAILURES", "5", "consecutive failures that open the breaker of an origin; `0`: no breaker"),
    var("BREAKER_OPEN", "5s..60s", "how long the breaker stays open: doubling, jittered"),
    var(
        "STALE_IF_ERROR",
        "1d",
        "how stale a copy may be when the origin gave no `stale-if-error`; `0`: only where the origin permits it",
    ),
    var("STALE_LIMIT", "7d", "hard cap on staleness, whatever a header says"),
    var("STALE_REFRESH", "1m", "an unchanged copy is rewritten at most this often"),
    var("STALE_SIZE_LIMIT", "10MiB", "largest response kept as a copy"),
    var("STALE_IGNORE_PARAMS", "utm_* fbclid gclid msclkid mc_eid", "query parameters left out of the copy's key"),
    var(
        "STALE_SESSION_COOKIES",
        "*sess* *sid* *auth* *token* *login* *logged_in* *jwt* remember*",
        "requests with such a cookie neither write nor get an anonymous copy, unless its response said `public`",
    ),
    var(
        "STALE_OVERRIDE",
        "",
        "origin directives to disregard when serving stale: any of `no-cache must-revalidate proxy-revalidate s-maxage`",
    ),
    var("STALE_NOTICE", "off", "`on`: a small localised bar in stale HTML says how old the copy is"),
    var(
        "GUARD_BYTES",
        "0",
        "an HTML or JSON answer up to this size is held until it is whole before its headers are committed; `0`: off",
    ),
    var("RESUME", "off", "`on`: a download that breaks off is continued with `Range` and `If-Range`"),
    var("CACHE_FRESH", "off", "`on`: a full RFC 9111 shared cache"),
    var("KV_REFRESH", "1h", "second tier: at most one KV write per key in this time"),
    var("KV_SIZE_LIMIT", "1MiB", "second tier: largest copy written to KV"),
    var("PAGE_SITE", "", "the site's name on the page; empty: the request's host"),
    var("PAGE_STATUS_URL", "", "status page"),
    var("PAGE_SUPPORT", "", "support address: URL or e-mail"),
    var("PAGE_ACCENT", "", "CSS colour; empty: built-in"),
    var("PAGE_LOGO", "", "`https:` or `data:` image; empty: none"),
    var("PAGE_THEME", "understudy", "built-in theme: `understudy`, `plain`, `friendly`, `terminal`, `corporate`"),
    var("PAGE_TEMPLATE", "", "the operator's own HTML: `kv:<key>` or `assets:/path`"),
    var("PAGE_LANGUAGE", "en", "language when `Accept-Language` names none that is there"),
    var("PAGE_RETRY_AFTER", "30s", "`Retry-After` of a page when the origin gave none, ±20 % jitter"),
    var("PAGE_STATUS", "keep", "`keep`, or one status for every page, 500 to 599"),
    var("MAINTENANCE", "", "`on`, or `start/end` (RFC 3339 instants; an ISO 8601 duration may stand for the end)"),
    worker(
        "RULES",
        "[]",
        "JSON list; each `{\"path\": \"/api/*\", …}` overrides variables for matching paths; first match wins",
    ),
    var("LOG", "incidents", "`none`, `incidents`, `all`: one JSON line each"),
    Var {
        name: "ADMIN_TOKEN",
        default: "",
        scope: Scope::Secret,
        doc: shown("secret; without it every `/.understudy/` path but `health` is the origin's"),
    },
];
