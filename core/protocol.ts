import * as z from "zod";
import { ChatError, type ErrorCode, type ErrorParams } from "./errors.ts";
import { usernameProblem } from "./usernames.ts";

/** The subprotocol in which the server batches frames into packets and pings. */
export const SUBPROTOCOL = "parley.v1";
/** The same, for clients that can inflate packets that go to everyone. */
export const DEFLATE_SUBPROTOCOL = "parley.v1.deflate";

/** Bounds every client is told in its `welcome`. */
export const LIMITS = {
  /** Longest message, in code points. */
  messageLength: 4000,
  /** Largest packet from a client, in UTF-8 bytes. */
  frameBytes: 65_536,
} as const;

/** Most users that one `welcome` lists; its `online` counts all. */
export const MAX_LISTED_USERS = 200;
/**
 * How many it lists when there are more: nobody reads 200 strangers' names out of thousands, and the
 * runtime keeps a buffer of the longest packet ever sent for as long as the connection lasts.
 */
export const CROWD_LISTED_USERS = 40;

// ─── Values ──────────────────────────────────────────────────────────────────────────────────────

/** A username in the form it may be chosen in; see `core/usernames.ts` for the rules. */
export const Username = z.string().superRefine((value, context) => {
  const problem = usernameProblem(value);
  if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
});

/** The sender's own name for one send: a repeat gets the first answer. */
export const IdempotencyKey = z.string().regex(
  /^[A-Za-z0-9_-]{1,64}$/,
  "must be 1 to 64 letters, digits, _ or -",
);

/** Text of a message: well-formed Unicode, not blank, no controls but newline and tab. */
export const MessageText = z.string().superRefine((value, context) => {
  const refusal = messageRefusal(value);
  if (refusal !== undefined) context.addIssue({ code: "custom", ...refusal });
});

/** A user as others see them. */
export const User = z.object({
  username: z.string(),
  /** Opaque public id; stays when the name changes hands. */
  account: z.string(),
});
export type User = z.infer<typeof User>;

/** Position in the one log; holes mean nothing, they are private to others. */
const Seq = z.int().nonnegative();
/** Wall-clock time in epoch milliseconds; events are ordered by `seq`, never by this. */
const At = z.int();

// ─── From the client: requests ───────────────────────────────────────────────────────────────────

/** Asks to append a message to the log; with an `id`, exactly one `ack` or `error` answers it. */
export const MessageRequest = z.strictObject({
  type: z.literal("message").default("message"),
  /** Idempotency key, chosen by the client; a repeat gets the first ack. */
  id: IdempotencyKey.optional(),
  /** Absent: public. Present: private to this user, and never public. */
  to: Username.optional(),
  /** The account meant by `to`: if the name is another's by now, the message is refused. */
  account: z.string().min(1, "must not be empty").max(64, "is too long").optional(),
  message: MessageText,
}).refine(({ to, account }) => account === undefined || to !== undefined, {
  path: ["account"],
  message: "needs a “to”",
});
export type MessageRequest = z.infer<typeof MessageRequest>;

/** Notes how far the account has read a conversation; never moves back. Answered only if refused. */
export const ReadRequest = z.strictObject({
  type: z.literal("read"),
  /** `lobby`, or the `conversation` of a private message. */
  conversation: z.string().regex(/^[\w.-]{1,128}$/, "must be the id of a conversation"),
  /** Newest position read. */
  seq: z.int("must be a whole number").nonnegative(),
});
export type ReadRequest = z.infer<typeof ReadRequest>;

/** Answers a `ping`. */
export const PongFrame = z.strictObject({ type: z.literal("pong") });

/** Whatever a client may say. */
export const ClientFrame = z.discriminatedUnion("type", [MessageRequest, ReadRequest, PongFrame]);
export type ClientFrame = z.infer<typeof ClientFrame>;

// ─── From the server: facts ──────────────────────────────────────────────────────────────────────

/** First frame of every connection that was let in. */
export const WelcomeFrame = z.object({
  type: z.literal("welcome"),
  /** The name as first typed by its owner. */
  username: z.string(),
  account: z.string(),
  /** Identity of the log; a new one makes old positions void. */
  epoch: z.string(),
  /** Newest position this connection will not be sent live. */
  seq: Seq,
  at: At,
  /** Number of users present. */
  online: z.int(),
  /** All of them, up to {@linkcode MAX_LISTED_USERS}; of more, {@linkcode CROWD_LISTED_USERS}. */
  users: z.array(User),
  server: z.string(),
  limits: z.object({ messageLength: z.int(), frameBytes: z.int() }),
  heartbeatMs: z.int(),
});
export type WelcomeFrame = z.infer<typeof WelcomeFrame>;

