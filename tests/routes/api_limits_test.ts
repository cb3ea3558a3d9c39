import { assertEquals } from "@std/assert";
import { createTestApi, outcomeOf } from "../support/test_api.ts";
import { turnUntil } from "../support/turn_until.ts";

type Api = Awaited<ReturnType<typeof createTestApi>>;

/** A proxy on this machine names the clients. */
const PROXIED = ["--trusted-proxies", "127.0.0.1"];

function from(address: string): Record<string, string> {
  return { "x-forwarded-for": address };
}

/** POST with a body of which only the beginning comes, until `end` is called. */
function postUnfinished(api: Api, headers: Record<string, string> = {}) {
  let end = () => {};
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new TextEncoder().encode("{"));
      end = () => {
        controller.enqueue(new TextEncoder().encode("}"));
        controller.close();
      };
    },
  });
  const request = new Request("http://localhost:8000/api/sign-out", {
    method: "POST",
    body,
    headers: { host: "localhost:8000", "content-type": "application/json", ...headers },
  });
  const response = Promise.resolve(
    api.app.fetch(request, { remoteAddr: { hostname: "127.0.0.1" } }),
  );
  return { response, end: () => end() };
}

/** Sends requests, and waits until each has a deadline for the rest of its body. */
async function postManyUnfinished(api: Api, count: number, headers: Record<string, string> = {}) {
  const timers = api.clock.pending;
  const posted = Array.from({ length: count }, () => postUnfinished(api, headers));
  await turnUntil(() => api.clock.pending === timers + count);
  return posted;
}

Deno.test("POST /api/… waits five seconds for its body, and no longer", async () => {
  await using api = await createTestApi();
  const [slow, late] = await postManyUnfinished(api, 2);

  api.clock.advance(4_900);
  slow!.end();
  const inTime = await slow!.response;
  api.clock.advance(100);

  assertEquals(inTime.status, 204);
  assertEquals(await outcomeOf(await late!.response), [408, "request_timeout"]);
});

Deno.test("the API has 64 requests of one address under way, and takes others", async () => {
  await using api = await createTestApi({ args: PROXIED });
  const waiting = await postManyUnfinished(api, 64, from("192.0.2.1"));

  const refused = await api.get("/api/messages", { headers: from("192.0.2.1") });
  const other = await api.get("/api/messages", { headers: from("192.0.2.2") });
  waiting[0]!.end();
  await waiting[0]!.response;
  const again = await api.get("/api/messages", { headers: from("192.0.2.1") });
  api.clock.advance(5_000);
  await Promise.all(waiting.map(({ response }) => response));

  assertEquals(await outcomeOf(refused), [429, "rate_limited"]);
  assertEquals([other.status, again.status], [200, 200]);
});

Deno.test("the API has 512 requests under way in all, also without limits by address", async () => {
  const args = [...PROXIED, "--max-per-address", "0"];
  await using api = await createTestApi({ args });
  const waiting = await postManyUnfinished(api, 512, from("192.0.2.1"));

  const refused = await api.get("/api/messages", { headers: from("192.0.2.2") });
  api.clock.advance(5_000);
  await Promise.all(waiting.map(({ response }) => response));

  assertEquals(refused.headers.has("retry-after"), true);
  assertEquals(await outcomeOf(refused), [503, "server_busy"]);
  assertEquals((await api.get("/api/messages")).status, 200);
});

Deno.test("POST /api/… takes 100 requests from an address at once, before it reads their bodies", async () => {
  await using api = await createTestApi({ args: PROXIED });
  const headers = from("192.0.2.1");
  for (let count = 0; count < 100; count++) await api.post("/api/sign-out", "no", { headers });

  const unread = postUnfinished(api, headers);
  const other = await api.post("/api/sign-out", {}, { headers: from("192.0.2.2") });

  assertEquals(await outcomeOf(await unread.response), [429, "rate_limited"]);
  assertEquals(other.status, 204);
  assertEquals((await api.get("/api/messages", { headers })).status, 200);
});

Deno.test("--max-per-address 0 turns off the limits of an address on asking", async () => {
  for (
    const [args, refused] of [[PROXIED, true], [[...PROXIED, "--max-per-address", "0"], false]]
  ) {
    await using api = await createTestApi({ args: args as string[] });
    let refusals = 0;
    for (let count = 0; count < 400; count++) {
      const by = `browser${count}`;
      const response = await api.get("/api/messages", { by, headers: from("192.0.2.1") });
      if (response.status === 429) refusals++;
    }

    assertEquals(refusals > 0, refused);
  }
});
