502
content-type: text/javascript; charset=utf-8
content-length: (length)
cache-control: no-store
vary: Accept, Accept-Language
retry-after: 30
x-robots-tag: noindex
x-content-type-options: nosniff
referrer-policy: no-referrer
content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'

