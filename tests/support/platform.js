// The platform's own services as workerd wants them plugged in: the Cache API and KV, in memory.
//
// The tests look into them, break them and count through a control socket of their own. What workerd sends here is its
// internal protocol: for the cache GET (hit or miss told by `cf-cache-status`), PUT (an HTTP message as the body) and
// PURGE; for KV GET, PUT and DELETE with the metadata in a field.

const cache = new Map();
const kv = new Map();
const files = new Map();
const counts = {};
const faults = {}; // "cache.get": "throw" | "full" | "hang" | "after" (fails after having taken effect) | milliseconds

const count = (name) => (counts[name] = (counts[name] ?? 0) + 1);

async function faulty(name, act) {
  count(name);
  const fault = faults[name];
  if (fault === "throw") throw new Error(`no ${name}`);
  if (fault === "full") return new Response("Too Many Requests", { status: 429 });
  if (fault === "hang") await scheduler.wait(3_600_000);
  if (typeof fault === "number") await scheduler.wait(fault);
  const answer = await act();
  if (fault === "after") throw new Error(`no answer of ${name}`);
  return answer;
}

// Both tiers forget what they were told to keep for so many seconds.
const over = (seconds) => (seconds ? Date.now() + Number(seconds) * 1000 : Infinity);
const there = (tier, key) => {
  const found = tier.get(key);
  return found && Date.now() < found.until ? found : undefined;
};

/** The Cache API. */
export const cacheService = {
  async fetch(request) {
    const key = `${request.headers.get("cf-cache-namespace") ?? ""} ${request.url}`;
    switch (request.method) {
      case "PUT": {
        const message = new Uint8Array(await request.arrayBuffer());
        return faulty("cache.put", () => {
          const entry = parse(message);
          const control = entry.headers.find(([name]) => name.toLowerCase() === "cache-control")?.[1];
          cache.set(key, { ...entry, until: over(/max-age=(\d+)/.exec(control)?.[1]) });
          return new Response(null, { status: 204 });
        });
      }
      case "PURGE":
        return faulty("cache.delete", () => new Response(null, { status: cache.delete(key) ? 200 : 404 }));
      default:
        return faulty("cache.get", () => {
          const found = there(cache, key);
          if (!found) return new Response(null, { status: 504, headers: { "cf-cache-status": "MISS" } });
          const headers = new Headers(found.headers);
          headers.set("cf-cache-status", "HIT");
          return new Response(found.body, { status: found.status, headers });
        });
    }
  },
};

// HTTP/1.1 as workerd writes it: a head, and a body that is chunked or not.
function parse(message) {
  const text = new TextDecoder("latin1").decode(message.subarray(0, 65536));
  const end = text.indexOf("\r\n\r\n");
  const [first, ...lines] = text.slice(0, end).split("\r\n");
  const headers = lines.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]);
  const chunked = headers.some(([name, value]) => name.toLowerCase() === "transfer-encoding" && value === "chunked");
  const kept = headers.filter(([name]) => !["transfer-encoding", "connection"].includes(name.toLowerCase()));
  const body = message.subarray(end + 4);
  return { status: Number(first.split(" ")[1]), headers: kept, body: chunked ? dechunk(body) : body };
}

function dechunk(bytes) {
  const parts = [];
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(13, at);
    const size = parseInt(new TextDecoder().decode(bytes.subarray(at, end)), 16);
    if (!size) break;
    parts.push(bytes.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => (all.set(part, at), at + part.length), 0);
  return all;
}

/** KV. */
export const kvService = {
  async fetch(request) {
    const key = decodeURIComponent(new URL(request.url).pathname.slice(1));
    switch (request.method) {
      case "PUT": {
        const value = await request.arrayBuffer();
        const metadata = request.headers.get("cf-kv-metadata");
        const until = over(new URL(request.url).searchParams.get("expiration_ttl"));
        return faulty("kv.put", () => (kv.set(key, { value, metadata, until }), new Response(null)));
      }
      case "DELETE":
        return faulty("kv.delete", () => (kv.delete(key), new Response(null)));
      default:
        return faulty("kv.get", () => {
          const found = there(kv, key);
          if (!found) return new Response(null, { status: 404 });
          const headers = found.metadata ? { "cf-kv-metadata": found.metadata } : {};
          return new Response(found.value, { headers });
        });
    }
  },
};

/** Static assets. */
export const assetService = {
  fetch(request) {
    const file = files.get(new URL(request.url).pathname);
    return faulty("asset.get", () => (file === undefined ? new Response("not here", { status: 404 }) : new Response(file)));
  },
};

/** Durable Objects in which something is wrong. */
export class Broken {
  fetch() {
    throw new Error("no object");
  }
}

export class Hanging {
  async fetch() {
    count("incidents.hang");
    await scheduler.wait(3_600_000);
  }
}

/** What the tests use: POST a JSON list [verb, …]. */
export default {
  async fetch(request) {
    const [verb, ...rest] = await request.json();
    const text = (bytes) => new TextDecoder("latin1").decode(bytes);
    const verbs = {
      counts: () => counts,
      clear: () => (cache.clear(), kv.clear(), Object.keys(counts).forEach((name) => delete counts[name])),
      evict: () => cache.clear(),
      fault: (name, kind) => (kind ? (faults[name] = kind) : delete faults[name]),
      // A value of somebody else's in KV; a file among the assets.
      value: (key, value) => kv.set(key, { value: new TextEncoder().encode(value).buffer, until: Infinity }),
      file: (path, text) => files.set(path, text),
      keys: () => ({ cache: [...cache.keys()], kv: [...kv.keys()] }),
      dump: () => ({
        cache: [...cache].map(([key, { headers, body }]) => [key, headers, text(body)]),
        kv: [...kv].map(([key, { value }]) => [key, text(value)]),
      }),
      // Shifts every copy into the past, as if it had been made that many milliseconds earlier.
      age: (millis) => {
        const older = (json) => json.replace(/"(asked|answered|written)":(\d+)/g, (_, name, time) => `"${name}":${time - millis}`);
        change(older);
        for (const entry of [...cache.values(), ...kv.values()]) entry.until -= millis;
      },
      corrupt: (value) => change(() => value),
      // In KV, the last byte of every body is lost.
      shorten: () => {
        for (const entry of kv.values()) entry.value = entry.value.slice(0, -1);
      },
    };
    // What a change of every record makes of the tiers; in KV four bytes with its length come before it, the body after.
    const change = (changed) => {
      for (const entry of cache.values()) {
        entry.headers = entry.headers.map(([name, value]) => [name, name.startsWith("understudy-") ? changed(value) : value]);
      }
      for (const entry of kv.values()) {
        const bytes = new Uint8Array(entry.value);
        const end = 4 + new DataView(entry.value).getUint32(0);
        const record = new TextEncoder().encode(changed(text(bytes.subarray(4, end))));
        const value = new Uint8Array(4 + record.length + bytes.length - end);
        new DataView(value.buffer).setUint32(0, record.length);
        value.set(record, 4);
        value.set(bytes.subarray(end), 4 + record.length);
        entry.value = value.buffer;
        entry.metadata = entry.metadata && changed(entry.metadata);
      }
    };
    return Response.json(verbs[verb](...rest) ?? null);
  },
};
