import type { ServerFrame } from "../../core/protocol.ts";

type Check = (value: unknown) => boolean;
type Shape = Readonly<Record<string, Check>>;

const isText: Check = (value) => typeof value === "string";
const isNumber: Check = (value) => typeof value === "number" && Number.isFinite(value);
const isFlag: Check = (value) => typeof value === "boolean";
const isUser: Check = (value) => hasShape(value, { username: isText, account: isText });
const areUsers: Check = (value) => Array.isArray(value) && value.every(isUser);
const optional = (check: Check): Check => (value) => value === undefined || check(value);

const PRESENCE_CHANGE = { username: isText, account: isText, online: isNumber, at: isNumber };

/** The fields of each frame that the page reads: a wrong one would break it later, in drawing. */
const SHAPES: Readonly<Record<ServerFrame["type"], Shape>> = {
  welcome: {
    username: isText,
    account: isText,
    epoch: isText,
    seq: isNumber,
    at: isNumber,
    online: isNumber,
    users: areUsers,
    limits: (value) => hasShape(value, { messageLength: isNumber }),
    heartbeatMs: isNumber,
  },
  message: {
    seq: isNumber,
    at: isNumber,
    from: isText,
    account: isText,
    message: isText,
    to: optional(isText),
    conversation: optional(isText),
    id: optional(isText),
  },
  ack: { id: isText, seq: isNumber, at: isNumber },
  joined: PRESENCE_CHANGE,
  left: PRESENCE_CHANGE,
  presence: { joined: areUsers, left: areUsers, online: isNumber, at: isNumber },
  resumed: { recovered: isFlag, seq: isNumber },
  delivered: { seq: isNumber },
  read: { conversation: isText, seq: isNumber, unread: isNumber },
  erased: { account: isText, seq: isNumber, at: isNumber },
  error: { code: isText, message: isText, id: optional(isText) },
  ping: {},
};

/**
 * Whether a value is a frame as this page reads it. Frames of unknown types pass: later servers
 * send more types, and the reducers ignore them.
 */
export function isFrame(value: unknown): value is ServerFrame {
  if (!hasShape(value, { type: isText })) return false;
  const { type } = value as { type: string };
  return !Object.hasOwn(SHAPES, type) || hasShape(value, SHAPES[type as ServerFrame["type"]]);
}

function hasShape(value: unknown, shape: Shape): boolean {
  if (value === null || value === undefined) return false;
  const fields = value as Record<string, unknown>;
  return Object.entries(shape).every(([key, check]) => check(fields[key]));
}
