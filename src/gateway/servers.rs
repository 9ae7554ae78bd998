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
    Entry::new("OpenResty", Text(&[OPENRESTY_50X])),
    Entry::new("Apache APISIX", StatusThen(&["openresty[/%|] Powered by APISIX ."])),
    Entry::new("Tengine", StatusThen(TENGINE)),
    Entry::new("Angie", StatusThen(&["angie", "angie/%", "angie/% (*)"])),
    Entry::new("freenginx", StatusThen(&["freenginx", "freenginx/%", "freenginx/% (*)"])),
    // Any other name that its builder gave it, by the skeleton that they all share.
    Entry::new("nginx", StatusThen(&["%"])).marks(&["<center><h1>", "</h1></center>", "<hr><center>"]),
    // The `50x.html` that comes with nginx, and with Fedora's and Red Hat's packages of it, set in the default
    // configuration.
    Entry::new("nginx", Text(NGINX_50X)),
    // Its signature (`<address>`) is off in many configurations; the skeleton tells it from Werkzeug, which has the
    // same sentences.
    Entry::new("Apache httpd", StatusThen(APACHE)).marks(&["</title>\n</head><body>\n<h1>"]),
    Entry::new("HAProxy", StatusThen(HAPROXY)).marks(&["<html><body><h1>"]),
    Entry::new("Fastly", StatusThen(FASTLY)).marks(&["<h3>Error 54113</h3>"]),
    Entry::new("Fastly", StatusThen(FASTLY)).marks(&["<h3>Guru Mediation:</h3>"]),
    Entry::new("Varnish", StatusThen(VARNISH)).marks(&["<h3>Guru Meditation:</h3>"]),
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
    // A heading without a page around it: in a page of its own it is the application that speaks.
    Entry::new("Phusion Passenger", Text(PASSENGER)).lacks(&["<html", "<body", "<img", "<svg", "<script", "<style"]),
    // A servlet container behind mod_jk or a proxy. With a message of its own it is the application that speaks.
    Entry::new("Tomcat", StatusThen(TOMCAT)),
    Entry::new("Jetty", Text(JETTY)).marks(&["<body><h2>HTTP ERROR 503"]),
    Entry::new("Apache Traffic Server", Text(TRAFFIC_SERVER)).marks(&["FGCOLOR=\"black\"", "FACE=\"Helvetica,Arial\""]),
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

/// With `server_info on` it asks for help; older versions have Apache's sentences in front of that.
const TENGINE: &[&str] = &[
    "tengine[/%|]",
    "[The proxy server received an invalid response from an upstream server. |\
     The server is temporarily unable to service your request due to maintenance downtime or capacity problems. Please \
     try again later. |The gateway did not receive a timely response from the upstream server or application. |]\
     Sorry for the inconvenience. Please report this message and include the following information to us. Thank you \
     very much! URL: ~ Server: ~ Date: ~ ~[ Powered by Tengine| Powered by Tengine/%|][ tengine| tengine/%|]",
];

const NGINX_50X: &[&str] = &[
    "An error occurred. Sorry, the page you are looking for is currently unavailable. Please try again later. If you \
     are the system administrator of this resource then you should check the error log for details. Faithfully \
     yours, %",
    "nginx error! The page you are looking for is temporarily unavailable. Please try again later. Website \
     Administrator Something has triggered [an error|missing webpage] on your website. This is the default error page \
     for nginx that is distributed with [~|~ ~|~ ~ ~|~ ~ ~ ~] It is located /usr/share/nginx/html/50x.html You should \
     customize this error page for your own site or edit the error_page directive in the nginx configuration file \
     /etc/nginx/nginx.conf[ |].[| For information on Red Hat Enterprise Linux, please visit the Red Hat, Inc. website \
     . The documentation for Red Hat Enterprise Linux is available on the Red Hat, Inc. website .| For information on \
     ~ please visit the ~ website . The documentation for ~ is available on the ~ website .]",
];

/// Its `50x.html`, until it got pictures: since then more of it is style than is read of a body.
const OPENRESTY_50X: &str = "An error occurred. Sorry, the page you are looking for is currently unavailable. Please \
                             try again later. If you are the system administrator of this resource then you should \
                             check the error log for details. We have articles on troubleshooting issues like high \
                             CPU usage , large memory usage on our official blog site . Faithfully yours, \
                             OpenResty .";

/// What may follow each: that the page for errors was an error itself, and the signature.
const APACHE: &[&str] = &[
    "[The proxy server received an invalid response from an upstream server. |]\
     The proxy server could not handle the request[| ~ ~ .] Reason: \
     [Error reading from remote server|DNS lookup failure for: ~|Could not connect to remote machine: *|\
     Error during SSL Handshake with remote server|Corrupt status line returned by remote server: *]\
     [ Additionally, a # * error was encountered while trying to use an ErrorDocument to handle the request.|]\
     [ Apache* Server at ~ Port #|]",
    "[The proxy server received an invalid response from an upstream server.|\
     The server is temporarily unable to service your request due to maintenance downtime or capacity problems. Please \
     try again later.|\
     The gateway did not receive a timely response from the upstream server or application.]\
     [ Additionally, a # * error was encountered while trying to use an ErrorDocument to handle the request.|]\
     [ Apache* Server at ~ Port #|]",
    "The server encountered an internal error or misconfiguration and was unable to complete your request. Please \
     contact the server administrator[ at ~ to|, ~ and] inform them of the time [this|the] error occurred, and [the \
     actions you performed just before this error|anything you might have done that may have caused the error]. \
     More information about this error may be available in the server error log.\
     [ Additionally, a # * error was encountered while trying to use an ErrorDocument to handle the request.|]\
     [ Apache* Server at ~ Port #|]",
];