/** A stored message. Public ones are the same bytes for everyone and carry no `id`. */
export const MessageFrame = z.object({
  type: z.literal("message"),
  seq: Seq,
  at: At,
  from: z.string(),
  /** The author's account. */
  account: z.string(),
  /** Absent: public. Present: private to this user and the author. */
  to: z.string().optional(),
  /** Private messages only: the conversation, the same for both its people. */
  conversation: z.string().optional(),
  message: z.string(),
  /** Only on the sender's own copies of a private message. */
  id: z.string().optional(),
  /** Sent from the log because it was asked for or had waited, not because it is new. */
  replay: z.literal(true).optional(),
  /** Private messages only: it has not reached its recipient yet. */
  waiting: z.literal(true).optional(),
});
export type MessageFrame = z.infer<typeof MessageFrame>;

/** Promise that the message sent under `id` is in the log. Comes before the sender's own copy. */
export const AckFrame = z.object({
  type: z.literal("ack"),
  id: z.string(),
  seq: Seq,
  at: At,
  /** Present when this `id` had been stored before; nothing is delivered twice. */
  duplicate: z.literal(true).optional(),
  /** Present when the recipient is away: a `delivered` will tell when it has arrived. */
  waiting: z.literal(true).optional(),
});
export type AckFrame = z.infer<typeof AckFrame>;

/** Someone came. */
export const JoinedFrame = z.object({
  type: z.literal("joined"),
  username: z.string(),
  account: z.string(),
  message: z.string(),
  online: z.int(),
  at: At,
});
export type JoinedFrame = z.infer<typeof JoinedFrame>;

/** Someone's last connection went, and did not come back within the grace. */
export const LeftFrame = JoinedFrame.extend({ type: z.literal("left") });
export type LeftFrame = z.infer<typeof LeftFrame>;

/** Many comings and goings of one moment. The lists may be cut short; `online` never is. */
export const PresenceFrame = z.object({
  type: z.literal("presence"),
  joined: z.array(User),
  left: z.array(User),
  online: z.int(),
  at: At,
});
export type PresenceFrame = z.infer<typeof PresenceFrame>;

/** Ends the catching up of a client that said where it was. */
export const ResumedFrame = z.object({
  type: z.literal("resumed"),
  /** True: everything it may see up to `seq` has been sent. False: nothing of it has. */
  recovered: z.boolean(),
  /** What comes now is newer than this. */
  seq: Seq,
});
export type ResumedFrame = z.infer<typeof ResumedFrame>;

/** A private message of this account that had waited has reached its recipient. */
export const DeliveredFrame = z.object({ type: z.literal("delivered"), seq: Seq });
export type DeliveredFrame = z.infer<typeof DeliveredFrame>;

/** Another connection of this account has read a conversation up to `seq`. */
export const ReadFrame = z.object({
  type: z.literal("read"),
  conversation: z.string(),
  seq: Seq,
  /** Messages of others after that; at most 1,000 are counted. */
  unread: z.int(),
});
export type ReadFrame = z.infer<typeof ReadFrame>;

/** An account was deleted: what it wrote is gone, everywhere. What comes of it later is, too. */
export const ErasedFrame = z.object({
  type: z.literal("erased"),
  account: z.string(),
  /** All of its messages were up to here. */
  seq: Seq,
  at: At,
});
export type ErasedFrame = z.infer<typeof ErasedFrame>;

/** A refusal: a code for programs, a sentence for people. */
export const ErrorFrame = z.object({
  type: z.literal("error"),
  code: z.string(),
  message: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  /** The request's `id`, if it had a valid one; the same `id` may be sent again. */
  id: z.string().optional(),
});
export type ErrorFrame = z.infer<typeof ErrorFrame>;

/** Asks for a `pong` within ten seconds; `parley.v1` only. */
export const PingFrame = z.object({ type: z.literal("ping") });
export type PingFrame = z.infer<typeof PingFrame>;

/** Whatever the server may say. */
export const ServerFrame = z.discriminatedUnion("type", [
  WelcomeFrame,
  MessageFrame,
  AckFrame,
  JoinedFrame,
  LeftFrame,
  PresenceFrame,
  ResumedFrame,
  DeliveredFrame,
  ReadFrame,
  ErasedFrame,
  ErrorFrame,
  PingFrame,
]);
export type ServerFrame = z.infer<typeof ServerFrame>;

// ─── Reading and writing ─────────────────────────────────────────────────────────────────────────

