/**
 * A refusal of the server's, or that it can't be reached.
 */
export class ApiError extends Error {
  /**
   * @param {string} code As in the protocol's table; `unreachable` without an answer.
   * @param {string} sentence For people.
   * @param {number} retryAfterMs When to ask again; 0 where it doesn't say.
   */
  constructor(code, sentence, retryAfterMs) {
    super(sentence);
    this.name = "ApiError";
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Time a probe may take: with it, being offline is told within two seconds. */
const PROBE_MS = 1_000;

/** @typedef {Record<string, string | number | undefined>} Query */

/** The server's HTTP API, beside the page wherever that is served. */
export class Api {
  #base;
  #fetch;

  /**
   * @param {string} base The page's base address.
   * @param {typeof fetch} ask
   */
  constructor(base, ask) {
    this.#base = base;
    this.#fetch = ask;
  }

  /**
   * @param {string} path As in `messages`.
   * @param {Query} [query] What is undefined is left out.
   * @returns {Promise<any>} The answer's JSON.
   * @throws {ApiError}
   */
  get(path, query = {}) {
    const url = new URL(`api/${path}`, this.#base);
    for (const [key, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(key, String(value));
    }
    return this.#ask(url, {});
  }

  /**
   * @param {string} path As in `sign-in`.
   * @param {object} body
   * @returns {Promise<any>} The answer's JSON; null where there is none.
   * @throws {ApiError}
   */
  post(path, body) {
    return this.#ask(new URL(`api/${path}`, this.#base), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  }

  /** Whether the server answers at all, and soon. */
  async isReachable() {
    try {
      const signal = AbortSignal.timeout(PROBE_MS);
      await this.#fetch(this.#base, { method: "HEAD", cache: "no-store", signal });
      return true;
    } catch {
      return false;
    }
  }

  /**
   * @param {URL} url
   * @param {RequestInit} init
   */
  async #ask(url, init) {
    let response;
    let answer;
    try {
      response = await this.#fetch(url, init);
      answer = response.status === 204 ? null : await response.json();
    } catch {
      throw new ApiError("unreachable", "The server can’t be reached.", 0);
    }
    if (response.ok) return answer;
    const retryAfterMs = Number(answer?.params?.retryAfterMs ?? 0);
    throw new ApiError(
      String(answer?.code ?? "internal"),
      String(answer?.title ?? "Something went wrong on the server."),
      Number.isFinite(retryAfterMs) ? retryAfterMs : 0,
    );
  }
}
