// The suite's origin and its client, on this machine alone: what does a cache in between make of it?
//
// `node run.mjs origin` serves the suite's origin, prints its port, and ends when its input does.
// `node run.mjs client <base URL> [<id, or its beginning and a *> …]` runs the tests through a cache and prints their results as JSON.

import http from "node:http";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const suite = (path) => import(pathToFileURL(createRequire(import.meta.url).resolve(`http-cache-tests/${path}`)).href);

// However slow the machine: an answer that takes so long does not come at all.
const HANG_MS = 30_000;

// At a time: most of the time they wait for copies to become stale.
const AT_ONCE = 120;

const [what, base, ...wanted] = process.argv.slice(2);
await (what === "origin" ? origin() : client());

async function origin() {
  const [config, state, test] = await Promise.all(
    ["config", "state", "test"].map(async (name) => (await suite(`server/handle-${name}.mjs`)).default));
  const handlers = { config, state, test };
  // Its warnings are about requests that tests make on purpose.
  console.log = () => {};
  const server = http.createServer((request, response) => {
    const [, first, ...rest] = new URL(request.url, "http://origin").pathname.split("/");
    const handler = Object.hasOwn(handlers, first) ? handlers[first] : undefined;
    const { end } = response;
    // Some tests send more bytes than they declare, or declare a coding that is none: such a body ends with its connection.
    response.end = (...content) => {
      const odd = ["content-length", "transfer-encoding"].some((name) => response.hasHeader(name));
      if (odd) response.setHeader("connection", "close");
      return end.apply(response, content);
    };
    if (handler) return handler(rest, request, response);
    response.statusCode = 404;
    response.end();
  });
  server.keepAliveTimeout = 0;
  server.listen(0, "127.0.0.1", () => process.stdout.write(`${server.address().port}\n`));
  process.stdin.on("end", () => process.exit()).resume();
}

async function client() {
  const { default: tests } = await suite("tests/index.mjs");
  const { runTests, getResults } = await suite("client/runner.mjs");
  const some = (id) => wanted.length === 0 || wanted.some((part) => id === part || (part.endsWith("*") && id.startsWith(part.slice(0, -1))));
  const chosen = tests.map((group) => ({ ...group, tests: group.tests.filter(({ id }) => some(id)) }));
  await runTests(chosen, send, false, base, AT_ONCE);
  const results = getResults();
  const all = chosen.flatMap((group) => group.tests).filter(({ id }) => id in results);
  const told = all.map(({ id, kind = "required" }) => {
    const [sort, why] = results[id] === true ? ["pass"] : results[id];
    return { id, kind, result: sort === "pass" ? sort : sort === "Setup" ? "setup" : "fail", why };
  });
  process.stdout.write(`${JSON.stringify(told)}\n`);
}

// What the suite asks of `fetch`, with every header field as it says and nothing else.
function send(url, { method = "GET", headers = [], body } = {}) {
  return new Promise((resolve, reject) => {
    const lines = {};
    for (const [name, value] of headers) (lines[name.toLowerCase()] ??= []).push(value);
    if (body) lines["content-length"] = [Buffer.byteLength(body)];
    const request = http.request(url, { method, headers: lines, agent: false }, async (response) => {
      const parts = [];
      try {
        for await (const part of response) parts.push(part);
      } catch (error) {
        return reject(error);
      }
      const fields = new Headers();
      for (let i = 0; i < response.rawHeaders.length; i += 2) fields.append(response.rawHeaders[i], response.rawHeaders[i + 1]);
      const text = Buffer.concat(parts).toString();
      resolve({ status: response.statusCode, statusText: response.statusMessage, headers: fields, text: async () => text });
    });
    request.setTimeout(HANG_MS, () => request.destroy(new Error(`no answer to ${method} ${url}`)));
    request.on("error", reject);
    request.end(body);
  });
}
