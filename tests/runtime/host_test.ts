import { assertEquals, assertMatch, assertObjectMatch } from "@std/assert";
import { requestRaw } from "../support/raw_websocket.ts";

/** What the runtime makes of a request's head; answers with JSON. */
async function seen(head: string) {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) =>
      Response.json({
        host: request.headers.get("host"),
        hostname: URL.parse(request.url)?.hostname ?? "unparsable",
        path: /^\w+:\/\/[^/]*(\/[^?]*)/.exec(request.url)?.[1],
      }, { headers: { connection: "close" } }),
  );
  const answer = await requestRaw(server.addr.port, head.replaceAll("\n", "\r\n"));
  assertMatch(answer, /^HTTP\/1\.[01] \d+ /);
  return { status: Number(answer.split(" ")[1]), json: /\{.*\}/.exec(answer)?.[0] };
}

const ROWS:
  readonly (readonly [what: string, head: string, expected: Record<string, string | null>])[] = [
    ["a Host", "GET /a HTTP/1.1\nHost: chat.example:81\nConnection: close\n\n", {
      host: "chat.example:81",
      hostname: "chat.example",
      path: "/a",
    }],
    ["no Host", "GET /a HTTP/1.1\nConnection: close\n\n", {
      host: null,
      hostname: "localhost",
      path: "/a",
    }],
    ["an empty Host", "GET /a HTTP/1.1\nHost:\nConnection: close\n\n", {
      host: "",
      // What stands for the host name differs: Deno 2.9 says localhost, 2.6 takes the path for it.
      path: "/a",
    }],
    ["a Host with a blank", "GET /a HTTP/1.1\nHost: a b\nConnection: close\n\n", {
      host: "a b",
      hostname: "unparsable",
      path: "/a",
    }],
    ["a path with escapes", "GET /ws/%FF%2F%00%41 HTTP/1.1\nHost: a\nConnection: close\n\n", {
      host: "a",
      hostname: "a",
      path: "/ws/%FF%2F%00%41",
    }],
  ];

for (const [what, head, expected] of ROWS) {
  Deno.test(`Deno.serve() given ${what} keeps the header and says this of the URL`, async () => {
    const { status, json } = await seen(head);

    assertEquals(status, 200);
    assertObjectMatch(JSON.parse(json ?? "null"), expected);
  });
}
