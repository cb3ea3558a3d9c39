import { assertEquals } from "@std/assert";
import { CLOSE_CODES } from "../../core/close_codes.ts";
import { ChatError, ERROR_SENTENCES, type ErrorCode } from "../../core/errors.ts";
import { closeCodeOf, refuse } from "../../core/refusal.ts";
import { FakeTransport } from "../support/fake_transport.ts";

/** Errors that end a connection, with the code it is closed with. */
const ENDINGS: Partial<Record<ErrorCode, keyof typeof CLOSE_CODES>> = {
  invalid_username: "invalidUsername",
  username_reserved: "invalidUsername",
  username_taken: "usernameTaken",
  invalid_query: "invalidQuery",
  too_many_connections: "tooManyConnections",
  too_many_errors: "tooManyErrors",
  too_many_packets: "tooManyPackets",
  frame_too_large: "frameTooLarge",
  unsupported_data: "unsupportedData",
  server_full: "serverFull",
  server_busy: "serverBusy",
  shutting_down: "shuttingDown",
  untrusted_proxy: "untrustedProxy",
  unavailable: "internal",
  internal: "internal",
};

for (const [code, ending] of Object.entries(ENDINGS)) {
  Deno.test(`closeCodeOf() ends a connection refused with ${code} as ${ending}`, () => {
    const error = new ChatError(code as ErrorCode);

    assertEquals(closeCodeOf(error), CLOSE_CODES[ending]);
  });
}

Deno.test("closeCodeOf() tells nobody to come back for what coming back can't cure", () => {
  const terminal = Object.keys(ERROR_SENTENCES)
    .filter((code) => !closeCodeOf(new ChatError(code as ErrorCode)).reconnect);

  assertEquals(terminal.sort(), [
    "frame_too_large",
    "invalid_query",
    "invalid_username",
    "signed_out",
    "too_many_connections",
    "too_many_errors",
    "unsupported_data",
    "untrusted_proxy",
    "username_reserved",
    "username_taken",
  ]);
});

Deno.test("close codes from 4000 to 4499 mean to connect again, those from 4500 not to", () => {
  for (const { code, reconnect } of Object.values(CLOSE_CODES)) {
    if (code >= 4_000) assertEquals(reconnect, code < 4_500, String(code));
  }
});

Deno.test("refuse() says why, then closes", () => {
  const transport = new FakeTransport();

  refuse(transport, new ChatError("username_taken", { username: "alice" }));

  assertEquals(transport.frames, [{
    type: "error",
    code: "username_taken",
    message: "The username “alice” is taken.",
    params: { username: "alice" },
  }]);
  assertEquals(transport.closed, CLOSE_CODES.usernameTaken);
});
