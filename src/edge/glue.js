// What would take several crossings from Wasm to JavaScript, done in one.
//
// Measured on workerd: with the same calls made one by one from Wasm the healthy path relays a tenth fewer requests per
// second. Nothing is decided here.

/** What every request is asked for first: method, URL, what it wants to become and from where, and whether it has a body. */
export function head(request) {
  const { headers } = request;
  const asked = `${headers.get("upgrade") ?? ""}\n${headers.get("cache-control") ?? ""}`;
  return `${request.method}\n${address(request.url)}\n${asked}\n${request.body ? "body" : ""}`;
}

// The runtime hands over dot segments as they came, `fetch` resolves them: what is decided by the path must be decided by
// the one that will be asked for.
function address(url) {
  return DOTS.test(url) && URL.canParse(url) ? new URL(url).href : url;
}

const DOTS = /\/\.|%2e|\\/i;

/** The request to another address, whatever else it is; `fields` are pairs of lines: a name and its value, or none to leave. */
export function retarget(request, url, fields) {
  const to = new Request(url, request);
  const lines = fields.split("\n");
  for (let i = 0; i + 1 < lines.length; i += 2) {
    if (lines[i + 1]) to.headers.set(lines[i], lines[i + 1]);
    else to.headers.delete(lines[i]);
  }
  return to;
}

/** One fetch that can be waited for more than once, and ended. */
export class Exchange {
  constructor(request, abortable) {
    this.controller = abortable ? new AbortController() : null;
    try {
      this.answer = this.controller ? fetch(request, { signal: this.controller.signal }) : fetch(request);
    } catch (thrown) {
      this.answer = Promise.reject(thrown);
    }
  }

  /** The response, or nothing if the time (in milliseconds) is over first. */
  within(limit) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, limit);
      const then = (settle) => (value) => {
        clearTimeout(timer);
        settle(value);
      };
      this.answer.then(then(resolve), then(reject));
    });
  }

  /** The response, however long it takes. */
  finished() {
    return this.answer;
  }

  end() {
    this.controller?.abort();
  }
}

/**
 * All of a body of this length, read as it comes; nothing if there is less or more. `arrayBuffer()` would keep back the
 * other branch of the stream, the visitor's, until it has read all of this one.
 */
export async function filled(stream, length) {
  const reader = stream.getReader({ mode: "byob" });
  let buffer = new ArrayBuffer(length);
  for (let at = 0; at < length; ) {
    const { done, value } = await reader.read(new Uint8Array(buffer, at));
    if (done) return undefined;
    buffer = value.buffer;
    at += value.byteLength;
  }
  const { done } = await reader.read(new Uint8Array(1));
  if (!done) await reader.cancel();
  return done ? buffer : undefined;
}

/**
 * The body of a page with a notice in it. Only the start of it goes through the rewriter; should that not like what it
 * reads, the start stays as it is. The rest is passed on by the runtime.
 */
export function noticed(body, html) {
  const source = new Response(body).body;
  const { readable, writable } = new IdentityTransformStream();
  pour(source, writable, html).catch(() => {});
  return readable;
}

async function pour(source, writable, html) {
  const reader = source.getReader();
  const writer = writable.getWriter();
  try {
    const pieces = [];
    let read = { done: false };
    for (let held = 0; held < START; held += read.value.byteLength) {
      read = await reader.read();
      if (read.done) break;
      pieces.push(read.value);
    }
    await writer.write(await rewritten(await new Blob(pieces).arrayBuffer(), html));
    if (read.done) return await writer.close();
  } catch (thrown) {
    await Promise.allSettled([reader.cancel(thrown), writer.abort(thrown)]);
    return;
  }
  reader.releaseLock();
  writer.releaseLock();
  await source.pipeTo(writable);
}

// A policy in the page itself is respected by leaving the notice out, whatever it says.
async function rewritten(start, html) {
  let wanted = true;
  const meta = (element) => {
    wanted &&= element.getAttribute("http-equiv")?.trim().toLowerCase() !== "content-security-policy";
  };
  const page = (element) => {
    if (wanted) element.prepend(html, { html: true });
    wanted = false;
  };
  const rewriter = new HTMLRewriter().on("meta", { element: meta }).on("body", { element: page });
  try {
    return new Uint8Array(await rewriter.transform(new Response(start)).arrayBuffer());
  } catch {
    return new Uint8Array(start);
  }
}

// As much of a page as is looked at for its `<body>`.
const START = 256 * 1024;
