import { Connection, type ConnectionOptions } from "../../core/connection.ts";
import type { Member } from "../../core/members.ts";
import { TokenBucket } from "../../core/rate_limiter.ts";
import { FakeTransport } from "./fake_transport.ts";
import { ManualClock } from "./manual_clock.ts";

/** Somebody present, without limits; the account is `a_` and the name. */
export function memberNamed(username: string, sessionIds: string[] = []): Member {
  const unlimited = { perSecond: 0, burst: 0 };
  return {
    username,
    account: `a_${username}`,
    nameKey: username,
    isGuest: sessionIds.length === 0,
    sessions: new Set(sessionIds),
    connections: new Set(),
    sends: new TokenBucket(unlimited, 0),
    reads: new TokenBucket(unlimited, 0),
    leaving: undefined,
  };
}

/** What a test wants to be different about an {@linkcode openConnection}. */
export interface OpenOptions extends Partial<Omit<ConnectionOptions, "transport">> {
  readonly transport?: FakeTransport;
}

/** A live connection on a fake transport, known to its member; plain, and nobody's in particular. */
export function openConnection(options: OpenOptions = {}) {
  const { transport = new FakeTransport(), member = memberNamed("alice"), ...rest } = options;
  const connection = new Connection({
    clock: new ManualClock(),
    dialect: "plain",
    onBacklog: () => {},
    onSlow: () => {},
    onFailed: (_, cause) => {
      throw cause;
    },
    ...rest,
    transport,
    member,
  });
  connection.state = "live";
  member.connections.add(connection);
  return { connection, transport };
}
