import { assertEquals, assertStringIncludes } from "@std/assert";
import { Attendance } from "../../core/attendance.ts";
import { Fanout } from "../../core/fanout.ts";
import { createLog } from "../../core/log.ts";
import type { Member } from "../../core/members.ts";
import { memberNamed, openConnection } from "../support/connections.ts";
import type { FakeTransport } from "../support/fake_transport.ts";
import { ManualClock } from "../support/manual_clock.ts";

/** Attendance of people who join, with a grace of five seconds. */
function createAttendance(
  release: () => Promise<void> = () => Promise.resolve(),
  onLine: (line: string) => void = () => {},
) {
  const clock = new ManualClock();
  const lines: string[] = [];
  const write = (line: string) => {
    lines.push(line);
    onLine(line);
  };
  const released: Member[] = [];
  const pending: (() => void)[] = [];
  const onFailed = () => {};
  const fanout = new Fanout({ clock, isMoreComing: () => false, onFailed });
  let isCommitting = false;
  const attendance = new Attendance({
    clock,
    log: createLog({ level: "debug", format: "json", clock, write }),
    fanout,
    members: {
      release(member) {
        released.push(member);
        return release();
      },
    },
    leaveGraceMs: 5_000,
    afterPending: (callback) => isCommitting ? pending.push(callback) : callback(),
  });

  /** Lets somebody in; who is catching up gets nothing from the fan-out. */
  function join(member: Member, state: "live" | "catching_up" = "live") {
    const opened = openConnection({ member });
    member.connections.delete(opened.connection);
    opened.connection.state = state;
    attendance.enter(opened.connection);
    if (state === "live") fanout.add(opened.connection);
    clock.advance(0);
    return opened;
  }

  /** Holds back what has to come after the messages of a commit, until it is over. */
  function commit(during: () => void, outcome: () => void): void {
    isCommitting = true;
    during();
    isCommitting = false;
    outcome();
    pending.splice(0).forEach((callback) => callback());
  }

  return { clock, lines, released, attendance, fanout, join, commit };
}

function toldTo({ frames }: FakeTransport): string[] {
  return frames.map((frame) =>
    "username" in frame ? `${frame.type} ${frame.username}` : frame.type
  );
}

Deno.test("Attendance tells the others who came with the first connection, and not the one who came", () => {
  const { attendance, join } = createAttendance();
  const alice = join(memberNamed("alice"));
  const bob = memberNamed("bob", ["s1"]);

  const first = join(bob);
  const second = join(bob);

  assertEquals(toldTo(alice.transport), ["joined bob"]);
  assertEquals(toldTo(first.transport), []);
  assertEquals(toldTo(second.transport), []);
  assertEquals([attendance.size, attendance.online], [3, 2]);
});

Deno.test("Attendance lets a member go when its last connection has been gone for the grace", () => {
  const { clock, attendance, released, join } = createAttendance();
  const alice = join(memberNamed("alice"));
  const bob = memberNamed("bob", ["s1"]);
  const [first, second] = [join(bob), join(bob)];

  attendance.exit(first.connection);
  clock.advance(60_000);
  attendance.exit(second.connection);
  clock.advance(4_999);
  assertEquals(released, []);
  clock.advance(1);

  assertEquals(released, [bob]);
  assertEquals(toldTo(alice.transport), ["joined bob", "left bob"]);
  assertEquals([attendance.size, attendance.online], [1, 1]);
});

Deno.test("Attendance tells nothing of a member who is back within the grace", () => {
  const { clock, attendance, released, join } = createAttendance();
  const alice = join(memberNamed("alice"));
  const bob = memberNamed("bob", ["s1"]);

  attendance.exit(join(bob).connection);
  clock.advance(4_999);
  join(bob);
  clock.advance(60_000);

  assertEquals(toldTo(alice.transport), ["joined bob"]);
  assertEquals(released, []);
  assertEquals(clock.pending, 0);
});

Deno.test("Attendance lets a guest go at once", () => {
  const { attendance, released, join } = createAttendance();
  const alice = join(memberNamed("alice"));
  const guest = memberNamed("gus");

  attendance.exit(join(guest).connection);

  assertEquals(released, [guest]);
  assertEquals(toldTo(alice.transport), ["joined gus", "left gus"]);
});

Deno.test("Attendance.endGrace() lets a member go at once, and leaves one who is there alone", () => {
  const { attendance, released, join } = createAttendance();
  const bob = memberNamed("bob", ["s1"]);
  const { connection } = join(bob);

  attendance.endGrace(bob);
  assertEquals(released, []);
  attendance.exit(connection);
  attendance.endGrace(bob);

  assertEquals(released, [bob]);
  assertEquals(attendance.online, 0);
});

Deno.test("Attendance tells who left only after the messages of the commit under way", () => {
  const { attendance, fanout, join, commit } = createAttendance();
  const alice = join(memberNamed("alice"));
  const gus = join(memberNamed("gus"));

  commit(() => attendance.exit(gus.connection), () => fanout.publish('{"type":"ping"}'));

  assertEquals(toldTo(alice.transport), ["joined gus", "ping", "left gus"]);
});

Deno.test("Attendance tells those who catch up directly, each frame once", () => {
  const { fanout, join } = createAttendance();
  const reading = join(memberNamed("reading", ["s1"]), "catching_up");

  join(memberNamed("bob"));
  reading.connection.state = "live";
  fanout.add(reading.connection);
  join(memberNamed("carol"));

  assertEquals(toldTo(reading.transport), ["joined bob", "joined carol"]);
});

Deno.test("Attendance.close() tells nobody of those who go, and starts no grace", () => {
  const { clock, attendance, released, join } = createAttendance();
  const alice = join(memberNamed("alice"));
  const bob = join(memberNamed("bob", ["s1"]));

  attendance.close();
  attendance.exit(bob.connection);
  clock.advance(60_000);

  assertEquals(toldTo(alice.transport), ["joined bob"]);
  assertEquals(released, []);
  assertEquals(clock.pending, 0);
});

Deno.test("Attendance logs a name that could not be released", async () => {
  const failing = () => Promise.reject(new Error("the disk is full"));
  const logged = Promise.withResolvers<string>();
  const { lines, attendance, join } = createAttendance(failing, logged.resolve);

  attendance.exit(join(memberNamed("gus")).connection);

  assertStringIncludes(await logged.promise, "the disk is full");
  assertEquals(lines.length, 1);
});
