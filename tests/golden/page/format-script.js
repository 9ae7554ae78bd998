502
content-type: text/javascript; charset=utf-8
cache-control: no-store
vary: Accept, Accept-Language
x-robots-tag: noindex
x-content-type-options: nosniff
referrer-policy: no-referrer
content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'
content-length: (length)
retry-after: 30

