// What would take several crossings from Wasm to JavaScript, done in one.
//
// Measured on workerd: with the same calls made one by one from Wasm the healthy path relays a tenth fewer requests per
// second. Nothing is decided here.

import { waitUntil } from "cloudflare:workers";

/**
 * All that is asked of a request: method, URL, whether it has a body and another URL than it came with, and its header
 * fields as pairs of lines. All of them at once, for one look at each of those that nearly every request is asked for costs
 * more.
 */
export function head(request) {
  const url = address(request.url);
  let all = `${request.method}\n${url}\n${request.body ? "body" : ""}${url === request.url ? "" : "moved"}\n`;
  request.headers.forEach((value, name) => (all += `${name}\n${value}\n`));
  return all;
}

// The runtime hands over a URL as it came: dot segments, of which `fetch` resolves some, and any spelling of the host. What is
// decided by it, and kept and counted under it, must be the one that is asked for.
function address(url) {
  if (!(DOTS.test(url) || HOST.test(url)) || !URL.canParse(url)) return url;
  const it = new URL(url);
  it.username = it.password = "";
  return it.href;
}

const DOTS = /\/\.|%2e|\\/i;
const HOST = /^https?:\/\/[^/?#]*(?:[A-Z@]|:(?:80|443)?(?:[/?#]|$))/;

/** The values of these fields, a line for each; names are lines, too. */
export function values(headers, names) {
  return names.split("\n").map((name) => headers.get(name) ?? "").join("\n");
}

/** The request to another address, whatever else it is; `fields` are pairs of lines: a name and its value, or none to leave. */
export function retarget(request, url, fields) {
  const to = new Request(url, request);
  for (const [name, value] of pairs(fields)) {
    if (value) to.headers.set(name, value);
    else to.headers.delete(name);
  }
  return to;
}

/** Header fields from pairs of lines. One that the runtime does not take is left out; the rest is there. */
export function headers(fields) {
  const headers = new Headers();
  for (const [name, value] of pairs(fields)) {
    try {
      headers.append(name, value);
    } catch {}
  }
  return headers;
}

function* pairs(fields) {
  const lines = fields.split("\n");
  for (let i = 0; i + 1 < lines.length; i += 2) yield [lines[i], lines[i + 1]];
}

/** A response made here, with a copy of these headers, whose `Retry-After` is set first if `later` is not 0. */
export function respond(status, headers, later, body) {
  if (later) headers.set("retry-after", later);
  return new Response(body, { status, headers });
}

/** The same with bytes that lie in the memory of Wasm, where others will soon be. */
export function respondBytes(status, headers, later, bytes) {
  return respond(status, headers, later, takesCopies() ? bytes : bytes.slice());
}

// Does the runtime take a copy of a body's bytes, as the standard says (Fetch, "extract a body")? Not every one did. One
// that does saves us our own: with the memory for it that is a twentieth of a page's time. Until it has shown it: no.
function takesCopies() {
  if (taken === undefined) {
    taken = false;
    const bytes = new Uint8Array(1);
    const body = new Response(bytes);
    bytes[0] = 1;
    waitUntil(body.arrayBuffer().then((copy) => (taken = new Uint8Array(copy)[0] === 0)));
  }
  return taken;
}

let taken;

/** The same response with a body that breaks off after these bytes, as its own did. */
export function broken(response, bytes) {
  const length = response.headers.get("content-length");
  const { readable, writable } = length ? new FixedLengthStream(Number(length)) : new IdentityTransformStream();
  breakOff(writable.getWriter(), bytes.slice()).catch(() => {});
  return new Response(readable, response);
}

// Not at once: what has not gone out by then, header fields and all, never does. (So between `restored` in peek.rs and the
// answer nothing may be waited for.)
async function breakOff(writer, bytes) {
  if (bytes.length) await writer.write(bytes);
  await scheduler.wait(0);
  await writer.abort(new Error("the body broke off"));
}

/** The same response with these fields, pairs of lines, in place of its own. */
export function amended(response, fields) {
  const changed = new Response(response.body, response);
  for (const [name, value] of headers(fields)) changed.headers.set(name, value);
  return changed;
}

/** A future of the Wasm's, `running`, and the promise of what it gives. */
export class Task {
  constructor(running) {
    this.running = running;
  }

  promise() {
    return new Promise((resolve, reject) => Object.assign(this, { resolve, reject }));
  }

  start() {
    queueMicrotask(() => this.goOn(NOWHERE, true));
  }

  waitFor(promise, place) {
    promise.then(
      (value) => this.goOn(place, true, value),
      (thrown) => this.goOn(place, false, thrown),
    );
  }

  // What settles when all is over, nobody waits for any more.
  goOn(place, fulfilled, value) {
    const running = this.running;
    if (!running) return;
    let given;
    try {
      // After a trap, until the entry has started anew: there is nothing left to go on with.
      if (globalThis.__worker_init_state?.criticalError) throw new Error("the Wasm is about to start anew");
      given = running.goOn(this, place, fulfilled, value);
    } catch (thrown) {
      // Who waits lets the request through to the origin, and the entry starts anew.
      this.running = undefined;
      this.reject?.(thrown);
      return reportError(thrown);
    }
    if (given === undefined) return;
    this.running = undefined;
    running.free();
    this.resolve?.(given);
  }
}

const NOWHERE = 0xffffffff;

/** A time in milliseconds, after which `over` is kept. */
export class Timer {
  constructor(millis) {
    this.over = new Promise((resolve) => (this.timer = setTimeout(resolve, millis)));
  }

  // Where there is no request any more, the runtime throws, and the timer has gone with the request.
  end() {
    try {
      clearTimeout(this.timer);
    } catch {}
  }
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

/** Bytes of a stream, from the first to the last one, read no faster than they are taken. */
export function part(stream, first, last) {
  const { readable, writable } = new FixedLengthStream(last - first + 1);
  cut(stream, writable.getWriter(), first, last + 1).catch(() => {});
  return readable;
}

async function cut(stream, writer, first, end) {
  const reader = stream.getReader({ mode: "byob" });
  try {
    let buffer = new ArrayBuffer(Math.min(end, PIECE));
    for (let at = 0; at < end; ) {
      const { done, value } = await reader.read(new Uint8Array(buffer));
      if (done) throw new Error("there is less than there was");
      const wanted = value.subarray(Math.max(0, first - at), end - at);
      if (wanted.byteLength) await writer.write(wanted);
      at += value.byteLength;
      buffer = value.buffer;
    }
    await writer.close();
  } catch (thrown) {
    await writer.abort(thrown).catch(() => {});
  }
  reader.cancel().catch(() => {});
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

/** A text from KV, or from the static assets; no more of it than one character over the limit, and nothing if it is not there. */
export async function stored(binding, name, asset, limit) {
  const text = asset ? await file(binding, name) : await binding.get(name, { type: "text", cacheTtl: 60 });
  return text?.slice(0, limit + 1);
}

async function file(assets, path) {
  const response = await assets.fetch(new URL(path, "https://assets.invalid"));
  if (response.ok) return response.text();
  await response.body?.cancel();
}

/** A body that is read to its end, in steps, but not for longer than the patience (in milliseconds). */
export class Holding {
  constructor(copy, patience) {
    this.reader = copy.body?.getReader();
    this.coded = copy.headers.has("content-encoding");
    this.came = 0;
    this.patience = new Timer(patience);
  }

  /** `true` if it is whole, `false` if it broke off, nothing if more than so many bytes have come or it is too late. */
  async until(bytes) {
    try {
      while (this.came <= bytes) {
        const piece = this.reader ? await Promise.race([this.reader.read(), this.patience.over]) : { done: true };
        if (!piece) return;
        if (piece.done) return this.over(true);
        this.came += piece.value.byteLength;
      }
    } catch {
      // Of nothing, no coding can be read; that is no body that broke off.
      return this.over(this.coded && !this.came ? undefined : false);
    }
  }

  /** The rest of it is left to the other branch. */
  release() {
    this.over();
    this.reader?.cancel().catch(() => {});
  }

  over(whole) {
    this.patience.end();
    return whole;
  }
}

/**
 * The same response with a body of this length, which goes on when the origin's breaks off: `rest`, told how many bytes have
 * come so far, promises the stream that follows, or nothing. It is asked a last time when all have come, if it was before.
 */
export function spliced(response, length, rest) {
  const { readable, writable } = new FixedLengthStream(length);
  const answer = new Response(readable, response);
  splice(response.body, writable.getWriter(), length, rest);
  return answer;
}

async function splice(body, writer, length, rest) {
  let [source, came] = [body, 0];
  try {
    for (;;) {
      const { bytes, broken } = await copied(source, writer, length - came);
      came += bytes;
      if (came === length) break;
      source = await rest(came);
      // In the runtime's own words, as if nobody had tried.
      if (!source) throw broken ?? new Error("the download broke off");
    }
    if (source !== body) await rest(came);
    await writer.close();
  } catch (thrown) {
    if (thrown instanceof WebAssembly.RuntimeError) reportError(thrown);
    // Fewer bytes than were promised: the visitor sees it.
    await writer.abort(thrown).catch(() => {});
  }
}

// How many bytes came before the stream ended or broke off, and in the latter case the error. Read into one buffer again and
// again: measured on workerd, pieces as the stream would make them (4 KiB) take ten times as long.
async function copied(source, writer, limit) {
  const reader = source.getReader({ mode: "byob" });
  let buffer = new ArrayBuffer(Math.min(limit, PIECE));
  for (let bytes = 0; ; ) {
    const { done, value, broken } = await reader.read(new Uint8Array(buffer)).catch((broken) => ({ done: true, broken }));
    if (done) return { bytes, broken };
    bytes += value.byteLength;
    try {
      if (bytes > limit) throw new Error("more than the rest");
      await writer.write(value);
    } catch (thrown) {
      reader.cancel(thrown).catch(() => {});
      throw thrown;
    }
    buffer = value.buffer;
  }
}

const PIECE = 256 * 1024;

/** What an object says to a question. */
export async function consulted(namespace, name, query) {
  const response = await namespace.get(namespace.idFromName(name)).fetch(`https://incidents.invalid/?${query}`);
  return response.ok ? response.text() : response.body?.cancel();
}
