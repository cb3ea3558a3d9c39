import { assert, assertEquals, assertThrows } from "@std/assert";
import { Admission, type AdmissionLimits, comeBackLater } from "../../core/admission.ts";
import { ChatError, type ErrorCode } from "../../core/errors.ts";
import { ManualClock } from "../support/manual_clock.ts";

const HERE = { address: "192.0.2.1", sessionId: undefined };

function createAdmission(limits: Partial<AdmissionLimits> = {}) {
  const clock = new ManualClock();
  const none = { maxConnections: 0, maxPerAddress: 0, maxPerSession: 0 };
  return { clock, admission: new Admission({ ...none, ...limits }, clock) };
}

function refusalOf(enter: () => unknown): ChatError {
  return assertThrows(enter, ChatError) as ChatError;
}

const LIMITED: [keyof AdmissionLimits, ErrorCode, string | undefined][] = [
  ["maxConnections", "server_full", undefined],
  ["maxPerAddress", "too_many_connections", "your address"],
  ["maxPerSession", "too_many_connections", "this browser"],
];

for (const [limit, code, scope] of LIMITED) {
  Deno.test(`Admission.enter() refuses with ${code} beyond ${limit}, until one is gone`, () => {
    const { admission } = createAdmission({ [limit]: 2 });
    const origin = { address: "192.0.2.1", sessionId: "s1" };
    const tickets = [admission.enter(origin), admission.enter(origin)];

    const error = refusalOf(() => admission.enter(origin));
    tickets[0]!.release();
    admission.enter(origin);

    assertEquals(error.code, code);
    assertEquals(error.params.scope, scope);
    assertEquals(admission.open, 2);
  });
}

Deno.test("Admission counts each address and each session by itself", () => {
  const { admission } = createAdmission({ maxPerAddress: 2, maxPerSession: 1 });

  admission.enter({ address: "192.0.2.1", sessionId: "s1" });
  admission.enter({ address: "192.0.2.1", sessionId: "s2" });
  admission.enter({ address: "192.0.2.2", sessionId: "s3" });

  const sameSession = refusalOf(() => admission.enter({ address: "192.0.2.2", sessionId: "s1" }));
  assertEquals(sameSession.params.scope, "this browser");
  assertEquals(admission.open, 3);
});

Deno.test("Admission counts no session for guests", () => {
  const { admission } = createAdmission({ maxPerSession: 1 });

  for (let i = 0; i < 100; i++) admission.enter(HERE);

  assertEquals(admission.open, 100);
});

Deno.test("Admission counts nothing of those it refuses", () => {
  const { admission } = createAdmission({ maxConnections: 1 });
  const ticket = admission.enter(HERE);
  for (let i = 0; i < 10; i++) refusalOf(() => admission.enter(HERE));

  ticket.release();

  assertEquals(admission.open, 0);
  admission.enter(HERE);
});

Deno.test("Ticket.release() is harmless when called again", () => {
  const { admission } = createAdmission({ maxConnections: 2 });
  const ticket = admission.enter(HERE);
  admission.enter(HERE);

  ticket.release();
  ticket.release();

  assertEquals(admission.open, 1);
});

Deno.test("Admission lets 5,000 in at once and 1,000 a second after that", () => {
  const { clock, admission } = createAdmission();
  for (let i = 0; i < 5_000; i++) admission.enter(HERE);

  assertEquals(refusalOf(() => admission.enter(HERE)).code, "server_busy");
  clock.advance(100);

  for (let i = 0; i < 100; i++) admission.enter(HERE);
  assertEquals(refusalOf(() => admission.enter(HERE)).code, "server_busy");
});

Deno.test("Admission lets 200 in at once from one address and 10 a second after that, and others", () => {
  const { clock, admission } = createAdmission({ maxPerAddress: 100 });
  const comeAndGo = (address: string) => admission.enter({ ...HERE, address }).release();
  for (let i = 0; i < 200; i++) comeAndGo("192.0.2.1");

  const error = refusalOf(() => comeAndGo("192.0.2.1"));
  assertEquals(error.code, "server_busy");
  assert(Number(error.params.retryAfterMs) >= 100);
  for (let i = 0; i < 100; i++) comeAndGo("192.0.2.2");
  clock.advance(1_000);
  for (let i = 0; i < 10; i++) comeAndGo("192.0.2.1");
  refusalOf(() => comeAndGo("192.0.2.1"));
});

// One address that kept coming back used up the arrivals of all.
Deno.test("Admission takes nothing from the arrivals of others for an address that comes too often", () => {
  const { admission } = createAdmission({ maxPerAddress: 100 });
  for (let i = 0; i < 200; i++) admission.enter(HERE).release();
  for (let i = 0; i < 10_000; i++) refusalOf(() => admission.enter(HERE));

  for (let i = 0; i < 4_000; i++) {
    admission.enter({ ...HERE, address: `198.51.100.${i}` });
  }

  assertEquals(admission.open, 4_000);
});

Deno.test("Ticket.abandon() counts a socket that was given up and is not gone, once", () => {
  const { admission } = createAdmission();
  const ticket = admission.enter(HERE);

  ticket.abandon();
  ticket.abandon();
  assertEquals([admission.open, admission.zombies], [1, 1]);
  ticket.release();
  ticket.abandon();

  assertEquals([admission.open, admission.zombies], [0, 0]);
});

Deno.test("Admission lets nobody in from an address with 16 sockets that won't go, and others in", () => {
  const { admission } = createAdmission();
  const tickets = Array.from({ length: 16 }, () => admission.enter(HERE));
  for (const ticket of tickets) ticket.abandon();

  const error = refusalOf(() => admission.enter(HERE));
  admission.enter({ ...HERE, address: "192.0.2.2" });
  tickets[0]!.release();
  admission.enter(HERE);

  assertEquals(error.code, "too_many_connections");
});

Deno.test("comeBackLater() names a time after the wait, within the spread, another for each", () => {
  const times = Array.from(
    { length: 200 },
    () => Number(comeBackLater("server_busy", 1_000, 5_000).params.retryAfterMs),
  );

  assert(times.every((time) => time >= 1_000 && time <= 6_000 && Number.isInteger(time)));
  assert(new Set(times).size > 100);
});
