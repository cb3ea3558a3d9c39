import { openReader, openWriter } from "./sqlite_engine.ts";
import { StoreOpenError } from "./store.ts";
import type { Methods } from "./store_channel.ts";
import type { FromWorker, ThrownError, ToWorker } from "./store_worker_messages.ts";

/** The half of the store that runs in this Worker, once it is open. */
let served: Methods = {};

globalThis.onmessage = ({ data }: MessageEvent<ToWorker & { readonly id: number }>) => {
  globalThis.postMessage(answer(data));
};

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
