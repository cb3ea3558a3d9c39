import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { pageTest, Person } from "./support/browser.ts";
import { ChatClient } from "./support/chat_client.ts";
import {
  DocumentedProxy,
  isInstalled,
  type Place,
  type ProxyName,
} from "./support/documented_proxy.ts";
import { startTestServer } from "./support/test_server.ts";

for (const name of ["nginx", "caddy", "haproxy", "apache"] as const) {
  for (const place of ["/", "/chat/"] as const) {
    Deno.test({
      name: `docs/operations.md: ${name} serves page and sockets at ${place}`,
      ignore: !isInstalled(name),
      fn: () => visit(name, place),
    });
  }
}

async function visit(name: ProxyName, place: Place): Promise<void> {
  await using server = await startTestServer({ trustedProxies: ["127.0.0.1"] });
  const { port } = new URL(server.url);
  await using proxy = await DocumentedProxy.start(name, place, Number(port));
  const { client } = proxy;
  const home = `https://localhost:${proxy.port}${place}`;

  const page = await fetch(home, { client, headers: { "accept-encoding": "gzip" } });
  const html = await page.text();
  const script = new URL(/[^"]*main\.js/.exec(html)![0], home);
  const code = await (await fetch(script, { client })).text();

  assertEquals(page.status, 200);
  assertStringIncludes(html, "<title>");
  assert(code.length > 10_000);
  assertEquals(page.headers.get("strict-transport-security"), "max-age=31536000");
  // Only with word that it came by https does the cookie get this prefix.
  assertMatch(page.headers.get("set-cookie")!, /^__Host-.*; Secure/);
  await talk(proxy, home);
  if (place !== "/") await findWithoutSlash(proxy);
}

/** Connects as a browser's page does, and hears itself. */
async function talk({ port, client }: DocumentedProxy, home: string): Promise<void> {
  const headers = { origin: `https://localhost:${port}` };
  const url = home.replace("https:", "wss:");
  const alice = await ChatClient.connect(url.replace(/\/$/, ""), "zoë", { headers, client });
  alice.send({ message: "hello" });

  assertEquals((await alice.next("message")).from, "zoë");
  await alice.close();
}

/** The path without its last slash leads to the page. */
async function findWithoutSlash({ port, client }: DocumentedProxy): Promise<void> {
  const response = await fetch(`https://localhost:${port}/chat`, { client, redirect: "manual" });
  await response.body?.cancel();

  assertEquals(response.status, 301);
  const target = new URL(response.headers.get("location")!, `https://localhost:${port}/`);
  assertEquals(target.href, `https://localhost:${port}/chat/`);
}

pageTest(
  "the page says that the proxy isn't trusted, instead of trying again for ever",
  async (browser) => {
    await using server = await startTestServer();
    const { port } = new URL(server.url);
    await using proxy = await DocumentedProxy.start("nginx", "/", Number(port));
    const url = `https://localhost:${proxy.port}/`;
    const alice = await Person.open(browser, url, { ignoreHTTPSErrors: true });

    await alice.page.getByLabel("Your name").fill("alice");
    await alice.page.keyboard.press("Enter");

    await alice.page.getByText("add it to --trusted-proxies").first().waitFor();
    assert(server.lines.some((line) => line.includes("proxy not trusted")));
  },
  !isInstalled("nginx"),
);
