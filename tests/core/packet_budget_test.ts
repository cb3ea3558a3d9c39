import { assertEquals } from "@std/assert";
import { PacketBudgets } from "../../core/packet_budget.ts";
import { ManualClock } from "../support/manual_clock.ts";

const HERE = "192.0.2.1";

function createBudgets(maxPerAddress = 100) {
  const clock = new ManualClock();
  const budgets = new PacketBudgets(clock, { maxPerAddress });
  /** Takes small packets until one is refused or there were enough; says how many, and why. */
  const takeFrom = (budget: ReturnType<typeof budgets.open>, most: number) => {
    for (let taken = 0; taken < most; taken++) {
      const error = budget.take(10);
      if (error) return { taken, why: [error.code, error.params.scope] };
    }
    return { taken: most, why: undefined };
  };
  return { clock, open: (address?: string) => budgets.open(address), takeFrom };
}

Deno.test("PacketBudget.take() takes 1,000 packets at once, and 20 a second for long", () => {
  const { clock, open, takeFrom } = createBudgets();
  const budget = open(HERE);

  const first = takeFrom(budget, 2_000);
  clock.advance(1_000);
  const second = takeFrom(budget, 2_000);

  const why = ["too_many_packets", "this connection"];
  assertEquals([first, second], [{ taken: 1_000, why }, { taken: 20, why }]);
});

Deno.test("PacketBudget.take() takes 5,000 packets from an address, however many connections send them", () => {
  const { open, takeFrom } = createBudgets();

  const counts = Array.from({ length: 20 }, () => takeFrom(open(HERE), 500));

  const ended = counts.filter(({ why }) => why !== undefined);
  assertEquals(counts.slice(0, 10).every(({ taken }) => taken === 500), true);
  assertEquals(ended.length, 10);
  assertEquals(ended[0], { taken: 50, why: ["too_many_packets", "your address"] });
});

Deno.test("PacketBudget.take() takes the few packets of others, from that address and elsewhere", () => {
  const { clock, open, takeFrom } = createBudgets();
  for (let count = 0; count < 20; count++) takeFrom(open(HERE), 500);
  const neighbour = open(HERE);

  assertEquals(takeFrom(open("192.0.2.2"), 1_000).why, undefined);
  for (let beat = 0; beat < 1_000; beat++) {
    assertEquals(takeFrom(neighbour, 1).why, undefined);
    clock.advance(1_000);
  }
});

Deno.test("PacketBudget has no limit by address when there is none of connections, or no address", () => {
  const { open, takeFrom } = createBudgets(0);
  const { open: openLimited } = createBudgets();

  for (let count = 0; count < 20; count++) {
    assertEquals(takeFrom(open(HERE), 1_000).why, undefined);
    assertEquals(takeFrom(openLimited(), 1_000).why, undefined);
  }
});

Deno.test("PacketBudget.giveBack() returns what the last packet cost, and no more", () => {
  const { open, takeFrom } = createBudgets();
  for (let count = 0; count < 10; count++) takeFrom(open(HERE), 500);
  const speaker = open(HERE);

  for (let message = 0; message < 100; message++) {
    assertEquals(speaker.take(4_000), undefined);
    speaker.giveBack(4_000);
  }

  assertEquals(takeFrom(open(HERE), 500).taken, 50);
});
