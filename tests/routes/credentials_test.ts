import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import {
  credentialCookie,
  newCredential,
  readCredential,
  sessionIdOf,
} from "../../routes/credentials.ts";

const ONE = "a".repeat(43);
const TWO = "B_-".repeat(14) + "9";

const PRESENTED: [headers: Record<string, string>, isSecure: boolean, expected?: string][] = [
  [{}, false],
  [{ authorization: `Bearer ${ONE}` }, false, ONE],
  [{ authorization: `bearer  ${ONE}` }, false, ONE],
  [{ cookie: `parley-8000=${ONE}` }, false, ONE],
  [{ cookie: `theme=dark;parley-8000=${ONE}; x=y` }, false, ONE],
  [{ cookie: `__Host-parley=${ONE}` }, true, ONE],
  [{ cookie: `parley-8000=${ONE}`, authorization: `Bearer ${TWO}` }, false, TWO],
  [{ cookie: `parley-8000=${ONE}`, authorization: "Bearer short" }, false, ONE],
  [{ cookie: `parley-8001=${ONE}` }, false],
  [{ cookie: `parley-8000=${ONE}; parley-8000=${ONE}` }, false, ONE],
  [{ cookie: `parley-8000=${TWO}; parley-8000=${ONE}` }, false],
  [{ cookie: `__Host-parley=${ONE}` }, false],
  [{ cookie: `parley-8000=${ONE}` }, true],
  [{ cookie: `parley-8000=${ONE}x` }, false],
  [{ cookie: `parley-8000=${"é".repeat(43)}` }, false],
  [{ cookie: `xparley-8000=${ONE}` }, false],
  [{ authorization: `Basic ${ONE}` }, false],
  [{ authorization: `Bearer ${ONE} ${TWO}` }, false],
];

for (const [headers, isSecure, expected] of PRESENTED) {
  const name = `${JSON.stringify(headers)}${isSecure ? " by https" : ""}`;
  Deno.test(`readCredential() finds ${expected ?? "none"} in ${name}`, () => {
    const request = new Request("http://localhost/", {
      headers: { host: "localhost:8000", ...headers },
    });

    assertEquals(readCredential(request, { isSecure }), expected);
  });
}

Deno.test("newCredential() is well-formed and never the same", () => {
  const credential = newCredential();

  assertMatch(credential, /^[A-Za-z0-9_-]{43}$/);
  assertNotEquals(newCredential(), credential);
});

Deno.test("credentialCookie() is named by the port over http", () => {
  assertEquals(
    credentialCookie(ONE, { isSecure: false, port: 8000 }),
    `parley-8000=${ONE}; Path=/; Max-Age=34560000; HttpOnly; SameSite=Lax`,
  );
});

Deno.test("credentialCookie() is secure and bound to its host by https", () => {
  assertEquals(
    credentialCookie(ONE, { isSecure: true, port: 443 }),
    `__Host-parley=${ONE}; Path=/; Max-Age=34560000; HttpOnly; SameSite=Lax; Secure`,
  );
});

Deno.test("sessionIdOf() is the SHA-256 as base64url", async () => {
  assertEquals(await sessionIdOf("abc"), "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
});
