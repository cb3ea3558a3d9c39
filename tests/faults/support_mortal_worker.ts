import "../../core/store_worker_main.ts";

/** What this needs of a Worker's own global. */
interface WorkerScope {
  readonly name: string;
  postMessage(message: string): void;
}

// The store's Worker, which ends once it has given as many answers as its name says: the work of the
// next one is done, and committed, but nobody hears of it.
const scope = globalThis as unknown as WorkerScope;
const answer = scope.postMessage.bind(scope);
let answersLeft = Number(scope.name);

scope.postMessage = (message) => {
  if (answersLeft-- === 0) throw new Error("ended by a test");
  answer(message);
};
