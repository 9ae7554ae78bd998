502
content-type: text/javascript; charset=utf-8
cache-control: no-store
vary: Accept, Accept-Language
x-robots-tag: noindex
x-content-type-options: nosniff
referrer-policy: no-referrer
content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'
date: Sun, 22 Nov 2026 20:41:09 GMT
content-length: (length)
retry-after: 30

