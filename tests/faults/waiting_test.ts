import { assert, assertEquals } from "@std/assert";
import { ByteCuttingProxy } from "../support/byte_cutting_proxy.ts";
import { ResilientClient } from "../support/resilient_client.ts";
import { Watch } from "../support/watch.ts";
import { credentialFor } from "./support_crowd.ts";
import { privateText } from "./support_invariants.ts";
import { makeDataFolder, MortalServer } from "./support_server.ts";
import { scale, trial } from "./support_trial.ts";

const MESSAGES = 50;
const CUTS = scale(20, 4);
/** Within so many bytes from the server a connection ends; all that waits takes about 20,000. */
const MAX_BYTES = 9_000;

// They were called delivered once the system had taken them, and a resume didn't ask for them:
// who lost the first connection before they arrived never got any.
trial("what waited for somebody arrives over a line that is cut meanwhile", async (random) => {
  await using data = await makeDataFolder();
  await using server = await MortalServer.start(data.path, ["--leave-grace", "1ms"]);
  const watch = new Watch();
  const clientOf = (username: string, endpoint = server.endpoint) =>
    new ResilientClient({ username, credential: credentialFor(username), endpoint, watch });
  const earlier = clientOf("late");
  await earlier.until(() => earlier.isOnline, "its first visit");
  await earlier.stop();
  await using speaker = clientOf("speaker");
  for (let number = 0; number < MESSAGES; number++) {
    speaker.say(`${privateText("speaker", "late", number)} ${"x".repeat(300)}`, "late");
  }
  await speaker.until(() => speaker.unanswered === 0, "every ack");

  let connections = 0;
  await using proxy = new ByteCuttingProxy({
    port: server.port,
    nextCut: () =>
      ++connections > CUTS
        ? undefined
        : { side: "server", afterBytes: random.whole(600, MAX_BYTES) },
  });
  await using late = clientOf("late", () => Promise.resolve(proxy.wsUrl));
  const got = () => new Set([...late.waited, ...late.received].map(({ message }) => message));
  await late.until(() => got().size === MESSAGES, "everything that waited");
  await speaker.until(() => speaker.delivered.length >= MESSAGES, "word that it has arrived");

  assertEquals(late.problems, []);
  assertEquals(got(), new Set([...speaker.sent.values()].map(({ message }) => message)));
  assertEquals(new Set(speaker.delivered).size, speaker.delivered.length, "told once each");
  assert(late.endings.length > 0, "its line should have been cut");
});
