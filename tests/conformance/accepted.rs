//! What of the suite's wishes is not fulfilled, and why?

/// A reason, and the tests that it holds for.
pub type Accepted = (&'static str, &'static [&'static str]);

/// With `CACHE_FRESH=on`.
pub const FULL_CACHE: &[Accepted] = &[
    NO_HEADER_OF_ITS_OWN,
    (
        "RFC 9111 §5.1 has changed it: of a list the first member counts, and an `Age` that is no number is ignored",
        &[
            "age-parse-dup-0",
            "age-parse-dup-0-twoline",
            "age-parse-dup-old",
            "age-parse-float",
            "age-parse-negative",
            "age-parse-nonnumeric",
            "age-parse-numeric-parameter",
            "age-parse-parameter",
            "age-parse-prefix-twoline",
        ],
    ),
    (
        "an answer that sets a cookie is for one visitor and not kept",
        &[
            "304-etag-update-response-Set-Cookie",
            "304-etag-update-response-Set-Cookie2",
            "headers-store-Set-Cookie",
            "headers-store-Set-Cookie2",
            "other-set-cookie",
        ],
    ),
    (
        "502, 503 and 504 are failures, whatever they say of their freshness",
        &["status-502-fresh", "status-503-fresh", "status-504-fresh"],
    ),
    (
        "a part is not kept, by choice: the next visitor gets the whole, and that is kept",
        &[
            "partial-store-partial-complete",
            "partial-store-partial-reuse-partial",
            "partial-store-partial-reuse-partial-absent",
            "partial-store-partial-reuse-partial-byterange",
            "partial-store-partial-reuse-partial-suffix",
        ],
    ),
    (
        "a 304 with another strong validator is about another page (RFC 9111 §4.3.4): the origin is asked again",
        &["304-etag-update-response-ETag"],
    ),
    (
        "without `Last-Modified`, `Date` counts, and that is later than what this test asks for (RFC 9110 §13.1.3)",
        &["conditional-lm-fresh-no-lm"],
    ),
    (
        "which language an origin would choose is not guessed from what it chose for somebody else",
        &["vary-normalise-lang-select"],
    ),
    (
        "the runtime answers a method that it does not know with 501 by itself",
        &["invalidate-M-SEARCH", "invalidate-M-SEARCH-cl", "invalidate-M-SEARCH-failed"],
    ),
];

/// Without.
pub const STANDING_IN: &[Accepted] = &[NO_HEADER_OF_ITS_OWN];

const NO_HEADER_OF_ITS_OWN: Accepted = (
    "the page that says that the origin is gone; the suite takes what has no header of its origin for a copy",
    &["stale-close-must-revalidate", "stale-close-no-cache", "stale-close-proxy-revalidate", "stale-close-s-maxage=2"],
);
