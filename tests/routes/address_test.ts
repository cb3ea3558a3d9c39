import { assertEquals } from "@std/assert";
import { addressKey, clientAddress, isSecure } from "../../routes/address.ts";

const PROXIES = { trustedProxies: ["10.0.0.0/8", "::1", "fd00::/8"] };

const ADDRESSES: [remote: string, forwarded: string | undefined, expected: string][] = [
  ["203.0.113.9", undefined, "203.0.113.9"],
  ["203.0.113.9", "198.51.100.1", "203.0.113.9"],
  ["10.0.0.1", undefined, "10.0.0.1"],
  ["10.0.0.1", "198.51.100.1", "198.51.100.1"],
  ["::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"],
  ["::1", "198.51.100.1", "198.51.100.1"],
  ["10.0.0.1", "1.1.1.1, 198.51.100.1", "198.51.100.1"],
  ["10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"],
  ["10.0.0.1", "1.1.1.1, 198.51.100.1, fd00::2 ,10.0.0.2", "198.51.100.1"],
  ["10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"],
  ["10.0.0.1", "198.51.100.1:4711", "198.51.100.1"],
  ["10.0.0.1", "[2001:db8::1]:4711", "2001:db8:0:0:0:0:0:1"],
  ["10.0.0.1", "2001:db8::1", "2001:db8:0:0:0:0:0:1"],
  ["10.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"],
  ["10.0.0.1", "198.51.100.1, unknown", "10.0.0.1"],
  ["10.0.0.1", "198.51.100.1,", "10.0.0.1"],
  ["10.0.0.1", "unknown, 198.51.100.1", "198.51.100.1"],
  ["::ffff:203.0.113.9", undefined, "203.0.113.9"],
];

for (const [remote, forwarded, expected] of ADDRESSES) {
  Deno.test(`clientAddress() is ${expected} for ${remote} with ${forwarded}`, () => {
    const request = requestWith("x-forwarded-for", forwarded);

    assertEquals(clientAddress(request, remote, PROXIES), expected);
  });
}

Deno.test("clientAddress() believes nobody when no proxy is trusted", () => {
  const request = requestWith("x-forwarded-for", "198.51.100.1");

  assertEquals(clientAddress(request, "10.0.0.1", { trustedProxies: [] }), "10.0.0.1");
});

for (
  const [address, expected] of [
    ["203.0.113.9", "203.0.113.9"],
    ["::ffff:203.0.113.9", "203.0.113.9"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:db8:1:2::9", "2001:db8:1:2::/64"],
    ["::1", "0:0:0:0::/64"],
    ["unix", "unix"],
  ] as const
) {
  Deno.test(`addressKey() counts ${address} as ${expected}`, () => {
    assertEquals(addressKey(address), expected);
  });
}

const SCHEMES: [remote: string, forwarded: string | undefined, expected: boolean][] = [
  ["10.0.0.1", "https", true],
  ["10.0.0.1", "HTTPS", true],
  ["10.0.0.1", "http, https", true],
  ["10.0.0.1", "https, http", false],
  ["10.0.0.1", "http", false],
  ["10.0.0.1", undefined, false],
  ["203.0.113.9", "https", false],
];

for (const [remote, forwarded, expected] of SCHEMES) {
  Deno.test(`isSecure() is ${expected} for ${remote} with ${forwarded}`, () => {
    assertEquals(isSecure(requestWith("x-forwarded-proto", forwarded), remote, PROXIES), expected);
  });
}

function requestWith(name: string, value: string | undefined): Request {
  const headers: [string, string][] = value === undefined ? [] : [[name, value]];
  return new Request("http://localhost/", { headers });
}
