import { assertEquals, assertThrows } from "@std/assert";
import { ChatError } from "../../core/errors.ts";
import { checkHost, checkOrigin, portOf } from "../../routes/hosts.ts";

const HOSTS: [host: string | undefined, code: string | undefined][] = [
  ["localhost", undefined],
  ["localhost:8000", undefined],
  ["LOCALHOST.:8000", undefined],
  ["chat.localhost", undefined],
  ["127.0.0.1:8000", undefined],
  ["192.168.1.20", undefined],
  ["[::1]:8000", undefined],
  ["[2001:db8::1]", undefined],
  ["chat.example", undefined],
  ["Chat.Example.:443", undefined],
  ["xn--bcher-kva.example", undefined],
  ["evil.example", "forbidden_host"],
  ["chat.example.evil.example", "forbidden_host"],
  ["notlocalhost", "forbidden_host"],
  ["localhost.evil.example", "forbidden_host"],
  ["127.0.0.1.evil.example", "forbidden_host"],
  [undefined, "bad_host"],
  ["", "bad_host"],
  ["a b", "bad_host"],
  ["user@localhost", "bad_host"],
  ["localhost/path", "bad_host"],
  ["localhost, evil.example", "bad_host"],
  ["localhost:99999", "bad_host"],
  ["localhost:", "bad_host"],
  ["localhost:x", "bad_host"],
  ["[::1", "bad_host"],
  ["[::g]", "bad_host"],
  ["300.0.0.1", "bad_host"],
  [".", "bad_host"],
];

for (const [host, code] of HOSTS) {
  Deno.test(`checkHost() says ${code ?? "welcome"} to Host: ${host}`, () => {
    const check = () => checkHost(requestWith({ host }), CONFIG);

    assertEquals(codeOf(check), code);
  });
}

Deno.test("checkHost() names the setting to change when the host is foreign", () => {
  const error = assertThrows(() => checkHost(requestWith({ host: "evil.example" }), CONFIG));

  assertEquals(
    (error as Error).message,
    "This server does not accept the host “evil.example”; to allow it, add it to --hosts.",
  );
});

const ORIGINS: [
  origin: string | undefined,
  host: string | undefined,
  isSecure: boolean,
  code: string | undefined,
][] = [
  [undefined, "localhost:8000", false, undefined],
  ["http://localhost:8000", "localhost:8000", false, undefined],
  ["http://localhost:8000", "LocalHost:8000", false, undefined],
  ["http://chat.example", "chat.example:80", false, undefined],
  ["http://[::1]:8000", "[::1]:8000", false, undefined],
  ["https://chat.example", "chat.example", true, undefined],
  ["https://chat.example", "chat.example:443", true, undefined],
  ["https://listed.example", "chat.example", false, undefined],
  ["http://localhost:8001", "localhost:8000", false, "forbidden_origin"],
  ["http://127.0.0.1:8000", "localhost:8000", false, "forbidden_origin"],
  ["http://evil.example", "localhost:8000", false, "forbidden_origin"],
  ["http://localhost:8000.evil.example", "localhost:8000", false, "forbidden_origin"],
  ["http://localhost:8000@evil.example", "localhost:8000", false, "forbidden_origin"],
  ["https://chat.example", "chat.example", false, "untrusted_proxy"],
  ["https://chat.example:8443", "chat.example:8443", false, "untrusted_proxy"],
  ["https://evil.example", "chat.example", false, "forbidden_origin"],
  ["http://chat.example", "chat.example", true, "forbidden_origin"],
  ["http://listed.example", "chat.example", false, "forbidden_origin"],
  ["null", "localhost:8000", false, "forbidden_origin"],
  ["", "localhost:8000", false, "forbidden_origin"],
  ["file://", "localhost:8000", false, "forbidden_origin"],
  ["chrome-extension://abc", "localhost:8000", false, "forbidden_origin"],
  ["http://localhost:8000", undefined, false, "bad_host"],
];

for (const [origin, host, isSecure, code] of ORIGINS) {
  const name = `Origin: ${origin} at Host: ${host}${isSecure ? " by https" : ""}`;
  Deno.test(`checkOrigin() says ${code ?? "welcome"} to ${name}`, () => {
    const check = () => checkOrigin(requestWith({ origin, host }), CONFIG, { isSecure });

    assertEquals(codeOf(check), code);
  });
}

Deno.test("portOf() is the port of Host, or its scheme's", () => {
  assertEquals(portOf(requestWith({ host: "localhost:8123" }), { isSecure: false }), 8123);
  assertEquals(portOf(requestWith({ host: "localhost" }), { isSecure: false }), 80);
  assertEquals(portOf(requestWith({ host: "localhost" }), { isSecure: true }), 443);
});

const CONFIG = {
  hosts: ["chat.example", "xn--bcher-kva.example"],
  origins: ["https://listed.example"],
};

function requestWith(headers: Record<string, string | undefined>): Request {
  const present = Object.entries(headers).filter((entry): entry is [string, string] =>
    entry[1] !== undefined
  );
  return new Request("http://localhost/", { headers: present });
}

function codeOf(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof ChatError) return error.code;
    throw error;
  }
}
