import { assertEquals } from "@std/assert";
import { Arrivals } from "../../core/arrivals.ts";
import type { Connection } from "../../core/connection.ts";
import { openConnection } from "../support/connections.ts";
import { ManualClock } from "../support/manual_clock.ts";

function createArrivals() {
  const clock = new ManualClock();
  const arrived: number[] = [];
  const arrivals = new Arrivals({
    clock,
    ping: (connection: Connection) => void connection.pings++,
    onArrived: (_, upTo) => void arrived.push(upTo),
  });
  return { clock, arrived, arrivals };
}

Deno.test("Arrivals.heard() takes the pong to the ping that was sent last for a proof", () => {
  const { arrivals, arrived } = createArrivals();
  const { connection } = openConnection({ dialect: "parley.v1" });
  connection.pings = 1; // A heartbeat is under way already.
  arrivals.expect(connection, 7);
  arrivals.expect(connection, 9);

  for (let pong = 1; pong <= 2; pong++) {
    connection.pongs++;
    arrivals.heard(connection);
    assertEquals(arrived, []);
  }
  connection.pongs++;
  arrivals.heard(connection);
  arrivals.heard(connection);

  assertEquals(arrived, [9]);
});

Deno.test("Arrivals.heard() takes a plain client's frame for a proof only a while after", () => {
  const { arrivals, arrived, clock } = createArrivals();
  const { connection } = openConnection({ dialect: "plain" });
  arrivals.expect(connection, 7);

  clock.advance(1_999);
  arrivals.heard(connection);
  assertEquals(arrived, []);
  clock.advance(1);
  arrivals.heard(connection);

  assertEquals(arrived, [7]);
});

Deno.test("Arrivals.remove() takes nothing for arrived", () => {
  const { arrivals, arrived } = createArrivals();
  const { connection } = openConnection({ dialect: "parley.v1" });
  arrivals.expect(connection, 7);

  arrivals.remove(connection);
  connection.pongs++;
  arrivals.heard(connection);

  assertEquals(arrived, []);
});
