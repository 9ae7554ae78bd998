// How would the Worker's answers be looked at if they were no errors? A proxy that changes nothing but the status.

import { createServer, request } from "node:http";

/** Works with the address of a proxy before the Worker at this port: to a GET it says 200, whatever the Worker says. */
export async function calmed(port, work) {
  const server = createServer((asked, answer) => {
    const { method, url, headers } = asked;
    const passed = request({ host: "127.0.0.1", port, method, path: url, headers }, (got) => {
      // Not to the page's own probe, which would reload it.
      answer.writeHead(method === "GET" ? 200 : got.statusCode, got.rawHeaders);
      got.pipe(answer);
    });
    passed.on("error", () => answer.destroy());
    asked.pipe(passed);
  });
  await new Promise((resolve, reject) => server.on("error", reject).listen(0, "127.0.0.1", resolve));
  try {
    // A name that browsers trust without TLS.
    await work(`http://localhost:${server.address().port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
