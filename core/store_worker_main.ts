import { openReader, openWriter } from "./sqlite_engine.ts";
import { StoreOpenError } from "./store.ts";
import type { Methods } from "./store_channel.ts";
import type { FromWorker, ThrownError, ToWorker } from "./store_worker_messages.ts";

/** The half of the store that runs in this Worker, once it is open. */
let served: Methods = {};

/** What a Worker's own global is to its maker; the types of a page and of Deno differ about it. */
interface WorkerScope {
  onmessage: (event: MessageEvent<ToWorker & { readonly id: number }>) => void;
  postMessage(message: FromWorker): void;
}

const scope = globalThis as unknown as WorkerScope;
scope.onmessage = ({ data }) => scope.postMessage(answer(data));

function answer(message: ToWorker & { readonly id: number }): FromWorker {
  const { id } = message;
  try {
    return { id, kind: "returned", value: perform(message) };
  } catch (error) {
    return { id, kind: "threw", error: thrownOf(error) };
  }
}

function perform(message: ToWorker): unknown {
  if (message.kind === "call") return served[message.method]!(...message.args);
  served = message.role === "writer" ? openWriter(message.engine) : openReader(message.engine);
  return undefined;
}

function thrownOf(error: unknown): ThrownError {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  const { name, message } = error;
  return error instanceof StoreOpenError
    ? { name, message, problem: error.problem }
    : { name, message };
}
