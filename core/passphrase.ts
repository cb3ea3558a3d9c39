import { Buffer } from "node:buffer";
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { ChatError } from "./errors.ts";

/** Bounds of a passphrase, in code points of its normalised form. */
export const PASSPHRASE_LENGTH = { min: 8, max: 256 } as const;

/** How costly a guess is (RFC 7914, section 2): `N` = 2^`log2N`, block size, parallelism. */
export interface ScryptCost {
  readonly log2N: number;
  readonly r: number;
  readonly p: number;
}

/** What {@linkcode Passphrases} may use of the machine. */
export interface PassphrasesOptions {
  /** @default {DEFAULT_COST} */
  readonly cost?: ScryptCost;
  /** Hashes computed at once. @default {2} */
  readonly maxAtOnce?: number;
  /** Hashes that may wait for their turn. @default {16} */
  readonly maxWaiting?: number;
}

/** 32 MiB and about a quarter of a second on a small server: OWASP's advice for passwords. */
const DEFAULT_COST: ScryptCost = { log2N: 15, r: 8, p: 3 };
const SALT_BYTES = 16;
const KEY_BYTES = 32;
/** Most memory that checking a stored hash may take, and most parallelism: 8 times the default. */
const MAX_MEMORY_BYTES = 256 * 1024 ** 2;
const MAX_P = 16;
/** When to try again when too many hashes wait. */
const BUSY_RETRY_MS = 2_000;
const HASH = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([\w+/-]+)\$([\w+/-]+)$/;

/**
 * Hashes passphrases and checks them. Hashing is slow on purpose, runs beside the event loop, and
 * is bounded: a flood of attempts can't take the machine's memory.
 */
export class Passphrases {
  #cost: ScryptCost;
  #gate: Gate;
  /** Stands in where there is no hash, so that its absence takes no less time. */
  #nobodys: string;

  constructor(options: PassphrasesOptions = {}) {
    this.#cost = options.cost ?? DEFAULT_COST;
    this.#gate = new Gate(options.maxAtOnce ?? 2, options.maxWaiting ?? 16);
    this.#nobodys = encode(this.#cost, randomBytes(SALT_BYTES), randomBytes(KEY_BYTES));
  }

  /**
   * Hashes a passphrase under a new salt: `$scrypt$ln=…,r=…,p=…$salt$key`.
   *
   * @throws {ChatError} `invalid_passphrase`, or `too_many_attempts` while too many wait.
   */
  async hash(passphrase: string): Promise<string> {
    const problem = passphraseProblem(passphrase);
    if (problem !== undefined) throw new ChatError("invalid_passphrase", { reason: problem });
    const salt = randomBytes(SALT_BYTES);
    return encode(this.#cost, salt, await this.#derive(passphrase, salt, this.#cost));
  }

  /**
   * Says whether a passphrase is the one of a hash; without a hash it never is, and that takes as
   * long to find out.
   *
   * @throws {ChatError} `too_many_attempts` while too many wait.
   * @throws {TypeError} If the hash is not one of {@linkcode Passphrases.hash}.
   */
  async verify(passphrase: string, hash: string | undefined): Promise<boolean> {
    const { cost, salt, key } = decode(hash ?? this.#nobodys);
    const derived = await this.#derive(passphrase, salt, cost);
    return timingSafeEqual(derived, key) && hash !== undefined;
  }

  #derive(passphrase: string, salt: Buffer, cost: ScryptCost): Promise<Buffer> {
    return this.#gate.run(() => derive(normalise(passphrase), salt, cost));
  }
}

/**
 * Says what is wrong with a passphrase, or nothing if it may be set.
 *
 * @returns The rest of a sentence about it: “must …”, without a full stop.
 */
export function passphraseProblem(passphrase: string): string | undefined {
  if (!passphrase.isWellFormed()) return "must be well-formed Unicode";
  const plain = normalise(passphrase);
  if (/\p{Cc}/u.test(plain)) return "must not contain control characters";
  const length = [...plain].length;
  if (length < PASSPHRASE_LENGTH.min) {
    return `must be at least ${PASSPHRASE_LENGTH.min} characters long`;
  }
  if (length > PASSPHRASE_LENGTH.max) {
    return `must be at most ${PASSPHRASE_LENGTH.max} characters long`;
  }
  return undefined;
}

/** Whether a text is a hash that a passphrase can be checked against, at a cost that is bearable. */
export function isPassphraseHash(text: string): boolean {
  return parse(text) !== undefined;
}

/**
 * One form for what different keyboards make of the same passphrase: every kind of space becomes
 * the plain one, as in PRECIS OpaqueString (RFC 8265, section 4.2), and compatible letters become
 * one (NFKC, as NIST SP 800-63B asks). Case stays.
 */
function normalise(passphrase: string): string {
  return passphrase.normalize("NFKC").replace(/\p{Zs}/gu, " ");
}

function derive(text: string, salt: Buffer, { log2N, r, p }: ScryptCost): Promise<Buffer> {
  const N = 2 ** log2N;
  const options = { N, r, p, maxmem: 2 * 128 * r * (N + p) };
  return new Promise((resolve, reject) => {
    scrypt(text, salt, KEY_BYTES, options, (error, key) => error ? reject(error) : resolve(key));
  });
}

function encode({ log2N, r, p }: ScryptCost, salt: Buffer, key: Buffer): string {
  const [saltText, keyText] = [salt, key].map((bytes) => bytes.toString("base64url"));
  return `$scrypt$ln=${log2N},r=${r},p=${p}$${saltText}$${keyText}`;
}

function decode(hash: string) {
  const parts = parse(hash);
  if (parts) return parts;
  throw new TypeError("Cannot check a passphrase as its stored hash is malformed");
}

function parse(hash: string) {
  const [, log2N, r, p, salt, key] = HASH.exec(hash) ?? [];
  if (salt === undefined || key === undefined) return undefined;
  const parts = {
    cost: { log2N: Number(log2N), r: Number(r), p: Number(p) },
    salt: Buffer.from(salt, "base64url"),
    key: Buffer.from(key, "base64url"),
  };
  return isAffordable(parts.cost) && parts.key.length === KEY_BYTES ? parts : undefined;
}

function isAffordable({ log2N, r, p }: ScryptCost): boolean {
  return Math.min(log2N, r, p) > 0 && p <= MAX_P && 128 * r * 2 ** log2N <= MAX_MEMORY_BYTES;
}

/** Lets a few tasks run at once, a few more wait in order, and refuses the rest. */
class Gate {
  #maxAtOnce: number;
  #maxWaiting: number;
  #running = 0;
  #waiting: (() => void)[] = [];

  constructor(maxAtOnce: number, maxWaiting: number) {
    this.#maxAtOnce = maxAtOnce;
    this.#maxWaiting = maxWaiting;
  }

  async run<T>(task: () => Promise<T>): Promise<T> {
    await this.#enter();
    try {
      return await task();
    } finally {
      // Whoever waits takes this place over, so that nobody slips in between.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }

  #enter(): Promise<void> {
    if (this.#running < this.#maxAtOnce) {
      this.#running++;
      return Promise.resolve();
    }
    if (this.#waiting.length >= this.#maxWaiting) {
      throw new ChatError("too_many_attempts", { retryAfterMs: BUSY_RETRY_MS });
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
