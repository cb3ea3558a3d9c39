import { assertEquals } from "@std/assert";
import type { Ids } from "../core/ids.ts";
import { usernameKey } from "../core/usernames.ts";
import { sessionIdOf } from "../routes/credentials.ts";
import { ask } from "./support/test_app.ts";
import { createTestApi } from "./support/test_api.ts";

const page = await Deno.readTextFile(new URL("../docs/api.md", import.meta.url));

/** A request of the page, and what it says comes of it. */
interface Example {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string | undefined;
  readonly status: number;
  /** Absent: the answer has no body. */
  readonly answer: unknown;
}

/** The credentials that the page shows. */
const [ALICE, BOB] = [
  "Q0y8vXh2mTz5cJr7wLk1nPd4sGf6bYa9eUi3oQx0tZH",
  "Vn3kRb7xWq2yHs9dLf5gTj1mCz8pEa4uKo6iXt0wYvM",
];

/** The ids that the page shows. */
class ShownIds implements Ids {
  #accounts = ["a_7KqWv0nX3mJ1", "a_x1Gt5sNb9rYf"];

  account(): string {
    return this.#accounts.shift()!;
  }

  epoch(): string {
    return "e_3fLs9dQx6pZa4oVu7iEw1k";
  }
}

function examplesOf(markdown: string): Example[] {
  const shown = /^```http\n(.*?)^```\n\nAnswer, (\d{3})(?:\.|:\n\n```json\n(.*?)^```)$/gms;
  return [...markdown.matchAll(shown)].map(([, request, status, answer]) => ({
    ...requestOf(request!),
    status: Number(status),
    answer: answer === undefined ? undefined : JSON.parse(answer),
  }));
}

function requestOf(text: string) {
  const [head, body] = text.trimEnd().split("\n\n");
  const [line, ...headers] = head!.split("\n");
  const [method, path] = line!.split(" ");
  return {
    method: method!,
    path: path!,
    headers: Object.fromEntries(headers.map((header) => header.split(": "))),
    body,
  };
}

/** The API once alice and bob have said what the page tells of. */
async function createShownApi() {
  const api = await createTestApi({ ids: new ShownIds() });
  const claim = async (username: string, credential: string) => {
    const account = await api.store.claimName({
      username,
      nameKey: usernameKey(username),
      sessionId: await sessionIdOf(credential),
      nameTtlMs: 60_000,
    });
    if (account === "taken") throw new Error(`Expected ${username} to be free`);
    return account;
  };
  const [alice, bob] = [await claim("alice", ALICE), await claim("bob", BOB)];
  await api.say(alice, "hello");
  await api.say(bob, "hello alice");
  const psst = await api.say(alice, "psst", bob);
  await api.say(bob, "what is it?", alice);
  const conversation = `${alice.account}.${bob.account}`;
  await api.store.markRead(alice.account, conversation, psst);
  return api;
}

Deno.test("docs/api.md shows for each request what is answered", async () => {
  await using api = await createShownApi();
  const { app } = api;
  const examples = examplesOf(page);

  for (const { method, path, headers, body, status, answer } of examples) {
    const response = await ask(app, path, { method, headers, ...(body ? { body } : {}) });
    const text = await response.text();

    assertEquals(response.status, status, `${method} ${path}: ${text}`);
    assertEquals(text === "" ? undefined : JSON.parse(text), answer);
  }
});

Deno.test("docs/api.md has an example of every request, each with its answer", () => {
  const examples = examplesOf(page);
  const paths = examples.map(({ method, path }) => `${method} ${path.split("?")[0]}`);

  assertEquals(examples.length, page.match(/^```http$/gm)!.length);
  assertEquals(
    new Set(paths.map((path) => path.replace(/a_[^/]+/, ":id"))),
    new Set([
      "GET /api/messages",
      "GET /api/conversations",
      "GET /api/conversations/:id/messages",
      "GET /api/search",
      "GET /api/session",
      "POST /api/passphrase",
      "POST /api/sign-in",
      "POST /api/sign-out",
      "POST /api/account/delete",
    ]),
  );
});
