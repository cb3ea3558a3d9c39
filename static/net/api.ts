/** A refusal by the server, or a request that got no answer. */
export class ApiError extends Error {
  /**
   * @param code As in the protocol's table; `unreachable` when there was no answer.
   * @param sentence For people.
   * @param retryAfterMs When to ask again; 0 when the server doesn't say.
   */
  constructor(readonly code: string, sentence: string, readonly retryAfterMs: number) {
    super(sentence);
    this.name = "ApiError";
  }
}

/** Longest wait for a probe's answer, so that being offline shows within two seconds. */
const PROBE_MS = 1_000;

/** Parameters of a request; undefined ones are left out. */
export type Query = Readonly<Record<string, string | number | undefined>>;

/** Sentences for answers that bring none. */
export interface ApiWords {
  readonly unreachable: string;
  readonly internal: string;
}

/**
 * The server's HTTP API, beside the page wherever that is served. Requests reject with nothing but
 * {@linkcode ApiError}.
 */
export class Api {
  readonly #base: string;
  readonly #fetch: typeof fetch;
  readonly #words: ApiWords;

  /** @param base The page's base address. */
  constructor(base: string, ask: typeof fetch, words: ApiWords) {
    this.#base = base;
    this.#fetch = ask;
    this.#words = words;
  }

  /**
   * Asks for JSON.
   *
   * @param path Below `api/`, such as `messages`.
   * @throws {ApiError}
   */
  // deno-lint-ignore no-explicit-any -- The caller names the shape of the answer it asks for.
  get(path: string, query: Query = {}): Promise<any> {
    const url = new URL(`api/${path}`, this.#base);
    for (const [key, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(key, String(value));
    }
    return this.#ask(url, {});
  }

  /**
   * Sends JSON; the answer is null where the server gives none.
   *
   * @param path Below `api/`, such as `sign-in`.
   * @throws {ApiError}
   */
  // deno-lint-ignore no-explicit-any -- As above.
  post(path: string, body: object): Promise<any> {
    return this.#ask(new URL(`api/${path}`, this.#base), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  }

  /** Whether the server answers within a second. */
  async isReachable(): Promise<boolean> {
    try {
      const signal = AbortSignal.timeout(PROBE_MS);
      await this.#fetch(this.#base, { method: "HEAD", cache: "no-store", signal });
      return true;
    } catch {
      return false;
    }
  }

  async #ask(url: URL, init: RequestInit): Promise<unknown> {
    let response;
    let answer;
    try {
      response = await this.#fetch(url, init);
      answer = response.status === 204 ? null : await response.json();
    } catch {
      throw new ApiError("unreachable", this.#words.unreachable, 0);
    }
    if (response.ok) return answer;
    const retryAfterMs = Number(answer?.params?.retryAfterMs ?? 0);
    throw new ApiError(
      String(answer?.code ?? "internal"),
      String(answer?.title ?? this.#words.internal),
      Number.isFinite(retryAfterMs) ? retryAfterMs : 0,
    );
  }
}
