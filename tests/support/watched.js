// The Worker as it is, and a request that asks how much memory its Wasm has.

import "watch.js";
import worker from "index.js";

export * from "index.js";

export default {
  fetch(request, env, ctx) {
    if (request.headers.has("tests-wasm-memory")) return new Response(String(globalThis.watchedMemory.buffer.byteLength));
    return worker.fetch(request, env, ctx);
  },
};
