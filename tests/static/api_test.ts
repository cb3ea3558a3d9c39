import { assertEquals, assertRejects } from "@std/assert";
import { Api, ApiError } from "../../static/net/api.ts";
import { strings } from "../../static/text/strings.ts";

function answering(status: number, body: unknown) {
  const asked: { url: string; init: RequestInit | undefined }[] = [];
  const api = new Api("http://chat.example/sub/", (input, init) => {
    asked.push({ url: String(input), init });
    return Promise.resolve(Response.json(body, { status }));
  }, strings.errors);
  return { api, asked };
}

Deno.test("Api.get() resolves paths against the page and omits undefined parameters", async () => {
  const { api, asked } = answering(200, { messages: [] });

  const answer = await api.get("messages", { before: 7, as: undefined });

  assertEquals(answer, { messages: [] });
  assertEquals(asked[0]?.url, "http://chat.example/sub/api/messages?before=7");
});

Deno.test("Api.post() sends JSON and rejects with the server's sentence", async () => {
  const { api, asked } = answering(429, {
    code: "too_many_attempts",
    title: "Too many attempts. Try again later.",
    params: { retryAfterMs: 60_000 },
  });

  const error = await assertRejects(() => api.post("sign-in", { username: "a" }), ApiError);

  assertEquals(error.message, "Too many attempts. Try again later.");
  assertEquals([error.code, error.retryAfterMs], ["too_many_attempts", 60_000]);
  assertEquals(asked[0]?.init?.body, '{"username":"a"}');
});

Deno.test("Api rejects plainly when the server can't be reached or answers with no JSON", async () => {
  const gone = new Api(
    "http://chat.example/",
    () => Promise.reject(new TypeError("failed")),
    strings.errors,
  );
  const odd = new Api(
    "http://chat.example/",
    () => Promise.resolve(new Response("<html>")),
    strings.errors,
  );

  for (const api of [gone, odd]) {
    const error = await assertRejects(() => api.get("session"), ApiError);
    assertEquals(error.code, "unreachable");
  }
});
