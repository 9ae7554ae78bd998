//! What do web servers, proxies and ingress controllers say when the server behind them fails?
//!
//! The order matters: the first entry that fits names the author. Sources: `tests/golden/gateway/SOURCES.md`.

use super::UNNAMED;
use super::entry::{Body::*, Entry, Is};

pub(super) const CATALOGUE: &[Entry] = &[
    // Understudy itself, further in: its problem details, and its page by the fields that it never leaves out.
    Entry::new("Understudy", AtLeast(UNDERSTUDY)).fields(&[("proxy-status", "*;*=*")]),
    Entry::new("Understudy", Text(&["*"]))
        .fields(&[
            ("proxy-status", "*;*=*"),
            ("content-language", "*"),
            ("vary", "*accept-language*"),
            ("content-security-policy", "*default-src 'none'*"),
            ("x-robots-tag", "*noindex*"),
            ("cache-control", "*no-store*"),
        ])
        .long(),
    // nginx and its kin: the status, a rule, and the product. With `server_tokens off` the version is missing.
    Entry::new("nginx", StatusThen(&["nginx", "nginx/%", "nginx/% (*)"])),
    Entry::new("OpenResty", StatusThen(&["openresty", "openresty/%", "ngx_openresty", "ngx_openresty/%"])),
    Entry::new("Tengine", StatusThen(&["tengine", "tengine/%", TENGINE])),
    Entry::new("Angie", StatusThen(&["angie", "angie/%", "angie/% (*)"])),
    Entry::new("freenginx", StatusThen(&["freenginx", "freenginx/%", "freenginx/% (*)"])),
    // Any other name that its builder gave it, by the skeleton that they all share.
    Entry::new("nginx", StatusThen(&["%"])).marks(&["<center><h1>", "</h1></center>", "<hr><center>"]),
    // The `50x.html` that comes with nginx, and with Fedora's package of it, and is set in the default configuration.
    Entry::new("nginx", Text(NGINX_50X)),
    // Its signature (`<address>`) is off in many configurations; the skeleton tells it from Werkzeug, which has the
    // same sentences.
    Entry::new("Apache httpd", StatusThen(APACHE)).marks(&["</title>\n</head><body>\n<h1>"]),
    Entry::new("HAProxy", StatusThen(HAPROXY)).marks(&["<html><body><h1>"]),
    Entry::new("Fastly", StatusThen(&["* Guru Mediation: * Varnish cache server"])),
    Entry::new("Varnish", StatusThen(&["* Guru Meditation: * Varnish cache server"])),
    // In 49 languages; the header field says it in all of them, the second entry is for where it was taken away.
    Entry::new("Squid", Text(&["*"])).fields(&[("x-squid-error", "ERR_*")]).long(),
    Entry::new("Squid", Text(&["*"])).marks(&["The Squid Software Foundation", "id=\"titles\"", "ERR_"]).long(),
    Entry::new("Envoy (Istio)", Text(ENVOY)).fields(&[("server", "istio-envoy")]),
    Entry::new("Google Cloud load balancer", Text(ENVOY)).fields(&[("via", "*1.1 google*")]),
    Entry::new("Envoy", Text(ENVOY)),
    Entry::new("Traefik", Text(&["no available server"])),
    Entry::new("Caddy", Blank).fields(&[("server", "Caddy")]),
    Entry::new("lighttpd", Status).fields(&[("server", "lighttpd*")]),
    Entry::new("LiteSpeed", StatusThen(LITESPEED)),
    // IIS and Application Request Routing speak the language of the server; the skeleton is always the same.
    Entry::new("IIS", Text(&["* # - *"]))
        .marks(&["<div id=\"header\"><h1>", "<div class=\"content-container\"><fieldset>"]),
    Entry::new("IIS", Text(&["*"])).marks(&["<title>IIS ", " Detailed Error - "]).long(),
    Entry::new(
        "IIS",
        Text(&["The specified CGI application encountered an error and the server terminated the process."]),
    ),
    Entry::new("HTTP.sys", Status).fields(&[("server", "Microsoft-HTTPAPI/%")]),
    Entry::new("ASP.NET Core Module", Text(&[ASP_NET_CORE])),
    // A servlet container behind mod_jk or a proxy. With a message of its own it is the application that speaks.
    Entry::new("Tomcat", StatusThen(TOMCAT)),
    Entry::new("Apache Traffic Server", Text(&["* Description: *"]))
        .marks(&["FGCOLOR=\"black\"", "FACE=\"Helvetica,Arial\""]),
    Entry::new("Kong", Exactly(KONG_JSON)).fields(&[("x-kong-response-latency", "#")]),
    Entry::new("Kong", Text(KONG_PAGE)).fields(&[("x-kong-response-latency", "#")]),
    Entry::new("Kubernetes default backend", Text(&["default backend - #", "5xx html"])),
    Entry::new("cloudflared", Text(CLOUDFLARED)),
    // Whoever it was (Traefik, Go's reverse proxy, an appliance): nothing is lost.
    Entry::new(UNNAMED, Status),
];

