// What many sites have in front of their origin: try three times, then show a page. A second for each attempt, as the
// benchmark gives Understudy, where one would write ten.
export default {
  async fetch(request) {
    for (let i = 0; i < 3; i++) {
      try {
        const response = await fetch(request.clone(), { signal: AbortSignal.timeout(1_000) });
        if (response.status < 500) return response;
        await response.body?.cancel();
      } catch {
        // Once more.
      }
    }
    return new Response(PAGE, { status: 502, headers: { "content-type": "text/html", "cache-control": "no-store" } });
  },
};

const PAGE = `<!doctype html>
<html lang="en">
<title>We will be back soon</title>
<h1>We will be back soon</h1>
<p>Our site does not answer right now. Please try again in a few minutes.</p>
</html>
`;
