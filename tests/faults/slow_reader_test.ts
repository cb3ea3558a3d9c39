import { assertEquals } from "@std/assert";
import { CLOSE_CODES } from "../../core/close_codes.ts";
import type { MessageFrame, ServerFrame, WelcomeFrame } from "../../core/protocol.ts";
import { OPCODES, RawWebSocket } from "../support/raw_websocket.ts";
import { ResilientClient } from "../support/resilient_client.ts";
import { checkInvariants } from "./support_invariants.ts";
import { credentialFor, Crowd } from "./support_crowd.ts";
import { readLog } from "./support_log.ts";
import { makeDataFolder, MortalServer } from "./support_server.ts";
import { scale, trial } from "./support_trial.ts";

const OTHERS = scale(30, 4);
/** Messages that are without their ack at any time: few, so that nobody else falls behind. */
const UNDER_WAY = 4;
/** As long as a message may be: what the system's own buffers hold is soon passed. */
const FILLING = "x".repeat(3900);

trial("a reader that stops is closed as slow, comes back, and has lost nothing", async (random) => {
  await using data = await makeDataFolder();
  await using server = await MortalServer.start(data.path, ["--leave-grace", "1ms"]);
  const { endpoint, port } = server;
  const usernames = Array.from({ length: OTHERS }, (_, index) => `user${index}`);
  await using crowd = new Crowd({ random, endpoint, usernames });
  await crowd.arrived();
  using stalled = await RawWebSocket.connect({
    port,
    path: "/ws/slow",
    headers: { authorization: `Bearer ${credentialFor("slow")}` },
  });

  let number = 0;
  const hasLeft = () => crowd.clients.some(({ left }) => left.has("slow"));
  await crowd.until(() => {
    while (crowd.unanswered < UNDER_WAY && !hasLeft()) {
      random.oneOf(crowd.clients).say(`public|${FILLING}|${++number}`);
    }
    return hasLeft();
  }, "the slow reader to be given up");
  const { welcome, messages, closeCode } = await readToEnd(stalled);
  await using slow = new ResilientClient({
    username: "slow",
    credential: credentialFor("slow"),
    endpoint,
    watch: crowd.watch,
    position: { epoch: welcome.epoch, seq: messages.at(-1)?.seq ?? welcome.seq },
  });
  await crowd.settled();
  const newest = crowd.clients[0]!.position!.seq;
  await slow.until(() => slow.position?.seq === newest, "the rest");
  const endings = crowd.clients.flatMap((client) => client.endings);
  await server.stop();

  assertEquals(closeCode, CLOSE_CODES.slowConsumer.code);
  assertEquals(endings, [], "the others should have stayed connected");
  slow.received.unshift(...messages);
  slow.since = welcome.seq;
  const clients = [...crowd.clients, slow];
  assertEquals(clients.flatMap(({ gaps }) => gaps), []);
  checkInvariants(clients, await readLog(data.path, clients));
});

/** Everything that waited in the socket of a reader that had stopped. */
async function readToEnd(socket: RawWebSocket) {
  const frames: ServerFrame[] = [];
  const decoder = new TextDecoder();
  for (let wire = await socket.read(); wire; wire = await socket.read()) {
    if (wire.opcode === OPCODES.text) frames.push(JSON.parse(decoder.decode(wire.payload)));
    if (wire.opcode !== OPCODES.close) continue;
    const welcome = frames[0] as WelcomeFrame;
    const messages = frames.filter((frame): frame is MessageFrame => frame.type === "message");
    return { welcome, messages, closeCode: wire.payload[0]! * 256 + wire.payload[1]! };
  }
  throw new Error("Expected the server to close the connection with a code");
}