/** A packet's text as a frame, or the refusal it gets with the `id` to repeat in it. */
export type Parsed =
  | { readonly ok: true; readonly frame: ClientFrame }
  | { readonly ok: false; readonly error: ChatError; readonly id?: string };

/** Reads one frame from a client. Every string is answered; none throws. */
export function parseClientFrame(text: string): Parsed {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, error: new ChatError("invalid_json") };
  }
  const stray = strayKey(value);
  if (stray !== undefined) return refused(value, keyRefusal(stray, UNKNOWN_KEY));
  const result = ClientFrame.safeParse(value);
  return result.success
    ? { ok: true, frame: result.data }
    : refused(value, refusalOf(result.error));
}

function refused(value: unknown, error: ChatError): Parsed {
  const id = idOf(value);
  return { ok: false, error, ...(id === undefined ? {} : { id }) };
}

/** Writes one frame: JSON text without line breaks. */
export function encodeFrame(frame: ServerFrame): string {
  return JSON.stringify(frame);
}

/** Makes the frame that tells of a refusal. */
export function errorFrame(error: ChatError, id?: string): ErrorFrame {
  return {
    type: "error",
    code: error.code,
    message: error.message,
    ...(Object.keys(error.params).length === 0 ? {} : { params: { ...error.params } }),
    ...(id === undefined ? {} : { id }),
  };
}

function idOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, "id")) return undefined;
  return IdempotencyKey.safeParse((value as { id: unknown }).id).data;
}

/**
 * The first key that no frame has, in an object with more keys than any frame has: the schema would
 * look at each of thousands.
 */
function strayKey(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  let count = 0;
  let stray: string | undefined;
  for (const key in value) {
    if (stray === undefined && !KNOWN_KEYS.has(key)) stray = key;
    if (++count > KNOWN_KEYS.size) return stray;
  }
  return undefined;
}

function keyRefusal(key: string, problem: string): ChatError {
  const shown = showKey(key);
  return new ChatError("invalid_frame", { key: shown, reason: `“${shown}” ${problem}.` });
}

function refusalOf(error: z.ZodError): ChatError {
  // A key we don't know says most about what the client took us for, so it is named first.
  const issue = error.issues.find(({ code }) => code === "unrecognized_keys") ?? error.issues[0]!;
  if (issue.code === "custom" && issue.params?.code !== undefined) {
    return new ChatError(issue.params.code as ErrorCode, issue.params.params as ErrorParams);
  }
  const key = issue.code === "unrecognized_keys" ? issue.keys[0]! : issue.path[0];
  if (key === undefined) {
    return new ChatError("invalid_frame", { reason: "a frame must be one JSON object." });
  }
  return keyRefusal(String(key), problemOf(issue));
}

/** The rest of a sentence about a key. */
function problemOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "unrecognized_keys":
      return UNKNOWN_KEY;
    case "invalid_union":
      return `must be ${FRAME_TYPES}`;
    case "invalid_type":
      return `must be a ${issue.expected}`;
    default:
      return issue.message;
  }
}

const UNKNOWN_KEY = "is not a key of this frame";

/** Every key of every frame that a client may send. */
const KNOWN_KEYS = new Set<string>(ClientFrame.options.flatMap(({ shape }) => Object.keys(shape)));

const FRAME_TYPES = ClientFrame.options
  .map(({ shape }) => shape.type instanceof z.ZodDefault ? shape.type.unwrap() : shape.type)
  .map(({ value }) => `“${value}”`)
  .join(" or ");

/** A client's own key, made safe to repeat: printable and short. */
function showKey(key: string): string {
  const printable = key.toWellFormed().replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "\uFFFD");
  return [...printable].slice(0, 32).join("");
}

/** Everything but newline and tab among the C0 and C1 controls, and DEL. */
// deno-lint-ignore no-control-regex
const CONTROLS = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/;
/** Text that shows nothing: white space, invisible code points and the blank braille pattern. */
const BLANK = /^[\s\p{Default_Ignorable_Code_Point}\p{Cf}\u2800]*$/u;

function messageRefusal(text: string) {
  if (!text.isWellFormed()) return { message: "must be well-formed Unicode" };
  if (CONTROLS.test(text)) return { message: "must not contain control characters" };
  if (BLANK.test(text)) return { params: { code: "message_empty" } };
  if (!isLongerThan(text, LIMITS.messageLength)) return undefined;
  return { params: { code: "message_too_long", params: { limit: LIMITS.messageLength } } };
}

function isLongerThan(text: string, codePoints: number): boolean {
  if (text.length <= codePoints) return false;
  if (text.length > codePoints * 2) return true;
  let count = 0;
  for (const _ of text) count++;
  return count > codePoints;
}