const UNDERSTUDY: &[(&str, Is)] = &[
    ("failure", Is::Like(&["*"])),
    ("error_category", Is::Like(&["*"])),
    ("retryable", Is::Present),
    ("owner_action_required", Is::Present),
];

const TENGINE: &str = "Sorry for the inconvenience. Please report this message and include the following \
                       information to us. Thank you very much! URL: * Server: * Date: * Powered by Tengine*";

const NGINX_50X: &[&str] = &[
    "An error occurred. Sorry, the page you are looking for is currently unavailable. Please try again later. If you \
     are the system administrator of this resource then you should check the error log for details. Faithfully \
     yours, *.",
    "nginx error! The page you are looking for is temporarily unavailable. Please try again later. Website \
     Administrator Something has triggered an error on your website. This is the default error page for nginx that is \
     distributed with *",
];

const APACHE: &[&str] = &[
    "The proxy server received an invalid response from an upstream server.*",
    "The proxy server could not handle the request*",
    "The server is temporarily unable to service your request due to maintenance downtime or capacity problems.*",
    "The gateway did not receive a timely response from the upstream server or application.*",
    "The server encountered an internal error or misconfiguration and was unable to complete your request.*",
];

const HAPROXY: &[&str] = &[
    "The server returned an invalid or incomplete response.",
    "No server is available to handle this request.",
    "The server didn't respond in time.",
    "An internal server error occurred.",
    "An internal server error occured.",
];

const ENVOY: &[&str] = &[
    "upstream connect error or disconnect/reset before headers*",
    "no healthy upstream",
    "upstream request timeout",
    "envoy overloaded",
];

const LITESPEED: &[&str] = &[
    "* Proudly powered by LiteSpeed Web Server Please be advised that LiteSpeed Technologies Inc. is not a web \
     hosting company*",
    "The server is temporarily busy, try again later!",
];

const ASP_NET_CORE: &str = "HTTP Error #.# - * Common * Troubleshooting steps: *";

const TOMCAT: &[&str] = &[
    "Type Status Report Description The server *",
    "Type Status Report Message The requested service * is not currently available Description The server *",
    "Type Status Report message description The requested service is not currently available.*",
];

const KONG_MESSAGES: &[&str] = &[
    "An invalid response was received from the upstream server",
    "The upstream server is timing out",
    "The upstream server is currently unavailable",
    "failure to get a peer from the ring-balancer",
    "name resolution failed",
    "An unexpected error occurred",
];

const KONG_JSON: &[(&str, Is)] = &[("message", Is::Like(KONG_MESSAGES)), ("request_id", Is::Optional)];

const KONG_PAGE: &[&str] = &[
    "*An invalid response was received from the upstream server*",
    "*The upstream server is timing out*",
    "*The upstream server is currently unavailable*",
];

const CLOUDFLARED: &[&str] = &[
    "502 Bad Gateway Unable to reach the origin service. The service may be down or it may not be responding to \
     traffic from cloudflared*",
    "Unable to reach the origin service. The service may be down or it may not be responding to traffic from \
     cloudflared*",
];