const HAPROXY: &[&str] = &[
    "The server returned an invalid or incomplete response.",
    "No server is available to handle this request.",
    "The server didn't respond in time.",
    "An internal server error occurred.",
    "An internal server error occured.",
];

/// Its own reasons, said twice; those that only repeat the status are gone by then. With any other it is the operator's
/// VCL that speaks.
const VARNISH: &[&str] = &[
    "[Backend fetch failed Backend fetch failed|VCL failed VCL failed] Guru Meditation: XID: ~ Varnish cache server",
    "Guru Meditation: XID: ~ Varnish cache server",
];

/// The same of Fastly, which descends from it. A number stands where older pages named the guru.
const FASTLY: &[&str] = &[
    "[first byte timeout first byte timeout|between bytes timeout between bytes timeout|\
     backend read error backend read error|backend write error backend write error|\
     Backend is unhealthy Backend is unhealthy|Backend fetch failed Backend fetch failed|\
     Backend.max_conn reached Backend.max_conn reached|No healthy backends No healthy backends|\
     Backend unavailable, connection timeout Backend unavailable, connection timeout|\
     Connection timed out Connection timed out|Connection refused Connection refused|\
     Operation now in progress Operation now in progress|No stale object available No stale object available|\
     all backends failed or unhealthy all backends failed or unhealthy|SSL handshake error SSL handshake error|\
     unable to get local issuer certificate unable to get local issuer certificate|\
     Quorum weight not reached Quorum weight not reached|Response object too large Response object too large|\
     Illegal vary header from backend Illegal vary header from backend] \
     [Error 54113|Guru Mediation:] Details: ~ # # Varnish cache server",
    "[Error 54113|Guru Mediation:] Details: ~ # # Varnish cache server",
];

const ENVOY: &[&str] = &[
    "upstream connect error or disconnect/reset before headers",
    "upstream connect error or disconnect/reset before headers. [|retried and the latest ]reset reason: \
     [connection failure|local connection failure|remote connection failure|connection termination|connection timeout|\
     local reset|local refused stream reset|remote reset|remote refused stream reset|overflow|protocol error|\
     remote error with CONNECT request|overload manager reset|http1 premature upstream half close]\
     [|, transport failure reason: *]",
    "no healthy upstream",
    "upstream request timeout",
    "upstream max stream duration reached",
    "stream timeout",
    "downstream duration timeout",
    "envoy overloaded",
];

const LITESPEED: &[&str] =
    &["[The server is temporarily busy, try again later!|An internal server error has occured.]\
     [ Proudly powered by LiteSpeed Web Server Please be advised that LiteSpeed Technologies Inc. is not a web \
     hosting company and, as such, has no control over content found on this site.|]"];

/// What failed and why are its own words too, but in more of them with each version.
const ASP_NET_CORE: &str = "HTTP Error #.# - * Common [causes of|solutions to] this issue: * Troubleshooting steps: \
                            Check the system event log for error messages Enable logging the application process' \
                            stdout messages Attach a debugger to the application process and inspect For more \
                            information [visit: https://go.microsoft.com/fwlink/?LinkID=#|\
                            and guidance on handling these errors, visit Troubleshoot ASP.NET Core on Azure App \
                            Service and IIS .]";

const PASSENGER: &[&str] = &[
    "Incomplete response received from application",
    "Application socket read error",
    "This website is under heavy load[ (queue full)|] We're sorry, too many people are accessing this website at the \
     same time. We're working on this problem. Please try again later.",
];

/// After the status the report's name, a message that only the container has, what RFC 9110 says of the status, and
/// who says so.
const TOMCAT: &[&str] = &[
    "Type Status Report [Message The requested service ~ is not currently available |]Description The server\
     [ is currently unable to handle the request due to a temporary overload or scheduled maintenance, which will \
     likely be alleviated after some delay.| encountered an unexpected condition that prevented it from fulfilling the \
     request.|\
     , while acting as a gateway or proxy, received an invalid response from an inbound server it accessed while \
     attempting to fulfill the request.|\
     , while acting as a gateway or proxy, did not receive a timely response from an upstream server it needed to \
     access in order to complete the request.][ Apache Tomcat/~|]",
    "Type Status Report message description The requested service is not currently available.[ Apache Tomcat/~|]",
];

/// The same of Jetty, which says so of a web application that did not start.
const JETTY: &[&str] = &[
    "HTTP ERROR 503 Service Unavailable URI: ~ STATUS: 503 MESSAGE: Service Unavailable[ SERVLET: ~|]\
     [ Powered by Jetty:// ~|]",
    "HTTP ERROR 503 Problem accessing ~ Reason: Service Unavailable[ Powered by Jetty:// ~|]",
];

/// Its `body_factory`, of failures.
const TRAFFIC_SERVER: &[&str] = &[
    "Could Not Connect Description: Could not connect to the [requested server host.|server \" ~ \".]",
    "Server Connection Closed Description: The [requested server|server \" ~ \"] closed the connection before the \
     transaction was completed.",
    "Inactivity Timeout Description: Too much time has passed without sending any data for document.",
    "Unknown Host Description: Unable to locate the server [requested|named \" ~ \"] --- the server does not have a \
     DNS entry. Perhaps there is a misspelling in the server name, or the server no longer exists. Double-check the \
     name and try again.",
    "Web Server Error Description: The host requested did not return the document correctly.",
    "Error Description: Could not process this [|~ ]request.",
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

const KONG_PAGE: &[&str] =
    &["Error [An invalid response was received from the upstream server|The upstream server is timing out|\
     The upstream server is currently unavailable][.|][ request_id: %|]"];

const CLOUDFLARED: &[&str] =
    &["[502 Bad Gateway |]Unable to reach the origin service. The service may be down or it may not be responding to \
     traffic from cloudflared[|: *]"];
