import { openReader, openSearcher, openWriter, type Writer } from "./sqlite_engine.ts";
import { StoreOpenError } from "./store.ts";
import type { Methods } from "./store_channel.ts";
import type { Call, FromWorker, Outcome, ThrownError, ToWorker } from "./store_worker_messages.ts";

const OPENERS = { writer: openWriter, reader: openReader, searcher: openSearcher };

/** The part of the store that runs in this Worker, once it is open. */
let served: Methods = {};

type Asked = ToWorker & { readonly id: number };

/** What a Worker's own global is to its maker; the types of a page and of Deno differ about it. */
interface WorkerScope {
  onmessage: (event: MessageEvent<string | Asked>) => void;
  postMessage(message: string): void;
}

const scope = globalThis as unknown as WorkerScope;
scope.onmessage = ({ data }) => {
  const message: Asked = typeof data === "string" ? JSON.parse(data) : data;
  scope.postMessage(JSON.stringify(answer(message)));
};

function answer(message: Asked): FromWorker {
  return { id: message.id, ...outcomeOf(() => perform(message)) };
}

function perform(message: ToWorker): unknown {
  if (message.kind === "call") return call(message);
  if (message.kind === "calls") return callTogether(message.calls);
  served = OPENERS[message.role](message.engine);
  return served.position?.();
}

function call({ method, args }: Call): unknown {
  // As text, an argument left out becomes null, which no method takes.
  return served[method]!(...args.map((argument) => argument ?? undefined));
}

function callTogether(calls: readonly Call[]): Outcome[] {
  if (calls.length === 1) return [outcomeOf(() => call(calls[0]!))];
  const { together } = served as Writer;
  return together(calls.map((one) => () => call(one))).map((result) =>
    "error" in result
      ? { kind: "threw", error: thrownOf(result.error) }
      : { kind: "returned", value: result.value }
  );
}

function outcomeOf(work: () => unknown): Outcome {
  try {
    return { kind: "returned", value: work() };
  } catch (error) {
    return { kind: "threw", error: thrownOf(error) };
  }
}

function thrownOf(error: unknown): ThrownError {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  const { name, message } = error;
  return error instanceof StoreOpenError
    ? { name, message, problem: error.problem }
    : { name, message };
}
